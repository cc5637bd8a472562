"""One message, handled once: its effects and its reply in a single transaction.

Every message has an external id; a second message with the same id changes nothing and gets the
same reply again. Killed before the commit, the message is as if it never came; after it, it is
done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from bot.dialogue.conversation import Conversation, Feedback, Question
from bot.dialogue.messages import Button, Message, Reply
from bot.dialogue.snapshot import Snapshot
from bot.dialogue.states import State
from bot.language.mask import mask_numbers
from bot.store import history, inbox, outbox, people, talk
from bot.store.database import Database, Tx
from bot.store.people import Person


@dataclass(frozen=True, slots=True)
class Handler:
    """Handles messages of every channel against the database and the knowledge served now."""

    database: Database
    snapshot: Callable[[], Snapshot]
    direct: frozenset[str] = frozenset({"web", "console"})
    """Channels that hand the replies over in their own answer; the others have them delivered."""

    async def handle(self, message: Message) -> list[Reply]:
        """The replies to a message, stored for delivery; those of the first time for a repeat."""
        snapshot = self.snapshot()
        async with self.database.transaction() as tx:
            claimed = await inbox.claim(tx, message.channel, message.external_id, message.at)
            if claimed is not None:
                return await self._take(tx, claimed, message, snapshot)
        async with self.database.reading() as tx:
            packed = await history.replies_to(tx, message.channel, message.external_id)
        return [unpack(reply) for reply in packed]

    async def _take(
        self, tx: Tx, claimed: int, message: Message, snapshot: Snapshot
    ) -> list[Reply]:
        person = await people.meet(tx, message.channel, message.person, message.at, message.origin)
        state = State.from_data(await talk.load_state(tx, person.id))
        ledger = _Ledger(tx, person, claimed, message, snapshot.base.version)
        conversation = Conversation(snapshot, ledger.record, ledger.judge)
        turn = await conversation.reply(message, state, is_new=person.greeted_at is None)
        if person.greeted_at is None:
            await people.mark_greeted(tx, person.id, message.at)
        await talk.save_state(tx, person.id, turn.state.to_data(), message.at)
        replies = [turn.reply]
        packed = [asdict(reply) for reply in replies]
        await outbox.enqueue(tx, person.id, message.channel, claimed, packed, message.at)
        if message.channel in self.direct:
            await history.settle_replies(tx, claimed, message.at)
        await inbox.finish(tx, claimed, person.id)
        return replies


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
            ),
        )

    async def judge(self, feedback: Feedback) -> bool:
        if feedback.none_fits:
            return await talk.choose_none(self.tx, feedback.question, self.person.id)
        return await talk.give_feedback(
            self.tx, feedback.question, self.person.id, feedback.value, self.message.at
        )


def unpack(data: dict[str, Any]) -> Reply:
    """A reply as it lies in the outbox."""
    texts = {key: str(data.get(key, "")) for key in ("text", "title", "note", "said")}
    return Reply(
        **texts,
        citations=tuple(data.get("citations", ())),
        buttons=tuple(Button(**button) for button in data.get("buttons", ())),
    )
