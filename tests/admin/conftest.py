"""The editors' web as an application in memory, and browsers that have signed in to it."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from starlette.applications import Starlette

from bot.admin import passwords
from bot.dialogue.snapshot import Snapshot
from bot.knowledge.live import Live
from bot.server import build_app
from bot.settings import Settings
from bot.store import admin_users
from bot.store.database import Database
from tests.conftest import KNOWLEDGE, NOW, SEALER
from tests.databases import new_memory

HOST = "http://may-chu.example"
PASSWORD = "mot-mat-khau-du-dai"
# As strong as argon2 allows to be weak: a test need not be slow.
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
HASHED = passwords.hash_password(PASSWORD)
ROLES = ("editor", "approver", "organizer", "owner")

Enter = Callable[..., Awaitable[httpx.AsyncClient]]


@dataclass(slots=True)
class MovedClock:
    """A clock that a test moves on."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    """A copy of the project's knowledge, to be edited."""
    return Path(shutil.copytree(KNOWLEDGE, tmp_path / "knowledge"))


@pytest.fixture
def live(shared_live: Live[Snapshot]) -> Live[Snapshot]:
    """What is served; a module whose tests edit overrides this by a copy."""
    return shared_live


@pytest.fixture
def folder() -> Path:
    """The knowledge folder that pages write to."""
    return KNOWLEDGE


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    database = new_memory()
    async with database.transaction() as tx:
        for role in ROLES:
            await admin_users.add(
                tx, role, f"Người {role}", HASHED, [role], by="test", at=NOW, must_change=False
            )
    yield database
    await database.close()


@pytest.fixture
def app(live: Live[Snapshot], folder: Path, database: Database, clock: MovedClock) -> Starlette:
    settings = Settings(_env_file=None, BOT_KNOWLEDGE_DIR=folder)  # type: ignore[call-arg]
    return build_app(settings, database, live, SEALER, clock=clock)


@pytest.fixture
async def new_browser(app: Starlette) -> AsyncIterator[Callable[[], httpx.AsyncClient]]:
    """Gives a browser that was never here."""
    opened: list[httpx.AsyncClient] = []

    def new() -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app)
        opened.append(httpx.AsyncClient(transport=transport, base_url=HOST))
        return opened[-1]

    yield new
    for browser in opened:
        await browser.aclose()


@pytest.fixture
def enter(new_browser: Callable[[], httpx.AsyncClient]) -> Enter:
    """Gives a browser in which the user of that name (each role has one) has signed in."""

    async def enter(name: str, password: str = PASSWORD) -> httpx.AsyncClient:
        browser = new_browser()
        response = await sign_in(browser, name, password)
        assert response.status_code == 303, response.text
        return browser

    return enter


async def sign_in(
    browser: httpx.AsyncClient, name: str, password: str = PASSWORD, onward: str = ""
) -> httpx.Response:
    page = await browser.get("/admin/dang-nhap", params={"toi": onward} if onward else {})
    fields = {"csrf": csrf_in(page.text), "name": name, "password": password}
    if onward:
        fields["toi"] = re.search(r'name="toi" value="([^"]*)"', page.text).group(1)  # type: ignore[union-attr]
    return await browser.post("/admin/dang-nhap", data=fields)


def csrf_in(html: str) -> str:
    found = re.search(r'name="csrf" value="([\w-]+)"', html)
    assert found, html
    return found.group(1)


async def post(
    browser: httpx.AsyncClient, path: str, *, page: str = "", **fields: str | list[str]
) -> httpx.Response:
    """Posts a form with the token of `page` (the account's, unless one is named)."""
    shown = await browser.get(page or "/admin/tai-khoan")
    return await browser.post(path, data={"csrf": csrf_in(shown.text), **fields})
