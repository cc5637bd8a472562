"""Who asked to be reminded, and of what each was reminded already."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, select

from bot.store import outbox
from bot.store.database import Tx
from bot.store.tables import people, reminded, reminders

REMINDED_KEPT = timedelta(days=60)
"""No reminder is said for as long as this: until then its key must be known."""


async def ask_for(tx: Tx, person_id: int, at: datetime) -> bool:
    """The person wants to be reminded; False where he had said so before."""
    statement = (
        tx.insert(reminders)
        .values(person_id=person_id, since=at)
        .on_conflict_do_nothing(index_elements=[reminders.c.person_id])
    )
    return await tx.change(statement) == 1


async def call_off(tx: Tx, person_id: int) -> bool:
    """The person wants no reminders any more; False where he had asked for none."""
    return await tx.change(delete(reminders).where(reminders.c.person_id == person_id)) == 1


async def remind(
    tx: Tx, key: str, reply: dict[str, Any], at: datetime, limit: int
) -> dict[str, int]:
    """Lays a reminder out for people who asked and have not had it, up to so many.

    Gives how many there were on each channel; empty when everybody has it. Killed in between, none
    is reminded twice: what he had is written in the same transaction.
    """
    had = exists().where(reminded.c.person_id == reminders.c.person_id, reminded.c.key == key)
    waiting = await tx.rows(
        select(people.c.id, people.c.channel)
        .join(reminders, reminders.c.person_id == people.c.id)
        .where(people.c.reachable, ~had)
        .order_by(people.c.id)
        .limit(limit)
    )
    counts: dict[str, int] = {}
    for person in waiting:
        told = (
            tx.insert(reminded)
            .values(person_id=person["id"], key=key, at=at)
            .on_conflict_do_nothing(index_elements=[reminded.c.person_id, reminded.c.key])
        )
        # Another machine may have been faster.
        if await tx.change(told):
            await outbox.enqueue(
                tx, person["id"], person["channel"], None, [reply], at, "broadcast"
            )
            counts[person["channel"]] = counts.get(person["channel"], 0) + 1
    return counts


async def prune(tx: Tx, before: datetime, at: datetime) -> int:
    """Retention: forgets what people were reminded of before that time, and who cannot be reached.

    The wish of a person who can be reached lasts until he calls it off: the next election may be
    years away. Gives how many wishes went.
    """
    await tx.change(delete(reminded).where(reminded.c.at < min(before, at - REMINDED_KEPT)))
    lost = select(people.c.id).where(~people.c.reachable, people.c.last_seen < before)
    return await tx.change(delete(reminders).where(reminders.c.person_id.in_(lost)))
