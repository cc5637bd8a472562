"""The web chat: a page rendered by the server, with or without JavaScript.

The page posts a message and gets the replies as the same HTML that the server renders for the
whole page. Without JavaScript the form posts and the page comes back. A person is a random cookie.
"""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass, replace

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.channels import metrics
from bot.channels.metrics import Outcome
from bot.channels.web import arrival, visitor
from bot.channels.web.arrival import origin_of
from bot.channels.web.incoming import UNREADABLE, Declined, read_form, read_json
from bot.channels.web.limit import Limiter
from bot.channels.web.pages import HERE, Pages, render
from bot.channels.web.visitor import Visitors, new_token, person_of, set_cookie, token_of
from bot.clock import Clock, utc_now
from bot.dialogue.messages import LONGEST_PRESS, Message, Reply
from bot.dialogue.turn import Handler
from bot.errors import DatabaseUnavailable
from bot.store import history, people

BUSY = "Bạn gửi nhanh quá. Xin chờ vài giây rồi gửi lại giúp tôi."
UNAVAILABLE = "Máy chủ đang gián đoạn. Xin bạn gửi lại sau ít phút."

_SHOWN_TURNS = 50
_OUTCOMES = {429: Outcome.BUSY, 503: Outcome.UNAVAILABLE}
_MESSAGE_ID = re.compile(r"[\w-]{8,64}", re.ASCII)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class WebChat:
    """The pages of the web chat; `secure` where people reach it over https."""

    handler: Handler
    limiter: Limiter
    pages: Pages
    visitors: Visitors
    secure: bool = False
    clock: Clock = utc_now

    def routes(self) -> list[BaseRoute]:
        """The routes to be mounted at the root."""
        return [
            Route("/", self.home, methods=["GET", "POST"]),
            Route("/chat", self.take_json, methods=["POST"]),
            Route("/quen-toi", self.forget, methods=["POST"]),
            Mount("/static", StaticFiles(directory=HERE / "static"), name="static"),
        ]

    async def home(self, request: Request) -> Response:
        """The page with the talk so far; or, posted to, the form of a page without JavaScript."""
        if request.method == "POST":
            return await self.take_form(request)
        token = token_of(request)
        talk = await self._talk(token)
        response = HTMLResponse(
            self.pages.talk(talk or [], UNAVAILABLE if talk is None else ""),
            status_code=503 if talk is None else 200,
        )
        if token is None:
            self._set_cookie(request, response, new_token())
        return response

    async def take_form(self, request: Request) -> Response:
        """A message posted without JavaScript; the page comes back, with the text if it failed."""
        token = token_of(request) or new_token()
        fields: dict[str, str] = {}
        response: Response
        try:
            fields = await read_form(request)
            await self._handle(token, fields, origin_of(request))
        except Declined as declined:
            _count(declined)
            talk = await self._talk(token) or []
            page = self.pages.talk(talk, str(declined), fields.get("text", ""))
            response = HTMLResponse(page, status_code=declined.status)
        else:
            response = RedirectResponse("/#cuoi", status_code=303)
        self._set_cookie(request, response, token)
        return response

    async def take_json(self, request: Request) -> Response:
        """A message posted by the page's script; the replies come back as HTML."""
        token = token_of(request) or new_token()
        try:
            replies = await self._handle(token, await read_json(request), origin_of(request))
        except Declined as declined:
            _count(declined)
            return JSONResponse({"error": str(declined)}, status_code=declined.status)
        response = JSONResponse({"html": "".join(map(render, replies))})
        self._set_cookie(request, response, token)
        return response

    async def forget(self, request: Request) -> Response:
        """Erase what is held of this browser, and give it a new name."""
        token = token_of(request)
        if token:
            async with self.handler.database.transaction() as tx:
                person = await people.find(tx, "web", person_of(token))
                if person is not None:
                    await people.erase(tx, person.id)
            self.visitors.forget(token)
        response = RedirectResponse("/", status_code=303)
        for cookie in (visitor.COOKIE, arrival.COOKIE):
            response.delete_cookie(cookie, httponly=True, samesite="lax")
        return response

    async def _handle(self, token: str, fields: dict[str, str], origin: str | None) -> list[Reply]:
        message = replace(self._message(token, fields), origin=origin)
        if not self.limiter.allows(token):
            raise Declined(429, BUSY)
        begun = time.perf_counter()
        try:
            replies = await self.handler.handle(message)
        except DatabaseUnavailable as error:
            _log.error("database_unavailable", sentence=str(error))
            raise Declined(503, UNAVAILABLE) from error
        metrics.count("web", Outcome.HANDLED)
        metrics.took("web", time.perf_counter() - begun)
        return replies

    async def _talk(self, token: str | None) -> list[Reply] | None:
        """The talk so far; None where the database cannot tell."""
        if token is None:
            return []
        try:
            async with self.handler.database.reading() as tx:
                person = await people.find(tx, "web", person_of(token))
                if person is None:
                    return []
                packed = await history.last_replies(tx, person.id, _SHOWN_TURNS)
        except DatabaseUnavailable as error:
            _log.error("database_unavailable", sentence=str(error))
            return None
        return self.handler.unpack(packed)

    def _message(self, token: str, fields: dict[str, str]) -> Message:
        """The message of a form. Raises `Declined` where it is none of ours."""
        message_id, text, press = fields.get("id", ""), fields.get("text"), fields.get("press")
        if not _MESSAGE_ID.fullmatch(message_id) or (text is None and not press):
            raise Declined(400, UNREADABLE)
        if press and len(press.encode()) > LONGEST_PRESS:
            raise Declined(400, UNREADABLE)
        # A browser that goes back shows an old form with its old id: another text in it is
        # another message, the same text sent twice is one.
        content = "\0".join((message_id, press or "", "" if press else text or ""))
        return Message(
            channel="web",
            person=person_of(token),
            external_id=f"{person_of(token)}:{_digest(content)}",
            at=self.clock(),
            text=None if press else text,
            press=press or None,
        )

    def _set_cookie(self, request: Request, response: Response, token: str) -> None:
        set_cookie(request, response, token, secure=self.secure)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _count(declined: Declined) -> None:
    metrics.count("web", _OUTCOMES.get(declined.status, Outcome.REFUSED))
