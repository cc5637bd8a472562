"""SQLite called from where one is, instead of from a thread of its own, for a few quick statements.

aiosqlite hands every call to a thread and waits for it: four times a statement, each dearer than
the statement itself. A quick transaction does its work on the spot; only what may take its time
goes to the thread: folding the log into the file, which waits for the disk, once in many commits, and
the beginning where another program holds the lock.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from threading import Thread
from typing import Any
from weakref import WeakSet

import aiosqlite
from sqlalchemy import URL, Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.store.prepared import Bound, Row

PATIENCE_MS = 5_000
"""How long a writer waits for another program's lock."""

_LAST_SECONDS = 5.0
_FOLD_PAGES = 1_000
"""SQLite's own measure of how much log is folded into the file at a commit."""
_FOLD_EVERY = 50
"""Commits on the spot, none of which folds, between two that may."""
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    f"busy_timeout={PATIENCE_MS}",
    "foreign_keys=ON",
    "temp_store=MEMORY",
)


class NearbyConnection(aiosqlite.Connection):
    """A connection of aiosqlite that can be told to work on the spot for a while."""

    is_near = False
    """Whether statements are carried out on the spot just now."""
    _is_patient = True
    _unfolded = 0

    async def begin_near(self) -> None:
        """Begins a transaction whose statements are carried out on the spot."""
        self.is_near = True
        await self._execute(self._conn.execute, "BEGIN IMMEDIATE")

    async def commit_near(self) -> None:
        """Commits it; once in a while in the thread, where the log may be folded."""
        self._unfolded += 1
        if self._unfolded >= _FOLD_EVERY:
            self._unfolded = 0
            self.is_near = False
        await self.commit()

    def end_near(self) -> None:
        """From now on everything goes to the thread again; what is not committed is dropped."""
        self.is_near = False
        if self._running and self._connection and self._conn.in_transaction:
            self._conn.rollback()

    async def fetch(self, text: str, bound: Bound) -> Sequence[Row]:
        """As `bot.store.prepared.Direct`, in a transaction on the spot."""
        return self._conn.execute(text, bound).fetchall()

    async def fetch_each(self, text: str, bound: Sequence[Bound]) -> Sequence[Row]:
        """As `bot.store.prepared.Direct`, in a transaction on the spot."""
        return [row for one in bound for row in self._conn.execute(text, one)]

    async def run_each(self, text: str, bound: Sequence[Bound]) -> None:
        """As `bot.store.prepared.Direct`, in a transaction on the spot."""
        self._conn.executemany(text, bound)

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        # aiosqlite runs everything through here.
        if not (self._running and self._connection):
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]
        if self.is_near:
            self._be_patient(False)
            try:
                return fn(*args, **kwargs)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
        # Another program may be writing: the thread can wait for it.
        self._be_patient(True)
        return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]

    def _be_patient(self, patient: bool) -> None:
        """Whether the next statement may wait, for a lock and for the folding of the log."""
        if patient != self._is_patient:
            self._is_patient = patient
            self._conn.execute(f"PRAGMA busy_timeout={PATIENCE_MS if patient else 0}")
            self._conn.execute(f"PRAGMA wal_autocheckpoint={_FOLD_PAGES if patient else 0}")


async def connect_nearby(database: str, **options: Any) -> NearbyConnection:
    """A connection, opened in its thread; the thread does not keep the program from ending."""

    def open_it() -> sqlite3.Connection:
        opened: sqlite3.Connection = sqlite3.connect(database, check_same_thread=False, **options)
        return opened

    connection = NearbyConnection(open_it, iter_chunk_size=64)
    connection._thread.daemon = True
    try:
        await connection
    except Exception:
        # Its thread has yet to say that it is done, and the loop must be there to hear it.
        while connection._thread.is_alive():  # noqa: ASYNC110 a thread sets no event of ours
            await asyncio.sleep(0.001)
        raise
    return connection


def engine_of_one(
    url: URL, engine: Mapping[str, Any], *, is_near: bool = False, **options: Any
) -> AsyncEngine:
    """An engine of one connection, which can work on the spot; `is_near` if it always does."""

    async def connect() -> NearbyConnection:
        connection = await connect_nearby(str(url.database), **options)
        connection.is_near = is_near
        return connection

    return create_async_engine(url, pool_size=1, max_overflow=0, async_creator=connect, **engine)


async def see_off(threads: WeakSet[Thread]) -> None:
    """Waits until the threads of closed connections have ended, for a few seconds at most.

    Each tells the loop at last that it is done, also when nobody listens: the connection of a
    cancelled task is dropped like that. A loop that is closed by then makes it end in an error.
    """
    clock = asyncio.get_running_loop().time
    end = clock() + _LAST_SECONDS
    while any(one.is_alive() for one in list(threads)) and clock() < end:  # noqa: ASYNC110 no event
        await asyncio.sleep(0.001)


def driver_of(connection: AsyncConnection) -> NearbyConnection:
    """The driver's own connection behind one of the writer's engine."""
    pooled = connection.sync_connection
    assert pooled is not None  # noqa: S101
    driver = pooled.connection.driver_connection
    assert isinstance(driver, NearbyConnection)  # noqa: S101
    return driver


def tune(engine: AsyncEngine, threads: WeakSet[Thread], begin: str, *pragmas: str) -> None:
    """Gives the engine's SQLite connections our pragmas, and its transactions our `begin`.

    The thread of each connection is added to `threads`.
    """

    def on_connect(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        threads.add(connection.driver_connection._thread)
        try:
            # The driver must not begin transactions by itself; `on_begin` does.
            connection.isolation_level = None
            cursor = connection.cursor()
            for pragma in (*_PRAGMAS, *pragmas):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()
        except BaseException:
            # The pool forgets a connection that fails here, and its thread would live on.
            connection.close()
            raise

    def on_begin(connection: Connection) -> None:
        # A transaction on the spot has begun already when SQLAlchemy first hears of it.
        driver = connection.connection.driver_connection
        if not (isinstance(driver, NearbyConnection) and driver.in_transaction):
            connection.exec_driver_sql(begin)

    event.listen(engine.sync_engine, "connect", on_connect)
    event.listen(engine.sync_engine, "begin", on_begin)
