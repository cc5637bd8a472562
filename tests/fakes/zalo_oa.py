"""A Zalo Official Account on loopback: token endpoint, API and a sender of signed events.

Refresh tokens work once and kill the access token before; errors come in a 200; long texts are
refused, not cut; nobody is written to outside the window.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import itertools
import json
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
WINDOW_SECONDS = 7 * 24 * 3_600


@dataclass(slots=True)
class FakeZaloOa:
    """One app with its account; `sent` is what people got, `refreshes` each token that was sent."""

    app_id: str = "360846524940903967"
    app_secret: str = "khoa-bi-mat-cua-ung-dung"
    oa_secret: str = "khoa-bi-mat-cua-oa"
    oa_id: str = "388613280878808645"
    refresh: str = "lam-moi-0"
    access: str = ""
    per_minute: int = 4_000
    expires_in: str = "90000"
    webhook_url: str = ""
    code: str = "ma-dong-y"
    challenge: str = ""
    sent: list[dict[str, Any]] = field(default_factory=list)
    refreshes: list[str] = field(default_factory=list)
    last_seen: dict[str, float] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    takes_buttons: bool = True
    account_error: int = 0
    tokens: Script = field(default_factory=Script)
    sends: Script = field(default_factory=Script)
    _calls: deque[float] = field(default_factory=deque)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def app(self) -> Starlette:
        """The service as an ASGI application."""
        return Starlette(routes=self.routes())

    def routes(self) -> list[Route]:
        return [
            Route("/v4/oa/access_token", self._token, methods=["POST"]),
            Route("/v3.0/oa/message/cs", self._send, methods=["POST"]),
            Route("/v2.0/oa/message", self._send, methods=["POST"]),
            Route("/v2.0/oa/getoa", self._account, methods=["GET"]),
        ]

    def settings(self, address: str) -> dict[str, str]:
        """What the program must be told to find the account at this address."""
        return {
            "ZALO_OA_APP_ID": self.app_id,
            "ZALO_OA_APP_SECRET": self.app_secret,
            "ZALO_OA_SECRET": self.oa_secret,
            "ZALO_OA_REFRESH_TOKEN": self.refresh,
            "ZALO_OA_API_URL": address,
            "ZALO_OA_OAUTH_URL": address,
            "ZALO_OA_PER_MINUTE": "4000",
        }

    def expire(self) -> None:
        """The access token runs out."""
        self.access = ""

    def texts(self, user: str) -> list[str]:
        """What a user got, in order."""
        return [one["text"] for one in self.sent if one["to"] == user]

    def buttons(self, user: str) -> list[dict[str, Any]]:
        """The buttons of a user's last message."""
        return next(one["buttons"] for one in reversed(self.sent) if one["to"] == user)

    # What people do: each gives an event as Zalo writes it.

    def text(self, user: str, text: str, **more: Any) -> dict[str, Any]:
        """A user writes, or presses a button, which is the same over there."""
        self.last_seen[user] = time.time()
        message = {"text": text, "msg_id": f"tin-{next(self._ids)}", **more}
        return self.event("user_send_text", user, message=message)

    def press(self, user: str, title: str) -> dict[str, Any]:
        """A user presses the button with this title on his last message."""
        (payload,) = (b["payload"] for b in self.buttons(user) if b["title"] == title)
        return self.text(user, payload)

    def follow(self, user: str) -> dict[str, Any]:
        """A user follows the account."""
        self.last_seen[user] = time.time()
        return {
            "oa_id": self.oa_id,
            "follower": {"id": user},
            "event_name": "follow",
            "source": "oa_profile",
            "app_id": self.app_id,
            "timestamp": str(int(time.time() * 1_000)),
        }

    def event(self, name: str, user: str, **more: Any) -> dict[str, Any]:
        """Any event in which a user is the sender."""
        return {
            "app_id": self.app_id,
            "sender": {"id": user},
            "recipient": {"id": self.oa_id},
            "event_name": name,
            "timestamp": str(int(time.time() * 1_000)),
            **more,
        }

    def by_staff(self, user: str, text: str) -> dict[str, Any]:
        """A person of the office answers a user in the account's own tool."""
        event = self.event(
            "oa_send_text", user, message={"text": text, "msg_id": f"nv-{next(self._ids)}"}
        )
        return event | {"sender": {"id": self.oa_id, "admin_id": "77"}, "recipient": {"id": user}}

    def sign(self, body: bytes, variant: str = "app_id+oa_secret") -> str:
        """The signature's header for a body."""
        first, last = variant.split("+")
        ids = {"app_id": self.app_id, "oa_id": self.oa_id}
        secrets = {"oa_secret": self.oa_secret, "app_secret": self.app_secret}
        stamp = json.loads(body)["timestamp"]
        signed = ids[first].encode() + body + stamp.encode() + secrets[last].encode()
        return f"mac={hashlib.sha256(signed).hexdigest()}"

    def post(self, event: dict[str, Any], *, signature: str | None = None) -> int:
        """Posts an event to the webhook; gives the status.

        Zalo waits two seconds (`benchmarks/zalo_webhook.py`); a busy machine gets more here.
        """
        body = json.dumps(event, ensure_ascii=False).encode()
        headers = {
            "X-ZEvent-Signature": self.sign(body) if signature is None else signature,
            "Content-Type": "application/json",
        }
        answer = httpx.post(self.webhook_url, content=body, headers=headers, timeout=60)
        return answer.status_code

    # The service.

    async def _token(self, request: Request) -> Response:
        form = dict(await request.form())
        self.refreshes.append(str(form.get("refresh_token", "")))
        wrong = self.tokens.take()
        if wrong is None:
            return self._grant(request, form)
        if wrong.after:
            # At once: whoever is killed during the delay has lost the new pair for certain.
            self._grant(request, form)
        await asyncio.sleep(wrong.delay)
        return as_response(wrong)

    def _grant(self, request: Request, form: dict[str, Any]) -> Response:
        if request.headers.get("secret_key") != self.app_secret:
            return refused(-14004, "Invalid secret key")
        if form.get("app_id") != self.app_id:
            return refused(-14001, "Invalid app id")
        if form.get("grant_type") == "authorization_code":
            if (
                form.get("code") != self.code
                or challenge_of(form["code_verifier"]) != self.challenge
            ):
                return refused(-14019, "Invalid code")
            self.code = ""
        elif form.get("refresh_token") != self.refresh:
            return refused(-14020, "Invalid refresh token")
        number = next(self._ids)
        self.refresh, self.access = f"lam-moi-{number}", f"truy-cap-{number}"
        return JSONResponse(
            {
                "access_token": self.access,
                "refresh_token": self.refresh,
                "expires_in": self.expires_in,
            }
        )

    async def _send(self, request: Request) -> Response:
        body = await request.json()
        wrong = await self.sends.play()
        if wrong is not None and not wrong.after:
            return as_response(wrong)
        code = self._fault(request, body)
        if code:
            return refused(code, "Zalo says no", self._limits())
        to = body["recipient"].get("user_id") or body["recipient"]["anonymous_id"]
        message = body["message"]
        buttons = message.get("attachment", {}).get("payload", {}).get("buttons", [])
        self.sent.append({"to": to, "text": message["text"], "buttons": buttons, "body": body})
        if wrong is not None:
            return as_response(wrong)
        data = {"message_id": f"gui-{len(self.sent)}", "user_id": to, "sent_time": "1"}
        return JSONResponse(
            {"data": data, "error": 0, "message": "Success"}, headers=self._limits()
        )

    def _fault(self, request: Request, body: dict[str, Any]) -> int:
        token = request.headers.get("access_token", "")
        if not self.access or token != self.access:
            return -220 if token.startswith("truy-cap") else -216
        if self._is_too_fast():
            return -32
        message = body["message"]
        attachment = message.get("attachment")
        if attachment and not self.takes_buttons:
            return -233
        if not message.get("text"):
            return -201
        if len(message["text"]) > LONGEST_TEXT:
            return -210
        if attachment and not all(map(is_good_button, attachment["payload"]["buttons"])):
            return -201
        if attachment and len(attachment["payload"]["buttons"]) > 5:
            return -201
        return self._fault_of_recipient(body["recipient"])

    def _fault_of_recipient(self, recipient: dict[str, str]) -> int:
        if "anonymous_id" in recipient:
            return 0 if recipient.get("conversation_id") else -201
        user = recipient["user_id"]
        if user in self.blocked:
            return -213
        return 0 if time.time() - self.last_seen.get(user, 0) < WINDOW_SECONDS else -230

    def _is_too_fast(self) -> bool:
        now = time.time()
        while self._calls and now - self._calls[0] >= 60:
            self._calls.popleft()
        if len(self._calls) >= self.per_minute:
            return True
        self._calls.append(now)
        return False

    def _limits(self) -> dict[str, str]:
        left = max(0, self.per_minute - len(self._calls))
        return {"X-RateLimit-Limit": str(self.per_minute), "X-RateLimit-Remain": str(left)}

    async def _account(self, request: Request) -> Response:
        if not self.access or request.headers.get("access_token") != self.access:
            return refused(-216, "Access token is invalid")
        if self.account_error:
            return refused(self.account_error, "Zalo says no")
        data = {
            "oaid": self.oa_id,
            "name": "Sở Tư pháp",
            "is_verified": True,
            "oa_type": 4,
            "package_name": "Growth",
            "package_valid_through_date": "31/12/2027",
        }
        return JSONResponse({"data": data, "error": 0, "message": "Success"})


def challenge_of(verifier: str) -> str:
    """The challenge that a verifier answers."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def is_good_button(button: dict[str, Any]) -> bool:
    """Whether Zalo would take the button."""
    payload = button.get("payload")
    if not 0 < len(button.get("title", "")) <= 100:
        return False
    if button["type"] in ("oa.query.show", "oa.query.hide"):
        return isinstance(payload, str) and 0 < len(payload) <= 1_000
    return button["type"] == "oa.open.url" and isinstance(payload, dict) and "url" in payload


def refused(code: int, message: str, headers: dict[str, str] | None = None) -> Response:
    """A refusal as this service tells it: in a 200."""
    return JSONResponse({"error": code, "message": message}, headers=headers or {})
