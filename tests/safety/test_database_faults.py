"""SQLite busy, full or read-only: told at /healthz in words, and over when its cause is, without hands."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from bot.dialogue.snapshot import Snapshot
from bot.knowledge.live import Live
from bot.server import build_app
from bot.settings import Settings
from bot.store import nearby
from bot.store.database import Database
from bot.store.migrate import migrate
from tests.conftest import SEALER
from tests.databases import no_thread_is_left
from tests.web.conftest import QUESTION, post

Fault = Callable[[Database, Path], Awaitable[None]]


async def _pragma(database: Database, text: str) -> None:
    async with database.transaction() as tx:
        await tx.connection.exec_driver_sql(f"PRAGMA {text}")


@asynccontextmanager
async def busy(_database: Database, file: Path) -> AsyncIterator[None]:
    """Another program keeps the file's lock."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@asynccontextmanager
async def full(database: Database, _file: Path) -> AsyncIterator[None]:
    """The file may not grow by a single page, and what is in it is used up."""
    async with database.transaction() as tx:
        pages = (await tx.connection.exec_driver_sql("PRAGMA page_count")).scalar_one()
        await tx.connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    yield
    await _pragma(database, "max_page_count=1000000")


@asynccontextmanager
async def read_only(database: Database, _file: Path) -> AsyncIterator[None]:
    """SQLite refuses every write, as on a disk that went read-only after a fault."""
    await _pragma(database, "query_only=ON")
    yield
    # The disk is well again: a new connection may write.
    await database._writers.dispose()


@pytest.fixture
async def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    quick = (*nearby._PRAGMAS, "busy_timeout=50")
    monkeypatch.setattr(nearby, "_PRAGMAS", quick)
    database = Database(f"sqlite:///{tmp_path / 'bot.db'}")
    await database.connect()
    await migrate(database)
    yield database
    await database.close()
    assert await no_thread_is_left()


@pytest.fixture
def page(live: Live[Snapshot], stored: Database) -> Starlette:
    return build_app(Settings(_env_file=None), stored, live, SEALER)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [(busy, "giữ khóa ghi"), (full, "ổ đĩa đã đầy"), (read_only, "chỉ cho đọc")],
)
async def test_a_database_that_cannot_be_written_says_why_and_recovers_by_itself(
    page: Starlette, stored: Database, tmp_path: Path, fault: object, sentence: str
) -> None:
    assert callable(fault)
    transport = httpx.ASGITransport(page)
    async with httpx.AsyncClient(transport=transport, base_url="http://may-chu.example") as web:
        await web.get("/")
        assert (await post(web, text=QUESTION)).status_code == 200
        async with fault(stored, tmp_path / "bot.db"):
            refused = 0
            for _ in range(200):
                told = await post(web, text=QUESTION)
                refused = told.status_code
                if refused != 200:
                    break
            assert refused == 503
            health = await web.get("/healthz")
            assert health.status_code == 200
            assert sentence in health.json()["database"]
            assert health.json()["status"] == "trouble"
            assert (await web.get("/readyz")).status_code == 503
            assert (await web.get("/thi")).status_code in (200, 503)
            again = {"id": "0123456789abcdef0123456789abcdef", "text": QUESTION}
            assert (await post(web, **again)).status_code == 503
        await asyncio.sleep(0)
        # What could not be kept is taken when it is sent again, and the state is well again.
        assert (await post(web, **again)).status_code == 200
        assert (await web.get("/healthz")).json()["database"] == "ok"
        assert (await web.get("/readyz")).status_code == 200
