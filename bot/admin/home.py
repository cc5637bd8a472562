"""The front page: how the base stands and what waits for this user."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.admin.office import HOME, Office
from bot.admin.visit import Visit
from bot.knowledge.model import Status


@dataclass(frozen=True, slots=True)
class Home:
    """The page `/admin`."""

    office: Office

    def routes(self) -> list[BaseRoute]:
        """The route of the front page."""
        return [self.office.page(HOME, self.show)]

    async def show(self, visit: Visit) -> Response:
        """The figures of the base and the faults that an editor should see to."""
        base = self.office.snapshot.base
        counts = {status: 0 for status in Status}
        for entry in base.entries.values():
            counts[entry.status] += 1
        return await self.office.show(
            visit, "tong-quan.html", counts=counts, faults=self.office.live.faults
        )
