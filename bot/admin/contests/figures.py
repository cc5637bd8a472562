"""The numbers of a contest for its organizers, counted aside so that no page waits for them.

Counting a hundred thousand attempts takes a second or so. A page shows what was counted last, with
its instant, and has it counted anew where that is some seconds old.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.clock import Clock, utc_now
from bot.contest.document import Published
from bot.store import contest_desk
from bot.store.contest_desk import HourCount
from bot.store.database import Database

FRESH = timedelta(seconds=5)
_WAIT_S = 0.1
_SHARE = 10
"""Counting takes at most one part in so many of the time."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted at an instant.

    `rounds` gives by the number of a round its attempts in each status, and its `persons`; `units`
    gives by unit how many registered, played, and attempts. `cost` is how long the counting took.
    """

    at: datetime
    cost: timedelta
    standings: Mapping[str, int]
    rounds: Mapping[int, Mapping[str, int]]
    hours: tuple[HourCount, ...]
    units: Mapping[str | None, list[int]]

    @property
    def registered(self) -> int:
        """Everybody who registered."""
        return sum(self.standings.values())

    def total(self, *statuses: str) -> int:
        """The attempts of all rounds in these statuses."""
        return sum(found.get(status, 0) for found in self.rounds.values() for status in statuses)


@dataclass(slots=True)
class Figures:
    """The numbers of all contests of a database."""

    database: Database
    clock: Clock = utc_now
    _kept: dict[str, Counted] = field(default_factory=dict)
    _counting: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    async def of(self, published: Published) -> Counted | None:
        """The newest numbers that can be had at once; None where none were counted yet."""
        kept = self._kept.get(published.id)
        if kept is None or self.clock() - kept.at >= max(FRESH, kept.cost * _SHARE):
            task = self._counting.get(published.id)
            if task is None:
                task = asyncio.create_task(self._count(published))
                self._counting[published.id] = task
                task.add_done_callback(lambda _task: self._counting.pop(published.id, None))
            await asyncio.wait([task], timeout=_WAIT_S)
        return self._kept.get(published.id)

    async def close(self) -> None:
        """Ends what is being counted, when the program stops."""
        tasks = list(self._counting.values())
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await task

    async def _count(self, published: Published) -> None:
        began, at = time.monotonic(), self.clock()
        rounds = list(published.rounds.values())
        async with self.database.reading() as tx:
            standings = await contest_desk.standings(tx, published.id)
            by_round = await contest_desk.by_round(tx, rounds)
            hours = await contest_desk.by_hour(tx, rounds)
            units = await contest_desk.by_unit(tx, published.id, rounds)
        cost = timedelta(seconds=time.monotonic() - began)
        self._kept[published.id] = Counted(at, cost, standings, by_round, tuple(hours), units)
