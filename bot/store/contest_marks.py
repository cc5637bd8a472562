"""Marking in SQL, many attempts at once: when a key is put right after people have answered.

`bot.contest.marking` says the same for one paper; `contest verify` compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Integer,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    update,
)

from bot.store.contest_tables import answers, attempts, contest_keys, contest_questions
from bot.store.database import Tx

Marks: TypeAlias = Subquery
"""Marks worked out and not stored: attempt_id, total, correct, score."""


@dataclass(frozen=True, slots=True)
class NewMarking:
    """How a question is to be marked from now on, by its number."""

    treatment: str
    accepted: frozenset[str]


@dataclass(frozen=True, slots=True)
class PaperPoints:
    """What answers earn in a round: by level where it is given, and for a wrong one."""

    by_level: Mapping[int, int]
    wrong: int


@dataclass(frozen=True, slots=True)
class MarkChange:
    """How many ended attempts earn another mark, and how many of them more or less."""

    attempts: int
    up: int
    down: int


def remarked(new: Mapping[int, NewMarking], points: Mapping[int, PaperPoints]) -> Marks:
    """The marks of every attempt that holds one of the questions: attempt_id, total, correct, score.

    Other questions are marked as they are stored. `points` are by the number of the round.
    """
    question = answers.c.question
    treatment = case(
        *((question == number, marking.treatment) for number, marking in new.items()),
        else_=contest_questions.c.treatment,
    )
    is_accepted = case(
        *(
            (question == number, answers.c.chosen.in_(sorted(marking.accepted)))
            for number, marking in new.items()
        ),
        else_=contest_keys.c.question.is_not(None),
    )
    counts = treatment != "dropped"
    is_right = and_(counts, or_(treatment == "full_marks", func.coalesce(is_accepted, False)))
    is_wrong = and_(counts, answers.c.chosen.is_not(None))
    concerned = select(answers.c.attempt_id).where(question.in_(list(new)))
    earned, lost = _points(points)
    return (
        select(
            answers.c.attempt_id,
            _count(counts).label("total"),
            _count(is_right).label("correct"),
            cast(func.sum(case((is_right, earned), (is_wrong, lost), else_=0)), Integer).label(
                "score"
            ),
        )
        .join(attempts, attempts.c.id == answers.c.attempt_id)
        .join(contest_questions, contest_questions.c.id == question)
        .outerjoin(
            contest_keys,
            and_(contest_keys.c.question == question, contest_keys.c.chosen == answers.c.chosen),
        )
        .where(answers.c.attempt_id.in_(concerned), attempts.c.round.in_(list(points)))
        .group_by(answers.c.attempt_id)
        .subquery("remarked")
    )


async def count_changes(tx: Tx, marks: Marks) -> MarkChange:
    """How many ended attempts the new marks would change."""
    differs = or_(
        marks.c.total != attempts.c.total,
        marks.c.correct != attempts.c.correct,
        marks.c.score != attempts.c.score,
    )
    row = await tx.first(
        select(
            func.count().label("attempts"),
            _count(marks.c.score > attempts.c.score).label("up"),
            _count(marks.c.score < attempts.c.score).label("down"),
        )
        .select_from(marks.join(attempts, attempts.c.id == marks.c.attempt_id))
        .where(attempts.c.correct.is_not(None), differs)
    )
    assert row is not None  # noqa: S101 an aggregate gives one row
    return MarkChange(row["attempts"], row["up"] or 0, row["down"] or 0)


async def write_marks(tx: Tx, marks: Marks) -> int:
    """Writes the new marks to the attempts that have ended; gives how many it went through."""
    values: dict[str, Any] = {name: marks.c[name] for name in ("total", "correct", "score")}
    return await tx.change(
        update(attempts)
        .where(attempts.c.id == marks.c.attempt_id, attempts.c.correct.is_not(None))
        .values(**values)
    )


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return cast(func.sum(case((condition, 1), else_=0)), Integer)


def _points(
    points: Mapping[int, PaperPoints],
) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """What a right and what a wrong answer earn, by the round of the attempt and the level."""
    level = contest_questions.c.level
    earned = case(
        *(
            (and_(attempts.c.round == number, level == one), value)
            for number, paper in points.items()
            for one, value in paper.by_level.items()
        ),
        else_=literal(0),
    )
    lost = case(
        *((attempts.c.round == number, paper.wrong) for number, paper in points.items()),
        else_=literal(0),
    )
    return earned, lost
