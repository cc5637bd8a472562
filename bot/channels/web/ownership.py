"""The page by which Zalo sees that the address is ours; the front page says the same in its head."""

from __future__ import annotations

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

META = "zalo-platform-site-verification"


def routes(key: str) -> list[BaseRoute]:
    """The file that the console asks for; none without a key."""
    if not key:
        return []

    async def show(_request: Request) -> Response:
        head = f'<meta name="{META}" content="{escape(key)}">'
        return HTMLResponse(f"<!doctype html><html><head>{head}</head><body></body></html>")

    return [Route(f"/zalo_verifier{key}.html", show)]
