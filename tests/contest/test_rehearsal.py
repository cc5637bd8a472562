"""A rehearsal: made-up people play a whole contest by its rules, and everything after it holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import RowMapping, select, text

from bot.cli import app
from bot.clock import vietnam_date
from bot.contest.document import from_ms
from bot.contest.publish import Shelf
from bot.contest.registration import open_registration, read_form
from bot.contest.rehearsal import Rehearsed, Wanted, _share, simulate
from bot.contest.results import compute
from bot.contest.starting import draw_paper
from bot.contest.typed import Trees
from bot.contest.verify import verify
from bot.errors import InputRefused
from bot.reports.contest_jsonl import export_jsonl, open_source
from bot.store import contest_attempts, contest_entrants, people
from bot.store.contest_attempts import Attempt
from bot.store.contest_tables import answers, attempts, entrants
from bot.store.database import Database
from bot.store.tables import people as people_table
from tests.contest.conftest import AFTER, SEALER
from tests.contest.folder import CONTEST, NAME, changed, define, small_base
from tests.contest.stranger import differences
from tests.contest.test_commands import Run, run

__all__ = ["run"]
LATE = AFTER + timedelta(days=30)
WANTED = Wanted("7", people=60, attempts=120)
KEPT_APART = {"sealed"}
NO_REPEATS: dict[str, Any] = {
    "papers__main__avoid_repeat_for_person": True,
    "papers__main__question_count": 2,
}


async def fill(
    db: Database, folder: Path, wanted: Wanted = WANTED, **changes: Any
) -> tuple[Rehearsed, Shelf]:
    shelf = Shelf()
    definition = define(folder, **changes)
    places = small_base().places
    return await simulate(db, shelf, definition, SEALER, places, wanted, LATE), shelf


async def rows(db: Database, table: Any) -> Sequence[RowMapping]:
    async with db.reading() as tx:
        return await tx.rows(select(table).order_by(*table.primary_key))


async def played(db: Database) -> list[Attempt]:
    names = Attempt.__dataclass_fields__
    return [Attempt(**{n: row[n] for n in names}) for row in await rows(db, attempts)]


async def test_closing_proving_and_exporting_hold_on_it(db: Database, tmp_path: Path) -> None:
    done, shelf = await fill(db, tmp_path)
    assert (done.people, done.attempts, done.answers) == (60, 120, 480)
    async with db.transaction() as tx:
        for round_id in ("w1", "w2"):
            result = (await compute(tx, done.published, round_id, "An", LATE)).result
            assert result.persons > 20
            assert 0 < result.all_correct < result.persons
    async with db.reading() as tx:
        report = await verify(tx, shelf, NAME)
        assert (report.differences, report.attempts, report.results) == ([], 120, 2)
        await export_jsonl(await open_source(tx, done.published), tmp_path / "out")
    assert differences(tmp_path / "out", changed(CONTEST)) == []


async def test_the_same_seed_gives_the_same_store(tmp_path: Path, db: Database) -> None:
    found = []
    for seed in ("7", "7", "8"):
        async with db.transaction() as tx:
            for name in ("answers", "attempts", "consents", "entrants", "people"):
                await tx.change(text(f"DELETE FROM {name}"))
        await fill(db, tmp_path, Wanted(seed, 30, 50))
        told: list[Any] = []
        for table in (people_table, entrants, attempts, answers):
            told += [{k: v for k, v in row.items() if k not in KEPT_APART}
                     for row in await rows(db, table)]  # fmt: skip
        found.append(told)
    assert found[0] == found[1]
    assert found[0] != found[2]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"attempts__max_per_day": 1, "attempts__max_total": 4},
        {"attempts__min_gap_s": 7_200},
        {"rounds__0__daily_window": {"from": "08:00", "to": "17:00", "days": [1, 2, 3, 4, 5]}},
        NO_REPEATS,
        {"papers__main__mode": "fixed"},
        {"papers__main__on_timeout": "discard", "attempts__abandoned_counts": False},
        {"papers__main__must_answer_all": True, "papers__main__points": {"per_correct": 10}},
        {"attempts__open_attempt_at_close": "full_time"},
        {"eligibility__min_age": None, "eligibility__max_age": 15},
        {"eligibility__groups_allowed": ["Khác"]},
        {"prediction__scope": "contest", "prediction__target": "persons",
         "prediction__text": "Có bao nhiêu người dự thi?"},
        {"prediction__enabled": False,
         "ranking__keys": [{"key": "correct", "order": "desc"},
                           {"key": "duration_ms", "order": "asc"}]},
    ],
)  # fmt: skip
async def test_everybody_plays_by_the_rules(
    tmp_path: Path, db: Database, changes: dict[str, Any]
) -> None:
    done, shelf = await fill(db, tmp_path, Wanted("3", 40, 90), **changes)
    published = done.published
    limits = published.contest.attempts
    by_person: dict[int, list[Attempt]] = {}
    for attempt in await played(db):
        by_person.setdefault(attempt.entrant_id, []).append(attempt)
        one = published.round(attempt.round)
        assert one is not None
        assert published.is_open(one, from_ms(attempt.started_ms))
        is_asked = published.contest.prediction.enabled and attempt.status == "submitted"
        assert (attempt.prediction is not None) >= is_asked
    assert sum(map(len, by_person.values())) == done.attempts > 60
    for own in by_person.values():
        assert max(Counter(a.round for a in own).values()) <= (limits.max_per_round or 99)
        days = Counter(vietnam_date(from_ms(a.started_ms)) for a in own)
        assert max(days.values()) <= (limits.max_per_day or 99)
        for before, after in zip(own, own[1:], strict=False):
            assert before.submitted_ms is not None
            assert after.started_ms - before.submitted_ms > limits.min_gap_s * 1_000
    async with db.transaction() as tx:
        for round_id in ("w1", "w2"):
            await compute(tx, published, round_id, "An", LATE)
    async with db.reading() as tx:
        assert (await verify(tx, shelf, NAME)).differences == []


async def test_a_paper_can_be_drawn_again_from_its_seed(tmp_path: Path, db: Database) -> None:
    done, _ = await fill(db, tmp_path, **NO_REPEATS)
    published = done.published
    seen: dict[int, set[str]] = {}
    for attempt in await played(db):
        one = published.round(attempt.round)
        assert one is not None
        before = seen.setdefault(attempt.entrant_id, set())
        drawn = draw_paper(
            published, one, from_ms(attempt.started_ms), attempt.seed, sorted(before)
        )
        async with db.reading() as tx:
            stored = await contest_attempts.paper_of(tx, attempt.id)
        assert [(a.question, a.shown) for a in stored] == [
            (published.numbers[d.question.name], ",".join(d.options)) for d in drawn
        ]
        before |= {d.question.id for d in drawn}


async def test_people_are_registered_as_the_form_would_register_them(
    tmp_path: Path, db: Database
) -> None:
    done, _ = await fill(db, tmp_path)
    contest = done.published.contest
    trees = Trees(small_base().places, done.published.document.units)
    names = set()
    guardians = 0
    for row in await rows(db, entrants):
        async with db.reading() as tx:
            entrant = await contest_entrants.get(tx, row["id"])
            consents = await contest_entrants.list_consents(tx, row["id"])
        assert entrant is not None
        form = open_registration(SEALER, entrant)
        assert read_form(contest, form.values, trees, from_ms(entrant.registered_ms)) == dict(
            form.values
        )
        assert not entrant.is_child or form.guardian, "a child never registers alone"
        assert {c.purpose for c in consents if c.given} >= {"to_chuc_thi"}
        names.add(form.values["ho_ten"])
        guardians += form.guardian is not None
        assert entrant.channel == "mo-phong"
    assert len(names) > 50
    assert guardians < 30


async def test_who_comes_afterwards_gets_a_number_of_his_own(tmp_path: Path, db: Database) -> None:
    await fill(db, tmp_path)
    async with db.transaction() as tx:
        known = max(row["id"] for row in await tx.rows(select(people_table.c.id)))
        assert (await people.meet(tx, "web", "an", LATE)).id > known


async def test_nothing_is_made_up_where_somebody_real_is(tmp_path: Path, db: Database) -> None:
    async with db.transaction() as tx:
        await people.meet(tx, "web", "an", LATE)
    with pytest.raises(InputRefused, match="đã có người thật"):
        await fill(db, tmp_path)
    assert await rows(db, attempts) == []
    async with db.reading() as tx:
        assert await Shelf().current(tx, NAME) is None, "nothing was published either"


@pytest.mark.parametrize(
    ("wanted", "changes", "words"),
    [
        (Wanted("1", 10, 61), {}, "nhiều nhất 6 lượt thi, nên 10 người không thể có 61 lượt"),
        (Wanted("1", 10, 10), {"eligibility__min_age": 110},
         "Không tạo được người mô phỏng đúng thể lệ. .*từ đủ 110 tuổi"),
        (Wanted("1", 10, 10), {"eligibility__tracks": ["unit_representative"]},
         "chỉ dành cho đại diện đơn vị"),
        (Wanted("1", 10, 10), {"rounds__0__kind": "practice", "rounds__1__kind": "practice"},
         "chỉ để luyện tập"),
    ],
)  # fmt: skip
async def test_what_cannot_be_made_up_is_told(
    tmp_path: Path, db: Database, wanted: Wanted, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputRefused, match=words):
        await fill(db, tmp_path, wanted, **changes)
    assert await rows(db, entrants) == []


@given(st.integers(1, 50), st.integers(0, 400), st.randoms(use_true_random=False))
def test_no_share_is_more_than_is_left(people: int, left: int, rng: Any) -> None:
    assert 0 <= _share(rng, left, people, 7) <= min(left, 7)


def test_the_command_tells_what_it_made_and_does_it_once(run: Run) -> None:
    out = run("simulate", "thu", "--people", "5", "--seed", "1", "--attempts", "9")
    assert "Đã tạo 5 người, 9 lượt thi, 36 câu trả lời" in out
    assert "khớp tất cả" in run("verify", "thu")
    again = run("simulate", "thu", "--people", "5", "--seed", "1", code=1)
    assert "đã có người mô phỏng của cuộc thi" in again
    assert "Không có cuộc thi nào" in run("simulate", "la", "--people", "5", "--seed", "1", code=1)
    assert app.registered_groups
