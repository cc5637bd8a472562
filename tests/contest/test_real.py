"""Eleven contests that were really held, in the rule model: what is known of them comes out again.

What no source tells is left open in the files, and the lint must then name just that: it is what
an organizer would have been asked before the contest opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.clock import VIETNAM
from bot.contest.load import Contests, load_contests
from bot.contest.reading import from_json, to_json
from bot.contest.rules import Contest
from bot.contest.words import Target
from bot.knowledge.model import Base
from tests.conftest import TODAY
from tests.contest.folder import dump, question

REAL = Path(__file__).parent / "real"
ANY_TIME = {"status": "starter", "valid": {"from": "2000-01-01"}}
UNKNOWN = "«UNKNOWN» không dùng được ở đây"
NO_KEYS, NO_LAST = "Chưa có tiêu chí xếp hạng nào", "chưa biết xếp ai trước"
NO_GUESS, GUESS_UNUSED = "Chưa có lời của câu dự đoán", "xếp hạng không dùng đến"
NO_SCHOOLS, NO_HEADS = "Chưa có tệp units.yaml", "mọi đơn vị phải có sĩ số"
BY_GUESS = ("correct", "prediction_distance")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the sources say of one contest; `faults` is what they leave open, as lint tells it."""

    opens: str
    closes: str
    rounds: int = 1
    per_round: int | None = 1
    total: int | None = None
    questions: int = 10
    minutes: int = 10
    target: Target | None = None
    ranked_by: tuple[str, ...] = ()
    gate: bool = False
    prizes: tuple[tuple[int, ...], ...] = ()
    collective: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


FACTS = {
    "bau-cu-2021-bo-tu-phap": Facts(
        opens="2021-04-01T00:00",
        closes="2021-05-01T00:00",
        per_round=None,
        total=3,
        questions=19,
        minutes=20,
        target="persons_all_correct",  # the default in place of what is unknown
        prizes=((1, 5, 10, 20),),
        faults=(UNKNOWN, UNKNOWN, NO_GUESS, NO_KEYS, NO_LAST, GUESS_UNUSED),
    ),
    "bau-cu-2026-tuyen-giao": Facts(
        opens="2026-02-27T00:00",
        closes="2026-03-16T00:00",
        rounds=2,
        per_round=7,
        target="persons_all_correct",
        prizes=((1, 2, 3, 10),),
        collective=("judged",),
        faults=(UNKNOWN, UNKNOWN, NO_GUESS, NO_KEYS, NO_LAST, GUESS_UNUSED),
    ),
    "nghi-quyet-dang-2025": Facts(
        opens="2025-11-03T07:30",
        closes="2025-11-28T17:30",
        rounds=4,
        faults=(NO_KEYS, NO_LAST),
    ),
    "cong-dan-bau-cu-tphcm-2026": Facts(
        opens="2026-02-03T07:00",
        closes="2026-03-15T19:00",
        rounds=6,
        target="persons_all_correct",
        ranked_by=BY_GUESS,
        gate=True,
        prizes=((14,),),
        faults=(NO_LAST,),
    ),
    "luat-canh-sat-bien-2021": Facts(
        opens="2021-09-06T00:00",
        closes="2021-10-07T00:00",
        rounds=4,
        per_round=None,
        minutes=15,
        target="persons",
        ranked_by=BY_GUESS,
        gate=True,
        prizes=((33,), (51,)),
        collective=("persons", "total_score"),
        faults=(NO_LAST,),
    ),
    "vcnet-tuyen-giao-2020": Facts(
        opens="2020-03-23T10:00",
        closes="2020-07-13T09:00",
        rounds=16,
        per_round=None,
        minutes=60,
        target="persons_all_correct",
        ranked_by=(*BY_GUESS, "submitted_at"),
        gate=True,
        prizes=((1, 2, 5, 8),),
        faults=(NO_LAST,),
    ),
    "gia-lai-thpt-2025": Facts(
        opens="2025-11-09T00:00",
        closes="2025-11-19T00:00",
        total=1,
        questions=20,
        minutes=15,
        ranked_by=("correct", "duration_ms"),
        prizes=((1, 3, 10, 15),),
        collective=("persons", "prize_winners"),
        faults=(NO_SCHOOLS, NO_LAST),
    ),
    "quang-nam-thcs-2022": Facts(
        opens="2022-10-10T07:00",
        closes="2022-11-21T00:00",
        rounds=2,
        per_round=2,
        questions=30,
        minutes=30,
        target="persons",
        ranked_by=(
            "score",
            "prediction_distance",
            "duration_ms",
            "started_at",
            "perfect_attempts",
        ),
        prizes=((1, 2, 3),),
        collective=("composite",),
        faults=(NO_SCHOOLS, NO_LAST, NO_HEADS),
    ),
    "quynh-luu-2020": Facts(
        opens="2020-06-01T00:00",
        closes="2020-09-11T00:00",
        rounds=4,
        per_round=None,
        minutes=45,
        faults=(NO_KEYS, NO_LAST),
    ),
    "binh-tan-2019": Facts(
        opens="2019-04-01T00:00",
        closes="2019-04-29T00:00",
        rounds=4,
        questions=20,
        ranked_by=("correct", "duration_ms", "submitted_at"),
        prizes=((5,),),
        faults=(NO_SCHOOLS, NO_LAST),
    ),
    "tan-bien-2021": Facts(
        opens="2021-03-15T00:00",
        closes="2021-05-16T00:00",
        rounds=9,
        faults=(NO_KEYS, NO_LAST),
    ),
}


def instant(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=VIETNAM)


def bank(name: str, **more: Any) -> dict[str, Any]:
    """Thirty questions of each level, in force on any day."""
    return {"bank": name, "questions": [question(n, **ANY_TIME, **more) for n in range(1, 91)]}


@pytest.fixture(scope="module")
def contests(base: Base, tmp_path_factory: pytest.TempPathFactory) -> Contests:
    folder = tmp_path_factory.mktemp("real")
    for path in REAL.glob("*.yaml"):
        place = folder / "contests" / path.stem
        place.mkdir(parents=True)
        (place / "contest.yaml").write_bytes(path.read_bytes())
    several: dict[str, Any] = {"key": ["a", "c"]}
    for name, more in (("ngan-hang", {}), ("ngan-hang-nhieu-dap-an", several)):
        place = folder / "contests" / name
        place.mkdir()
        (place / "questions.yaml").write_text(dump(bank(name, **more)), encoding="utf-8")
    return load_contests(folder, base, TODAY)


def test_there_are_eleven_of_them(contests: Contests) -> None:
    assert len(FACTS) == 11
    assert set(contests.definitions) == set(FACTS) == {path.stem for path in REAL.glob("*.yaml")}


@pytest.mark.parametrize("name", FACTS)
def test_what_is_known_of_a_real_contest_is_what_its_file_says(
    contests: Contests, name: str
) -> None:
    contest, facts = contests.definitions[name].contest, FACTS[name]
    closes = [r.closes_at for r in contest.rounds if r.closes_at]
    asked = contest.prediction
    found = Facts(
        opens=facts.opens,
        closes=facts.closes,
        rounds=len(contest.rounds),
        per_round=contest.attempts.max_per_round,
        total=contest.attempts.max_total,
        questions=max(p.question_count for p in contest.papers.values()),
        minutes=max(p.time_limit_s for p in contest.papers.values()) // 60,
        target=asked.target if asked.enabled else None,
        ranked_by=tuple(key.key for key in contest.ranking.keys),
        gate=contest.ranking.gate is not None,
        prizes=tuple(
            tuple(t.count for t in one.individual) for one in contest.prizes.sets.values()
        ),
        collective=tuple(one.metric for one in contest.prizes.collective),
        faults=facts.faults,
    )
    assert found == facts
    assert min(r.opens_at for r in contest.rounds) == instant(facts.opens)
    assert max(closes) == instant(facts.closes)


@pytest.mark.parametrize("name", FACTS)
def test_lint_asks_for_just_what_the_sources_do_not_tell(contests: Contests, name: str) -> None:
    told = [fault.sentence for fault in contests.definitions[name].faults]
    wanted = list(FACTS[name].faults)
    missing = [words for words in wanted if not any(words in sentence for sentence in told)]
    surplus = [sentence for sentence in told if not any(words in sentence for words in wanted)]
    assert (missing, surplus, len(told)) == ([], [], len(wanted))


@pytest.mark.parametrize("name", FACTS)
def test_a_real_contest_can_be_published_and_read_back(contests: Contests, name: str) -> None:
    contest = contests.definitions[name].contest
    assert from_json(Contest, to_json(contest)) == contest


def test_the_coast_guard_ranks_soldiers_apart_in_rounds_that_overlap(contests: Contests) -> None:
    contest = contests.definitions["luat-canh-sat-bien-2021"].contest
    assert contest.ranking.segments == ("Trong quân đội", "Ngoài quân đội")
    assert contest.rounds[-1].overlaps == ("tuan-1", "tuan-2", "tuan-3")


def test_quang_nam_gives_ten_points_an_answer_and_one_prize_a_person(contests: Contests) -> None:
    contest = contests.definitions["quang-nam-thcs-2022"].contest
    paper, prizes = contest.papers["main"], contest.prizes
    assert paper.question_count * paper.points.per_correct == 300
    assert prizes.sets["dot"].max_per_person_contest == 1
    assert prizes.composite.prize_points == {"Nhất": 10, "Nhì": 8, "Ba": 6}


@pytest.mark.parametrize(
    ("name", "days", "hours"),
    [
        ("nghi-quyet-dang-2025", (1, 2, 3, 4, 5), ("07:30", "17:30")),
        ("tan-bien-2021", (1,), ("09:00", "23:00")),
    ],
)
def test_some_contests_are_open_in_certain_hours_only(
    contests: Contests, name: str, days: tuple[int, ...], hours: tuple[str, str]
) -> None:
    for round_ in contests.definitions[name].contest.rounds:
        window = round_.daily_window
        assert window is not None
        assert window.days == days
        assert (f"{window.from_:%H:%M}", f"{window.to:%H:%M}") == hours


def test_vcnet_takes_several_answers_and_the_earliest_of_the_best(contests: Contests) -> None:
    contest = contests.definitions["vcnet-tuyen-giao-2020"].contest
    assert contest.papers["main"].answer_kind == "multiple"
    assert contest.attempts.best_by == ("correct", "submitted_at")
