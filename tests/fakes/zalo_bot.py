"""A Zalo Bot Platform on loopback, with the real one's limits and habits.

One update a call and forgotten as it is answered; an idle poll is an error; errors come in a 200;
polls bring nothing while a webhook is set; nobody can be written to who has not written first.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.misbehaviour import Script, as_response

LONGEST_TEXT = 2_000
HEADER = "X-Bot-Api-Secret-Token"


@dataclass(slots=True)
class FakeZaloBot:
    """The service as one bot sees it; `sent` is what people got, `calls` every method called."""

    token: str = "4321:bi-mat-cua-bot"
    quota: int = 3_000
    longest_poll: float = 30.0
    sent: list[dict[str, Any]] = field(default_factory=list)
    typing: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    webhook: dict[str, str] = field(default_factory=dict)
    scripts: dict[str, Script] = field(default_factory=dict)
    waiting: deque[dict[str, Any]] = field(default_factory=deque)
    _ids: itertools.count[int] = field(default_factory=itertools.count)

    @property
    def app(self) -> Starlette:
        """The service as an ASGI application."""
        return Starlette(routes=self.routes())

    def routes(self) -> list[Route]:
        return [Route("/bot{token}/{method}", self._call, methods=["POST"])]

    def script(self, method: str) -> Script:
        """What to do wrong with the coming calls of a method."""
        return self.scripts.setdefault(method, Script())

    def write(self, chat: str, text: str, **more: Any) -> dict[str, Any]:
        """Somebody writes to the bot; the update waits to be fetched. Gives it, to repeat it."""
        update = self.update(chat, "message.text.received", text=text, **more)
        self.waiting.append(update)
        return update

    def update(
        self, chat: str, event: str, chat_type: str = "PRIVATE", **more: Any
    ) -> dict[str, Any]:
        """An update as Zalo writes it."""
        self.known.add(chat)
        message = {
            "from": {"id": chat, "display_name": "Người dùng", "is_bot": False},
            "chat": {"id": chat, "chat_type": chat_type},
            "message_id": f"tin-{next(self._ids)}",
            "date": int(time.time() * 1_000),
            **more,
        }
        return {"event_name": event, "message": message}

    def post(self, update: dict[str, Any], *, secret: str | None = None) -> int:
        """Posts an update to the webhook that was set; gives the status."""
        headers = {HEADER: self.webhook["secret"] if secret is None else secret}
        body = {"ok": True, "result": update}
        return httpx.post(self.webhook["url"], json=body, headers=headers).status_code

    def texts(self, chat: str) -> list[str]:
        """What a chat got, in order."""
        return [one["text"] for one in self.sent if one["chat_id"] == chat]

    async def _call(self, request: Request) -> Response:
        method = request.path_params["method"]
        self.calls.append(method)
        if request.path_params["token"] != self.token:
            return failed(401, "Unauthorized")
        body = await request.json()
        wrong = await self.script(method).play()
        if wrong is not None and not wrong.after:
            return as_response(wrong)
        known = {
            "getMe": self._get_me,
            "getUpdates": self._get_updates,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "sendMessage": self._send_message,
            "sendChatAction": self._send_chat_action,
        }
        if method not in known:
            return failed(400, "Wrong method name")
        answer = await known[method](body)
        return as_response(wrong) if wrong is not None else answer

    async def _get_me(self, _body: dict[str, Any]) -> Response:
        me = {"id": self.token.split(":")[0], "account_name": "Bot bầu cử", "account_type": "BASIC"}
        return done({**me, "can_join_groups": False})

    async def _get_updates(self, body: dict[str, Any]) -> Response:
        end = time.monotonic() + min(float(body["timeout"]), self.longest_poll)
        while time.monotonic() < end:
            if self.waiting and not self.webhook:
                return done(self.waiting.popleft())
            await asyncio.sleep(0.01)
        return failed(408, "Request timeout")

    async def _set_webhook(self, body: dict[str, Any]) -> Response:
        if not 8 <= len(body.get("secret_token", "")) <= 256:
            return failed(400, "Bad Request: secret_token")
        self.webhook = {"url": body["url"], "secret": body["secret_token"]}
        return done({"url": body["url"], "updated_at": 1})

    async def _delete_webhook(self, _body: dict[str, Any]) -> Response:
        self.webhook = {}
        return done({"url": "", "updated_at": 1})

    async def _send_message(self, body: dict[str, Any]) -> Response:
        if not 1 <= len(body.get("text", "")) <= LONGEST_TEXT:
            return failed(400, "Bad Request: text length")
        if body.get("chat_id") not in self.known:
            return failed(400, "Bad Request: chat not found")
        if len(self.sent) >= self.quota:
            return failed(429, "Quota exceeded")
        self.sent.append(body)
        return done({"message_id": f"gui-{len(self.sent)}", "date": int(time.time() * 1_000)})

    async def _send_chat_action(self, body: dict[str, Any]) -> Response:
        self.typing.append(body["chat_id"])
        return JSONResponse({"ok": True})


def done(result: Any) -> Response:
    """A good answer."""
    return JSONResponse({"ok": True, "result": result})


def failed(code: int, description: str) -> Response:
    """A failure as this service tells it: in a 200."""
    return JSONResponse({"ok": False, "error_code": code, "description": description})
