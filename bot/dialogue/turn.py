"""One message, handled once: its effects and its reply in a single transaction.

Every message has an external id; a second message with the same id changes nothing and gets the
same reply again. Killed before the commit, the message is as if it never came; after it, it is
done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bot.dialogue.commands import greet_arrival
from bot.dialogue.contest.hall import Hall, Visit
from bot.dialogue.contest.room import Room
from bot.dialogue.conversation import Conversation, Feedback, Question
from bot.dialogue.messages import Incoming, Message, Notice, Reply
from bot.dialogue.notices import Taken, heed, lay_out
from bot.dialogue.packing import unpack
from bot.dialogue.snapshot import Snapshot
from bot.dialogue.states import State
from bot.language.mask import mask_numbers
from bot.sealing import Sealer
from bot.store import history, inbox, people, reminders, staff, talk
from bot.store.database import Database, Tx
from bot.store.people import Person

DIRECT = frozenset({"web", "console"})
"""Channels whose people see a reply when they look, not by delivery."""


@dataclass(frozen=True, slots=True)
class Handler:
    """Handles messages of every channel against the database and the knowledge served now."""

    database: Database
    snapshot: Callable[[], Snapshot]
    direct: frozenset[str] = DIRECT
    """Channels that hand the replies over in their own answer; the others have them delivered."""
    hall: Hall | None = None
    """What contests in the chat stand on; without it there are none."""

    async def handle(self, message: Message) -> list[Reply]:
        """The replies to a message, stored for delivery; those of the first time for a repeat."""
        snapshot = self.snapshot()
        async with self.database.transaction(quick=True) as tx:
            claimed = await inbox.claim(tx, message.channel, message.external_id, message.at)
            if claimed is not None:
                taken = await self.take(tx, claimed, message, snapshot)
                await inbox.finish(tx, claimed, taken.person_id)
                return list(taken.replies)
        async with self.database.reading() as tx:
            packed = await history.replies_to(tx, message.channel, message.external_id)
        return self.unpack(packed)

    def unpack(self, packed: Iterable[dict[str, Any]]) -> list[Reply]:
        """Replies as they were laid out, private ones opened."""
        return [unpack(reply, self._sealer) for reply in packed]

    @property
    def _sealer(self) -> Sealer | None:
        return self.hall.sealer if self.hall else None

    async def take(self, tx: Tx, claimed: int, incoming: Incoming, snapshot: Snapshot) -> Taken:
        """Handles a claimed message or notice in an open transaction, all but its end in the inbox.

        `claimed` is its id there; `inbox.finish` is for the caller, who may have many to finish.
        """
        if isinstance(incoming, Notice):
            return await heed(tx, claimed, incoming, snapshot, self.hall)
        message = greet_arrival(incoming)
        person = await people.meet(tx, message.channel, message.person, message.at, message.origin)
        if person.quiet_until and message.at < person.quiet_until:
            return Taken(person.id)
        state = State.from_data(await talk.load_state(tx, person.id))
        ledger = _Ledger(tx, person, claimed, message, snapshot.base.version)
        room = self._room(tx, person, message, snapshot)
        remind = None if message.channel in self.direct else ledger.remind
        conversation = Conversation(snapshot, ledger.record, ledger.judge, room, remind)
        turn = await conversation.reply(message, state, is_new=person.greeted_at is None)
        if turn.erases:
            await people.erase(tx, person.id)
            # He is told so: an address is needed for that, and nothing else is known of him.
            person = await people.meet(tx, message.channel, message.person, message.at)
        elif person.greeted_at is None:
            await people.mark_greeted(tx, person.id, message.at)
        await talk.save_state(tx, person.id, turn.state.to_data(), message.at)
        await lay_out(tx, person, claimed, turn.reply, message.at, self._sealer)
        if message.channel in self.direct:
            await history.settle_replies(tx, claimed, message.at)
        return Taken(person.id, (turn.reply,))

    def _room(self, tx: Tx, person: Person, message: Message, snapshot: Snapshot) -> Room | None:
        if self.hall is None:
            return None
        return Room(
            Visit(self.hall, tx, snapshot, person.id, person.channel, person.channel_id, message.at)
        )


@dataclass(frozen=True, slots=True)
class _Ledger:
    """Writes what a conversation asks to be recorded, in the transaction of its message."""

    tx: Tx
    person: Person
    claimed: int
    message: Message
    base_version: str

    async def record(self, question: Question) -> int:
        advice = question.advice
        return await talk.record_question(
            self.tx,
            talk.QuestionAsked(
                person_id=self.person.id,
                channel=self.message.channel,
                text=mask_numbers(question.text),
                normalised=advice.normalised,
                outcome=advice.outcome,
                asked_at=self.message.at,
                base_version=self.base_version,
                entries=advice.entries,
                score=advice.score,
                ms=question.ms,
                inbox_id=self.claimed,
                origin=self.person.origin,
            ),
        )

    async def remind(self, wish: bool) -> bool:
        if wish:
            return await reminders.ask_for(self.tx, self.person.id, self.message.at)
        return await reminders.call_off(self.tx, self.person.id)

    async def judge(self, feedback: Feedback) -> bool:
        if feedback.for_staff:
            return await staff.send_on(self.tx, feedback.question, self.person.id, self.message.at)
        if feedback.none_fits:
            return await talk.choose_none(self.tx, feedback.question, self.person.id)
        return await talk.give_feedback(
            self.tx, feedback.question, self.person.id, feedback.value, self.message.at
        )
