"""One time for all programs on a database: the database's own.

Otherwise a paper would last longer on one machine than on another, and one program would take what
another is just sending for forgotten. A machine whose clock is wrong is corrected, and told of.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta

import structlog

from bot import clock
from bot.store import leases
from bot.store.database import Database

LOOK_SECONDS = 15.0
TOLERATED = timedelta(seconds=1)
"""As near as machines keep their time to each other's over a network."""
OK = "ok"
_log = structlog.get_logger(__name__)


async def keep_time_of(database: Database) -> None:
    """Has this process tell the time by a database that several programs share.

    Does nothing for SQLite, or where the answer takes so long that it tells nothing. Raises
    `DatabaseUnavailable`.
    """
    if not database.is_shared:
        return
    async with database.reading() as tx:
        before = clock.machine_now()
        theirs = await leases.now_of(tx)
        took = clock.machine_now() - before
    if took > TOLERATED:
        return
    ahead = before + took / 2 - theirs
    corrected = timedelta() if abs(ahead) <= TOLERATED else ahead
    if abs(corrected - clock.correction()) > TOLERATED / 2:
        clock.correct(corrected)
        _log.warning("clock_corrected", seconds_ahead=round(ahead.total_seconds(), 1))


async def keep_time(database: Database, stop: asyncio.Event) -> None:
    """Looks now and then until `stop` is set. Raises what goes wrong."""
    while database.is_shared and not stop.is_set():
        await keep_time_of(database)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_SECONDS)


def told() -> str:
    """How this machine's clock stands, for `/healthz`: "ok", or a sentence."""
    ahead = clock.correction()
    if not ahead:
        return OK
    way = "nhanh" if ahead > timedelta() else "chậm"
    seconds = round(abs(ahead).total_seconds())
    return (
        f"Đồng hồ máy này chạy {way} {seconds} giây so với cơ sở dữ liệu; chương trình đang theo giờ "
        "của cơ sở dữ liệu. Hãy bật tự chỉnh giờ (NTP) trên máy này."
    )
