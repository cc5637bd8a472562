"""Reads ahead for a batch of messages, and writes at its end what they led to; see `ahead`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from bot.store import people, talk
from bot.store.ahead import Ahead
from bot.store.database import Tx
from bot.store.outbox import LAY_OUT
from bot.store.prepared import Prepared, among
from bot.store.tables import people as people_table
from bot.store.tables import states, storable

_KNOWN = Prepared(
    lambda is_postgresql: (
        select(*people.PERSON)
        .where(
            people_table.c.channel == bindparam("b_channel"),
            among(people_table.c.channel_id, "b_ids", is_postgresql),
        )
        .order_by(people_table.c.id)
        # One person's messages are handled one after the other even by several machines.
        .with_for_update()
    )
)
_STATES = Prepared(
    lambda is_postgresql: select(states.c.person_id, states.c.data).where(
        among(states.c.person_id, "b_ids", is_postgresql)
    )
)


async def read_ahead(tx: Tx, senders: Sequence[tuple[str, str]]) -> None:
    """From now on the transaction is a batch of messages of these people (channel and id there).

    `write_behind` must end it.
    """
    ahead = Ahead(len(senders))
    by_channel: dict[str, list[str]] = {}
    for channel, channel_id in dict.fromkeys(senders):
        by_channel.setdefault(channel, []).append(storable(channel_id))
    for channel, ids in by_channel.items():
        for row in await _KNOWN.rows(tx, {"b_channel": channel, "b_ids": ids}):
            ahead.add(people.read_person(row))
    person_ids = [person.id for person in ahead.people.values()]
    if person_ids:
        ahead.states = {person_id: {} for person_id in person_ids}
        for person_id, data in await _STATES.rows(tx, {"b_ids": person_ids}):
            ahead.states[person_id] = data
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
    await people.SEEN_BY_ID.run(tx, seen)
    await talk.SAVE.run(tx, saved)
    await LAY_OUT.run(tx, ahead.laid_out)
