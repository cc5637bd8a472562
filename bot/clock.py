"""Time: aware datetimes only, UTC inside, Vietnamese time at the edges.

Whoever needs the time takes a `Clock` as a parameter, so that a test can stand at any instant.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

Clock = Callable[[], datetime]

# Việt Nam keeps UTC+7 all year, in the whole country, so a fixed offset needs no zone database.
VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
_FIRST = date(1970, 1, 1)


_ahead = timedelta()


def machine_now() -> datetime:
    """The present instant by this machine's clock, right or wrong; all else asks `utc_now`."""
    return datetime.now(UTC)


def utc_now() -> datetime:
    """The present instant in UTC."""
    return machine_now() - _ahead


def correct(ahead: timedelta) -> None:
    """Has `utc_now` count for all of this process that the machine's clock is so far ahead."""
    global _ahead
    _ahead = ahead


def correction() -> timedelta:
    """How far the machine's clock is counted to be ahead; zero where it is right."""
    return _ahead


def vietnam_date(at: datetime) -> date:
    """The calendar day in Việt Nam at the instant `at`."""
    return at.astimezone(VIETNAM).date()


def day_number(at: datetime) -> int:
    """The calendar day in Việt Nam as the number of days since 1/1/1970, for counting by day."""
    return (vietnam_date(at) - _FIRST).days


def numbered_day(number: int) -> date:
    """The day that `day_number` gave the number of."""
    return _FIRST + timedelta(days=number)


def day_begins(day: date) -> datetime:
    """The instant at which a day begins in Việt Nam."""
    return datetime(day.year, day.month, day.day, tzinfo=VIETNAM)


def show_date(day: date) -> str:
    """A date as Vietnamese readers write it: 15/3/2026."""
    return f"{day.day}/{day.month}/{day.year}"


def show_time(at: datetime) -> str:
    """An instant as Vietnamese readers write it, in Vietnamese time: 07:05 ngày 15/3/2026."""
    local = at.astimezone(VIETNAM)
    return f"{local:%H:%M} ngày {show_date(local.date())}"
