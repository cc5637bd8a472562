"""By which link a browser came: `/?u=<unit>-<campaign>`, on leaflets and posters as a QR code.

The word waits in a cookie of a day until the person asks something or registers; only then is he
somebody of whom anything is stored, and the first word of a person stays (`people.origin`).
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "den_tu"
_LASTS = 24 * 3600
_WORD = re.compile(r"[\w-]{1,62}", re.ASCII)
_LONGEST_QUERY = 2_000


class Arrivals:
    """Gives a browser that comes by such a link a cookie that says so."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self.app = app
        self.secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        word = _word_in(scope)
        if not word:
            await self.app(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("set-cookie", self._cookie(scope, word))
            await send(message)

        await self.app(scope, receive, send_with_cookie)

    def _cookie(self, scope: Scope, word: str) -> str:
        cookie = f"{COOKIE}={word}; HttpOnly; Max-Age={_LASTS}; Path=/; SameSite=lax"
        is_secure = self.secure or scope["scheme"] == "https"
        return f"{cookie}; Secure" if is_secure else cookie


def origin_of(request: Request) -> str | None:
    """The word as it is stored, the same as in a deep link of Telegram; None where there is none."""
    word = request.cookies.get(COOKIE, "")
    return f"u-{word}" if _WORD.fullmatch(word) else None


def _word_in(scope: Scope) -> str:
    """The word in the address of a page that is opened; empty where there is none of ours."""
    query = scope.get("query_string", b"")
    if scope["type"] != "http" or scope["method"] != "GET" or len(query) > _LONGEST_QUERY:
        return ""
    try:
        found = parse_qs(query.decode("ascii"), max_num_fields=20).get("u", [""])[0]
    except ValueError:
        return ""
    return found if _WORD.fullmatch(found) else ""
