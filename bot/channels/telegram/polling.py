"""Fetching updates: stored before they are confirmed, so that a kill in between loses nothing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import structlog

from bot.channels import metrics
from bot.channels.base import Channel, Take
from bot.channels.metrics import Outcome
from bot.channels.outcomes import wait_before
from bot.channels.telegram.client import Client
from bot.channels.telegram.updates import ALLOWED
from bot.channels.webhook import read_payload
from bot.dialogue.messages import Incoming
from bot.errors import ChannelStopped, DatabaseUnavailable, NotDelivered, OutcomeUnknown, RetryLater

POLL_SECONDS = 25
_PATIENCE_SECONDS = 10.0
_TOGETHER = 100
_FAILURES_BORNE = 4
"""Failures in a row that are borne quietly; after that the channel says that it is not well."""
_log = structlog.get_logger(__name__)


class Polling:
    """Fetches the updates of a bot and stores what they mean."""

    def __init__(
        self, client: Client, channel: Channel, take: Take, heard: Callable[[Any], None]
    ) -> None:
        self._client = client
        self._channel = channel
        self._take = take
        self._heard = heard
        self._offset: int | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Fetches until `stop` is set. Raises a `NotDelivered` where the service stays away."""
        stopping = asyncio.create_task(stop.wait())
        failures = 0
        try:
            while not stop.is_set():
                fetching = asyncio.create_task(self._fetch())
                await asyncio.wait({fetching, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if not fetching.done():
                    # Nothing is lost: what was not confirmed comes again.
                    fetching.cancel()
                    await asyncio.gather(fetching, return_exceptions=True)
                    return
                try:
                    await self._store(fetching.result())
                    failures = 0
                except NotDelivered as error:
                    failures += 1
                    if isinstance(error, ChannelStopped) or failures > _FAILURES_BORNE:
                        raise
                    await _wait(stop, _seconds_after(error, failures))
                except DatabaseUnavailable as error:
                    # Not confirmed either: it comes again until it can be stored.
                    _log.error("database_unavailable", sentence=str(error))
                    metrics.count(self._channel.name, Outcome.UNAVAILABLE)
                    await _wait(stop, 1)
        finally:
            stopping.cancel()

    async def _fetch(self) -> list[Any]:
        updates = await self._client.call(
            "getUpdates",
            read_timeout=POLL_SECONDS + _PATIENCE_SECONDS,
            offset=self._offset,
            timeout=POLL_SECONDS,
            limit=_TOGETHER,
            allowed_updates=list(ALLOWED),
        )
        return updates if isinstance(updates, list) else []

    async def _store(self, updates: list[Any]) -> None:
        """Stores a batch in one go, then moves on behind it."""
        items: list[Incoming] = []
        for update in updates:
            read = read_payload(self._channel, update)
            if not read:
                metrics.count(self._channel.name, Outcome.FOREIGN)
            items += read
        if items:
            await self._take(items)
        numbers = [u["update_id"] for u in updates if isinstance(u, dict) and _numbered(u)]
        if numbers:
            self._offset = max(numbers) + 1
        for update in updates:
            self._heard(update)


def _numbered(update: dict[str, Any]) -> bool:
    return isinstance(update.get("update_id"), int)


def _seconds_after(error: NotDelivered, failures: int) -> float:
    if isinstance(error, RetryLater) and error.seconds is not None:
        return error.seconds
    # A poll that ran into a time-out is the ordinary end of a quiet half minute.
    return 0.1 if isinstance(error, OutcomeUnknown) else wait_before(failures)


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
