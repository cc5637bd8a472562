"""`/chung-nhan/<code>`: anybody who holds a certificate can have it confirmed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from bot.channels.web.contest.desk import Desk
from bot.reports.honours import winner_with
from bot.store import contest_awards
from bot.store.contest_awards import LIVING

_CODE = re.compile(r"[\w-]{6,40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The page that says whether a certificate is one of ours."""

    desk: Desk

    def routes(self) -> list[BaseRoute]:
        """The route of the page."""
        return [Route("/chung-nhan/{code}", self.show)]

    async def show(self, request: Request) -> Response:
        """What the certificate with this code says, with the name as far as it may be public."""
        desk, code = self.desk, request.path_params["code"]
        winner = published = None
        if _CODE.fullmatch(code):
            async with desk.database.reading() as tx:
                award = await contest_awards.by_code(tx, code)
                # Who lost the prize, by an appeal or in a later edition, holds paper only.
                if award is not None and award.state in LIVING:
                    published = await desk.shelf.need(tx, award.contest_id)
                    trees = desk.trees(published)
                    winner = await winner_with(tx, published, desk.sealer, trees, award)
        html = desk.pages.show(
            "certificate.html",
            code=code if _CODE.fullmatch(code) else "",
            winner=winner,
            contest=published.contest if published else None,
        )
        return HTMLResponse(html, status_code=200 if winner else 404)
