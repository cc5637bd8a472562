"""Who was reached and what became of their questions, counted for reports and charts.

A person belongs to one channel and came by one origin (the word of a deep link), so people can be
summed over both. A question that was cut from its asker keeps the origin; the person counts no more.
Every count reads one index and no table, so that a year takes a fraction of a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Table, and_, case, exists, func, or_, select

from bot.clock import day_begins, day_number, numbered_day
from bot.store.contest_tables import entrants
from bot.store.database import Tx
from bot.store.tables import people, questions


@dataclass(frozen=True, slots=True)
class Slice:
    """What is looked at: the days from `first` to `last`, both in Việt Nam; a channel, a unit, or all.

    `unit` is the beginning of the origins that belong to it ("u-06985").
    """

    first: date
    last: date
    channel: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """How many questions of a day (in Việt Nam) ended in an outcome; `disliked` of them."""

    day: date
    outcome: str
    questions: int
    disliked: int


@dataclass(frozen=True, slots=True)
class Came:
    """How many questions came over a channel by an origin and ended in an outcome."""

    channel: str
    origin: str | None
    outcome: str
    questions: int


@dataclass(frozen=True, slots=True)
class Reached:
    """How many people of a channel and an origin there are."""

    channel: str
    origin: str | None
    people: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """How often an entry was the answer, and how often it was disliked."""

    entry: str
    questions: int
    disliked: int


async def count_days(tx: Tx, cut: Slice) -> list[Ended]:
    """The questions of each day by how they ended, oldest day first."""
    keys = (questions.c.day, questions.c.outcome)
    counted = select(*keys, func.count().label("n"), _disliked().label("bad"))
    rows = await tx.rows(counted.where(*_asked(cut)).group_by(*keys).order_by(*keys))
    return [Ended(numbered_day(r["day"]), r["outcome"], r["n"], r["bad"]) for r in rows]


async def count_ways(tx: Tx, cut: Slice) -> list[Came]:
    """The questions by channel, origin and how they ended."""
    keys = (questions.c.channel, questions.c.origin, questions.c.outcome)
    counted = select(*keys, func.count().label("n")).group_by(*keys)
    rows = await tx.rows(counted.where(*_asked(cut, searched=False)))
    return [Came(*row.values()) for row in rows]


async def count_askers(tx: Tx, cut: Slice) -> list[Reached]:
    """The people who asked something, by channel and origin."""
    at = questions.c.asked_at
    asked = exists().where(
        questions.c.person_id == people.c.id,
        at >= day_begins(cut.first),
        at < day_begins(cut.last + timedelta(days=1)),
    )
    return await _count_people(tx, and_(asked, *_wanted(cut, people)))


async def count_new(tx: Tx, cut: Slice) -> list[Reached]:
    """The people who came for the first time, whether they asked or not."""
    seen = people.c.first_seen
    new = and_(seen >= day_begins(cut.first), seen < day_begins(cut.last + timedelta(days=1)))
    return await _count_people(tx, and_(new, *_wanted(cut, people)))


async def count_all(tx: Tx) -> list[Reached]:
    """Everybody who is known, whenever he came."""
    return await _count_people(tx, None)


async def count_entrants(tx: Tx, cut: Slice) -> dict[str, int]:
    """The people who registered for a contest in that time, by the commune that they told."""
    at = entrants.c.registered_ms
    rows = await tx.rows(
        select(entrants.c.commune, func.count().label("n"))
        .where(
            at >= _ms(cut.first),
            at < _ms(cut.last + timedelta(days=1)),
            entrants.c.commune.is_not(None),
        )
        .group_by(entrants.c.commune)
    )
    return {row["commune"]: row["n"] for row in rows}


async def top_entries(tx: Tx, cut: Slice, limit: int) -> list[Wanted]:
    """The entries that were given as the answer most often."""
    entry, count = questions.c.entry, func.count().label("n")
    rows = await tx.rows(
        select(entry, count, _disliked().label("bad"))
        .where(entry.is_not(None), *_asked(cut, searched=False))
        .group_by(entry)
        .order_by(count.desc(), entry)
        .limit(limit)
    )
    return [Wanted(*row.values()) for row in rows]


async def first_day(tx: Tx) -> date | None:
    """The day of the first question; None where none was asked."""
    number = await tx.value(select(func.min(questions.c.day)).where(questions.c.day > 0))
    return None if number is None else numbered_day(number)


async def _count_people(tx: Tx, which: ColumnElement[bool] | None) -> list[Reached]:
    keys = (people.c.channel, people.c.origin)
    chosen = select(*keys, func.count().label("n")).group_by(*keys)
    rows = await tx.rows(chosen if which is None else chosen.where(which))
    return [Reached(*row.values()) for row in rows]


def _asked(cut: Slice, searched: bool = True) -> Sequence[ColumnElement[bool]]:
    """That a question belongs to the slice.

    With `searched` off the days are compared in a way that no index is searched for them: the index
    that already stands in the order of the groups is then read from end to end, which is quicker.
    """
    day: ColumnElement[int] = questions.c.day if searched else questions.c.day + 0
    return (
        day >= day_number(day_begins(cut.first)),
        day <= day_number(day_begins(cut.last)),
        *_wanted(cut, questions),
    )


def _wanted(cut: Slice, table: Table) -> Sequence[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if cut.channel:
        found.append(table.c.channel == cut.channel)
    if cut.unit:
        origin = table.c.origin
        found.append(or_(origin == cut.unit, origin.startswith(f"{cut.unit}-", autoescape=True)))
    return found


def _disliked() -> ColumnElement[int]:
    return func.sum(case((questions.c.feedback == -1, 1), else_=0))


def _ms(day: date) -> int:
    return int(day_begins(day).timestamp() * 1000)
