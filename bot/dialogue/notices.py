"""What a channel tells of a person besides messages, and what we do about it.

Somebody who follows is greeted, somebody who leaves is left alone, somebody who withdraws is
erased. Nothing here answers a question.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.dialogue import compose, sayings
from bot.dialogue.contest.hall import Hall, Visit
from bot.dialogue.contest.lobby import doors
from bot.dialogue.messages import Button, Notice, NoticeKind, Reply
from bot.dialogue.packing import pack
from bot.dialogue.snapshot import Snapshot
from bot.dialogue.states import remember
from bot.sealing import Sealer
from bot.store import outbox, people, talk
from bot.store.database import Tx
from bot.store.people import Person


@dataclass(frozen=True, slots=True)
class Taken:
    """What was done with something that came in; no person where nobody is known by it."""

    person_id: int | None = None
    replies: tuple[Reply, ...] = ()


async def lay_out(
    tx: Tx,
    person: Person,
    claimed: int,
    reply: Reply,
    at: datetime,
    sealer: Sealer | None = None,
) -> None:
    """Lays a reply out for delivery; `sealer` is for private ones."""
    await outbox.enqueue(tx, person.id, person.channel, claimed, [pack(reply, sealer)], at)


async def heed(
    tx: Tx, claimed: int, notice: Notice, snapshot: Snapshot, hall: Hall | None = None
) -> Taken:
    """Does what a notice calls for; with a `hall` whoever is greeted hears of open contests."""
    match notice.kind:
        case NoticeKind.FOLLOWED:
            return await _greet(tx, claimed, notice, snapshot, hall)
        case NoticeKind.UNSUPPORTED:
            return await _answer(
                tx, claimed, notice, compose.show_contact(snapshot, sayings.UNSUPPORTED)
            )
        case NoticeKind.TOO_FAST:
            return await _answer(tx, claimed, notice, Reply(sayings.TOO_FAST))
        case NoticeKind.MOVED:
            await people.move(tx, notice.channel, notice.person, notice.data.get("to", ""))
        case NoticeKind.UNFOLLOWED:
            return await _leave_alone(tx, notice)
        case NoticeKind.STAFF_WROTE:
            return await _keep_quiet(tx, notice)
        case NoticeKind.SUBMITTED_INFO:
            return await _answer(tx, claimed, notice, Reply(sayings.INFO_NOT_KEPT))
        case NoticeKind.WITHDREW:
            person = await people.find(tx, notice.channel, notice.person)
            if person is not None:
                await people.erase(tx, person.id)
    return Taken()


async def _greet(
    tx: Tx, claimed: int, notice: Notice, snapshot: Snapshot, hall: Hall | None
) -> Taken:
    person = await people.meet(
        tx, notice.channel, notice.person, notice.at, notice.data.get("origin")
    )
    if person.greeted_at is not None:
        return Taken(person.id)
    await people.mark_greeted(tx, person.id, notice.at)
    more: tuple[Button, ...] = ()
    if hall is not None:
        more = await doors(
            Visit(hall, tx, snapshot, person.id, person.channel, person.channel_id, notice.at)
        )
    welcome = compose.show_welcome(snapshot, more)
    offered = remember(welcome.buttons, notice.at)
    await talk.save_state(tx, person.id, offered.to_data(), notice.at)
    await lay_out(tx, person, claimed, welcome, notice.at)
    return Taken(person.id, (welcome,))


async def _answer(tx: Tx, claimed: int, notice: Notice, reply: Reply) -> Taken:
    person = await people.meet(tx, notice.channel, notice.person, notice.at)
    await lay_out(tx, person, claimed, reply, notice.at)
    return Taken(person.id, (reply,))


async def _keep_quiet(tx: Tx, notice: Notice) -> Taken:
    """Somebody of the office talks with the person: two voices at once would only confuse him."""
    person = await people.find(tx, notice.channel, notice.person)
    if person is None:
        return Taken()
    until = datetime.fromisoformat(notice.data["until"])
    await people.keep_quiet(tx, person.id, until)
    return Taken(person.id)


async def _leave_alone(tx: Tx, notice: Notice) -> Taken:
    person = await people.find(tx, notice.channel, notice.person)
    if person is None:
        return Taken()
    await people.set_reachable(tx, person.id, False)
    await outbox.cancel(tx, person.id)
    return Taken(person.id)
