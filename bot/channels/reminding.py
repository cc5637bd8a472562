"""Says reminders when their time has come, to those who asked for them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime

import structlog

from bot.calculators.reminders import Reminder, due_reminders
from bot.clock import Clock, utc_now
from bot.dialogue.packing import pack
from bot.dialogue.reminders import show_reminder
from bot.dialogue.snapshot import Snapshot
from bot.store import reminders
from bot.store.database import Database
from bot.store.outbox import EXPIRES

_LOOK_AGAIN_SECONDS = 30.0
_TOGETHER = 200
"""People in one transaction: answers must not wait for thousands of reminders."""
_log = structlog.get_logger(__name__)


class Reminding:
    """Lays reminders out for delivery; `replied` is called with each channel that has some."""

    def __init__(
        self,
        database: Database,
        snapshot: Callable[[], Snapshot],
        replied: Callable[[str], None],
        clock: Clock = utc_now,
    ) -> None:
        self._database = database
        self._snapshot = snapshot
        self._replied = replied
        self._clock = clock

    async def run(self, stop: asyncio.Event) -> None:
        """Looks twice a minute until `stop` is set. Raises what goes wrong."""
        while not stop.is_set():
            await self.remind()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _LOOK_AGAIN_SECONDS)

    async def remind(self) -> int:
        """Lays out what is due now; gives to how many people. Raises `DatabaseUnavailable`."""
        snapshot, now = self._snapshot(), self._clock()
        told = 0
        for due in due_reminders(snapshot.base, now):
            while counts := await self._lay_out(snapshot, due, now):
                told += sum(counts.values())
                for channel in counts:
                    self._replied(channel)
        if told:
            _log.info("reminders_laid_out", people=told)
        return told

    async def _lay_out(self, snapshot: Snapshot, due: Reminder, now: datetime) -> dict[str, int]:
        reply = {**pack(show_reminder(snapshot, due)), EXPIRES: due.until.isoformat()}
        async with self._database.transaction(quick=True) as tx:
            return await reminders.remind(tx, due.key, reply, now, _TOGETHER)
