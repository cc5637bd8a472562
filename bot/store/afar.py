"""PostgreSQL called by its driver, for the few statements that are prepared.

asyncpg keeps every statement prepared by itself; what SQLAlchemy adds takes longer than its answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.prepared import Bound, Row


class FarConnection:
    """asyncpg's connection as `bot.store.prepared.Direct`; its failures are SQLAlchemy's."""

    __slots__ = ("_driver",)

    def __init__(self, driver: Any) -> None:
        self._driver = driver

    async def fetch(self, text: str, bound: Bound) -> Sequence[Row]:
        """The rows that a statement gives."""
        rows: Sequence[Row] = await _named(text, self._driver.fetch(text, *bound))
        return rows

    async def fetch_each(self, text: str, bound: Sequence[Bound]) -> Sequence[Row]:
        """The rows that a statement gives for all that is bound, sent off together."""
        rows: Sequence[Row] = await _named(text, self._driver.fetchmany(text, bound))
        return rows

    async def run_each(self, text: str, bound: Sequence[Bound]) -> None:
        """Carries a statement out for all that is bound, sent off together."""
        await _named(text, self._driver.executemany(text, bound))


async def begin_far(connection: AsyncConnection) -> FarConnection:
    """The driver of a connection whose transaction SQLAlchemy is about to begin; it has then."""
    pooled = connection.sync_connection
    assert pooled is not None  # noqa: S101
    adapted: Any = pooled.connection.dbapi_connection
    # SQLAlchemy waits with it for its own first statement, and ours go past it.
    await _named("BEGIN", adapted._start_transaction())
    return FarConnection(pooled.connection.driver_connection)


async def _named(text: str, work: Awaitable[Any]) -> Any:
    try:
        return await work
    except ValueError:
        # What is bound does not fit: the database is all right.
        raise
    except Exception as error:
        raise DBAPIError(text, None, error, hide_parameters=True) from error
