"""Registering: the form, its faults beside the fields, and a summary to confirm.

Nothing is stored before the person has confirmed the summary; until then what was typed travels in
the forms themselves, so that no step loses it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.channels.web.arrival import origin_of
from bot.channels.web.contest.desk import NO_COOKIE, TOO_FAST, Desk, go
from bot.channels.web.contest.fields import FIELDS_AT_MOST, Filled, ask_all, read_filled, summary
from bot.channels.web.incoming import read_pairs
from bot.channels.web.visitor import CHANNEL, new_token, person_of, set_cookie, token_of
from bot.contest import registration
from bot.contest.document import Published
from bot.contest.forms import Reviewed, review
from bot.contest.refusal import Refused
from bot.contest.registration import Form
from bot.errors import DatabaseUnavailable
from bot.store import people

AWAY = "Máy chủ đang gián đoạn nên chưa lưu được. Những gì bạn điền vẫn còn đây, bạn bấm lại giúp."
MEND = "Có mục chưa xong. Bạn xem lại các mục được đánh dấu bên dưới."
_TOLD_BESIDE = ("consent_missing", "guardian_missing", "field")


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The pages by which one registers."""

    desk: Desk

    def routes(self) -> list[BaseRoute]:
        """The routes of these pages."""
        path, guarded = "/thi/{contest}/dang-ky", self.desk.guarded
        return [
            Route(path, guarded(self.show), methods=["GET"]),
            Route(path, guarded(self.take), methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The empty form; who has registered sees what he gave instead."""
        published = await self.desk.contest(request)
        async with self.desk.database.reading() as tx:
            present = await self.desk.presence(tx, token_of(request), published)
        if present.entrant is not None:
            return go(f"/thi/{published.id}/thong-tin")
        if not published.contest.registration.fields:
            return go(f"/thi/{published.id}")
        response = self._form(request, published, Filled())
        if token_of(request) is None:
            set_cookie(request, response, new_token(), secure=self.desk.secure)
        return response

    async def take(self, request: Request) -> Response:
        """A form handed in: back with its faults, on to the summary, or registered."""
        published = await self.desk.contest(request)
        filled = read_filled(published.contest, await read_pairs(request, FIELDS_AT_MOST))
        token = token_of(request)
        if token is None:
            response = self._form(request, published, filled, trouble=NO_COOKIE, status=400)
            set_cookie(request, response, new_token(), secure=self.desk.secure)
            return response
        if not self.desk.limiter.allows(token):
            return self._form(request, published, filled, trouble=TOO_FAST, status=429)
        if filled.step == "sua":
            return self._form(request, published, filled)
        try:
            return await self._take(request, published, filled, token)
        except DatabaseUnavailable:
            return self._form(request, published, filled, trouble=AWAY, status=503)

    async def _take(
        self, request: Request, published: Published, filled: Filled, token: str
    ) -> Response:
        looked = review(
            published.contest, filled.form, self.desk.trees(published), self.desk.clock()
        )
        form = replace(filled.form, values=looked.values)
        told = await self._may_play(published, form, looked)
        if told:
            return self._form(request, published, filled, looked, trouble=told, status=422)
        if not looked.is_whole:
            return self._form(request, published, filled, looked, trouble=MEND, status=422)
        if filled.step != "xong":
            html = self.desk.pages.show(
                "confirm.html",
                contest=published.contest,
                lines=summary(published.contest, looked.shown),
                form=form,
                purposes=published.contest.registration.consent.purposes,
            )
            return self.desk.page(request, html)
        await self._register(published, form, token, origin_of(request))
        return go(f"/thi/{published.id}?xong")

    async def _may_play(self, published: Published, form: Form, looked: Reviewed) -> str:
        """Why the person may not play, as far as his fields can be read; empty where he may."""
        keys = {one.key for one in published.contest.registration.fields}
        if looked.offered or keys & set(looked.faults):
            return ""
        desk = self.desk
        try:
            async with desk.database.reading() as tx:
                await registration.rehearse(
                    tx, published, desk.sealer, desk.trees(published), CHANNEL, form, desk.clock()
                )
        except Refused as refused:
            return "" if refused.reason in _TOLD_BESIDE else str(refused)
        return ""

    async def _register(
        self, published: Published, form: Form, token: str, origin: str | None
    ) -> None:
        desk, at = self.desk, self.desk.clock()
        trees = desk.trees(published)
        async with desk.database.transaction() as tx:
            person = await people.meet(tx, CHANNEL, person_of(token), at, origin)
            try:
                await registration.register(
                    tx, published, desk.sealer, trees, person.id, CHANNEL, form, at
                )
            except Refused as refused:
                # The same form sent twice, or confirmed in a second tab.
                if refused.reason != "already_registered":
                    raise

    def _form(
        self,
        request: Request,
        published: Published,
        filled: Filled,
        looked: Reviewed | None = None,
        *,
        trouble: str = "",
        status: int = 200,
    ) -> Response:
        asked = ask_all(published.contest, self.desk.trees(published), filled, looked)
        html = self.desk.pages.show(
            "register.html", contest=published.contest, asked=asked, trouble=trouble
        )
        return self.desk.page(request, html, status)
