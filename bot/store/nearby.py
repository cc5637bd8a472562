"""SQLite called from where one is, instead of from a thread of its own, for a few quick statements.

aiosqlite hands every call to a thread and waits for it: four times a statement, each dearer than
the statement itself. A transaction that says it is quick keeps the thread for its beginning and its
commit, which may wait for another program or the disk, and does the rest on the spot.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import aiosqlite


class NearbyConnection(aiosqlite.Connection):
    """A connection of aiosqlite that can be told to work on the spot for a while."""

    is_near = False

    async def _execute(
        self, fn: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> Any:  # aiosqlite runs everything through here
        if self.is_near and self._running and self._connection:
            return fn(*args, **kwargs)
        return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]


async def connect_nearby(database: str, **options: Any) -> NearbyConnection:
    """A connection, opened in its thread; the thread does not keep the program from ending."""

    def open_it() -> sqlite3.Connection:
        opened: sqlite3.Connection = sqlite3.connect(database, check_same_thread=False, **options)
        return opened

    connection = NearbyConnection(open_it, iter_chunk_size=64)
    connection._thread.daemon = True
    await connection
    return connection
