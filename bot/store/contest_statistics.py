"""What a contest is reported by: counts by place, group, day and score, and how each question went.

Counted are attempts handed in or timed out, of people who were not disqualified.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, case, cast, exists, func, select

from bot.store.contest_ranking import COUNTED
from bot.store.contest_tables import answers, attempts, contest_keys, contest_questions, entrants
from bot.store.database import Tx

GROUPINGS = ("province", "commune", "unit", "age_band", "gender", "group", "occupation", "channel")
"""The columns of a registration that people are counted by."""
_HOUR_MS = 3_600_000
_VIETNAM_MS = 7 * _HOUR_MS


@dataclass(frozen=True, slots=True)
class Count:
    """How many people, attempts and attempts all right a value stands for; None: not told."""

    value: str | None
    persons: int
    attempts: int
    all_correct: int


@dataclass(frozen=True, slots=True)
class QuestionCount:
    """How a question went: asked and right so often; `spread` is its point-biserial correlation
    with the rest of the paper (None where it cannot be told)."""

    question_id: str
    version: int
    asked: int
    right: int
    spread: float | None


async def count_by(tx: Tx, rounds: Sequence[int], grouping: str) -> list[Count]:
    """The counts by a column of `GROUPINGS`, most people first. Raises ValueError for another."""
    if grouping not in GROUPINGS:
        raise ValueError(f"nobody is counted by {grouping}")
    return await _count(tx, rounds, entrants.c[grouping], most_first=True)


async def count_by_day(tx: Tx, rounds: Sequence[int]) -> list[Count]:
    """The counts by the number of days since 1970 in Việt Nam, on which papers were handed in."""
    return await _count(tx, rounds, _local(24 * _HOUR_MS))


async def count_by_hour(tx: Tx, rounds: Sequence[int]) -> list[Count]:
    """The counts by the hour of the day in Việt Nam, 0 to 23."""
    return await _count(tx, rounds, _local(_HOUR_MS) % 24)


async def count_by_correct(tx: Tx, rounds: Sequence[int]) -> list[Count]:
    """The counts by the number of right answers, most right first."""
    found = await _count(tx, rounds, attempts.c.correct)
    return sorted(found, key=lambda c: -int(c.value or 0))


async def count_questions(tx: Tx, rounds: Sequence[int]) -> list[QuestionCount]:
    """How every question went, by its id."""
    right = case((_is_right(), 1), else_=0)
    # Its own point is taken out of the paper's: a question always goes along with itself.
    rest = cast(attempts.c.correct - right, BigInteger)
    rows = await tx.rows(
        _papers(
            rounds,
            contest_questions.c.question_id,
            contest_questions.c.version,
            func.count().label("n"),
            func.sum(right).label("right"),
            func.sum(rest).label("rest"),
            func.sum(rest * rest).label("squares"),
            func.sum(rest * right).label("together"),
        )
        .group_by(contest_questions.c.question_id, contest_questions.c.version)
        .order_by(contest_questions.c.question_id, contest_questions.c.version)
    )
    return [
        QuestionCount(
            row["question_id"],
            row["version"],
            row["n"],
            int(row["right"]),
            _spread(*(int(row[name]) for name in ("n", "right", "rest", "squares", "together"))),
        )
        for row in rows
    ]


async def count_options(
    tx: Tx, rounds: Sequence[int]
) -> dict[tuple[str, int], dict[str | None, int]]:
    """How often each answer was given to each question (id, version); None is no answer."""
    rows = await tx.rows(
        _papers(
            rounds,
            contest_questions.c.question_id,
            contest_questions.c.version,
            answers.c.chosen,
            func.count().label("n"),
        ).group_by(contest_questions.c.question_id, contest_questions.c.version, answers.c.chosen)
    )
    found: dict[tuple[str, int], dict[str | None, int]] = {}
    for row in rows:
        found.setdefault((row["question_id"], row["version"]), {})[row["chosen"]] = row["n"]
    return found


async def _count(
    tx: Tx, rounds: Sequence[int], by: ColumnElement[Any], *, most_first: bool = False
) -> list[Count]:
    perfect = and_(attempts.c.total > 0, attempts.c.correct == attempts.c.total)
    persons = func.count(attempts.c.entrant_id.distinct())
    value = by.label("value")
    rows = await tx.rows(
        select(
            value,
            persons.label("persons"),
            func.count().label("attempts"),
            func.sum(case((perfect, 1), else_=0)).label("all_correct"),
        )
        .join(entrants, entrants.c.id == attempts.c.entrant_id)
        .where(*_counted(rounds))
        .group_by(by)
        .order_by(*([persons.desc()] if most_first else []), by)
    )
    return [
        Count(
            None if row["value"] is None else str(row["value"]),
            row["persons"],
            row["attempts"],
            int(row["all_correct"]),
        )
        for row in rows
    ]


def _papers(rounds: Sequence[int], *columns: ColumnElement[Any]) -> Select[Any]:
    return (
        select(*columns)
        .select_from(attempts)
        .join(entrants, entrants.c.id == attempts.c.entrant_id)
        .join(answers, answers.c.attempt_id == attempts.c.id)
        .join(contest_questions, contest_questions.c.id == answers.c.question)
        .where(*_counted(rounds))
    )


def _counted(rounds: Sequence[int]) -> list[ColumnElement[bool]]:
    return [
        attempts.c.round.in_(rounds),
        attempts.c.status.in_(COUNTED),
        entrants.c.standing != "disqualified",
    ]


def _is_right() -> ColumnElement[bool]:
    return exists().where(
        contest_keys.c.question == answers.c.question, contest_keys.c.chosen == answers.c.chosen
    )


def _local(step_ms: int) -> ColumnElement[int]:
    # Whole numbers divide to whole numbers in both databases; these instants are never negative.
    shifted = cast(attempts.c.submitted_ms + _VIETNAM_MS, BigInteger)
    return cast(shifted.op("/")(step_ms), BigInteger)


def _spread(n: int, right: int, rest: int, squares: int, together: int) -> float | None:
    if n < 2 or right in (0, n):
        return None
    variance = squares / n - (rest / n) ** 2
    if variance <= 0:
        return None
    share = right / n
    return (together / n - share * rest / n) / sqrt(variance * share * (1 - share))
