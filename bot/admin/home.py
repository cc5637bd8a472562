"""The front page: how the week went and what waits for this user."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.admin.answers.listing import READERS
from bot.admin.office import HOME, Office
from bot.admin.visit import Visit
from bot.admin.waiting import list_errands
from bot.clock import vietnam_date
from bot.reports import participation

_WEEK = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Home:
    """The page `/admin`."""

    office: Office

    def routes(self) -> list[BaseRoute]:
        """The route of the front page."""
        return [self.office.page(HOME, self.show)]

    async def show(self, visit: Visit) -> Response:
        """The figures of the last seven days, the errands, how the base stands, its faults."""
        office = self.office
        base = office.snapshot.written
        today = vietnam_date(visit.at)
        cut = participation.slice_of(today - _WEEK, today)
        async with office.database.reading() as tx:
            week = await participation.look(tx, base, cut)
            errands = await list_errands(tx, office, visit, week.total.missed)
        return await office.show(
            visit,
            "tong-quan.html",
            week=week,
            errands=errands,
            counts=Counter(entry.status for entry in base.entries.values()),
            faults=office.live.faults if visit.may(*READERS) else (),
        )
