"""Reads ahead for a batch of messages, and writes at its end what they led to; see `ahead`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from bot.store import people, talk
from bot.store.ahead import Ahead
from bot.store.database import Tx
from bot.store.outbox import LAY_OUT
from bot.store.tables import people as people_table
from bot.store.tables import states, storable

_KNOWN = (
    select(*people.PERSON)
    .where(
        people_table.c.channel == bindparam("b_channel"),
        people_table.c.channel_id.in_(bindparam("b_ids", expanding=True)),
    )
    .order_by(people_table.c.id)
    # One person's messages are handled one after the other even by several machines.
    .with_for_update()
)
_STATES = select(states.c.person_id, states.c.data).where(
    states.c.person_id.in_(bindparam("b_ids", expanding=True))
)


async def read_ahead(tx: Tx, senders: Sequence[tuple[str, str]]) -> None:
    """From now on the transaction is a batch of messages of these people (channel and id there).

    `write_behind` must end it.
    """
    ahead = Ahead()
    by_channel: dict[str, list[str]] = {}
    for channel, channel_id in dict.fromkeys(senders):
        by_channel.setdefault(channel, []).append(storable(channel_id))
    for channel, ids in by_channel.items():
        for row in await tx.rows(_KNOWN, {"b_channel": channel, "b_ids": ids}):
            ahead.add(people.Person(**row))
    person_ids = [person.id for person in ahead.people.values()]
    if person_ids:
        ahead.states = {person_id: {} for person_id in person_ids}
        for row in await tx.rows(_STATES, {"b_ids": person_ids}):
            ahead.states[row["person_id"]] = row["data"]
    tx.ahead = ahead


async def write_behind(tx: Tx) -> None:
    """Writes what the batch led to; after this the transaction is like any other."""
    await tx.write_asked()
    ahead, tx.ahead = tx.ahead, None
    if ahead is None:
        return
    seen = [
        {"b_id": person_id, "b_at": at, "b_origin": origin}
        for person_id, (at, origin) in ahead.seen.items()
    ]
    saved = [
        {"person_id": person_id, "data": ahead.states[person_id], "at": at}
        for person_id, at in ahead.saved.items()
    ]
    if seen:
        await tx.connection.execute(people.SEEN_BY_ID, seen)
    if saved:
        await tx.connection.execute(talk.save_statement(tx.is_postgresql), saved)
    if ahead.laid_out:
        await tx.connection.execute(LAY_OUT, ahead.laid_out)
