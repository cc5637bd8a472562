"""The published contests as the pages show them, asked of the database once a second at most."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.contest.document import Published
from bot.contest.publish import Shelf
from bot.errors import DatabaseUnavailable
from bot.store import contest_versions
from bot.store.database import Database

_LASTS_SECONDS = 1.0


@dataclass(slots=True)
class Showcase:
    """The version of every contest that is played now, at most a second old.

    What starts or ends an attempt reads the version in its own transaction instead.
    """

    database: Database
    shelf: Shelf
    now: Callable[[], float] = time.monotonic
    _shown: Mapping[str, Published] = field(default_factory=dict)
    _until: float = float("-inf")
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def all(self) -> Mapping[str, Published]:
        """Every published contest by its id.

        What was known stays shown while the database does not answer.
        """
        if self.now() < self._until:
            return self._shown
        async with self._looking:
            if self.now() >= self._until:
                try:
                    self._shown = await self._look()
                except DatabaseUnavailable:
                    if not self._shown:
                        raise
                self._until = self.now() + _LASTS_SECONDS
        return self._shown

    async def find(self, contest_id: str) -> Published | None:
        """A published contest; None where there is none with this id."""
        return (await self.all()).get(contest_id)

    async def _look(self) -> dict[str, Published]:
        found = {}
        async with self.database.reading(quick=True) as tx:
            for name in await contest_versions.list_contests(tx):
                published = await self.shelf.current(tx, name)
                if published is not None:
                    found[name] = published
        return found
