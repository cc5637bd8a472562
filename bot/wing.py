"""The web of editors and organizers, imported and put together when somebody first opens it.

It stands on spreadsheets, booklets and papers to print: half a second and 20 MB that no citizen's first
answer need wait for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from starlette.routing import BaseRoute

from bot.clock import Clock
from bot.contest.publish import Shelf
from bot.dialogue.snapshot import Snapshot
from bot.knowledge.live import Live
from bot.sealing import Sealer
from bot.secret_key import file_of
from bot.settings import Settings
from bot.store.database import Database

if TYPE_CHECKING:
    from bot.admin.contests.jobs import Jobs
    from bot.admin.contests.room import Room

PATH = "/admin"


@dataclass(frozen=True)
class Wing:
    """What the pages under `PATH` need, and they themselves once somebody asked for one."""

    settings: Settings
    database: Database
    live: Live[Snapshot]
    sealer: Sealer
    shelf: Shelf
    clock: Clock

    @cached_property
    def room(self) -> Room:
        """The services behind the pages."""
        from bot.adapters.doors import doors_of
        from bot.admin.contests.figures import Figures
        from bot.admin.contests.room import Room
        from bot.admin.gate import Gate
        from bot.admin.office import Office
        from bot.admin.pages import Pages

        settings = self.settings
        office = Office(
            self.database,
            self.live,
            settings.knowledge_dir,
            self.sealer,
            self.shelf,
            Gate(self.database, self.sealer, settings.public_url.startswith("https://")),
            Pages(lambda: self.live.current),
            settings.public_url.rstrip("/"),
            self.clock,
            doors_of(settings),
            settings.same_person_approves,
        )
        return Room(office, self.jobs, Figures(self.database, self.clock))

    @cached_property
    def jobs(self) -> Jobs:
        """The long work that is started from the pages."""
        from bot.admin.contests.jobs import Jobs

        return Jobs(self.database, file_of(self.settings).parent / "xuat", self.clock)

    async def keep_tidy(self, stop: asyncio.Event) -> None:
        """Takes away what exports left, also where nobody opens a page. Raises what goes wrong."""
        await self.jobs.keep_tidy(stop)

    def routes(self) -> Sequence[BaseRoute]:
        """Every page of editors and organizers."""
        from bot.admin import site

        return site.routes(self.room.office, self.room)

    async def close(self) -> None:
        """End what was started from the pages."""
        if "room" in vars(self):
            await self.room.close()
