"""One person talking to the bot over an empty database."""

from __future__ import annotations

import asyncio
import copy
import sqlite3
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Table, select

from bot.clock import VIETNAM
from bot.contest.publish import publish
from bot.dialogue.contest.hall import Hall
from bot.dialogue.messages import Button, Message, Reply
from bot.dialogue.snapshot import Snapshot
from bot.dialogue.turn import Handler
from bot.store.database import Database
from bot.store.tables import outbox, questions
from tests.conftest import NOW, SEALER
from tests.databases import copy_migrated, fill_memory, new_memory

NEVER, ALWAYS = 2.0, -1.0
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=VIETNAM).astimezone(UTC)
"""In the first week of the shipped contest; its practice opens after it."""
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
    database = new_memory()
    yield database
    await database.close()


@pytest.fixture
def handler(db: Database, snapshot: Snapshot) -> Handler:
    return Handler(db, lambda: snapshot)


@pytest.fixture
def talk(handler: Handler) -> Talk:
    return Talk(handler)


@dataclass(frozen=True)
class Stage:
    """The shipped contests, published once for all tests."""

    hall: Hall
    file: Path

    def set_up(self, db: Database) -> Hall:
        """Has them open in an empty database, and gives what they are played on."""
        fill_memory(db, self.file)
        return self.hall


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory, snapshot: Snapshot) -> Stage:
    file = tmp_path_factory.mktemp("contests") / "bot.db"
    hall = Hall(SEALER)
    with ThreadPoolExecutor() as threads:
        threads.submit(asyncio.run, publish_all(file, snapshot, hall)).result()
    with closing(sqlite3.connect(file)) as kept:
        # A file that keeps its log beside it cannot be copied into memory.
        kept.execute("PRAGMA journal_mode=DELETE")
    return Stage(hall, file)


async def publish_all(file: Path, snapshot: Snapshot, hall: Hall) -> None:
    copy_migrated(file)
    database = Database(f"sqlite:///{file}")
    async with database.transaction() as tx:
        for definition in snapshot.contests.definitions.values():
            await publish(tx, hall.shelf, definition, "ban tổ chức", "Mở cuộc thi.", MONDAY)
    await database.close()


async def rows_of(db: Database, table: Table) -> list[dict[str, object]]:
    async with db.reading() as tx:
        return [dict(row) for row in await tx.rows(select(table))]


async def asked(db: Database) -> list[dict[str, object]]:
    return await rows_of(db, questions)


async def laid_out(db: Database) -> list[dict[str, object]]:
    return await rows_of(db, outbox)
