"""The database: opened once, used in short transactions.

    async with db.transaction() as tx:      # writes; all or nothing
        await people.meet(tx, ...)
    async with db.reading() as tx:          # one unchanging view; writes are refused
        await talk.misses(tx, 20)
    async with db.transaction(quick=True):  # a few statements by key, many times a second
    async with db.reading(quick=True):      # the same, only looking

Do not open one inside the other: on SQLite writers queue up, and the inner one would wait for the
outer for ever (this is noticed and refused). Do nothing slow inside, least of all the network.
"""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4
from weakref import WeakSet

from sqlalchemy import URL, CursorResult, Executable, RowMapping, Table, insert, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import DatabaseUnavailable, SettingWrong
from bot.fast_json import write_json
from bot.store.afar import begin_far
from bot.store.ahead import Ahead
from bot.store.nearby import driver_of, engine_of_one, see_off, tune
from bot.store.prepared import Direct, Prepared
from bot.store.tables import questions, storable
from bot.store.trouble import is_file, is_refused_writing, is_trouble, name_place, tell
from bot.store.turns import Turns

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
}
_CONNECT_SECONDS = 10
_NO_TURNS = nullcontext()
"""PostgreSQL sees to who waits for whom."""
_ENCODER = json.JSONEncoder(ensure_ascii=False)
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


_ASKED = Prepared(
    lambda _: insert(questions),
    (
        *("id", "person_id", "inbox_id", "asked_at", "channel", "text", "normalised", "outcome"),
        *("entries", "score", "ms", "base_version", "day", "entry", "origin"),
    ),
)
Insert = sqlite.Insert | postgresql.Insert
Given = Mapping[str, Any] | None


class Tx:
    """One open transaction; the functions of this package take it and write their SQL on it.

    `ahead` is there while it handles a batch of messages; see `bot.store.batch`. `direct` is there
    in a quick transaction, for statements that are prepared; see `bot.store.prepared`.
    """

    __slots__ = ("ahead", "connection", "dialect", "direct")

    def __init__(self, connection: AsyncConnection, direct: Direct | None = None) -> None:
        self.connection = connection
        # Looked up with every statement, and far away there.
        self.dialect = connection.dialect
        self.direct = direct
        self.ahead: Ahead | None = None

    @property
    def is_postgresql(self) -> bool:
        """Whether the database is PostgreSQL, for the few statements that differ."""
        return self.dialect.name == "postgresql"

    def insert(self, table: Table) -> Insert:
        """An insert that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
        return insert_into(table, self.is_postgresql)

    # A statement that runs with every message is made once, with named gaps that `given` fills:
    # making one takes longer than carrying it out.

    async def rows(self, statement: Executable, given: Given = None) -> Sequence[RowMapping]:
        """All rows that the statement gives."""
        return (await self._execute(statement, given)).mappings().all()

    async def first(self, statement: Executable, given: Given = None) -> RowMapping | None:
        """The first row that the statement gives, or None."""
        return (await self._execute(statement, given)).mappings().first()

    async def value(self, statement: Executable, given: Given = None) -> Any:
        """The first column of the first row, or None where there is no row."""
        return (await self._execute(statement, given)).scalar()

    async def change(self, statement: Executable, given: Given = None) -> int:
        """Carries the statement out; gives the number of rows it touched."""
        return int((await self._execute(statement, given)).rowcount)

    async def write_asked(self) -> None:
        """Writes the questions that the batch has gathered; see `talk.record_question`."""
        if self.ahead is not None and self.ahead.asked:
            asked, self.ahead.asked = self.ahead.asked, []
            await _ASKED.run(self, asked)

    async def _execute(self, statement: Executable, given: Given) -> CursorResult[Any]:
        # Whatever the statement looks at must be there, as if each message had been handled alone.
        await self.write_asked()
        return await self.connection.execute(statement, given)


def insert_into(table: Table, is_postgresql: bool) -> Insert:
    """As `Tx.insert`, for statements that are made once for each kind of database."""
    return postgresql.insert(table) if is_postgresql else sqlite.insert(table)


class Database:
    """A SQLite file, SQLite in memory, or PostgreSQL, behind the same few verbs.

    `url` is a SQLAlchemy address; `place` names the database for people, without the password.
    """

    def __init__(self, url: str) -> None:
        self._url = _read_url(url)
        self.place = name_place(self._url)
        self.trouble = ""
        """Why the last transaction could not be written; empty where it could."""
        self.programs = 1
        """How many programs work on it, this one among them, as far as it was looked lately."""
        self._queue: Turns | None = None
        self._glances: tuple[AsyncEngine, Turns] | None = None
        self._keeper: sqlite3.Connection | None = None
        self._threads: WeakSet[Thread] = WeakSet()
        # SQLite's writer and the reader of quick looks stay at hand: fetching one from its pool
        # takes longer than a short statement.
        self._kept: dict[AsyncEngine, AsyncConnection] = {}
        if self._url.get_backend_name() == "sqlite":
            # Writers stand in line here, in order; left to SQLite they would poll for the lock.
            self._queue = Turns()
            self._open_sqlite()
        else:
            self._open_postgresql()

    @classmethod
    def memory(cls) -> Database:
        """An empty SQLite database in memory, for tests: the real thing, gone when closed."""
        return cls("sqlite://")

    async def connect(self) -> None:
        """Makes sure that the database can be opened and written; makes a missing SQLite file."""
        if self._in_file:
            file = Path(str(self._url.database))
            try:
                _make_folder(file)
                # Tried here first: after a failed opening the driver's thread outlives the program.
                sqlite3.connect(file).close()
            except (OSError, sqlite3.Error) as error:
                raise tell(self.place, error) from error
        async with self.transaction() as tx:
            # On a read-only file SQLite begins a writing transaction without complaint.
            probe = "PRAGMA user_version=0" if self._queue else "SELECT 1"
            await tx.connection.exec_driver_sql(probe)

    async def close(self) -> None:
        """Closes every connection; may be called twice."""
        kept, self._kept = self._kept, {}
        for connection in kept.values():
            await connection.close()
        # The writer last: the last connection to leave a SQLite file folds its log into it.
        if self._glances:
            await self._glances[0].dispose()
        await self._readers.dispose()
        await self._writers.dispose()
        await see_off(self._threads)
        if self._keeper:
            self._keeper.close()

    @asynccontextmanager
    async def transaction(self, *, quick: bool = False) -> AsyncIterator[Tx]:
        """A transaction that may write: kept whole when the block ends, dropped if it raises.

        `quick` for a few statements that find their rows by an index: on SQLite they are then
        carried out on the spot, several times faster, and nothing else runs meanwhile.
        """
        async with self._queue or _NO_TURNS, self._connected(self._writers) as connection:
            if quick and self._queue:
                async with _on_the_spot(connection) as tx:
                    yield tx
            else:
                async with connection.begin():
                    yield Tx(connection, await begin_far(connection) if quick else None)
        self.trouble = ""

    @asynccontextmanager
    async def reading(self, *, quick: bool = False) -> AsyncIterator[Tx]:
        """A transaction that only reads, beside any writer, and sees one unchanging state.

        `quick` as for `transaction`.
        """
        if self._readers is self._writers and self._queue:
            async with self.transaction(quick=quick) as tx:
                yield tx
            return
        if quick and self._glances:
            engine, turns = self._glances
            async with turns, self._connected(engine) as connection, connection.begin():
                yield Tx(connection)
            return
        async with self._connected(self._readers) as connection, connection.begin():
            yield Tx(connection)

    @asynccontextmanager
    async def rebuilding(self) -> AsyncIterator[Tx]:
        """A write transaction for migrations: SQLite's foreign keys rest until it is over.

        SQLite changes a table by copying and dropping it, and the drop would cascade.
        """
        if not self._queue:
            async with self.transaction() as tx:
                yield tx
            return
        async with self._queue or _NO_TURNS, self._connected(self._writers) as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None  # noqa: S101
            # Inside a transaction this pragma does nothing, hence the driver's own connection.
            await driver.execute("PRAGMA foreign_keys=OFF")
            try:
                async with connection.begin():
                    yield Tx(connection)
                    broken = await connection.exec_driver_sql("PRAGMA foreign_key_check")
                    if broken.first() is not None:
                        raise RuntimeError("the migration leaves rows that point at nothing")
            finally:
                await driver.execute("PRAGMA foreign_keys=ON")

    @property
    def address(self) -> str:
        """The address with its password, for a process of our own; never to be shown or logged."""
        return self._url.render_as_string(hide_password=False)

    @property
    def file(self) -> Path | None:
        """The SQLite file; None for memory and PostgreSQL."""
        return Path(str(self._url.database)) if self._in_file else None

    @property
    def is_shared(self) -> bool:
        """Whether other programs may work on it at the same time."""
        return self._queue is None

    @property
    def _in_file(self) -> bool:
        return self._queue is not None and is_file(self._url)

    def _open_sqlite(self) -> None:
        if not is_file(self._url):
            name = f"file:/{uuid4().hex}?vfs=memdb"
            # A connection lost to a cancelled task must not take the content with it.
            self._keeper = sqlite3.connect(name, uri=True)
            url = self._url.set(database=name, query={"uri": "true"})
            self._writers = self._readers = engine_of_one(url, _OPTIONS, uri=True)
            tune(self._writers, self._threads, "BEGIN IMMEDIATE")
            return
        self._writers = engine_of_one(self._url, _OPTIONS)
        self._readers = _engine(self._url)
        # IMMEDIATE takes the write lock at once: a reader turned writer half-way cannot wait.
        tune(self._writers, self._threads, "BEGIN IMMEDIATE")
        tune(self._readers, self._threads, "BEGIN", "query_only=ON")
        glances = engine_of_one(self._url, _OPTIONS, is_near=True)
        tune(glances, self._threads, "BEGIN", "query_only=ON", "busy_timeout=0")
        self._glances = glances, Turns()

    def _open_postgresql(self) -> None:
        self._writers = _engine(
            self._url, pool_pre_ping=True, connect_args={"timeout": _CONNECT_SECONDS}
        )
        self._readers = self._writers.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    @asynccontextmanager
    async def _connected(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        # In memory the writer is the reader, too.
        keeps = self._queue is not None and (engine is self._writers or engine is not self._readers)
        connection = self._kept.pop(engine, None) if keeps else None
        if connection is None:
            connection = await self._open(engine)
        try:
            yield connection
        except BaseException as error:
            # Whatever state it is in: the next one gets a connection of its own.
            await asyncio.shield(connection.close())
            if engine is self._writers and is_refused_writing(error):
                # After a failover the address may lead elsewhere, but what is connected stays.
                await asyncio.shield(self._writers.dispose())
            if isinstance(error, Exception) and is_trouble(error):
                raise self._told(error) from error
            raise
        if keeps:
            self._kept[engine] = connection
        else:
            await connection.close()

    async def _open(self, engine: AsyncEngine) -> AsyncConnection:
        try:
            return await engine.connect()
        except Exception as error:
            # Drivers raise whatever they like here: OSError, time-outs, their own errors bare.
            raise self._told(error) from error

    def _told(self, error: Exception) -> DatabaseUnavailable:
        told = tell(self.place, error)
        self.trouble = str(told)
        return told


@asynccontextmanager
async def _on_the_spot(connection: AsyncConnection) -> AsyncIterator[Tx]:
    """A transaction of SQLite whose statements are carried out where they are called."""
    near = driver_of(connection)
    try:
        await near.begin_near()
        yield Tx(connection, near)
        await near.commit_near()
        if connection.in_transaction():
            # A statement has gone through SQLAlchemy, which has nothing left to commit.
            await connection.commit()
    finally:
        near.end_near()


def _read_url(text: str) -> URL:
    try:
        url = make_url(text)
    except (SQLAlchemyError, ValueError):
        # No cause: its text repeats the address, and the password with it.
        raise SettingWrong("BOT_DATABASE_URL", _EXAMPLES) from None
    driver = _DRIVERS.get(url.drivername, url.drivername)
    if driver not in _DRIVERS.values():
        raise SettingWrong("BOT_DATABASE_URL", _EXAMPLES)
    return url.set(drivername=driver)


_EXAMPLES = (
    "địa chỉ cơ sở dữ liệu không đúng dạng; hãy viết như sqlite+aiosqlite:////duong/dan/bot.db "
    "hoặc postgresql+asyncpg://ten:mat-khau@may-chu/ten-co-so-du-lieu."
)


def _engine(url: URL, **options: Any) -> AsyncEngine:
    return create_async_engine(url, **_OPTIONS, **options)


def _make_folder(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)


def _to_json(value: object) -> str:
    text = write_json(value, _ENCODER.encode)
    # Looked for first: the pattern tries every letter.
    return storable(_NUL.sub(r"\1", text) if "\\u0000" in text else text)


# Bound values stay out of errors and logs: they hold what people wrote.
_OPTIONS: dict[str, Any] = {"json_serializer": _to_json, "hide_parameters": True}
