"""What stands before every page: security headers, no posts of other sites, no floods, no naked faults."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.channels import metrics
from bot.channels.redaction import frames_of
from bot.channels.web.limit import Limiter
from bot.channels.web.pages import Pages

Guards = tuple[tuple[bytes, bytes], ...]

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = (
    (b"content-security-policy", CONTENT_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
_HTTPS_ONLY = (b"strict-transport-security", b"max-age=31536000")
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_SIGNED = "/webhooks/"
_POSTS_AT_ONCE, _POSTS_A_SECOND = 3_000, 100.0
"""Of one address: what a thousand people behind one line do in a contest, and no more, since a cookie,
by which browsers are slowed down, is whatever a program makes it."""
_FILES = ("/static/", "/admin/static/")
_log = structlog.get_logger(__name__)


class Guard:
    """Adds the security headers to every answer, and answers itself where no page may or can.

    What is posted to one of the `doors` goes straight there: messages come hundreds a second, and the
    rest of the house would only pass them on.
    """

    def __init__(
        self,
        app: ASGIApp,
        pages: Pages,
        public_url: str = "",
        doors: Mapping[str, ASGIApp] | None = None,
    ) -> None:
        self.app = app
        self.doors = doors or {}
        self.pages = pages
        self.posts = Limiter(_POSTS_AT_ONCE, _POSTS_A_SECOND)
        self.public_host = urlsplit(public_url).netloc.lower()
        self.headers: Guards = _HEADERS
        if public_url.startswith("https://"):
            self.headers = (*_HEADERS, _HTTPS_ONLY)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def send_with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                _add_headers(message, self.headers, scope["path"])
            await send(message)

        refusal = 0 if scope["method"] in _SAFE_METHODS else self._refusal_of_post(scope)
        door = self.doors.get(scope["path"]) if scope["method"] == "POST" else None
        if refusal:
            await self.pages.failure(scope["path"], refusal)(scope, receive, send_with_headers)
            return
        try:
            await (door or self.app)(scope, receive, send_with_headers)
        except ClientDisconnect:
            return  # Nobody is left to be answered.
        except Exception as error:
            metrics.FAILURES.inc()
            # The text of an error may quote what a person typed; its kind and place are enough.
            _log.error("request_failed", kind=type(error).__name__, frames=frames_of(error))
            if not begun:
                await self.pages.failure(scope["path"], 500)(scope, receive, send_with_headers)

    def _refusal_of_post(self, scope: Scope) -> int:
        """The status that a post is refused with at once; 0 where it is not."""
        if is_foreign(Headers(scope=scope), self.public_host):
            return 403
        address = "" if scope["path"].startswith(_SIGNED) else address_of(scope)
        return 429 if address and not self.posts.allows(address) else 0


def address_of(scope: Scope) -> str:
    """Whose network a request comes from; empty for this machine itself, whose proxy tells nothing."""
    client = scope.get("client")
    host = client[0] if client else ""
    if host.startswith("127.") or host == "::1":
        return ""
    if ":" in host:
        try:
            # A household has as many addresses as it likes, all in one network.
            return str(ipaddress.ip_network(f"{host}/64", strict=False))
        except ValueError:
            return str(host)
    return str(host)


def is_foreign(headers: Headers, public_host: str = "") -> bool:
    """Whether a browser sent this from a page of another site.

    Browsers say so themselves; where an old one does not, its Origin must be the host it calls.
    Programs say neither, and carry no cookie that could be abused.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = headers.get("origin")
    if origin is None:
        return False
    try:
        host = urlsplit(origin).netloc.lower()
    except ValueError:
        return True
    return not host or host not in {headers.get("host", "").lower(), public_host}


def _add_headers(start: Message, guards: Guards, path: str) -> None:
    # Files are asked for anew each time and mostly answered "not modified": a new version of the
    # program must not meet an old script in somebody's browser. Pages hold a talk: never kept.
    keeping = b"no-cache" if path.startswith(_FILES) else b"no-store"
    sent = [
        (name, _own_path(value)) if name.lower() == b"location" else (name, value)
        for name, value in start.get("headers", ())
    ]
    names = {name.lower() for name, _ in sent}
    ours = (*guards, (b"cache-control", keeping))
    start["headers"] = [*sent, *(header for header in ours if header[0] not in names)]


def _own_path(location: bytes) -> bytes:
    """Where a redirect leads, on this very host.

    From `/thi/` to `/thi` Starlette leads by the host that was asked for, which anybody may forge. None
    of ours leads to another site.
    """
    if location.startswith(b"/") and not location.startswith((b"//", b"/\\")):
        return location
    found = urlsplit(location)
    path = b"/" + found.path.lstrip(b"/\\")
    return path + b"?" + found.query if found.query else path
