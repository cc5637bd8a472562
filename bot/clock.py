"""Time: aware datetimes only, UTC inside, Vietnamese time at the edges.

Whoever needs the time takes a `Clock` as a parameter, so that a test can stand at any instant.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

Clock = Callable[[], datetime]

# Việt Nam keeps UTC+7 all year, in the whole country, so a fixed offset needs no zone database.
VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")


def utc_now() -> datetime:
    """The present instant in UTC."""
    return datetime.now(UTC)


def vietnam_date(at: datetime) -> date:
    """The calendar day in Việt Nam at the instant `at`."""
    return at.astimezone(VIETNAM).date()


def show_date(day: date) -> str:
    """A date as Vietnamese readers write it: 15/3/2026."""
    return f"{day.day}/{day.month}/{day.year}"


def show_time(at: datetime) -> str:
    """An instant as Vietnamese readers write it, in Vietnamese time: 07:05 ngày 15/3/2026."""
    local = at.astimezone(VIETNAM)
    return f"{local:%H:%M} ngày {show_date(local.date())}"
