"""What one has registered with: read, corrected until the lock, shown in part afterwards."""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.channels.web.contest.desk import TOO_FAST, Desk, go
from bot.channels.web.contest.enrolment import AWAY, MEND
from bot.channels.web.contest.fields import (
    FIELDS_AT_MOST,
    Filled,
    ask_all,
    read_filled,
    summary,
)
from bot.channels.web.incoming import read_pairs
from bot.channels.web.visitor import token_of
from bot.contest import registration
from bot.contest.document import Published
from bot.contest.fields import SECRET_TYPES
from bot.contest.forms import Reviewed, review
from bot.contest.refusal import Refused
from bot.contest.registration import Form, open_registration
from bot.errors import DatabaseUnavailable
from bot.store.contest_entrants import Entrant


@dataclass(frozen=True, slots=True)
class Correction:
    """The page of one's own registration."""

    desk: Desk

    def routes(self) -> list[BaseRoute]:
        """The routes of this page."""
        path, guarded = "/thi/{contest}/thong-tin", self.desk.guarded
        return [
            Route(path, guarded(self.show), methods=["GET"]),
            Route(path, guarded(self.take), methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """What one gave; with a form as long as it may be corrected."""
        published = await self.desk.contest(request)
        entrant = await self._entrant(request, published)
        if entrant is None:
            return go(f"/thi/{published.id}/dang-ky")
        return self._page(request, published, entrant, Filled())

    async def take(self, request: Request) -> Response:
        """Corrections handed in; a secret field left empty stays as it was."""
        published = await self.desk.contest(request)
        filled = read_filled(published.contest, await read_pairs(request, FIELDS_AT_MOST))
        entrant = await self._entrant(request, published)
        if entrant is None:
            return go(f"/thi/{published.id}/dang-ky")
        if not self.desk.limiter.allows(token_of(request) or ""):
            return self._page(request, published, entrant, filled, None, TOO_FAST, 429)
        form = self._merged(published, entrant, filled)
        looked = review(
            published.contest,
            form,
            self.desk.trees(published),
            self.desk.clock(),
            with_consents=False,
        )
        if not looked.is_whole:
            return self._page(request, published, entrant, filled, looked, MEND, 422)
        try:
            await self._correct(published, entrant, form, looked)
        except Refused as refused:
            return self._page(request, published, entrant, filled, looked, str(refused), 422)
        except DatabaseUnavailable:
            return self._page(request, published, entrant, filled, looked, AWAY, 503)
        return go(f"/thi/{published.id}/thong-tin?da-luu")

    def _merged(self, published: Published, entrant: Entrant, filled: Filled) -> Form:
        kept = open_registration(self.desk.sealer, entrant)
        secret = {f.key for f in published.contest.registration.fields if f.type in SECRET_TYPES}
        typed = {key: text for key, text in filled.form.values.items() if text or key not in secret}
        guardian = filled.form.guardian or kept.guardian
        return replace(filled.form, values={**kept.values, **typed}, guardian=guardian)

    async def _correct(
        self, published: Published, entrant: Entrant, form: Form, looked: Reviewed
    ) -> None:
        # A field emptied on purpose is handed on empty.
        values = {**dict.fromkeys(form.values, ""), **looked.values}
        async with self.desk.database.transaction() as tx:
            await registration.correct(
                tx,
                published,
                self.desk.sealer,
                self.desk.trees(published),
                entrant.id,
                values,
                self.desk.clock(),
                guardian=form.guardian,
            )

    async def _entrant(self, request: Request, published: Published) -> Entrant | None:
        async with self.desk.database.reading() as tx:
            present = await self.desk.presence(tx, token_of(request), published)
        return present.entrant

    def _page(
        self,
        request: Request,
        published: Published,
        entrant: Entrant,
        filled: Filled,
        looked: Reviewed | None = None,
        trouble: str = "",
        status: int = 200,
    ) -> Response:
        contest, trees = published.contest, self.desk.trees(published)
        kept = open_registration(self.desk.sealer, entrant)
        stored = review(contest, kept, trees, self.desk.clock(), with_consents=False).shown
        html = self.desk.pages.show(
            "own.html",
            contest=contest,
            lines=summary(contest, stored, is_stored=True),
            asked=None if entrant.locked_at else ask_all(contest, trees, filled, looked, stored),
            trouble=trouble,
            is_saved="da-luu" in request.query_params,
        )
        return self.desk.page(request, html, status)
