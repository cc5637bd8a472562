"""What a person was answered before: for a repeated message, and for a page that shows the talk."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from bot.store.database import Tx
from bot.store.tables import inbox, outbox


async def replies_to(tx: Tx, channel: str, external_id: str) -> list[dict[str, Any]]:
    """What was answered to the message with this external id, in order."""
    rows = await tx.rows(
        select(outbox.c.reply)
        .join(inbox, outbox.c.inbox_id == inbox.c.id)
        .where(inbox.c.channel == channel, inbox.c.external_id == external_id)
        .order_by(outbox.c.id)
    )
    return [row["reply"] for row in rows]


async def settle_replies(tx: Tx, inbox_id: int, at: datetime) -> None:
    """The replies to a message count as sent: their channel hands them over in its own answer."""
    await tx.change(
        update(outbox)
        .where(outbox.c.inbox_id == inbox_id)
        .values(state="sent", attempts=1, sent_at=at)
    )


async def last_replies(tx: Tx, person_id: int, limit: int) -> list[dict[str, Any]]:
    """The last replies to a person, oldest first."""
    rows = await tx.rows(
        select(outbox.c.reply)
        .where(outbox.c.person_id == person_id, outbox.c.lane == "reply")
        .order_by(outbox.c.id.desc())
        .limit(limit)
    )
    return [row["reply"] for row in reversed(rows)]
