"""What people asked in vain: refused, offered what did not fit, or disliked; alike ones together."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update

from bot.clock import day_begins, day_number, numbered_day
from bot.store.database import Tx
from bot.store.tables import questions
from bot.store.talk import NONE_CHOSEN

MOST = 3_000
"""Different questions that are looked at; the rarest beyond that wait their turn."""


@dataclass(frozen=True, slots=True)
class Vain:
    """Questions that read the same, asked in vain; `text` is one of them as it was typed.

    `disliked` is how many of them did get an answer, and a thumb down; `entry` is that answer.
    """

    normalised: str
    text: str
    questions: int
    rejected: int
    disliked: int
    entry: str | None
    first: datetime
    last: datetime


async def list_vain(
    tx: Tx, first: date, last: date, channel: str = "", limit: int = MOST
) -> list[Vain]:
    """The questions asked in vain in that time that no editor has handled, most asked first."""
    count = func.count().label("n")
    asked = questions.c.asked_at
    rows = await tx.rows(
        select(
            questions.c.normalised,
            func.max(questions.c.text),
            count,
            _number_of(questions.c.outcome == NONE_CHOSEN),
            _number_of(questions.c.feedback == -1),
            func.max(questions.c.entry),
            func.min(asked),
            func.max(asked),
        )
        .where(*_open(first, last, channel))
        .group_by(questions.c.normalised)
        .order_by(count.desc(), func.max(asked).desc())
        .limit(limit)
    )
    return [Vain(*row.values()) for row in rows]


async def count_by_day(
    tx: Tx, normalised: Collection[str], first: date, last: date
) -> dict[date, int]:
    """How often such questions were asked in vain on each day, handled or not."""
    rows = await tx.rows(
        select(questions.c.day, func.count().label("n"))
        .where(
            questions.c.normalised.in_(normalised),
            is_vain(),
            questions.c.day.between(_number(first), _number(last)),
        )
        .group_by(questions.c.day)
    )
    return {numbered_day(row["day"]): row["n"] for row in rows}


async def mark_alike(tx: Tx, normalised: Collection[str], how: str) -> int:
    """Takes all open misses that read so off the list; `how` says what the editor did about them."""
    alike = and_(questions.c.normalised.in_(normalised), is_vain(), questions.c.handled.is_(None))
    return await tx.change(update(questions).where(alike).values(handled=how))


def is_vain() -> ColumnElement[bool]:
    """That a question was asked in vain and is not forgotten."""
    missed = or_(questions.c.outcome.in_(("refuse", NONE_CHOSEN)), questions.c.feedback == -1)
    return and_(missed, questions.c.text != "")


def _open(first: date, last: date, channel: str) -> tuple[ColumnElement[bool], ...]:
    day = questions.c.day
    found = [is_vain(), questions.c.handled.is_(None), day.between(_number(first), _number(last))]
    if channel:
        found.append(questions.c.channel == channel)
    return tuple(found)


def _number(day: date) -> int:
    return day_number(day_begins(day))


def _number_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
