"""The ranking of a round in SQL: which attempt of each person counts, and who stands before whom.

One statement with window functions, the same on SQLite and PostgreSQL. The keys come from the
contest's rules; only names of `COLUMNS` reach the SQL. Whole numbers throughout, so that both
databases, a spreadsheet and `contest verify` sort alike; what is missing sorts last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    select,
)

from bot.store.contest_board_tables import lots, rankings
from bot.store.contest_tables import attempts, entrants
from bot.store.database import Tx

Counting: TypeAlias = Literal["first", "last", "best", "sum", "average"]
Ranking: TypeAlias = Select[tuple[object, ...]]
"""The statement that ranks people; see `ranked` for its columns."""

COUNTED = ("submitted", "timed_out")
"""The ways to end of an attempt that counts."""

COLUMNS = (
    "correct",
    "score",
    "prediction",
    "prediction_distance",
    "duration_ms",
    "submitted_at",
    "started_at",
    "registered_at",
    "attempts_used",
    "perfect_attempts",
    "cumulative_score",
)
"""The columns of a ranking; an average is kept in thousandths."""
THOUSANDTHS = 1_000
_EARNED = ("total", "correct", "score")


@dataclass(frozen=True, slots=True)
class Order:
    """One key of an order and whether more is better."""

    key: str
    descending: bool


@dataclass(frozen=True, slots=True)
class RankRules:
    """How a round is ranked: `best` chooses a person's attempt, `keys` rank the people.

    `gate` is the least number of right answers, or "all" of them. `earlier` are the results whose
    scores are added up for the cumulative score.
    """

    keys: tuple[Order, ...]
    best: tuple[Order, ...]
    counting: Counting = "best"
    gate: Literal["all"] | int | None = None
    under_only: bool = False
    earlier: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of a population: people and attempts that count, and those all right."""

    persons: int
    attempts: int
    persons_all_correct: int
    attempts_all_correct: int


def counted(
    rounds: Sequence[int],
    marks: FromClause | None = None,
    *,
    without: Sequence[int] = (),
    with_disqualified: bool = False,
) -> CTE:
    """The attempts of the rounds that count, with what is needed of their people.

    `marks` (attempt_id, total, correct, score) are marks to count by in place of those stored;
    the attempts `without` are left out.
    """
    standing = entrants.c.standing
    earned: list[ColumnElement[int]] = [attempts.c.total, attempts.c.correct, attempts.c.score]
    people = attempts.join(entrants, entrants.c.id == attempts.c.entrant_id)
    if marks is not None:
        people = people.outerjoin(marks, marks.c.attempt_id == attempts.c.id)
        earned = [func.coalesce(marks.c[n], attempts.c[n]).label(n) for n in _EARNED]
    return (
        select(
            attempts.c.id,
            attempts.c.entrant_id,
            *earned,
            attempts.c.prediction,
            attempts.c.duration_ms,
            attempts.c.submitted_ms.label("submitted_at"),
            attempts.c.started_ms.label("started_at"),
            entrants.c.registered_ms.label("registered_at"),
            entrants.c.segment,
            attempts.c.round,
        )
        .select_from(people)
        .where(
            attempts.c.round.in_(rounds),
            attempts.c.status.in_(COUNTED),
            *([] if with_disqualified else [standing != "disqualified"]),
            *([attempts.c.id.not_in(without)] if without else []),
        )
        .cte("counted")
    )


async def figures(tx: Tx, source: CTE, counting: Counting) -> Figures:
    """The numbers of the attempts of `source`, each person counted once.

    All right is who has a counted attempt all right; where only the first or last one counts, that.
    """
    perfect = _is_perfect(source)
    row = await tx.first(
        select(
            func.count(source.c.entrant_id.distinct()).label("persons"),
            func.count().label("attempts"),
            func.coalesce(func.sum(case((perfect, 1), else_=0)), 0).label("perfect"),
        ).select_from(source)
    )
    assert row is not None  # noqa: S101 an aggregate gives one row
    if counting in ("first", "last"):
        chosen = _numbered(source, (), counting)
        people = select(func.count()).where(chosen.c.place == 1, _is_perfect(chosen))
    else:
        people = select(func.count(source.c.entrant_id.distinct())).where(perfect)
    return Figures(
        persons=int(row["persons"]),
        attempts=int(row["attempts"]),
        persons_all_correct=int(await tx.value(people)),
        attempts_all_correct=int(row["perfect"]),
    )


def ranked(
    source: CTE, rules: RankRules, actual: int | None, contest_id: str, round_number: int
) -> Ranking:
    """The ranking: segment, rank, entrant_id, attempt_id and every column of `COLUMNS`, and lot.

    Equals have the same rank; a lot drawn or a place given by the board parts them.
    """
    scored = _scored(source, rules, actual)
    chosen = (
        _totalled(scored, rules) if rules.counting in ("sum", "average") else _chosen(scored, rules)
    )
    lot = lots.alias("lot")
    joined = select(chosen, lot.c.lot).outerjoin(
        lot,
        and_(
            lot.c.contest_id == contest_id,
            lot.c.round == round_number,
            lot.c.entrant_id == chosen.c.entrant_id,
        ),
    )
    passed = joined.where(_passes(chosen, rules)).cte("passed")
    order = [*order_by(passed, rules.keys), passed.c.lot.asc().nulls_last()]
    rank = func.rank().over(partition_by=passed.c.segment, order_by=order)
    return select(
        passed.c.entrant_id,
        passed.c.segment,
        rank.label("rank"),
        passed.c.attempt_id,
        *(passed.c[name] for name in COLUMNS),
        passed.c.lot,
    )


def order_by(source: CTE, keys: Sequence[Order]) -> list[ColumnElement[object]]:
    """The keys as columns to order by; what is missing comes last. Raises ValueError for no column."""
    for key in keys:
        if key.key not in COLUMNS:
            raise ValueError(f"{key.key} is no column of a ranking")
    return [
        (source.c[k.key].desc() if k.descending else source.c[k.key].asc()).nulls_last()
        for k in keys
    ]


async def first_of(tx: Tx, ranking: Ranking, reach: int) -> list[dict[str, Any]]:
    """The people of a ranking up to a rank, with their standing, best first; nothing is stored."""
    rows = ranking.subquery()
    found = await tx.rows(
        select(rows, entrants.c.standing)
        .join(entrants, entrants.c.id == rows.c.entrant_id)
        .where(rows.c.rank <= reach)
        .order_by(rows.c.segment, rows.c.rank, rows.c.entrant_id)
    )
    return [dict(row) for row in found]


def _scored(source: CTE, rules: RankRules, actual: int | None) -> CTE:
    """The attempts with what is counted over a person's attempts, and the distance of the guess."""
    distance: ColumnElement[int | None] = cast(null(), BigInteger)
    if actual is not None:
        guess = source.c.prediction
        distance = func.abs(guess - actual)
        if rules.under_only:
            distance = case((guess <= actual, actual - guess), else_=null())
    by_person = source.c.entrant_id
    cumulative: ColumnElement[int] = literal(0)
    statement = select(
        source,
        distance.label("prediction_distance"),
        func.count().over(partition_by=by_person).label("attempts_used"),
        func.sum(case((_is_perfect(source), 1), else_=0))
        .over(partition_by=by_person)
        .label("perfect_attempts"),
    )
    if rules.earlier:
        before = (
            select(rankings.c.entrant_id, func.sum(rankings.c.score).label("score"))
            .where(rankings.c.result_id.in_(rules.earlier))
            .group_by(rankings.c.entrant_id)
            .subquery("before")
        )
        cumulative = func.coalesce(before.c.score, 0)
        statement = statement.outerjoin(before, before.c.entrant_id == by_person)
    return statement.add_columns(cast(cumulative, BigInteger).label("earlier_score")).cte("scored")


def _numbered(source: CTE, best: Sequence[Order], counting: Counting) -> CTE:
    """The attempts numbered within their person; the one with place 1 counts."""
    if counting == "best":
        order = [*order_by(source, [o for o in best if o.key in source.c]), source.c.id.asc()]
    else:
        order = [source.c.id.asc() if counting == "first" else source.c.id.desc()]
    place = func.row_number().over(partition_by=source.c.entrant_id, order_by=order)
    return select(source, place.label("place")).cte("numbered")


def _chosen(scored: CTE, rules: RankRules) -> CTE:
    numbered = _numbered(scored, rules.best, rules.counting)
    return (
        select(
            numbered.c.entrant_id,
            numbered.c.segment,
            numbered.c.id.label("attempt_id"),
            numbered.c.total,
            *(numbered.c[name] for name in COLUMNS if name != "cumulative_score"),
            (numbered.c.score + numbered.c.earlier_score).label("cumulative_score"),
        )
        .where(numbered.c.place == 1)
        .cte("chosen")
    )


def _totalled(scored: CTE, rules: RankRules) -> CTE:
    """One row a person with sums, or averages in thousandths; the guess is that of the last."""
    last = _numbered(scored, (), "last")
    per = func.count()

    def over_all(name: str) -> ColumnElement[int]:
        total = func.sum(scored.c[name])
        # In SQL and in Python alike: whole numbers, cut off downwards; none is negative but a
        # score, where a paper takes points off for wrong answers.
        return total if rules.counting == "sum" else _floor_div(total * THOUSANDTHS, per)

    sums = (
        select(
            scored.c.entrant_id,
            func.sum(scored.c.total).label("total"),
            func.sum(scored.c.correct).label("all_correct"),
            *(over_all(n).label(n) for n in ("correct", "score", "duration_ms")),
            func.max(scored.c.submitted_at).label("submitted_at"),
            func.min(scored.c.started_at).label("started_at"),
        )
        .group_by(scored.c.entrant_id)
        .subquery("sums")
    )
    mixed = {"correct", "score", "duration_ms", "submitted_at", "started_at"}
    return (
        select(
            last.c.entrant_id,
            last.c.segment,
            last.c.id.label("attempt_id"),
            sums.c.total,
            sums.c.all_correct,
            *(
                (sums if name in mixed else last).c[name]
                for name in COLUMNS
                if name != "cumulative_score"
            ),
            (sums.c.score + last.c.earlier_score).label("cumulative_score"),
        )
        .join(sums, sums.c.entrant_id == last.c.entrant_id)
        .where(last.c.place == 1)
        .cte("chosen")
    )


def _floor_div(a: ColumnElement[int], b: ColumnElement[int]) -> ColumnElement[int]:
    # `/` truncates in both databases; this rounds down for what is negative too.
    whole = cast(a, BigInteger).op("/")(cast(b, BigInteger))
    rest = cast(a, BigInteger).op("%")(cast(b, BigInteger))
    return cast(whole - case((rest < 0, 1), else_=0), BigInteger)


def _passes(chosen: CTE, rules: RankRules) -> ColumnElement[bool]:
    if rules.gate is None:
        return literal(1) == 1
    if rules.gate == "all":
        correct = chosen.c.all_correct if "all_correct" in chosen.c else chosen.c.correct
        return and_(chosen.c.total > 0, correct == chosen.c.total)
    least = rules.gate * (THOUSANDTHS if rules.counting == "average" else 1)
    return chosen.c.correct >= least


def _is_perfect(source: CTE) -> ColumnElement[bool]:
    return and_(source.c.total > 0, source.c.correct == source.c.total)
