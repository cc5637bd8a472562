"""How many calls a minute the Official Account makes: within the tier's limit, whatever it is.

The limit is 100 a minute on the usual tier, and on no page for the others. So we begin below it and
go lower when an answer's headers, or a refusal, say so. Of several programs each makes its part.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping

import structlog

from bot.channels.wire import read_code
from bot.errors import RetryLater

_MINUTE = 60.0
_PATIENCE = 2.0
"""Seconds a call waits for its turn; a longer wait is better spent in the outbox."""
_LOWEST = 10
_LIMIT = "x-ratelimit-limit"
_LEFT = "x-ratelimit-remain"
_log = structlog.get_logger(__name__)


class Rate:
    """Lets at most `per_minute` calls begin in any minute, of all `programs` together."""

    def __init__(
        self,
        per_minute: int,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        programs: Callable[[], int] = lambda: 1,
    ) -> None:
        self.per_minute = per_minute
        self._programs = programs
        self._now = now
        self._sleep = sleep
        self._begun: deque[float] = deque()
        self._closed_until = 0.0
        self._turn = asyncio.Lock()

    async def take(self) -> None:
        """Waits for a turn. Raises `RetryLater` where that would take long."""
        async with self._turn:
            wait = self._wait()
            if wait > _PATIENCE:
                raise RetryLater(
                    "Zalo OA: đã gửi hết số tin được phép trong phút này.", wait, everyone=True
                )
            if wait > 0:
                await self._sleep(wait)
            self._begun.append(self._now())

    def heed(self, headers: Mapping[str, str]) -> None:
        """Goes lower where an answer's headers allow less than we took."""
        limit, left = read_code(headers.get(_LIMIT)), read_code(headers.get(_LEFT))
        if limit is not None and limit > 0:
            self._lower(limit)
        if left is not None and left <= 0:
            self._close()

    def exceeded(self) -> RetryLater:
        """The service refused a call for its rate; gives the error to raise."""
        self._lower(max(_LOWEST, int(self.per_minute * 0.8)))
        self._close()
        wait = self._closed_until - self._now()
        return RetryLater("Zalo OA báo gửi quá nhanh (lỗi -32).", wait, everyone=True)

    def _wait(self) -> float:
        now = self._now()
        # A clock set back must not hold anybody up for an hour.
        while self._begun and not 0 <= now - self._begun[0] < _MINUTE:
            self._begun.popleft()
        wait = self._closed_until - now
        most = max(1, self.per_minute // self._programs())
        if len(self._begun) >= most:
            wait = max(wait, self._begun[-most] + _MINUTE - now)
        return min(max(wait, 0.0), _MINUTE)

    def _lower(self, limit: int) -> None:
        if limit < self.per_minute:
            _log.warning("zalo_oa_rate_lowered", before=self.per_minute, per_minute=limit)
            self.per_minute = limit

    def _close(self) -> None:
        """Nothing more in this minute; the service counts by the clock's minutes."""
        now = self._now()
        self._closed_until = now - now % _MINUTE + _MINUTE
