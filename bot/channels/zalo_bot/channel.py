"""A bot of the Zalo Bot Platform as a channel: for a pilot, fifty people at most on its free tier.

It knows no buttons, so choices are numbered lines. An update is forgotten over there as soon as it
is fetched, so each is stored before the next one is asked for.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from starlette.routing import BaseRoute

from bot.channels import webhook
from bot.channels.base import Outgoing, Take, Verdict
from bot.channels.outcomes import wait_before
from bot.channels.plain import write_plain
from bot.channels.split import split_text
from bot.channels.zalo_bot import events
from bot.channels.zalo_bot.client import POLL_SECONDS, Client
from bot.channels.zalo_bot.quota import MonthlyCount
from bot.clock import Clock, utc_now
from bot.dialogue.messages import Incoming, Reply
from bot.errors import ChannelStopped, DatabaseUnavailable, NotDelivered
from bot.store.outbox import Lane

PATH = "/webhooks/zalo-bot"
LONGEST = 1_900
"""UTF-16 units; the limit is 2,000 letters, and nobody says which letters Zalo counts."""

_HEADER = "x-bot-api-secret-token"
_BROADCASTS_A_SECOND = 1.0
_LONGEST_WAIT = 60.0
_QUICK_SECONDS = 0.2
_NO_ADDRESS = "còn trống; ZALO_BOT_MODE=webhook cần địa chỉ https mà Zalo gọi được."
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where updates are posted, and the secret by which they are known."""

    url: str
    secret: str = field(repr=False)


class ZaloBot:
    """One bot. See `bot.channels.base.Channel` for what each verb must keep to.

    With a `webhook` its updates are posted there, otherwise they are fetched.
    """

    name = events.NAME
    # An update that was fetched is gone over there; whether a webhook's comes again is not published.
    brings_again = False

    def __init__(
        self,
        client: Client,
        count: MonthlyCount,
        token: str,
        webhook: Webhook | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._client = client
        self._count = count
        self._token = token
        self._webhook = webhook
        self._clock = clock
        self._fetching: asyncio.Task[bool] | None = None

    def secrets(self) -> tuple[str, ...]:
        """The token, which stands in every address, and the webhook's secret."""
        return (self._token, self._webhook.secret) if self._webhook else (self._token,)

    def warning(self) -> str:
        """That the month's quota runs out; empty where it does not."""
        return self._count.warning

    def parse(self, payload: Any) -> tuple[Incoming, ...]:
        """What an update means to us."""
        return events.read_incoming(payload, self._clock())

    def verify(self, headers: Mapping[str, str], body: bytes) -> Verdict:
        """Whether the request carries the secret that we gave Zalo."""
        given = headers.get(_HEADER, "").encode("utf-8", "replace")
        ours = self._webhook.secret.encode() if self._webhook else b""
        is_genuine = bool(ours) and hmac.compare_digest(given, ours)
        return Verdict.GENUINE if is_genuine else Verdict.FORGED

    def render(self, reply: Reply) -> tuple[Outgoing, ...]:
        """Plain text in parts, the choices numbered."""
        return tuple(Outgoing(part) for part in split_text(write_plain(reply), LONGEST))

    async def send(self, address: str, outgoing: Outgoing) -> str | None:
        """Sends one message and counts it."""
        message_id = await self._client.send_message(address, outgoing.text)
        await self._count.add()
        return message_id

    def pace(self, lane: Lane) -> float | None:
        """Answers go at once; the service publishes no rate."""
        return None if lane == "reply" else _BROADCASTS_A_SECOND

    def routes(self, take: Take) -> list[BaseRoute]:
        """The webhook, where there is one."""
        return [webhook.route(PATH, self, take)] if self._webhook else []

    async def open(self) -> None:
        """Checks the token, and tells Zalo how we want our updates."""
        if self._webhook and not self._webhook.url:
            raise ChannelStopped(_NO_ADDRESS, "BOT_PUBLIC_URL")
        await self._client.get_me()
        await self._count.load()
        if self._webhook:
            await self._client.set_webhook(self._webhook.url, self._webhook.secret)
        else:
            # Nothing can be fetched while a webhook is set.
            await self._client.delete_webhook()

    async def listen(self, take: Take, stop: asyncio.Event) -> None:
        """Fetches one update after the other, each stored before the next is asked for."""
        if self._webhook:
            return
        failures = 0
        while not stop.is_set():
            begun = time.monotonic()
            try:
                came = await self._fetch_until(stop, take)
            except ChannelStopped:
                raise
            except NotDelivered as error:
                failures += 1
                _log.warning("zalo_bot_not_fetched", reason=str(error), failures=failures)
                await _rest(stop, min(_LONGEST_WAIT, wait_before(failures)))
                continue
            failures = 0
            if not came and time.monotonic() - begun < _QUICK_SECONDS:
                await _rest(stop, _QUICK_SECONDS)

    async def close(self) -> None:
        """Lets the last fetch come to its end, gives the connections back."""
        if self._fetching:
            await asyncio.wait({self._fetching}, timeout=POLL_SECONDS + 1)
            self._fetching.cancel()
        await self._client.close()

    async def _fetch_until(self, stop: asyncio.Event, take: Take) -> bool:
        """Whether an update came; False at once when `stop` is set.

        The fetch itself is not cut off then: what it might be bringing would be lost.
        """
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.create_task(self._fetch(take))
            self._fetching.add_done_callback(_look_at_failure)
        stopping = asyncio.create_task(stop.wait())
        try:
            both = {self._fetching, stopping}
            done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
        return await self._fetching if self._fetching in done else False

    async def _fetch(self, take: Take) -> bool:
        update = await self._client.get_update()
        if not update:
            return False
        while True:
            try:
                await webhook.receive_payload(self, update, take)
                return True
            except DatabaseUnavailable as error:
                # The update exists nowhere else any more, however long the database needs.
                _log.error("database_unavailable", sentence=str(error))
                await asyncio.sleep(1)


async def _rest(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


def _look_at_failure(task: asyncio.Task[bool]) -> None:
    # Whoever waits for it tells; asyncio complains about one that nobody looks at.
    if not task.cancelled():
        task.exception()
