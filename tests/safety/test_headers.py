"""No answer of the program leaves without its guards, whatever was asked and however it ended."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route

from bot.channels.web.guard import CONTENT_POLICY
from bot.channels.web.later import Later
from bot.dialogue.snapshot import Snapshot
from bot.knowledge.live import Live
from bot.server import build_app
from bot.settings import Settings
from bot.store.database import Database
from tests.conftest import SEALER

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE")
BODIES = {"POST": b"{}", "PUT": b"{}"}
EXPECTED = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "strict-transport-security": "max-age=31536000",
}


def paths_of(routes: list[BaseRoute]) -> Iterator[str]:
    """Every address of the program, with something in place of its parameters."""
    for route in routes:
        if isinstance(route, Route):
            yield re.sub(r"\{\w+(:\w+)?\}", lambda m: "1" if m[1] == ":int" else "x", route.path)
        elif isinstance(route, Later):
            yield from paths_of(route.routes)
        elif isinstance(route, Mount):
            yield f"{route.path}/x"
            yield f"{route.path}/base.css"
            yield from (f"{route.path}{path}" for path in paths_of(list(route.routes)))


@pytest.fixture
def whole(live: Live[Snapshot], database: Database) -> Starlette:
    """The application with every channel, behind a proxy that speaks https."""
    settings = Settings(
        _env_file=None,
        public_url="https://baucu.example.vn",
        telegram_token=SecretStr("1:a"),
        telegram_mode="webhook",
        zalo_bot_token=SecretStr("1:b"),
        zalo_bot_mode="webhook",
        zalo_oa_app_id="9",
        zalo_oa_app_secret=SecretStr("c" * 20),
        zalo_oa_secret=SecretStr("d" * 20),
        zalo_site_verification="e",
    )  # type: ignore[call-arg]
    return build_app(settings, database, live, SEALER)


async def test_every_answer_of_every_address_is_guarded(whole: Starlette) -> None:
    paths = sorted({*paths_of(list(whole.routes)), "/khong-co", "/static/../bot.db", "//x", "/%ff"})
    assert len(paths) > 20
    transport = httpx.ASGITransport(whole, raise_app_exceptions=False)
    unguarded, failed = [], []
    async with httpx.AsyncClient(transport=transport, base_url="https://baucu.example.vn") as web:
        for path in paths:
            for method in METHODS:
                told = await web.request(method, path, content=BODIES.get(method))
                named = f"{method} {path} {told.status_code}"
                unguarded += [
                    f"{named}: {name}"
                    for name, value in EXPECTED.items()
                    if told.headers.get(name) != value
                ]
                failed += [named] if told.status_code >= 500 else []
                cached = told.headers.get("cache-control")
                assert cached in ("no-store", "no-cache"), named
    assert unguarded == []
    assert failed == []


async def test_a_post_from_another_site_is_refused_everywhere(whole: Starlette) -> None:
    transport = httpx.ASGITransport(whole, raise_app_exceptions=False)
    foreign = {"Origin": "https://ke-xau.example", "Sec-Fetch-Site": "cross-site"}
    async with httpx.AsyncClient(transport=transport, base_url="https://baucu.example.vn") as web:
        for path in sorted({*paths_of(list(whole.routes))}):
            told = await web.post(path, content=b"{}", headers=foreign)
            assert told.status_code == 403, path


async def test_without_https_no_browser_is_told_to_insist_on_it(app: Starlette) -> None:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as web:
        assert "strict-transport-security" not in (await web.get("/")).headers
