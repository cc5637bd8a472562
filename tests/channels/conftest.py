"""Messages and replies on their way, over an empty database and a channel of paper."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import count

import pytest
from sqlalchemy import select

from bot.channels.running import Channels
from bot.dialogue.messages import Message
from bot.dialogue.snapshot import Snapshot
from bot.dialogue.turn import Handler
from bot.errors import DatabaseUnavailable
from bot.store import outbox, people
from bot.store.database import Database, Tx
from bot.store.tables import inbox
from bot.store.tables import outbox as outbox_table
from tests.channels.paper import Paper
from tests.conftest import NOW, SEALER
from tests.databases import fill_memory, new_memory, no_thread_is_left

_ids = count(1)


def said(text: str, person: str = "lan", external_id: str = "", at: datetime = NOW) -> Message:
    """A message of a person on the channel of paper."""
    return Message("telegram", person, external_id or f"m{next(_ids)}", at, text=text)


@dataclass
class House:
    """The channels over one database; `now` is the house's clock."""

    database: Database
    handler: Handler
    paper: Paper = field(default_factory=Paper)
    now: datetime = NOW
    channels: Channels = field(init=False)

    def __post_init__(self) -> None:
        self.channels = self.rebuild()

    def rebuild(self) -> Channels:
        """The channels as after a new start."""
        self.channels = Channels([self.paper], self.handler, SEALER, lambda: self.now)
        return self.channels

    async def rows(self, *states: str) -> list[dict[str, object]]:
        """The rows of the outbox in these states; all of them without any."""
        async with self.database.reading() as tx:
            rows = await tx.rows(select(outbox_table).order_by(outbox_table.c.id))
        return [dict(row) for row in rows if not states or row["state"] in states]

    async def unhandled(self) -> int:
        """How many messages wait in the inbox."""
        async with self.database.reading() as tx:
            return len(await tx.rows(select(inbox.c.id).where(inbox.c.status == "new")))

    async def lay_out(self, person: str, *texts: str, lane: outbox.Lane = "reply") -> int:
        """Replies to a person, waiting to be sent; gives the person's number."""
        async with self.database.transaction() as tx:
            met = await people.meet(tx, "telegram", person, self.now)
            replies = [{"text": text} for text in texts]
            await outbox.enqueue(tx, met.id, "telegram", None, replies, self.now, lane)
        return met.id

    def texts_to(self, person: str) -> list[str]:
        """What the person has got, in order."""
        return [text for address, text in self.paper.sent if address == person]


async def until(is_so: Callable[[], object], seconds: float = 120) -> None:
    """Waits until something is so; fails where it never is."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it never came to be so"
        await asyncio.sleep(0.005)


async def written_down(database: Database, error: str) -> None:
    """Waits until a failure is settled in the outbox; before that no clock may be moved."""
    for _ in range(1_000):
        async with database.reading() as tx:
            rows = await tx.rows(select(outbox_table.c.error))
        if any(error in (row["error"] or "") for row in rows):
            return
        await asyncio.sleep(0.01)
    pytest.fail("it was never written down")


class Unwell(Database):
    """A database that fails a few times when something is to be written."""

    failures = 0

    @asynccontextmanager
    async def transaction(self, *, quick: bool = False) -> AsyncIterator[Tx]:
        if self.failures:
            self.failures -= 1
            raise DatabaseUnavailable("đĩa đầy")
        async with super().transaction(quick=quick) as tx:
            yield tx


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    """An empty database."""
    database = new_memory()
    yield database
    await database.close()


@pytest.fixture
async def unwell() -> AsyncIterator[Unwell]:
    """An empty database that can be made to fail."""
    database = Unwell("sqlite://")
    fill_memory(database)
    yield database
    await database.close()


@pytest.fixture
async def house(snapshot: Snapshot) -> AsyncIterator[House]:
    database = new_memory()
    yield House(database, Handler(database, lambda: snapshot))
    await database.close()
    # A request that was cut off gives its connection up, whose thread must not outlive the loop.
    await no_thread_is_left()


def with_election(snapshot: Snapshot, day: date) -> Snapshot:
    """The knowledge when the next election is called for that day."""
    elections = snapshot.base.elections
    assert elections.reference is not None
    coming = replace(elections.reference, id="bau-cu-thu", day=day)
    return replace(snapshot, base=replace(snapshot.base, elections=replace(elections, next=coming)))
