"""One at a time, in the order of coming: how tasks share what only one of them may use."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any


class Turns:
    """Gives turns to tasks; a task that asks again within its own turn is refused.

    It would wait for itself for ever.
    """

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._holder: asyncio.Task[Any] | None = None

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """A turn; over when the block ends."""
        task = asyncio.current_task()
        if self._holder is task:
            raise RuntimeError("a transaction was opened inside another one")
        async with self._lock:
            self._holder = task
            try:
                yield
            finally:
                self._holder = None
