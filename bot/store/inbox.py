"""Every incoming message, once: channels deliver again whatever they are not sure of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from bot.store.database import Tx
from bot.store.tables import inbox


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A message that was claimed and not handled to the end."""

    id: int
    external_id: str
    received_at: datetime
    payload: Any


async def claim(
    tx: Tx, channel: str, external_id: str, at: datetime, payload: Any = None
) -> int | None:
    """The id of a message that now is ours to handle; None when it came before.

    `payload` is only for messages that are handled in a later transaction; `finish` drops it.
    Mask the numbers in it first.
    """
    found = await tx.value(
        tx.insert(inbox)
        .values(
            channel=channel, external_id=external_id, received_at=at, status="new", payload=payload
        )
        .on_conflict_do_nothing(index_elements=[inbox.c.channel, inbox.c.external_id])
        .returning(inbox.c.id)
    )
    return None if found is None else int(found)


async def finish(tx: Tx, inbox_id: int, person_id: int | None) -> None:
    """The message is handled; its content is no longer needed."""
    await tx.change(
        update(inbox)
        .where(inbox.c.id == inbox_id)
        .values(status="done", person_id=person_id, payload=None)
    )


async def unfinished(tx: Tx, channel: str) -> list[Unfinished]:
    """The channel's messages still to be handled, in the order they came."""
    rows = await tx.rows(
        select(inbox.c.id, inbox.c.external_id, inbox.c.received_at, inbox.c.payload)
        .where(inbox.c.channel == channel, inbox.c.status == "new")
        .order_by(inbox.c.id)
    )
    return [Unfinished(**row) for row in rows]


async def prune_done(tx: Tx, before: datetime) -> int:
    """Drops handled messages of before that time, which no channel will deliver again."""
    old = inbox.c.received_at < before
    return await tx.change(delete(inbox).where(inbox.c.status == "done", old))
