"""Which registrations have been kept as long as the rules allow, and what is taken out of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, or_, select, update

from bot.store.contest_board_tables import awards, complaints, results
from bot.store.contest_tables import attempts, entrants
from bot.store.database import Tx


async def awarded_at(tx: Tx, contest_id: str) -> datetime | None:
    """When the last prize was granted or decision issued; None before any."""
    decided: datetime | None = await tx.value(
        select(func.max(results.c.decided_at)).where(results.c.contest_id == contest_id)
    )
    granted: datetime | None = await tx.value(
        select(func.max(awards.c.at)).where(
            awards.c.contest_id == contest_id, awards.c.state == "granted"
        )
    )
    return max((at for at in (decided, granted) if at is not None), default=None)


async def with_contacts(tx: Tx, contest_id: str, limit: int) -> list[tuple[int, str]]:
    """Entrants whose phone, identity number or mail is still kept: number and sealed fields."""
    marks = (entrants.c.phone_mark, entrants.c.id_mark, entrants.c.email_mark)
    rows = await tx.rows(
        select(entrants.c.id, entrants.c.sealed)
        .where(entrants.c.contest_id == contest_id, or_(*(m.is_not(None) for m in marks)))
        .order_by(entrants.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [(row["id"], row["sealed"]) for row in rows]


async def drop_contacts(tx: Tx, entrant_id: int, sealed: str) -> None:
    """Keeps the fields that are left; the marks of the others go."""
    await tx.change(
        update(entrants)
        .where(entrants.c.id == entrant_id)
        .values(sealed=sealed, phone_mark=None, id_mark=None, email_mark=None)
    )


async def still_named(
    tx: Tx, contest_id: str, limit: int, idle_since_ms: int | None = None
) -> list[int]:
    """Entrants of whom it is still known who they are.

    With `idle_since_ms` only those who have neither registered nor started anything since.
    """
    statement = select(entrants.c.id).where(
        entrants.c.contest_id == contest_id,
        or_(entrants.c.person_id.is_not(None), entrants.c.sealed != ""),
    )
    if idle_since_ms is not None:
        began = (
            select(func.max(attempts.c.started_ms))
            .where(attempts.c.entrant_id == entrants.c.id)
            .scalar_subquery()
        )
        statement = statement.where(
            entrants.c.registered_ms < idle_since_ms, func.coalesce(began, 0) < idle_since_ms
        )
    rows = await tx.rows(
        statement.order_by(entrants.c.id).limit(limit).with_for_update(skip_locked=True)
    )
    return [row["id"] for row in rows]


async def open_complaints(tx: Tx, contest_id: str) -> int:
    """How many complaints wait for an answer: while one does, nothing is taken away."""
    return int(
        await tx.value(
            select(func.count())
            .select_from(complaints)
            .where(complaints.c.contest_id == contest_id, complaints.c.answered_at.is_(None))
        )
    )
