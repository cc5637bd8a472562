"""Whether a person may be written to: only for a time after he wrote himself.

Those who wrote of late are remembered here, so that answering them needs no look into the store.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

from bot.clock import Clock, utc_now
from bot.errors import OutsideWindow
from bot.store import people
from bot.store.database import Database

_REMEMBERED = 50_000


class Window:
    """The time of `length` after a person's last message; Zalo gives 48 hours free, 7 days paid."""

    def __init__(
        self, database: Database, channel: str, length: timedelta, clock: Clock = utc_now
    ) -> None:
        self._database = database
        self._channel = channel
        self._length = length
        self._clock = clock
        self._heard: OrderedDict[str, datetime] = OrderedDict()

    def heard(self, person: str, at: datetime) -> None:
        """The person did something that opens the window."""
        self._heard[person] = at
        self._heard.move_to_end(person)
        if len(self._heard) > _REMEMBERED:
            self._heard.popitem(last=False)

    async def check(self, person: str) -> None:
        """Raises `OutsideWindow` where the window has shut, and `DatabaseUnavailable`."""
        last = self._heard.get(person)
        if last is not None and self._is_open(last):
            return
        async with self._database.reading() as tx:
            last = await people.last_seen(tx, self._channel, person)
        # Of somebody unknown here Zalo itself knows best.
        if last is not None and not self._is_open(last):
            hours = int(self._length.total_seconds() // 3_600)
            raise OutsideWindow(f"Zalo OA: người này chưa nhắn lại trong {hours} giờ qua.")

    def _is_open(self, last: datetime) -> bool:
        return self._clock() - last <= self._length
