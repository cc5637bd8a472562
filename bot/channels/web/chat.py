"""The web chat: a page rendered by the server, with or without JavaScript.

The page posts a message and gets the replies as the same HTML that the server renders for the
whole page. Without JavaScript the form posts and the page comes back. A person is a random cookie.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.channels.web.limit import Limiter
from bot.clock import Clock, utc_now
from bot.dialogue import compose
from bot.dialogue.messages import LONGEST_PRESS, Message, Reply
from bot.dialogue.turn import Handler, unpack
from bot.store import history, people

COOKIE = "hoi_dap"
_COOKIE_LASTS = 30 * 24 * 3600
_HERE = Path(__file__).parent
_SHOWN_TURNS = 50
_LARGEST_BODY = 64 * 1024
BUSY = "Bạn gửi nhanh quá. Xin chờ vài giây rồi gửi lại giúp tôi."
UNREADABLE = "Máy chủ không đọc được tin nhắn này. Bạn tải lại trang rồi gửi lại giúp tôi."



def _new_id() -> str:
    return uuid.uuid4().hex


_templates = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.globals["message_id"] = _new_id


@dataclass(frozen=True, slots=True)
class WebChat:
    """The pages of the web chat; `secure` where people reach it over https."""

    handler: Handler
    limiter: Limiter
    secure: bool = False
    clock: Clock = utc_now

    def routes(self) -> list[BaseRoute]:
        """The routes to be mounted at the root."""
        return [
            Route("/", self.show, methods=["GET"]),
            Route("/", self.take_form, methods=["POST"]),
            Route("/chat", self.take_json, methods=["POST"]),
            Route("/quen-toi", self.forget, methods=["POST"]),
            Mount("/static", StaticFiles(directory=_HERE / "static"), name="static"),
        ]

    async def show(self, request: Request) -> Response:
        """The page with the talk so far."""
        token = _token(request)
        talk = await self._talk(token) if token else []
        response = HTMLResponse(self._page(talk))
        if token is None:
            self._set_cookie(response, secrets.token_urlsafe(24))
        return response

    async def take_form(self, request: Request) -> Response:
        """A message posted without JavaScript; the page comes back."""
        token = _token(request) or secrets.token_urlsafe(24)
        form = await request.form(max_files=0, max_fields=5, max_part_size=_LARGEST_BODY)
        message = self._read(token, {key: str(value) for key, value in form.items()})
        if message is None:
            return HTMLResponse(self._page([], UNREADABLE), status_code=400)
        if not self.limiter.allows(token):
            return HTMLResponse(self._page(await self._talk(token), BUSY), status_code=429)
        await self.handler.handle(message)
        response = RedirectResponse("/#cuoi", status_code=303)
        self._set_cookie(response, token)
        return response

    async def take_json(self, request: Request) -> Response:
        """A message posted by the page's script; the replies come back as HTML."""
        token = _token(request) or secrets.token_urlsafe(24)
        body = await read_body(request, _LARGEST_BODY)
        message = None if body is None else self._read(token, _as_fields(body))
        if message is None:
            return JSONResponse({"error": UNREADABLE}, status_code=400)
        if not self.limiter.allows(token):
            return JSONResponse({"error": BUSY}, status_code=429)
        replies = await self.handler.handle(message)
        response = JSONResponse({"html": "".join(map(render, replies))})
        self._set_cookie(response, token)
        return response

    async def forget(self, request: Request) -> Response:
        """Erase what is held of this browser, and give it a new name."""
        token = _token(request)
        if token:
            async with self.handler.database.transaction() as tx:
                person = await people.find(tx, "web", person_of(token))
                if person is not None:
                    await people.erase(tx, person.id)
        response = RedirectResponse("/", status_code=303)
        response.delete_cookie(COOKIE)
        return response

    async def _talk(self, token: str) -> list[Reply]:
        async with self.handler.database.reading() as tx:
            person = await people.find(tx, "web", person_of(token))
            if person is None:
                return []
            packed = await history.last_replies(tx, person.id, _SHOWN_TURNS)
        return [unpack(reply) for reply in packed]

    def _page(self, talk: list[Reply], trouble: str = "") -> str:
        snapshot = self.handler.snapshot()
        return _templates.get_template("chat.html").render(
            service=snapshot.base.service,
            welcome=Markup(render(compose.show_welcome(snapshot))),  # noqa: S704 escaped by render
            talk=[Markup(render(reply, with_said=True)) for reply in talk],  # noqa: S704
            trouble=trouble,
        )

    def _read(self, token: str, fields: dict[str, str]) -> Message | None:
        """The message of a form; None where it is none of ours."""
        external_id, press = fields.get("id", ""), fields.get("press")
        if not 8 <= len(external_id) <= 64 or (press and len(press.encode()) > LONGEST_PRESS):
            return None
        if press is None and "text" not in fields:
            return None
        return Message(
            channel="web",
            person=person_of(token),
            external_id=f"{person_of(token)}:{external_id}",
            at=self.clock(),
            text=None if press else fields["text"],
            press=press or None,
        )

    def _set_cookie(self, response: Response, token: str) -> None:
        response.set_cookie(
            COOKIE,
            token,
            max_age=_COOKIE_LASTS,
            httponly=True,
            samesite="lax",
            secure=self.secure,
        )


def render(reply: Reply, *, with_said: bool = False) -> str:
    """A reply as HTML; with what the person said before it, where the whole talk is shown."""
    return _templates.get_template("reply.html").render(
        reply=reply,
        with_said=with_said,
        paragraphs=[part.split("\n") for part in reply.text.split("\n\n")],
    )


def person_of(token: str) -> str:
    """The name under which a browser is stored; from it nobody can make the cookie again."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]


def _token(request: Request) -> str | None:
    token = request.cookies.get(COOKIE, "")
    return token if 16 <= len(token) <= 64 and token.isascii() else None


async def read_body(request: Request, largest: int) -> bytes | None:
    """The whole body; None where it is larger than allowed."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            return None
    return body


def _as_fields(body: bytes) -> dict[str, str]:
    try:
        raw: Any = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(raw, dict):
        return {}
    return {str(key): value for key, value in raw.items() if isinstance(value, str)}
