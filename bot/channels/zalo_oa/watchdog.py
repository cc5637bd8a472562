"""Notices silence: after failures Zalo unsubscribes a webhook without a word."""

from __future__ import annotations

from datetime import timedelta

import structlog
from prometheus_client import Gauge

from bot.clock import Clock, utc_now
from bot.store import inbox
from bot.store.database import Database

SILENT = Gauge("bot_zalo_oa_silent", "1 while no Official Account event came for too long.")
_log = structlog.get_logger(__name__)


class Watchdog:
    """Barks once when no event came for `patience`; zero hours switch it off."""

    def __init__(
        self, database: Database, channel: str, patience: timedelta, clock: Clock = utc_now
    ) -> None:
        self._database = database
        self._channel = channel
        self._patience = patience
        self._clock = clock
        self._last = clock()
        self._has_barked = False

    async def open(self) -> None:
        """Begins where an earlier run left off. Raises `DatabaseUnavailable`."""
        async with self._database.reading() as tx:
            last = await inbox.last_received(tx, self._channel)
        if last is not None:
            self._last = last

    def saw(self, _event: object) -> None:
        """An event came, whatever it was."""
        self._last = self._clock()

    def look(self) -> None:
        """Sounds the alarm when it is time, and calls it off."""
        is_silent = bool(self.warning)
        SILENT.set(is_silent)
        if is_silent and not self._has_barked:
            _log.error("zalo_oa_silent", sentence=self.warning)
        self._has_barked = is_silent

    @property
    def warning(self) -> str:
        """What the operator should look at; empty while events come."""
        if not self._patience or self._clock() - self._last < self._patience:
            return ""
        hours = int((self._clock() - self._last).total_seconds() // 3_600)
        return (
            f"{hours} giờ qua không có sự kiện nào từ Official Account; có thể Zalo đã tự tắt "
            "webhook. Hãy xem mục Webhook ở developers.zalo.me."
        )
