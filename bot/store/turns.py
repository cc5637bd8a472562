"""One at a time, in the order of coming: how tasks share what only one of them may use."""

from __future__ import annotations

import asyncio
from typing import Any


class Turns:
    """Gives turns to tasks; a task that asks again within its own turn is refused.

    It would wait for itself for ever.
    """

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._holder: asyncio.Task[Any] | None = None

    async def __aenter__(self) -> None:
        """Waits for a turn; over when the block ends."""
        task = asyncio.current_task()
        if self._holder is task:
            raise RuntimeError("a transaction was opened inside another one")
        await self._lock.acquire()
        self._holder = task

    async def __aexit__(self, *_error: object) -> None:
        self._holder = None
        self._lock.release()
