"""What everybody may read of a contest: decided results, and counts where the rules show them.

Made anew twice a minute at most, however many people look: it is the same for all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.channels.web.contest.desk import Desk
from bot.contest.document import Published
from bot.contest.live import LiveCounts, live_counts
from bot.reports.honours import winners_in
from bot.reports.notice import Notice, compose_notice
from bot.store import contest_results
from bot.store.contest_results import WHOLE
from bot.store.database import Tx

_LASTS = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Posted:
    """The notices of a contest, last round first, and its counts by round."""

    notices: tuple[Notice, ...]
    counts: Mapping[str, LiveCounts]


@dataclass(slots=True)
class Bulletin:
    """The public board of every contest, and its page."""

    desk: Desk
    _kept: dict[str, tuple[datetime, Posted]] = field(default_factory=dict)

    def routes(self) -> list[BaseRoute]:
        """The route of the results."""
        return [Route("/thi/{contest}/ket-qua", self.desk.guarded(self.show))]

    async def show(self, request: Request) -> Response:
        """The decided results as they are published; an unknown page before the first decision."""
        published = await self.desk.contest(request)
        posted = await self.posted(published)
        if not posted.notices:
            raise HTTPException(404)
        html = self.desk.pages.show(
            "results.html", contest=published.contest, notices=posted.notices
        )
        return self.desk.page(request, html)

    async def posted(self, published: Published) -> Posted:
        """What is posted now."""
        now, kept = self.desk.clock(), self._kept.get(published.id)
        if kept is not None and now < kept[0]:
            return kept[1]
        async with self.desk.database.reading() as tx:
            found = Posted(
                tuple(await self._notices(tx, published)), await self._counts(tx, published)
            )
        self._kept[published.id] = (now + _LASTS, found)
        return found

    async def _notices(self, tx: Tx, published: Published) -> list[Notice]:
        found: list[Notice] = []
        rounds = [(one.id, published.rounds[one.id]) for one in published.contest.rounds]
        for round_id, number in [(None, WHOLE), *reversed(rounds)]:
            result = await contest_results.last(tx, published.id, number, decided=True)
            if result is not None:
                trees = self.desk.trees(published)
                winners = await winners_in(tx, published, self.desk.sealer, trees, result)
                found.append(compose_notice(published, round_id, result, winners))
        return found

    async def _counts(self, tx: Tx, published: Published) -> dict[str, LiveCounts]:
        at = self.desk.clock()
        return {
            str(one.id): await live_counts(tx, published, one, at)
            for one in published.contest.rounds
        }
