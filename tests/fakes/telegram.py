"""Telegram on loopback: the calls that the bot makes, with the real one's limits and habits.

Updates wait until they are confirmed by the next offset; polling and webhook exclude each other; a
webhook that does not answer with 200 gets the update again; nobody can be written to who has not
written first; too much to one chat at once is refused with the seconds to wait.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.misbehaviour import Script, as_response
from tests.fakes.telegram_limits import Refused, check_commands, check_keyboard, visible_text

TOKEN = "123456:bi-mat-cua-bot-tren-may-gia"
USERNAME = "BauCuThuBot"
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that a person got; `buttons` are (title, data or address), row by row."""

    chat: int
    text: str
    rows: tuple[tuple[tuple[str, str], ...], ...]
    at: float
    thread: int | None = None

    @property
    def buttons(self) -> dict[str, str]:
        return {title: data for row in self.rows for title, data in row}


@dataclass(slots=True)
class FakeTelegram:
    """The service as one bot sees it."""

    token: str = TOKEN
    burst: int = 30
    """Messages that a chat takes at once; one a second after that."""
    sent: list[Sent] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    typing: list[int] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    commands: list[dict[str, str]] = field(default_factory=list)
    webhook: dict[str, Any] = field(default_factory=dict)
    allowed: list[str] = field(default_factory=list)
    known: set[int] = field(default_factory=set)
    blocked: set[int] = field(default_factory=set)
    moved: dict[int, int] = field(default_factory=dict)
    scripts: dict[str, Script] = field(default_factory=dict)
    waiting: deque[dict[str, Any]] = field(default_factory=deque)
    _pressed: set[str] = field(default_factory=set)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1_000))
    _buckets: dict[int, tuple[float, float]] = field(default_factory=dict)
    address: str = ""
    """Where it is served, for whoever serves it."""
    _polling: int = 0

    @property
    def app(self) -> Starlette:
        """The service as an ASGI application."""
        return Starlette(routes=self.routes())

    def routes(self) -> list[Route]:
        return [Route("/bot{token}/{method}", self._call, methods=["GET", "POST"])]

    def script(self, method: str) -> Script:
        """What to do wrong with the coming calls of a method."""
        return self.scripts.setdefault(method, Script())

    def to(self, chat: int) -> list[Sent]:
        """What a chat got, in order."""
        return [sent for sent in self.sent if sent.chat == chat]

    # What people do. Each gives the update, so that a test can deliver it again.

    def write(self, chat: int, text: str | None, **more: Any) -> dict[str, Any]:
        """Somebody writes to the bot; without a text it is a sticker."""
        content = {"sticker": {"file_id": "x"}} if text is None else {"text": text}
        return self.add({"message": self.message(chat, **content, **more)})

    def press(self, chat: int, data: str) -> dict[str, Any]:
        """Somebody presses a button."""
        number = str(next(self._ids))
        self._pressed.add(number)
        sender = {"id": chat, "is_bot": False, "first_name": "Lan"}
        pressed = {"id": number, "from": sender, "chat_instance": "1", "data": data}
        return self.add({"callback_query": {**pressed, "message": self.message(chat)}})

    def message(self, chat: int, **more: Any) -> dict[str, Any]:
        """A message of a private chat, or of a group where the number is below zero."""
        self.known.add(chat)
        kind = "private" if chat > 0 else "supergroup"
        return {
            "message_id": next(self._ids),
            "from": {"id": abs(chat), "is_bot": False, "first_name": "Lan"},
            "chat": {"id": chat, "type": kind, "first_name": "Lan"},
            "date": int(time.time()),
            **more,
        }

    def add(self, content: dict[str, Any]) -> dict[str, Any]:
        """An update with the next number, waiting to be fetched or posted."""
        update = {"update_id": next(self._ids), **content}
        self.waiting.append(update)
        return update

    # What the bot calls.

    async def _call(self, request: Request) -> Response:
        method = request.path_params["method"]
        fields = await _read_fields(request)
        if request.path_params["token"] != self.token:
            return _refuse(Refused(401, "Unauthorized"))
        self.calls[method] += 1
        scripted = await self.script(method).play()
        if scripted is not None and not scripted.after:
            return as_response(scripted)
        act = getattr(self, f"_do_{method.lower()}", None)
        try:
            if act is None:
                raise Refused(404, "Not Found: method not found")
            result = await act(fields)
        except Refused as refused:
            return _refuse(refused)
        if scripted is not None:
            return as_response(scripted)
        return JSONResponse({"ok": True, "result": result})

    async def _do_getme(self, _fields: dict[str, Any]) -> dict[str, Any]:
        number = int(self.token.partition(":")[0])
        return {"id": number, "is_bot": True, "first_name": "Bầu cử", "username": USERNAME}

    async def _do_getupdates(self, fields: dict[str, Any]) -> list[dict[str, Any]]:
        if self.webhook:
            raise Refused(409, "Conflict: can't use getUpdates method while webhook is active")
        if self._polling:
            raise Refused(409, "Conflict: terminated by other getUpdates request")
        self.allowed = fields.get("allowed_updates", self.allowed)
        self._confirm(fields.get("offset"))
        end = time.monotonic() + min(float(fields.get("timeout", 0)), 50)
        self._polling += 1
        try:
            # Tests add updates from another thread, which an asyncio.Event would not see.
            while not self.waiting and time.monotonic() < end:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        finally:
            self._polling -= 1
        return list(itertools.islice(self.waiting, int(fields.get("limit", 100))))

    def _confirm(self, offset: int | None) -> None:
        while offset is not None and self.waiting and self.waiting[0]["update_id"] < offset:
            self.waiting.popleft()

    async def _do_setwebhook(self, fields: dict[str, Any]) -> bool:
        if not _SECRET.fullmatch(str(fields.get("secret_token", "x"))):
            raise Refused(400, "Bad Request: secret token contains unallowed characters")
        # The real one wants https; a fake on loopback takes http as well.
        if not str(fields.get("url", "")).startswith(
            ("https://", "http://localhost:", "http://127.0.0.1:")
        ):
            raise Refused(400, "Bad Request: bad webhook: HTTPS url must be provided for webhook")
        self.webhook = fields
        self.allowed = fields.get("allowed_updates", self.allowed)
        return True

    async def _do_deletewebhook(self, fields: dict[str, Any]) -> bool:
        self.webhook = {}
        if fields.get("drop_pending_updates") is True:
            self.waiting.clear()
        return True

    async def _do_setmycommands(self, fields: dict[str, Any]) -> bool:
        self.commands = check_commands(fields.get("commands"))
        return True

    async def _do_setchatmenubutton(self, _fields: dict[str, Any]) -> bool:
        return True

    async def _do_sendchataction(self, fields: dict[str, Any]) -> bool:
        self.typing.append(self._chat(fields))
        return True

    async def _do_answercallbackquery(self, fields: dict[str, Any]) -> bool:
        number = str(fields.get("callback_query_id"))
        if number not in self._pressed:
            raise Refused(400, "Bad Request: query is too old and response timeout expired")
        self.answered.append(number)
        return True

    async def _do_sendmessage(self, fields: dict[str, Any]) -> dict[str, Any]:
        chat = self._chat(fields)
        text = visible_text(str(fields.get("text", "")), fields.get("parse_mode"))
        rows = check_keyboard(fields.get("reply_markup"))
        self._hurry(chat)
        thread = fields.get("message_thread_id")
        self.sent.append(Sent(chat, text, rows, time.monotonic(), thread))
        return {
            "message_id": next(self._ids),
            "date": int(time.time()),
            "chat": {"id": chat, "type": "private"},
            "text": text,
        }

    def _chat(self, fields: dict[str, Any]) -> int:
        chat = int(fields.get("chat_id", 0))
        if chat in self.moved:
            told = {"migrate_to_chat_id": self.moved[chat]}
            raise Refused(400, "Bad Request: group chat was upgraded to a supergroup chat", told)
        if chat in self.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        if chat not in self.known:
            raise Refused(400, "Bad Request: chat not found")
        return chat

    def _hurry(self, chat: int) -> None:
        now = time.monotonic()
        left, since = self._buckets.get(chat, (float(self.burst), now))
        left = min(float(self.burst), left + now - since)
        if left < 1:
            wait = max(1, round(1 - left))
            told = {"retry_after": wait}
            raise Refused(429, f"Too Many Requests: retry after {wait}", told)
        self._buckets[chat] = (left - 1, now)


def _refuse(refused: Refused) -> Response:
    body: dict[str, Any] = {"ok": False, "error_code": refused.status, "description": str(refused)}
    if refused.parameters:
        body["parameters"] = refused.parameters
    return JSONResponse(body, refused.status)


async def _read_fields(request: Request) -> dict[str, Any]:
    """The fields of a call, whichever of the allowed ways they came."""
    body = await request.body()
    fields: dict[str, Any] = dict(request.query_params)
    if request.headers.get("content-type", "").startswith("application/json"):
        return {**fields, **json.loads(body)}
    fields |= dict(parse_qsl(body.decode(), keep_blank_values=True))
    return {name: value if name == "text" else _value(value) for name, value in fields.items()}


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
