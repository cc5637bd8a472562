"""The people who write to us: met by their id on a channel, shown and erased when they ask."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Table,
    and_,
    bindparam,
    case,
    delete,
    func,
    select,
    update,
)

from bot.store import contest_people
from bot.store.database import Tx, insert_into
from bot.store.prepared import Prepared, Row
from bot.store.tables import (
    inbox,
    outbox,
    people,
    questions,
    reminded,
    reminders,
    staff_requests,
    states,
    storable,
)
from bot.store.talk import forget


@dataclass(frozen=True, slots=True)
class Person:
    """One person on one channel; `is_new` is true only in the transaction that first met him.

    Until `quiet_until` somebody of the office talks with him, and the bot does not. `origin` is the
    word of the first deep link by which he came.
    """

    id: int
    channel: str
    channel_id: str
    first_seen: datetime
    greeted_at: datetime | None
    quiet_until: datetime | None = None
    is_new: bool = False
    origin: str | None = None


PERSON = (
    people.c.id,
    people.c.channel,
    people.c.channel_id,
    people.c.first_seen,
    people.c.greeted_at,
    people.c.quiet_until,
    people.c.origin,
)
_BEEN_THERE = {
    # Messages may come out of order.
    "last_seen": case(
        (people.c.last_seen < bindparam("b_at"), bindparam("b_at")), else_=people.c.last_seen
    ),
    "origin": func.coalesce(people.c.origin, bindparam("b_origin", type_=people.c.origin.type)),
    "reachable": True,
}
_SEEN = Prepared(
    lambda _: (
        update(people)
        .where(
            people.c.channel == bindparam("b_channel"),
            people.c.channel_id == bindparam("b_channel_id"),
        )
        .values(_BEEN_THERE)
        .returning(*PERSON)
    )
)
_MEET = Prepared(
    lambda is_postgresql: (
        insert_into(people, is_postgresql)
        .on_conflict_do_nothing(index_elements=[people.c.channel, people.c.channel_id])
        .returning(*PERSON)
    ),
    ("channel", "channel_id", "first_seen", "last_seen", "origin"),
)
_GREETED = Prepared(
    lambda _: (
        update(people).where(people.c.id == bindparam("b_id")).values(greeted_at=bindparam("b_at"))
    )
)
_FIND = select(*PERSON).where(
    people.c.channel == bindparam("b_channel"), people.c.channel_id == bindparam("b_channel_id")
)
SEEN_BY_ID = Prepared(
    lambda _: update(people).where(people.c.id == bindparam("b_id")).values(_BEEN_THERE)
)


def read_person(row: Row) -> Person:
    """The person of a row of `PERSON`."""
    id_, channel, channel_id, first_seen, greeted_at, quiet_until, origin = row
    return Person(
        id_, channel, channel_id, first_seen, greeted_at, quiet_until, is_new=False, origin=origin
    )


async def meet(
    tx: Tx, channel: str, channel_id: str, at: datetime, origin: str | None = None
) -> Person:
    """The person behind a channel's id, who was there at `at`; made at the first meeting.

    Whoever writes is reachable again. The row stays locked until the transaction ends, so one
    person's messages are handled one after the other even by several machines.
    """
    channel_id = storable(channel_id)
    if tx.ahead and (met := tx.ahead.meet((channel, channel_id), at, origin)):
        return met
    person = await _meet_now(tx, channel, channel_id, at, origin)
    if tx.ahead:
        tx.ahead.add(person)
    return person


async def _meet_now(
    tx: Tx, channel: str, channel_id: str, at: datetime, origin: str | None
) -> Person:
    seen = {"b_channel": channel, "b_channel_id": channel_id, "b_at": at, "b_origin": origin}
    for known in await _SEEN.rows(tx, seen):
        return read_person(known)
    new = {"channel": channel, "channel_id": channel_id, "origin": origin}
    for stranger in await _MEET.rows(tx, {**new, "first_seen": at, "last_seen": at}):
        return replace(read_person(stranger), is_new=True)
    # Another machine met him between our two statements.
    return read_person((await _SEEN.rows(tx, seen))[0])


async def find(tx: Tx, channel: str, channel_id: str) -> Person | None:
    """The person behind a channel's id, or None; leaves no trace."""
    row = await tx.first(_FIND, {"b_channel": channel, "b_channel_id": channel_id})
    return Person(**row) if row else None


async def mark_greeted(tx: Tx, person_id: int, at: datetime) -> None:
    """Remembers that the person has had the greeting with the notice on personal data."""
    await _GREETED.run(tx, [{"b_id": person_id, "b_at": at}])
    if tx.ahead:
        tx.ahead.greet(person_id, at)


async def set_reachable(tx: Tx, person_id: int, reachable: bool) -> None:
    """Remembers whether anything can be sent to the person (he may have blocked the bot)."""
    await tx.change(update(people).where(people.c.id == person_id).values(reachable=reachable))


async def keep_quiet(tx: Tx, person_id: int, until: datetime) -> None:
    """Leaves the talk with the person to somebody of the office for a time."""
    await tx.change(update(people).where(people.c.id == person_id).values(quiet_until=until))


async def last_seen(tx: Tx, channel: str, channel_id: str) -> datetime | None:
    """When the person last did something on the channel; None where nobody is known by that id."""
    there = and_(people.c.channel == channel, people.c.channel_id == channel_id)
    seen: datetime | None = await tx.value(select(people.c.last_seen).where(there))
    return seen


async def move(tx: Tx, channel: str, old_id: str, new_id: str) -> None:
    """The person's address on the channel has changed; what waits for him goes to the new one."""
    old, new = await find(tx, channel, old_id), await find(tx, channel, new_id)
    if old is None or old_id == new_id:
        return
    if new is None:
        await tx.change(update(people).where(people.c.id == old.id).values(channel_id=new_id))
        return
    # He has written from the new address already; the old row stays for what was asked there.
    await tx.change(
        update(outbox)
        .where(_of(outbox, old.id), outbox.c.state.in_(("waiting", "sending")))
        .values(person_id=new.id)
    )
    await set_reachable(tx, old.id, False)


async def export(tx: Tx, person_id: int) -> dict[str, Any]:
    """Everything held about the person, fit for JSON; empty where there is nobody."""
    person = await tx.first(select(people).where(people.c.id == person_id))
    if not person:
        return {}
    state = await tx.first(select(states.c.data, states.c.at).where(_of(states, person_id)))
    return {
        "person": _plain(person),
        "state": _plain(state) if state else None,
        "inbox": await _listed(tx, inbox, person_id),
        "questions": await _listed(tx, questions, person_id),
        "outbox": await _listed(tx, outbox, person_id),
        "reminders": await _listed(tx, reminders, person_id),
        "reminded": await _listed(tx, reminded, person_id),
        "sent_to_staff": await _listed(tx, staff_requests, person_id),
        "contests": await contest_people.export(tx, person_id),
    }


async def reached_on(tx: Tx, person_id: int) -> str | None:
    """The channel on which the person is; None where he has left it, or is not known."""
    kept = select(people.c.channel).where(people.c.id == person_id, people.c.reachable)
    row = await tx.first(kept)
    return str(row["channel"]) if row else None


async def erase(tx: Tx, person_id: int) -> bool:
    """Erases the person; whether there was one.

    What stays names nobody: that a question was asked and how it ended, and the ids of handled
    messages, lest one be handled twice; in contests the papers and what they earned. A farewell
    needs an address again: `meet` him anew.
    """
    await contest_people.erase(tx, person_id)
    if tx.ahead:
        tx.ahead.forget(person_id)
    await tx.change(forget().where(_of(questions, person_id)))
    await tx.change(
        update(inbox)
        .where(_of(inbox, person_id))
        .values(person_id=None, payload=None, status="done")
    )
    await tx.change(delete(outbox).where(_of(outbox, person_id)))
    for table in (states, reminders, reminded, staff_requests):
        await tx.change(delete(table).where(_of(table, person_id)))
    return await tx.change(delete(people).where(people.c.id == person_id)) == 1


async def _listed(tx: Tx, table: Table, person_id: int) -> list[dict[str, Any]]:
    key = next(iter(table.primary_key))
    rows = await tx.rows(select(table).where(_of(table, person_id)).order_by(key))
    return [_plain(row) for row in rows]


def _of(table: Table, person_id: int) -> ColumnElement[bool]:
    return table.c.person_id == person_id


def _plain(row: RowMapping) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in row.items()
    }
