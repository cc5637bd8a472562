"""A contest as its organizers look at it: who is there, what was played, when and from where.

Lists are read a page at a time from a number on, so that the last page costs what the first does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, case, cast, func, or_, select

from bot.store.contest_attempts import number_attempt
from bot.store.contest_board_tables import awards, complaints, flags, measures
from bot.store.contest_export import PLACE
from bot.store.contest_ranking import COUNTED
from bot.store.contest_tables import answers, attempts, contest_questions, entrants, grants
from bot.store.database import Tx

HOUR_MS = 3_600_000
_MOST_ALIKE = 100


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person in the list; `sealed` is what he registered with, empty once he was erased."""

    id: int
    registered_ms: int
    channel: str
    track: str
    standing: str
    is_child: bool
    unit: str | None
    commune: str | None
    sealed: str


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """An attempt in the list."""

    id: int
    entrant_id: int
    round: int
    started_ms: int
    submitted_ms: int | None
    duration_ms: int | None
    status: str
    total: int
    correct: int | None
    score: int | None
    prediction: int | None


@dataclass(frozen=True, slots=True)
class HourCount:
    """An hour, counted from 1970: attempts begun in it, and how many of these were handed in."""

    hour: int
    started: int
    finished: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits for the board: flags, proposals, complaints, prizes to be verified."""

    flags: int
    measures: int
    complaints: int
    awards: int


_PERSON = tuple(entrants.c[name] for name in PersonRow.__dataclass_fields__)
_ATTEMPT = tuple(attempts.c[name] for name in AttemptRow.__dataclass_fields__)


async def people_page(
    tx: Tx, contest_id: str, offset: int, limit: int, standing: str | None = None
) -> list[PersonRow]:
    """People by number, from a place in the list on."""
    # The numbers first, out of an index alone: the rows passed over are wide.
    page = select(entrants.c.id).where(*_people(contest_id, standing)).order_by(entrants.c.id)
    chosen = page.offset(offset).limit(limit).subquery()
    rows = await tx.rows(
        select(*_PERSON).join(chosen, chosen.c.id == entrants.c.id).order_by(entrants.c.id)
    )
    return [PersonRow(**row) for row in rows]


async def count_people(tx: Tx, contest_id: str, standing: str | None = None) -> int:
    """How many people there are, or with that standing."""
    counted = select(func.count()).select_from(entrants)
    return int(await tx.value(counted.where(*_people(contest_id, standing))))


def _people(contest_id: str, standing: str | None) -> list[ColumnElement[bool]]:
    own = [entrants.c.contest_id == contest_id]
    return own if standing is None else [*own, entrants.c.standing == standing]


async def people_marked(tx: Tx, contest_id: str, marks: Sequence[str]) -> list[PersonRow]:
    """Whose phone or identity number has one of the marks."""
    found: dict[int, PersonRow] = {}
    # One by one: each has an index of its own, and together they would use none.
    for column in (entrants.c.phone_mark, entrants.c.id_mark):
        rows = await tx.rows(
            select(*_PERSON)
            .where(entrants.c.contest_id == contest_id, column.in_(marks))
            .limit(_MOST_ALIKE)
        )
        found |= {row["id"]: PersonRow(**row) for row in rows}
    return [found[number] for number in sorted(found)]


async def people_numbered(tx: Tx, contest_id: str, entrant_ids: Sequence[int]) -> list[PersonRow]:
    """The people with these numbers."""
    rows = await tx.rows(
        select(*_PERSON)
        .where(entrants.c.contest_id == contest_id, entrants.c.id.in_(entrant_ids))
        .order_by(entrants.c.id)
    )
    return [PersonRow(**row) for row in rows]


async def played_by(tx: Tx, entrant_ids: Sequence[int]) -> Mapping[int, int]:
    """How many attempts each of these people has."""
    spans = [
        attempts.c.id.between(number_attempt(one, 0), number_attempt(one + 1, 0) - 1)
        for one in entrant_ids
    ]
    if not spans:
        return {}
    rows = await tx.rows(
        select(attempts.c.entrant_id, func.count().label("n"))
        .where(or_(*spans))
        .group_by(attempts.c.entrant_id)
    )
    return {row["entrant_id"]: row["n"] for row in rows}


async def attempts_page(
    tx: Tx, round_number: int, offset: int, limit: int, status: str | None = None
) -> list[AttemptRow]:
    """Attempts of a round, person by person, from a place in the list on."""
    page = select(attempts.c.id).where(*_played(round_number, status))
    ordered = page.order_by(attempts.c.entrant_id, attempts.c.id)
    chosen = ordered.offset(offset).limit(limit).subquery()
    rows = await tx.rows(
        select(*_ATTEMPT).join(chosen, chosen.c.id == attempts.c.id).order_by(attempts.c.id)
    )
    return [AttemptRow(**row) for row in rows]


async def count_attempts(tx: Tx, round_number: int, status: str | None = None) -> int:
    """How many attempts a round has, or in that status."""
    counted = select(func.count()).select_from(attempts)
    return int(await tx.value(counted.where(*_played(round_number, status))))


def _played(round_number: int, status: str | None) -> list[ColumnElement[bool]]:
    own = [attempts.c.round == round_number]
    return own if status is None else [*own, attempts.c.status == status]


async def attempts_of(tx: Tx, entrant_id: int) -> list[AttemptRow]:
    """Every attempt of a person, oldest first."""
    first, beyond = number_attempt(entrant_id, 0), number_attempt(entrant_id + 1, 0)
    rows = await tx.rows(
        select(*_ATTEMPT).where(attempts.c.id.between(first, beyond - 1)).order_by(attempts.c.id)
    )
    return [AttemptRow(**row) for row in rows]


async def paper_of(tx: Tx, attempt_id: int) -> list[dict[str, Any]]:
    """The places of a paper: question (number, id, version), as shown, chosen, when, changes."""
    rows = await tx.rows(
        select(*PLACE)
        .join(contest_questions, contest_questions.c.id == answers.c.question)
        .where(answers.c.attempt_id == attempt_id)
        .order_by(answers.c.position)
    )
    return [dict(row) for row in rows]


async def by_hour(tx: Tx, rounds: Sequence[int]) -> list[HourCount]:
    """What was begun, hour by hour, and handed in of it; hours without anything are left out."""
    # Whole numbers divide to whole numbers in both databases.
    begun = cast(attempts.c.started_ms, BigInteger).op("/")(HOUR_MS)
    hour = cast(begun, BigInteger).label("hour")
    counts = case((attempts.c.status.in_(COUNTED), 1), else_=0)
    rows = await tx.rows(
        select(hour, func.count().label("started"), func.sum(counts).label("finished"))
        .where(attempts.c.round.in_(rounds))
        .group_by(hour)
        .order_by(hour)
    )
    return [HourCount(row["hour"], row["started"], int(row["finished"])) for row in rows]


async def by_unit(tx: Tx, contest_id: str, rounds: Sequence[int]) -> dict[str | None, list[int]]:
    """For each unit (its own tree's, otherwise the commune): registered, played, attempts."""
    unit = func.coalesce(entrants.c.unit, entrants.c.commune)
    rows = await tx.rows(
        select(unit.label("unit"), func.count().label("n"))
        .where(entrants.c.contest_id == contest_id)
        .group_by(unit)
    )
    found = {row["unit"]: [row["n"], 0, 0] for row in rows}
    own = (
        select(attempts.c.entrant_id, func.count().label("n"))
        .where(attempts.c.round.in_(rounds), attempts.c.status.in_(COUNTED))
        .group_by(attempts.c.entrant_id)
        .subquery()
    )
    rows = await tx.rows(
        select(unit.label("unit"), func.count().label("people"), func.sum(own.c.n).label("n"))
        .join(own, own.c.entrant_id == entrants.c.id)
        .where(entrants.c.standing != "disqualified")
        .group_by(unit)
    )
    for row in rows:
        found.setdefault(row["unit"], [0, 0, 0])[1:] = [row["people"], int(row["n"])]
    return found


async def by_round(tx: Tx, rounds: Sequence[int]) -> dict[int, dict[str, int]]:
    """How many attempts each round has in each status, and under `persons` how many people."""
    rows = await tx.rows(
        select(attempts.c.round, attempts.c.status, func.count().label("n"))
        .where(attempts.c.round.in_(rounds))
        .group_by(attempts.c.round, attempts.c.status)
    )
    found: dict[int, dict[str, int]] = {number: {} for number in rounds}
    for row in rows:
        found[row["round"]][row["status"]] = row["n"]
    people = await tx.rows(
        select(attempts.c.round, func.count(attempts.c.entrant_id.distinct()).label("n"))
        .where(attempts.c.round.in_(rounds), attempts.c.status.in_(COUNTED))
        .group_by(attempts.c.round)
    )
    for row in people:
        found[row["round"]]["persons"] = row["n"]
    return found


async def waiting(tx: Tx, contest_id: str) -> Waiting:
    """What waits for the board."""
    counts = [
        await tx.value(select(func.count()).where(table.c.contest_id == contest_id, condition))
        for table, condition in (
            (flags, flags.c.state == "open"),
            (measures, measures.c.state == "proposed"),
            (complaints, complaints.c.answered_at.is_(None)),
            (awards, and_(awards.c.state == "proposed", awards.c.kind == "individual")),
        )
    ]
    return Waiting(*map(int, counts))


async def granted_to(tx: Tx, entrant_id: int) -> dict[int, int]:
    """The attempts that the board gave a person, by round."""
    rows = await tx.rows(
        select(grants.c.round, func.sum(grants.c.extra).label("n"))
        .where(grants.c.entrant_id == entrant_id)
        .group_by(grants.c.round)
    )
    return {row["round"]: int(row["n"]) for row in rows}


async def standings(tx: Tx, contest_id: str) -> dict[str, int]:
    """How many people of a contest have each standing."""
    rows = await tx.rows(
        select(entrants.c.standing, func.count().label("n"))
        .where(entrants.c.contest_id == contest_id)
        .group_by(entrants.c.standing)
    )
    return {row["standing"]: row["n"] for row in rows}
