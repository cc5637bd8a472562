"""One request to a messenger, its failures told apart: surely not taken, or perhaps taken.

No failure carries the address of the request: with some services the token stands in it.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from bot.channels.carrier import Carrier
from bot.errors import OutcomeUnknown, RetryLater

_NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.InvalidURL,
)
_LATE_AT_MOST = timedelta(days=2)
"""Services deliver again for hours, not for days."""
_YEAR_10000 = 253_402_300_800_000
"""In milliseconds; no calendar of ours goes so far."""

PAUSES = (0.5, 2.0)
"""Seconds before a general failure of a service is tried again, twice, at once."""

NO_CONNECTION = "Không kết nối được tới máy chủ của kênh."
NO_ANSWER = "Máy chủ của kênh không trả lời trọn vẹn."


def new_client() -> httpx.AsyncClient:
    """A client for one service; its proxies come from the environment, as for every program."""
    return httpx.AsyncClient(transport=Carrier(100), timeout=httpx.Timeout(10, read=None))


async def request(
    client: httpx.AsyncClient, method: str, url: str, seconds: float, **options: Any
) -> httpx.Response:
    """The answer, whole, within `seconds`.

    Raises `RetryLater` where the request surely did not arrive, `OutcomeUnknown` where it may have.
    """
    try:
        async with asyncio.timeout(seconds):
            return await client.request(method, url, **options)
    except _NEVER_LEFT:
        raise RetryLater(NO_CONNECTION) from None
    except (httpx.HTTPError, TimeoutError):
        raise OutcomeUnknown(NO_ANSWER) from None


def read_object(response: httpx.Response) -> dict[str, Any] | None:
    """The JSON object of an answer; None where it holds none."""
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def read_code(value: Any) -> int | None:
    """A number that services write as a number or in quotes; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        return int(value)
    except ValueError:
        return None


def read_id(value: Any) -> str:
    """An id as text, however the service writes it; empty for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    return str(value).strip()


def read_instant(value: Any, now: datetime) -> datetime:
    """The instant that a service's milliseconds say; `now` where they cannot be about today.

    A clock gone wrong over there must neither shut a window here nor move anybody's age.
    """
    millis = read_code(value)
    if millis is None or not 0 < millis < _YEAR_10000:
        return now
    at = datetime.fromtimestamp(millis / 1_000, UTC)
    return at if now - _LATE_AT_MOST <= at <= now else now
