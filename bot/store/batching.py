"""Many small writes in few transactions: whatever waits when one begins is written together.

A lone item is written at once. Under load the items that arrive while a transaction runs, and for a
few milliseconds after it, share the next one, so that a commit is paid once for all of them.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from bot.errors import DatabaseUnavailable
from bot.store.database import Database, Tx

Item = TypeVar("Item")
Result = TypeVar("Result")

Work = Callable[[Tx, Sequence[Item]], Awaitable[Sequence[Result]]]
"""Writes the items in one transaction; gives one result an item, in their order."""

_A_FEW_MILLISECONDS = 0.008


class Pace:
    """Keeps rounds apart, so that they do more each when there is much to do."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._next = 0.0

    async def keep(self) -> None:
        """Returns at once where the last round began long enough ago, else when it did."""
        wait = self._next - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        self._next = time.monotonic() + self._seconds


class Batcher(Generic[Item, Result]):
    """Runs `work` over items in shared transactions, `most` at a time, in the order they came.

    A batch that fails for another reason than the database is tried again item by item, so that a
    bad one takes no other with it. `quick` where `work` is a few short statements: see
    `Database.transaction`.
    """

    def __init__(
        self,
        database: Database,
        work: Work[Item, Result],
        most: int = 200,
        *,
        quick: bool = False,
    ) -> None:
        self._database = database
        self._work = work
        self._most = most
        self._quick = quick
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._writing: asyncio.Task[None] | None = None
        self._pace = Pace(_A_FEW_MILLISECONDS)

    async def add(self, item: Item) -> Result:
        """The item's result, once it is committed. Raises what its writing raised."""
        return await self.put(item)

    def put(self, item: Item) -> asyncio.Future[Result]:
        """As `add`, for whoever waits later; cancelled, the item is written all the same."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        return future

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                await self._pace.keep()
                count = min(self._most, len(self._waiting))
                await self._write([self._waiting.popleft() for _ in range(count)])
        finally:
            self._writing = None

    async def _write(self, batch: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        # Whoever went away in the meantime (a request cut off) is still written: it was sent.
        try:
            async with self._database.transaction(quick=self._quick) as tx:
                results = await self._work(tx, [item for item, _ in batch])
                pairs = list(zip(batch, results, strict=True))
        except Exception as error:
            if len(batch) > 1 and not isinstance(error, DatabaseUnavailable):
                for one in batch:
                    await self._write([one])
                return
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), result in pairs:
            if not future.done():
                future.set_result(result)
