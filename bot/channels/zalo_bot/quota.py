"""What the service lets one bot send: a breaker for "quota exceeded", and a count of the month.

The service neither says which quota was exceeded nor when it starts anew, so the breaker tries again
after a time that doubles. The month is ours to count: its number is on no answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from prometheus_client import Gauge

from bot.clock import Clock, utc_now, vietnam_date
from bot.errors import DatabaseUnavailable, RetryLater
from bot.store import facts
from bot.store.batching import Batcher
from bot.store.database import Database, Tx

_FIRST_PAUSE = 60.0
_LONGEST_PAUSE = 15 * 60.0
_WARN_AT = 0.8
MONTH_SENT = Gauge("bot_zalo_bot_month_sent", "Messages that the Zalo bot has sent this month.")
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Breaker:
    """Keeps sends from a service that refuses all of them: 60 seconds, then up to 15 minutes."""

    now: Callable[[], float] = time.monotonic
    _until: float = 0.0
    _pause: float = 0.0

    def check(self) -> None:
        """Raises `RetryLater` while nothing may be sent."""
        left = self._until - self.now()
        if left > 0:
            raise _exceeded(left)

    def trip(self) -> RetryLater:
        """The service refused a send for its quota; gives the error to raise."""
        self._pause = min(max(self._pause * 2, _FIRST_PAUSE), _LONGEST_PAUSE)
        self._until = self.now() + self._pause
        _log.warning("zalo_bot_quota_exceeded", pause_seconds=self._pause)
        return _exceeded(self._pause)

    def close(self) -> None:
        """A send went through."""
        self._pause = 0.0

    @property
    def is_open(self) -> bool:
        """Whether sends are kept back now."""
        return self._until > self.now()


class MonthlyCount:
    """Counts what one bot sends in a month of Việt Nam's calendar, over restarts and machines."""

    def __init__(self, database: Database, bot_id: str, quota: int, clock: Clock = utc_now) -> None:
        self._database = database
        self._batcher = Batcher(database, self._write)
        self._bot_id = bot_id
        self._clock = clock
        self._month = ""
        self.quota = quota
        self.sent = 0

    async def add(self) -> None:
        """Counts one message; a database that is away costs the count, not the message."""
        try:
            self._take(await self._batcher.add(1))
        except DatabaseUnavailable as error:
            _log.error("zalo_bot_count_lost", reason=str(error))

    async def load(self) -> None:
        """Reads how far the month has come. Raises `DatabaseUnavailable`."""
        async with self._database.reading() as tx:
            self._take(await facts.read_fact(tx, self._key(self._clock())) or 0)

    @property
    def warning(self) -> str:
        """What the operator should know; empty below four fifths of the quota."""
        if self.sent < self.quota * _WARN_AT or self._month != _month(self._clock()):
            return ""
        return (
            f"Zalo Bot đã gửi {self.sent}/{self.quota} tin của tháng này; hết hạn mức thì Zalo "
            "không nhận tin nữa cho đến tháng sau."
        )

    def _take(self, sent: int) -> None:
        month = _month(self._clock())
        was_quiet = not self.warning
        self._month, self.sent = month, sent
        MONTH_SENT.set(sent)
        if was_quiet and self.warning:
            _log.warning("zalo_bot_quota_near", sent=sent, quota=self.quota, month=month)

    async def _write(self, tx: Tx, ones: Sequence[int]) -> Sequence[int]:
        sent = await facts.add_to_fact(tx, self._key(self._clock()), len(ones))
        return [sent] * len(ones)

    def _key(self, at: datetime) -> str:
        return f"zalo_bot_sent/{self._bot_id}/{_month(at)}"


def _month(at: datetime) -> str:
    return vietnam_date(at).strftime("%Y-%m")


def _exceeded(seconds: float) -> RetryLater:
    sentence = "Zalo Bot báo đã hết hạn mức gửi tin (lỗi 429)."
    return RetryLater(sentence, seconds, everyone=True)
