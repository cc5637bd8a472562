"""What a running service does for contests by itself: ends papers, publishes practice.

Several processes may do it side by side; whoever comes second finds it done.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.clock import Clock, utc_now
from bot.contest import play
from bot.contest.load import Contests
from bot.contest.publish import Shelf, publish_practice
from bot.store import contest_versions
from bot.store.database import Database

EVERY_SECONDS = 10.0
_ENDED_AT_ONCE = 20
"""Papers in a transaction; whoever saves an answer meanwhile waits for it."""
_REST, _LONGEST_REST = 2, 0.2
"""So many times what a transaction took the next one waits, and seconds at most."""


@dataclass(slots=True)
class Caretaker:
    """Looks after the published contests of a database; `contests` are the files served now."""

    database: Database
    shelf: Shelf
    contests: Callable[[], Contests]
    clock: Clock = utc_now
    _published: str | None = field(default=None, init=False)

    async def run(self, stop: asyncio.Event) -> None:
        """Makes a round now and then until `stop` is set. Raises what goes wrong."""
        while not stop.is_set():
            await self.make_round()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), EVERY_SECONDS)

    async def make_round(self) -> int:
        """Publishes practice whose files changed, ends what is overdue; gives how many ended."""
        contests = self.contests()
        if contests.version != self._published:
            await publish_practice(self.database, self.shelf, contests, self.clock())
            self._published = contests.version
        async with self.database.reading() as tx:
            names = await contest_versions.list_contests(tx)
        return sum([await self._end_overdue(name) for name in names])

    async def _end_overdue(self, contest_id: str) -> int:
        ended, last = 0, _ENDED_AT_ONCE
        while last == _ENDED_AT_ONCE:
            begun = time.monotonic()
            async with self.database.transaction(quick=True) as tx:
                published = await self.shelf.need(tx, contest_id)
                last = await play.expire(tx, published, self.clock(), _ENDED_AT_ONCE)
            ended += last
            # Nobody waits for this, and of those who play nobody should wait because of it.
            await asyncio.sleep(min(_LONGEST_REST, (time.monotonic() - begun) * _REST))
        return ended
