"""The web chat as an application in memory, as a process, and in a real Chromium."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx
import pytest
from starlette.applications import Starlette

from bot.channels.web.limit import Limiter
from bot.dialogue.snapshot import Snapshot
from bot.knowledge.live import Live
from bot.server import build_app
from bot.settings import Settings
from bot.store.database import Database
from tests.conftest import SEALER
from tests.databases import copy_migrated, new_memory
from tests.fakes import forked
from tests.fakes.forked import Forked

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HOST = "http://may-chu.example"
QUESTION = "chua du 18t co dc di bau ko"
ANSWERED = "18 tuổi"

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)

NewClient = Callable[..., httpx.AsyncClient]


@pytest.fixture(scope="session")
def live(shared_live: Live[Snapshot]) -> Live[Snapshot]:
    """The project's own knowledge, live."""
    return shared_live


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    database = new_memory()
    yield database
    await database.close()


def a_limiter() -> Limiter:
    """The limits of the real service, on a clock that stands still."""
    return Limiter(now=lambda: 0.0)


@pytest.fixture
def app(live: Live[Snapshot], database: Database) -> Starlette:
    return build_app(Settings(_env_file=None), database, live, SEALER, a_limiter())  # type: ignore[call-arg]


@pytest.fixture
async def new_client(app: Starlette) -> AsyncIterator[NewClient]:
    """Gives a browser that was never here; of the fixture's application or of another one."""
    opened: list[httpx.AsyncClient] = []

    def new(another: Starlette | None = None, address: str = HOST) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(another or app)
        opened.append(httpx.AsyncClient(transport=transport, base_url=address))
        return opened[-1]

    yield new
    for client in opened:
        await client.aclose()


@pytest.fixture
async def client(new_client: NewClient) -> httpx.AsyncClient:
    """A browser that has opened the page."""
    browser = new_client()
    assert (await browser.get("/")).status_code == 200
    return browser


async def post(client: httpx.AsyncClient, **fields: str) -> httpx.Response:
    """A message as the page's script posts it, with a new id unless one is given."""
    body = json.dumps({"id": uuid4().hex, **fields})
    return await client.post("/chat", content=body, headers={"Content-Type": "application/json"})


async def ask(client: httpx.AsyncClient, text: str) -> str:
    """The replies to a question, as HTML."""
    response = await post(client, text=text)
    assert response.status_code == 200, response.text
    html = response.json()["html"]
    assert isinstance(html, str)
    return html


@dataclass(slots=True)
class Served:
    """The program as a process of its own, with a database in its folder."""

    folder: Path
    port: int = 0
    settings: dict[str, str] = field(default_factory=dict)
    process: Forked | None = None

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def database(self) -> Path:
        return self.folder / "bot.db"

    @property
    def errors(self) -> str:
        return (self.folder / "stderr").read_text()

    def start(self) -> None:
        """Start it, its tables made, and wait until it says where it is; it keeps its port for ever."""
        if not self.database.exists() and "BOT_DATABASE_URL" not in self.settings:
            copy_migrated(self.database)
        process = self.process = self.launch()
        told = process.stdout.readline()
        found = re.search(r"localhost:(\d+)/", told)
        assert found, told + self.errors
        self.port = int(found.group(1))

    def launch(self) -> Forked:
        """Start it without waiting."""
        env = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
        env |= {
            "BOT_HOST": "127.0.0.1",
            "BOT_PORT": str(self.port),
            "BOT_DATABASE_URL": f"sqlite+aiosqlite:///{self.database}",
            **self.settings,
        }
        # Not the project's folder: its .env is the developer's own.
        return forked.start(["serve"], self.folder, env, self.folder / "stderr")

    def refuse(self) -> str:
        """What it says on its way out when it must not start; its exit code is 1."""
        process = self.launch()
        code = process.wait(timeout=180)
        with process.stdout:
            told = process.stdout.read()
        assert code == 1, told + self.errors
        assert not told
        return self.errors

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it and give its exit code; a busy machine may need longer than the promised 10 s."""
        process, self.process = self.process, None
        assert process is not None
        process.send_signal(number)
        try:
            code = process.wait(timeout=120)
        finally:
            process.kill()
            process.stdout.close()
        return code

    def kill(self) -> None:
        """End it at once, in the middle of whatever it does."""
        self.stop(signal.SIGKILL)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The program, running on a free port."""
    served = Served(tmp_path_factory.mktemp("served"))
    served.start()
    yield served
    if served.process:
        served.stop()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's own Chromium."""
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        pytest.skip("No chromium on this machine: the browser tests are left out.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS.split())
        yield browser
        browser.close()
