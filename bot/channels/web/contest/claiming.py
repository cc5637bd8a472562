"""What a winner is asked, once his prize is decided: read, given, corrected."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.channels.web.contest.desk import TOO_FAST, Desk, go
from bot.channels.web.contest.enrolment import AWAY, MEND
from bot.channels.web.contest.fields import FIELDS_AT_MOST, Filled, ask_winner, read_filled
from bot.channels.web.incoming import read_pairs
from bot.channels.web.visitor import token_of
from bot.contest.document import Published
from bot.contest.forms import Reviewed, read_fields, review
from bot.contest.refusal import Refused
from bot.contest.registration import Form, open_registration
from bot.contest.winning import Won, complete, won_by
from bot.errors import DatabaseUnavailable
from bot.store.contest_entrants import Entrant


@dataclass(frozen=True, slots=True)
class Winner:
    """A winner at this page."""

    published: Published
    entrant: Entrant
    won: Won
    kept: Form


@dataclass(frozen=True, slots=True)
class Claiming:
    """The page of what a winner is asked."""

    desk: Desk

    def routes(self) -> list[BaseRoute]:
        """The routes of this page."""
        path, guarded = "/thi/{contest}/nhan-giai", self.desk.guarded
        return [
            Route(path, guarded(self.show), methods=["GET"]),
            Route(path, guarded(self.take), methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The form; whoever is asked nothing goes back to the contest."""
        winner = await self._who(request)
        if winner is None:
            return go(f"/thi/{request.path_params['contest']}")
        return self._page(request, winner, Filled())

    async def take(self, request: Request) -> Response:
        """The form handed in; a secret field left empty stays as it was."""
        winner = await self._who(request)
        if winner is None:
            return go(f"/thi/{request.path_params['contest']}")
        desk, published = self.desk, winner.published
        pairs = await read_pairs(request, FIELDS_AT_MOST)
        filled = read_filled(published.contest, pairs, "at_award")
        if not desk.limiter.allows(token_of(request) or ""):
            return self._page(request, winner, filled, None, TOO_FAST, 429)
        looked = self._look(winner, filled)
        if not looked.is_whole:
            return self._page(request, winner, filled, looked, MEND, 422)
        try:
            async with desk.database.transaction() as tx:
                trees, at = desk.trees(published), desk.clock()
                await complete(
                    tx, published, desk.sealer, trees, winner.entrant.id, looked.values, at
                )
        except Refused as refused:
            return self._page(request, winner, filled, looked, str(refused), 422)
        except DatabaseUnavailable:
            return self._page(request, winner, filled, looked, AWAY, 503)
        return go(f"/thi/{published.id}/nhan-giai?da-luu")

    async def _who(self, request: Request) -> Winner | None:
        published = await self.desk.contest(request)
        async with self.desk.database.reading() as tx:
            present = await self.desk.presence(tx, token_of(request), published)
            if present.entrant is None:
                return None
            won = await won_by(tx, published, self.desk.sealer, present.entrant)
        kept = open_registration(self.desk.sealer, present.entrant)
        return Winner(published, present.entrant, won, kept) if won.asked else None

    def _look(self, winner: Winner, filled: Filled) -> Reviewed:
        typed = filled.form.values
        given = {
            str(one.key): typed.get(one.key) or winner.kept.values.get(one.key, "")
            for one in winner.won.asked
        }
        trees = self.desk.trees(winner.published)
        read, faults, offered = read_fields(winner.won.asked, given, trees, self.desk.clock())
        values = {key: one.value for key, one in read.items() if one.value}
        return Reviewed(values, {}, faults, offered, needs_guardian=False)

    def _page(
        self,
        request: Request,
        winner: Winner,
        filled: Filled,
        looked: Reviewed | None = None,
        trouble: str = "",
        status: int = 200,
    ) -> Response:
        contest, trees = winner.published.contest, self.desk.trees(winner.published)
        stored = review(contest, winner.kept, trees, self.desk.clock(), with_consents=False).shown
        html = self.desk.pages.show(
            "claim.html",
            contest=contest,
            awards=winner.won.awards,
            asked=ask_winner(contest, trees, filled, looked, stored),
            trouble=trouble,
            days=contest.data.contact_retention_days_after_award,
            is_saved="da-luu" in request.query_params,
        )
        return self.desk.page(request, html, status)
