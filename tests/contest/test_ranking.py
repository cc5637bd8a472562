"""The ranking: the database and plain Python, written apart, agree; whoever re-sorts agrees too."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.contest.ranking import Played, Ranked, count_figures, place_people, rank_people
from bot.store import contest_ranking, contest_results
from bot.store.contest_board_tables import lots
from bot.store.contest_ranking import COLUMNS, Order, RankRules
from bot.store.contest_tables import attempts, entrants
from bot.store.database import Database, Tx
from tests.contest.conftest import at

KEYS = (
    Order("correct", True),
    Order("prediction_distance", False),
    Order("duration_ms", False),
    Order("submitted_at", False),
)
ROUND = 7
SETTINGS = settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def played(id_: int, entrant: int, correct: int = 0, **more: Any) -> Played:
    """An attempt of four questions; one minute long if nothing else is said."""
    given = {
        "segment": "",
        "registered_at": entrant,
        "total": 4,
        "score": correct,
        "prediction": None,
        "started_at": 1_000,
        "submitted_at": 61_000,
        **more,
    }
    return Played(id=id_, entrant_id=entrant, correct=correct, **given)


async def put(tx: Tx, rows: Sequence[Played], drawn: dict[int, int] | None = None) -> None:
    """Writes attempts as they would lie in the store, in place of all others."""
    for table in (attempts, entrants, lots):
        await tx.change(table.delete())
    people = {row.entrant_id: row for row in rows}
    if not people:
        return
    await tx.connection.execute(
        entrants.insert(),
        [
            {
                "id": e,
                "contest_id": "thu",
                "registered_ms": row.registered_at,
                "channel": "web",
                "is_child": False,
                "sealed": "",
                "segment": row.segment,
            }
            for e, row in people.items()
        ],
    )
    await tx.connection.execute(
        attempts.insert(),
        [
            {
                "id": row.id,
                "entrant_id": row.entrant_id,
                "round": ROUND,
                "version": 1,
                "seed": "",
                "deadline_ms": row.submitted_at,
                "started_ms": row.started_at,
                "submitted_ms": row.submitted_at,
                "status": "submitted",
                "duration_ms": row.duration_ms,
                **{n: getattr(row, n) for n in ("total", "correct", "score", "prediction")},
            }
            for row in rows
        ],
    )
    for entrant, lot in (drawn or {}).items():
        if entrant in people:
            row = {"contest_id": "thu", "round": ROUND, "entrant_id": entrant, "lot": lot}
            await tx.change(lots.insert().values(**row, how="draw", reason="", by="", at=at()))


async def rank_in_sql(tx: Tx, rules: RankRules, actual: int | None) -> list[Ranked]:
    statement = contest_ranking.ranked(
        contest_ranking.counted([ROUND]), rules, actual, "thu", ROUND
    )
    rows = [Ranked(**row) for row in await tx.rows(statement)]
    return sorted(rows, key=lambda r: (r.segment, r.rank, r.entrant_id))


@st.composite
def rounds(draw: st.DrawFn) -> list[Played]:
    """A small round full of equals: few values for every key."""
    rows: list[Played] = []
    small = st.integers(0, 2)
    for entrant in range(1, draw(st.integers(1, 6)) + 1):
        segment, registered = draw(st.sampled_from(["", "trong"])), draw(small)
        for _ in range(draw(st.integers(0, 3))):
            total = draw(st.integers(0, 2))
            rows.append(
                played(
                    len(rows) + 1,
                    entrant,
                    draw(st.integers(0, total)),
                    total=total,
                    segment=segment,
                    registered_at=registered,
                    score=draw(st.integers(-2, 2)),
                    prediction=draw(st.none() | st.integers(0, 6)),
                    started_at=(start := draw(small)),
                    submitted_at=start + draw(small),
                )
            )
    random.Random(draw(small)).shuffle(rows)
    return rows


def orders(keys: Sequence[str] = COLUMNS) -> st.SearchStrategy[tuple[Order, ...]]:
    return st.lists(
        st.builds(Order, st.sampled_from(keys), st.booleans()), min_size=1, max_size=4
    ).map(tuple)


rank_rules = st.builds(
    RankRules,
    keys=orders(),
    best=orders(),
    counting=st.sampled_from(["first", "last", "best", "sum", "average"]),
    gate=st.none() | st.just("all") | st.integers(0, 2),
    under_only=st.booleans(),
)


@given(rows=rounds(), rules=rank_rules, actual=st.none() | st.integers(0, 6), data=st.data())
@SETTINGS
async def test_the_database_ranks_as_plain_python_does(
    db: Database, rows: list[Played], rules: RankRules, actual: int | None, data: st.DataObject
) -> None:
    drawn = data.draw(st.dictionaries(st.integers(1, 6), st.integers(1, 3)))
    async with db.transaction() as tx:
        await put(tx, rows, drawn)
        found = await rank_in_sql(tx, rules, actual)
        counted = await contest_ranking.figures(
            tx, contest_ranking.counted([ROUND]), rules.counting
        )
    people = {row.entrant_id for row in rows}
    drawn = {e: lot for e, lot in drawn.items() if e in people}
    assert found == rank_people(rows, rules, actual, drawn)
    assert counted == count_figures(rows, rules)


@given(rows=rounds(), rules=rank_rules, actual=st.integers(0, 6), seed=st.integers())
@settings(max_examples=300)
def test_sorting_the_exported_keys_gives_the_same_ranks(
    rows: list[Played], rules: RankRules, actual: int, seed: int
) -> None:
    ranking = rank_people(rows, rules, actual)
    shuffled = [Ranked(**{**asdict(one), "rank": 0}) for one in ranking]
    random.Random(seed).shuffle(shuffled)
    assert place_people(shuffled, rules.keys) == ranking
    assert len({one.entrant_id for one in ranking}) == len(ranking), "each person once"


async def ranks(db: Database, rows: Sequence[Played], rules: RankRules, actual: int) -> list[Any]:
    async with db.transaction() as tx:
        await put(tx, rows)
        return [(r.entrant_id, r.rank) for r in await rank_in_sql(tx, rules, actual)]


async def test_correct_then_prediction_then_time_then_the_earlier(db: Database) -> None:
    rows = [
        played(1, 1, 3, prediction=100),
        played(2, 2, 4, prediction=90),
        played(3, 3, 4, prediction=105),
        played(4, 4, 4, prediction=95, submitted_at=60_000),
        played(5, 5, 4, prediction=105, started_at=2_000, submitted_at=62_000),
    ]
    assert await ranks(db, rows, RankRules(KEYS, KEYS), 100) == [
        (4, 1),
        (3, 2),
        (5, 3),
        (2, 4),
        (1, 5),
    ]


async def test_equals_on_every_key_share_a_rank(db: Database) -> None:
    rows = [played(n, n, 4, prediction=100) for n in (1, 2)] + [played(3, 3, 4, prediction=9)]
    assert await ranks(db, rows, RankRules(KEYS, KEYS), 100) == [(1, 1), (2, 1), (3, 3)]


@pytest.mark.parametrize(("under_only", "expected"), [(False, [1, 1]), (True, [1, 2])])
async def test_a_guess_as_far_over_as_under(
    db: Database, under_only: bool, expected: list[int]
) -> None:
    rows = [played(1, 1, 4, prediction=95), played(2, 2, 4, prediction=105)]
    rules = RankRules(KEYS[:2], KEYS[:2], under_only=under_only)
    assert [rank for _, rank in await ranks(db, rows, rules, 100)] == expected


async def test_no_guess_comes_after_the_worst_one(db: Database) -> None:
    rows = [played(1, 1, 4), played(2, 2, 4, prediction=10_000_000)]
    assert await ranks(db, rows, RankRules(KEYS, KEYS), 0) == [(2, 1), (1, 2)]


@pytest.mark.parametrize(
    ("counting", "counts"), [("first", 1), ("last", 3), ("best", 2), ("sum", 3), ("average", 3)]
)
async def test_which_attempt_counts(db: Database, counting: Any, counts: int) -> None:
    rows = [played(1, 1, 2), played(2, 1, 4), played(3, 1, 3)]
    async with db.transaction() as tx:
        await put(tx, rows)
        (one,) = await rank_in_sql(tx, RankRules(KEYS, KEYS, counting), 0)
    assert one.attempt_id == counts
    assert one.attempts_used == 3
    assert one.perfect_attempts == 1
    wanted = {"first": 2, "last": 3, "best": 4, "sum": 9, "average": 3_000}
    assert one.correct == wanted[counting]


@pytest.mark.parametrize(("gate", "left"), [(None, [1, 2, 3]), (3, [1, 2]), ("all", [1])])
async def test_the_gate_cuts_off(db: Database, gate: Any, left: list[int]) -> None:
    rows = [played(1, 1, 4), played(2, 2, 3), played(3, 3, 2)]
    found = await ranks(db, rows, RankRules(KEYS, KEYS, gate=gate), 0)
    assert [entrant for entrant, _ in found] == left


async def test_no_name_but_a_column_reaches_the_database(db: Database) -> None:
    with pytest.raises(ValueError, match="no column"):
        contest_ranking.ranked(
            contest_ranking.counted([1]),
            RankRules((Order("id; DROP TABLE attempts", True),), KEYS),
            None,
            "thu",
            1,
        )
    assert set(contest_results.ROW) >= set(COLUMNS)
