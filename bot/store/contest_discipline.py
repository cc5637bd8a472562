"""Disqualifications with their appeals, and complaints, as the board keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from bot.store.contest_board_tables import complaints, disqualifications
from bot.store.database import Tx


@dataclass(frozen=True, slots=True)
class Disqualification:
    """Why somebody was taken out of a contest, his objection (sealed), and whether it was lifted."""

    id: int
    contest_id: str
    entrant_id: int
    reason: str
    note: str
    by: str
    at: datetime
    appeal: str | None
    appealed_at: datetime | None
    lifted_by: str | None
    lifted_at: datetime | None
    lift_note: str | None


@dataclass(frozen=True, slots=True)
class Complaint:
    """One complaint (sealed) and the board's answer; `due_at` is when it must be answered."""

    id: int
    contest_id: str
    entrant_id: int | None
    channel: str
    sealed: str
    at: datetime
    due_at: datetime
    answer: str | None
    answered_by: str | None
    answered_at: datetime | None


_DISQUALIFICATION = tuple(disqualifications.c[n] for n in Disqualification.__dataclass_fields__)
_COMPLAINT = tuple(complaints.c[n] for n in Complaint.__dataclass_fields__)


async def add(tx: Tx, values: Mapping[str, Any]) -> int:
    """Keeps a disqualification; gives its number."""
    statement = tx.insert(disqualifications).values(**values)
    return int(await tx.value(statement.returning(disqualifications.c.id)))


async def in_force(tx: Tx, entrant_id: int) -> Disqualification | None:
    """The disqualification that keeps the entrant out now; None where there is none."""
    row = await tx.first(
        select(*_DISQUALIFICATION)
        .where(
            disqualifications.c.entrant_id == entrant_id, disqualifications.c.lifted_at.is_(None)
        )
        .order_by(disqualifications.c.id.desc())
        .limit(1)
        .with_for_update()
    )
    return Disqualification(**row) if row else None


async def list_all(tx: Tx, contest_id: str) -> list[Disqualification]:
    """Every disqualification of a contest, oldest first."""
    rows = await tx.rows(
        select(*_DISQUALIFICATION)
        .where(disqualifications.c.contest_id == contest_id)
        .order_by(disqualifications.c.id)
    )
    return [Disqualification(**row) for row in rows]


async def of_entrant(tx: Tx, entrant_id: int) -> list[Disqualification]:
    """Every disqualification of an entrant, oldest first."""
    rows = await tx.rows(
        select(*_DISQUALIFICATION)
        .where(disqualifications.c.entrant_id == entrant_id)
        .order_by(disqualifications.c.id)
    )
    return [Disqualification(**row) for row in rows]


async def change(tx: Tx, disqualification_id: int, values: Mapping[str, Any]) -> None:
    """Writes the appeal, or that it was lifted."""
    await tx.change(
        update(disqualifications)
        .where(disqualifications.c.id == disqualification_id)
        .values(**values)
    )


async def add_complaint(tx: Tx, values: Mapping[str, Any]) -> int:
    """Keeps a complaint; gives its number."""
    return int(await tx.value(tx.insert(complaints).values(**values).returning(complaints.c.id)))


async def find_complaint(tx: Tx, complaint_id: int) -> Complaint | None:
    """A complaint by its number."""
    row = await tx.first(select(*_COMPLAINT).where(complaints.c.id == complaint_id))
    return Complaint(**row) if row else None


async def list_complaints(
    tx: Tx, contest_id: str, entrant_id: int | None = None
) -> list[Complaint]:
    """The complaints of a contest, or of one entrant in it, oldest first."""
    statement = select(*_COMPLAINT).where(complaints.c.contest_id == contest_id)
    if entrant_id is not None:
        statement = statement.where(complaints.c.entrant_id == entrant_id)
    return [Complaint(**row) for row in await tx.rows(statement.order_by(complaints.c.id))]


async def answer_complaint(tx: Tx, complaint_id: int, answer: str, by: str, at: datetime) -> None:
    """Keeps the board's answer."""
    await tx.change(
        update(complaints)
        .where(complaints.c.id == complaint_id)
        .values(answer=answer, answered_by=by, answered_at=at)
    )
