"""Flags: what deserves a second look. A flag is a question to the board, never an answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

from bot.store.contest_board_tables import flags
from bot.store.contest_ranking import COUNTED
from bot.store.contest_tables import attempts, entrants
from bot.store.database import Tx

_TOGETHER = 1_000


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag; `subject` tells flags of a kind on one person apart."""

    id: int
    contest_id: str
    kind: str
    entrant_id: int
    attempt_id: int | None
    subject: str
    detail: dict[str, Any]
    at: datetime
    state: str
    reviewed_by: str | None
    reviewed_at: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What a look at the data found, to be flagged."""

    kind: str
    entrant_id: int
    subject: str
    detail: Mapping[str, Any]
    attempt_id: int | None = None


_COLUMNS = tuple(flags.c[name] for name in Flag.__dataclass_fields__)


async def add(tx: Tx, contest_id: str, found: Iterable[Suspicion], at: datetime) -> int:
    """Keeps what is new; what was flagged before stays as it is, reviewed or not."""
    rows = [
        {
            "contest_id": contest_id,
            "kind": one.kind,
            "entrant_id": one.entrant_id,
            "attempt_id": one.attempt_id,
            "subject": one.subject,
            "detail": dict(one.detail),
            "at": at,
        }
        for one in found
    ]
    before = await count(tx, contest_id)
    for start in range(0, len(rows), _TOGETHER):
        statement = tx.insert(flags).on_conflict_do_nothing()
        await tx.connection.execute(statement, rows[start : start + _TOGETHER])
    return await count(tx, contest_id) - before


async def count(tx: Tx, contest_id: str) -> int:
    """How many flags a contest has."""
    return int(
        await tx.value(
            select(func.count()).select_from(flags).where(flags.c.contest_id == contest_id)
        )
    )


async def list_flags(
    tx: Tx, contest_id: str, *, state: str | None = None, limit: int = 1_000, after: int = 0
) -> list[Flag]:
    """Flags of a contest by number, those after a number, at most `limit`."""
    statement = select(*_COLUMNS).where(flags.c.contest_id == contest_id, flags.c.id > after)
    if state is not None:
        statement = statement.where(flags.c.state == state)
    rows = await tx.rows(statement.order_by(flags.c.id).limit(limit))
    return [Flag(**row) for row in rows]


async def page(
    tx: Tx, contest_id: str, state: str | None, kind: str | None, offset: int, limit: int
) -> list[Flag]:
    """Flags by number, from a place in the list on; of one state and kind where they are given."""
    chosen = select(*_COLUMNS).where(*_wanted(contest_id, state, kind)).order_by(flags.c.id)
    return [Flag(**row) for row in await tx.rows(chosen.offset(offset).limit(limit))]


async def count_by(tx: Tx, contest_id: str) -> dict[tuple[str, str], int]:
    """How many flags a contest has of each state and kind."""
    rows = await tx.rows(
        select(flags.c.state, flags.c.kind, func.count().label("n"))
        .where(flags.c.contest_id == contest_id)
        .group_by(flags.c.state, flags.c.kind)
    )
    return {(row["state"], row["kind"]): row["n"] for row in rows}


def _wanted(contest_id: str, state: str | None, kind: str | None) -> list[ColumnElement[bool]]:
    wanted = [flags.c.contest_id == contest_id]
    if state is not None:
        wanted.append(flags.c.state == state)
    if kind is not None:
        wanted.append(flags.c.kind == kind)
    return wanted


async def of_entrant(tx: Tx, entrant_id: int) -> list[Flag]:
    """Every flag on an entrant, oldest first."""
    rows = await tx.rows(
        select(*_COLUMNS).where(flags.c.entrant_id == entrant_id).order_by(flags.c.id)
    )
    return [Flag(**row) for row in rows]


async def review(
    tx: Tx, flag_id: int, contest_id: str, state: str, note: str, by: str, at: datetime
) -> bool:
    """Keeps what the board found; False where there is no such flag in the contest."""
    statement = update(flags).where(flags.c.id == flag_id, flags.c.contest_id == contest_id)
    values = {"state": state, "note": note, "reviewed_by": by, "reviewed_at": at}
    return await tx.change(statement.values(**values)) == 1


async def faster_than(tx: Tx, rounds: Sequence[int], ms: int) -> list[Suspicion]:
    """Counted attempts that took less time than that."""
    rows = await tx.rows(
        select(attempts.c.id, attempts.c.entrant_id, attempts.c.duration_ms, attempts.c.correct)
        .where(
            attempts.c.round.in_(rounds),
            attempts.c.status.in_(COUNTED),
            attempts.c.duration_ms < ms,
        )
        .order_by(attempts.c.id)
    )
    return [
        Suspicion(
            "too_fast",
            row["entrant_id"],
            str(row["id"]),
            {"duration_ms": row["duration_ms"], "correct": row["correct"]},
            row["id"],
        )
        for row in rows
    ]


async def sharing_a_device(tx: Tx, rounds: Sequence[int], more_than: int) -> list[Suspicion]:
    """People on a device that more than so many people played on."""
    many = (
        select(attempts.c.device, func.count(attempts.c.entrant_id.distinct()).label("people"))
        .where(attempts.c.round.in_(rounds), attempts.c.device.is_not(None))
        .group_by(attempts.c.device)
        .having(func.count(attempts.c.entrant_id.distinct()) > more_than)
        .subquery()
    )
    rows = await tx.rows(
        select(attempts.c.entrant_id, attempts.c.device, many.c.people)
        .join(many, many.c.device == attempts.c.device)
        .where(attempts.c.round.in_(rounds))
        .distinct()
        .order_by(attempts.c.device, attempts.c.entrant_id)
    )
    return [
        Suspicion("same_device_many", row["entrant_id"], row["device"], {"people": row["people"]})
        for row in rows
    ]


async def sharing_a_mark(tx: Tx, contest_id: str, mark: str) -> list[Suspicion]:
    """People whose phone, identity number, address or name and birth date another one has too."""
    column = entrants.c[mark]
    many = (
        select(column.label("mark"), func.count().label("people"))
        .where(entrants.c.contest_id == contest_id, column.is_not(None))
        .group_by(column)
        .having(func.count() > 1)
        .subquery()
    )
    rows = await tx.rows(
        select(entrants.c.id, many.c.mark, many.c.people)
        .join(many, many.c.mark == column)
        .where(entrants.c.contest_id == contest_id)
        .order_by(many.c.mark, entrants.c.id)
    )
    kind = mark.removesuffix("_mark")
    return [
        Suspicion(
            "shared_contact",
            row["id"],
            # Part of the mark: enough to see who belongs together, too little to look it up by.
            f"{kind}:{row['mark'][:8]}",
            {"what": kind, "people": row["people"]},
        )
        for row in rows
    ]
