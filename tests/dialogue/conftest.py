"""One person talking to the bot over an empty database."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import Table, select

from bot.dialogue.messages import Button, Message, Reply
from bot.dialogue.snapshot import Snapshot
from bot.dialogue.turn import Handler
from bot.store.database import Database
from bot.store.migrate import migrate
from bot.store.tables import outbox, questions
from tests.conftest import NOW

NEVER, ALWAYS = 2.0, -1.0
_ids = count(1)


def in_doubt(snapshot: Snapshot, always: str) -> Snapshot:
    """The snapshot with thresholds that let it choose, or refuse, unless it is entirely sure."""
    choose = {"choose": ALWAYS, "refuse": NEVER}[always]
    matcher = copy.copy(snapshot.matcher)
    matcher.fitted = replace(matcher.fitted, answer_topic=NEVER, choose_topic=choose)
    return replace(snapshot, matcher=matcher)


@dataclass
class Talk:
    """A person's talk: what he does, and the one reply to it."""

    handler: Handler
    person: str = "lan"
    channel: str = "web"
    now: datetime = NOW
    reply: Reply = field(default_factory=lambda: Reply(""))

    async def say(self, text: str | None) -> Reply:
        return await self._send(text=text)

    async def press(self, code: str) -> Reply:
        return await self._send(press=code)

    async def press_titled(self, title: str) -> Reply:
        return await self.press(self.button(title).press)

    def button(self, title: str) -> Button:
        found = [b for b in self.reply.buttons if b.title == title]
        assert found, f"no button «{title}» among {[b.title for b in self.reply.buttons]}"
        return found[0]

    def wait(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)

    async def _send(self, text: str | None = None, press: str | None = None) -> Reply:
        number = f"m{next(_ids)}"
        message = Message(self.channel, self.person, number, self.now, text=text, press=press)
        replies = await self.handler.handle(message)
        assert len(replies) == 1
        self.reply = replies[0]
        return self.reply


@pytest.fixture
async def db() -> AsyncIterator[Database]:
    database = Database.memory()
    await migrate(database)
    yield database
    await database.close()


@pytest.fixture
def handler(db: Database, snapshot: Snapshot) -> Handler:
    return Handler(db, lambda: snapshot)


@pytest.fixture
def talk(handler: Handler) -> Talk:
    return Talk(handler)


async def rows_of(db: Database, table: Table) -> list[dict[str, object]]:
    async with db.reading() as tx:
        return [dict(row) for row in await tx.rows(select(table))]


async def asked(db: Database) -> list[dict[str, object]]:
    return await rows_of(db, questions)


async def laid_out(db: Database) -> list[dict[str, object]]:
    return await rows_of(db, outbox)
