"""An empty, migrated database of each kind: SQLite in a file and in memory, PostgreSQL.

A copy of a migrated database is made much faster than a new one is migrated, which takes longer than
most tests do.
"""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from bot.store import migrate
from bot.store.database import Database
from tests.fakes import postgres

KINDS = ["sqlite-file", "sqlite-memory", "postgresql"]

NewUrl = Callable[[str], str]


@pytest.fixture(scope="session")
def new_postgresql() -> Iterator[Callable[..., str]]:
    """Gives the address of a new database each time it is called; `test_1` is migrated."""
    with tempfile.TemporaryDirectory(prefix="bot-postgresql-") as folder, ExitStack() as stack:
        try:
            server = stack.enter_context(postgres.started(Path(folder) / "data"))
        except Exception as error:
            pytest.skip(f"PostgreSQL does not start here: {error}")
        server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")
        numbers = count(1)

        def new(template: str = "template1") -> str:
            name = f"test_{next(numbers)}"
            server.psql(f"CREATE DATABASE {name} TEMPLATE {template};")
            return str(server.get_uri(name))

        _run_aside(_migrate(new()))
        yield new


@pytest.fixture
def new_url(tmp_path: Path, request: pytest.FixtureRequest) -> NewUrl:
    """Gives the address of an empty database of a kind; PostgreSQL is started when first asked."""

    def new(kind: str) -> str:
        if kind == "postgresql":
            make: Callable[..., str] = request.getfixturevalue("new_postgresql")
            return make()
        return "sqlite://" if kind == "sqlite-memory" else f"sqlite:///{tmp_path}/data/bot.db"

    return new


@pytest.fixture(params=KINDS)
async def db(request: pytest.FixtureRequest, new_url: NewUrl) -> AsyncIterator[Database]:
    """A migrated database of each kind; closed without leaving a thread behind."""
    if request.param == "postgresql":
        make: Callable[..., str] = request.getfixturevalue("new_postgresql")
        database = Database(make("test_1"))
    elif request.param == "sqlite-memory":
        database = new_memory()
    else:
        url = new_url(request.param)
        copy_migrated(Path(url.removeprefix("sqlite:///")))
        database = Database(url)
    yield database
    await database.close()
    assert await no_thread_is_left()


def new_memory() -> Database:
    """An empty, migrated database in memory."""
    database = Database.memory()
    fill_memory(database)
    return database


def fill_memory(database: Database, file: Path | None = None) -> None:
    """Puts the content of a file into a database in memory; without one, empty tables."""
    assert database._keeper is not None
    with closing(sqlite3.connect(file or ":memory:")) as template:
        if file is None:
            template.deserialize(_migrated())
        template.backup(database._keeper)


def copy_migrated(file: Path) -> None:
    """Makes a migrated SQLite file with nothing in its tables."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(_migrated())


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bot.db"
        _run_aside(_migrate(f"sqlite:///{file}"))
        with closing(sqlite3.connect(file)) as opened:
            # A file that keeps its log beside it cannot be copied into memory.
            opened.execute("PRAGMA journal_mode=DELETE")
        return file.read_bytes()


def _run_aside(work: Coroutine[Any, Any, None]) -> None:
    """In a thread, because the test that comes first has a loop running already."""
    with ThreadPoolExecutor() as threads:
        threads.submit(asyncio.run, work).result()


async def _migrate(url: str) -> None:
    database = Database(url)
    await database.connect()
    await migrate.migrate(database)
    await database.close()


async def no_thread_is_left() -> bool:
    """Whether aiosqlite's threads have ended; each does so a moment after its connection."""
    for _ in range(3_000):
        if not [t for t in threading.enumerate() if "_connection_worker_thread" in t.name]:
            return True
        await asyncio.sleep(0.01)
    return False
