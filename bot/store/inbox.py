"""Every incoming message, once: channels deliver again whatever they are not sure of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, exists, func, select, update
from sqlalchemy.sql.dml import ReturningInsert

from bot.store.database import Tx, insert_into
from bot.store.prepared import Prepared, among
from bot.store.tables import inbox, storable


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A message that was claimed and not handled to the end."""

    id: int
    external_id: str
    received_at: datetime
    payload: Any


_EARLIER = inbox.alias("earlier")


def _lock(is_postgresql: bool) -> Select[Any]:
    asked = among(inbox.c.id, "b_ids", is_postgresql)
    new = select(inbox.c.id).where(asked, inbox.c.status == "new")
    if not is_postgresql:
        return new
    held_up = (
        exists()
        .where(
            _EARLIER.c.status == "new",
            _EARLIER.c.channel == inbox.c.channel,
            _EARLIER.c.sender == inbox.c.sender,
            _EARLIER.c.id < inbox.c.id,
            ~among(_EARLIER.c.id, "b_ids", is_postgresql),
        )
        .correlate(inbox)
    )
    return new.where(~held_up).with_for_update(skip_locked=True, of=inbox)


def _claim_each(is_postgresql: bool) -> ReturningInsert[Any]:
    return (
        insert_into(inbox, is_postgresql)
        .on_conflict_do_nothing(index_elements=[inbox.c.channel, inbox.c.external_id])
        .returning(inbox.c.id, inbox.c.channel, inbox.c.external_id)
    )


_LOCK = Prepared(_lock)
_CLAIM = Prepared(
    _claim_each, ("channel", "external_id", "received_at", "status", "payload", "sender")
)
_FINISH = Prepared(
    lambda _: (
        update(inbox)
        .where(inbox.c.id == bindparam("b_id"))
        .values(status="done", person_id=bindparam("b_person"), payload=None, sender=None)
    )
)


async def claim(
    tx: Tx, channel: str, external_id: str, at: datetime, payload: Any = None
) -> int | None:
    """The id of a message that now is ours to handle; None when it came before.

    `payload` is only for messages that are handled in a later transaction; `finish` drops it.
    It is to be sealed: a person typed what is in it.
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


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message that came in; `payload`, sealed, and `sender` where it is handled later."""

    channel: str
    external_id: str
    at: datetime
    payload: str | None = None
    sender: str | None = None


async def claim_all(tx: Tx, arrived: Sequence[Arrived]) -> list[int | None]:
    """The ids of messages that now are ours to handle, as `claim`; None for each that came before.

    A message that stands twice among them is ours once.
    """
    rows = [
        {
            "channel": one.channel,
            "external_id": one.external_id,
            "received_at": one.at,
            "status": "new",
            "payload": one.payload,
            "sender": one.sender,
        }
        for one in arrived
    ]
    inserted = await _CLAIM.rows_of_each(tx, rows)
    ids = {(channel, external_id): int(row_id) for row_id, channel, external_id in inserted}
    return [ids.pop((storable(one.channel), storable(one.external_id)), None) for one in arrived]


async def lock_new(tx: Tx, inbox_ids: Iterable[int]) -> set[int]:
    """Those of the messages that still are to be handled; nobody else gets them meanwhile.

    Where several programs handle, a message whose sender has an earlier one waiting is not yet to be.
    """
    return {int(found) for (found,) in await _LOCK.rows(tx, {"b_ids": list(inbox_ids)})}


async def still_new(tx: Tx, inbox_ids: Iterable[int]) -> set[int]:
    """Those of the messages that are not handled yet, whoever may be at it."""
    rows = await tx.rows(
        select(inbox.c.id).where(inbox.c.id.in_(list(inbox_ids)), inbox.c.status == "new")
    )
    return {int(row["id"]) for row in rows}


async def finish_all(tx: Tx, handled: Sequence[tuple[int, int | None]]) -> None:
    """The messages (id and person) are handled; their content is no longer needed."""
    await _FINISH.run(tx, [{"b_id": one, "b_person": person} for one, person in handled])


async def count_new(tx: Tx) -> dict[str, int]:
    """How many messages of each channel wait to be handled."""
    rows = await tx.rows(
        select(inbox.c.channel, func.count().label("n"))
        .where(inbox.c.status == "new")
        .group_by(inbox.c.channel)
    )
    return {row["channel"]: row["n"] for row in rows}


async def finish(tx: Tx, inbox_id: int, person_id: int | None) -> None:
    """The message is handled; its content is no longer needed."""
    await tx.change(
        update(inbox)
        .where(inbox.c.id == inbox_id)
        .values(status="done", person_id=person_id, payload=None, sender=None)
    )


async def unfinished(tx: Tx, channel: str, limit: int | None = None) -> list[Unfinished]:
    """The channel's messages still to be handled, in the order they came; the first so many."""
    rows = await tx.rows(
        select(inbox.c.id, inbox.c.external_id, inbox.c.received_at, inbox.c.payload)
        .where(inbox.c.channel == channel, inbox.c.status == "new")
        .order_by(inbox.c.id)
        .limit(limit)
    )
    return [Unfinished(**row) for row in rows]


async def last_received(tx: Tx, channel: str) -> datetime | None:
    """When the channel last brought something; None where it never did."""
    received: datetime | None = await tx.value(
        select(inbox.c.received_at)
        .where(inbox.c.channel == channel)
        .order_by(inbox.c.id.desc())
        .limit(1)
    )
    return received


async def prune_done(tx: Tx, before: datetime) -> int:
    """Drops handled messages of before that time, which no channel will deliver again."""
    old = inbox.c.received_at < before
    return await tx.change(delete(inbox).where(inbox.c.status == "done", old))
