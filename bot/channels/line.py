"""One channel as it runs: opened, listened to, delivered to; after a refusal or a failure, again."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from bot.channels.base import Channel, Take
from bot.channels.delivery import Delivery
from bot.channels.duty import Duty, others_present
from bot.channels.outcomes import wait_before
from bot.channels.redaction import frames_of, learn_secrets, redact
from bot.channels.tending import Tending
from bot.clock import Clock, utc_now
from bot.errors import BotError, ChannelStopped, DatabaseUnavailable
from bot.sealing import Sealer
from bot.store import outbox
from bot.store.database import Database
from bot.store.outbox import Lane

LANES: tuple[Lane, ...] = ("reply", "broadcast")
OK = "ok"
STARTING = "Đang mở kênh."
BROKEN = "Kênh gặp lỗi của chương trình; xem nhật ký. Chương trình sẽ tự thử lại."

_OPEN_AGAIN_SECONDS = 300.0
"""After a refusal, which people must put right; often they restart the program then."""
_LISTENER_ENDS_SECONDS = 1.5
_STALE = timedelta(minutes=2)
"""No sending takes so long: where several programs send, an older one was cut off."""
_log = structlog.get_logger(__name__)


class Line:
    """A channel with its two lanes; `state` is "ok" or a sentence that says what is wrong."""

    def __init__(
        self,
        channel: Channel,
        database: Database,
        clock: Clock = utc_now,
        sealer: Sealer | None = None,
        tending: Tending | None = None,
    ) -> None:
        self.channel = channel
        self._tending = tending or Tending()
        self.state = STARTING
        self.lanes = [
            Delivery(database, channel, lane, self._refuse, clock, sealer) for lane in LANES
        ]
        self.replies = self.lanes[LANES.index("reply")]
        self._database = database
        self._clock = clock
        self._duty = Duty(database, f"listen/{channel.name}", tending=self._tending)
        self._ending = asyncio.Event()
        self._refused = asyncio.Event()
        self._refusal: ChannelStopped | None = None
        learn_secrets(channel.secrets())

    @property
    def told(self) -> str:
        """The state, with what the operator should look at although the channel works."""
        warning = self.channel.warning() if self.state == OK else ""
        return f"{OK} ({redact(warning)})" if warning else self.state

    def wake(self) -> None:
        """Something may be due for sending."""
        for lane in self.lanes:
            lane.wake()

    async def run(self, take: Take) -> None:
        """Keeps the channel going until `stop` is called, whatever happens on the way."""
        await self._recover()
        for lane in self.lanes:
            lane.halt()
        sending = [self._kept(f"send/{lane.lane}", lane.run) for lane in self.lanes]
        if self._database.is_shared:
            sending.append(self._kept("recover", self._recover_others))
        try:
            await self._keep_open(take)
            await asyncio.gather(*sending)
        finally:
            for task in sending:
                task.cancel()
            await asyncio.gather(*sending, return_exceptions=True)

    def _kept(self, name: str, work: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        keeping = self._tending.keep(f"{name}/{self.channel.name}", work, self._ending)
        return asyncio.create_task(keeping)

    async def _keep_open(self, take: Take) -> None:
        attempts = 0
        while not self._ending.is_set():
            try:
                await self._open()
                attempts = 0
                await self._listen(take)
            except Exception as error:
                attempts += 1
                self._tell(error)
                refused = isinstance(error, ChannelStopped)
                await self._wait(_OPEN_AGAIN_SECONDS if refused else wait_before(attempts))

    async def stop(self) -> None:
        """Ends `run`; what is on its way is waited for, for some seconds."""
        self._ending.set()
        self._refused.set()
        await asyncio.gather(*(lane.stop() for lane in self.lanes))

    async def _recover(self) -> None:
        """Sees to what a killed program left half-sent."""
        while not self._ending.is_set():
            try:
                # What another program is just sending looks the same as what was cut off.
                alone = not self._database.is_shared or not await others_present(self._database)
                await self._send_again(None if alone else self._clock() - _STALE)
            except DatabaseUnavailable as error:
                self._tell(error)
                await self._wait(1)
                continue
            return

    async def _recover_others(self) -> None:
        """Sees now and then to what another program left half-sent when it was killed."""
        while not self._ending.is_set():
            await self._wait(_STALE.total_seconds() / 5)
            await self._send_again(self._clock() - _STALE)

    async def _send_again(self, taken_before: datetime | None) -> None:
        async with self._database.transaction() as tx:
            found = await outbox.recover_interrupted(tx, self.channel.name, taken_before)
        if found.replies or found.broadcasts:
            _log.warning(
                "sending_was_interrupted",
                channel=self.channel.name,
                replies_sent_again=found.replies,
                broadcasts_given_up=found.broadcasts,
            )

    async def _open(self) -> None:
        if not self._ending.is_set():
            self._refused.clear()
        self._refusal = None
        await self.channel.open()
        learn_secrets(self.channel.secrets())
        self.state = OK
        for lane in self.lanes:
            lane.resume()
        _log.info("channel_open", channel=self.channel.name)

    async def _listen(self, take: Take) -> None:
        """Listens until the channel is stopped or refuses us. Raises what says why.

        Of several programs on one database only one listens at a time.
        """
        stop = asyncio.Event()

        async def listen(ending: asyncio.Event) -> None:
            await self.channel.listen(take, ending)

        listening = asyncio.create_task(self._duty.run(listen, stop))
        refused = asyncio.create_task(self._refused.wait())
        try:
            await asyncio.wait({listening, refused}, return_when=asyncio.FIRST_COMPLETED)
            if listening.done() and listening.exception() is None:
                # Its messages come to the webhook.
                await refused
        finally:
            stop.set()
            await asyncio.wait({listening}, timeout=_LISTENER_ENDS_SECONDS)
            for task in (listening, refused):
                task.cancel()
            told = await asyncio.gather(listening, refused, return_exceptions=True)
        if self._refusal is not None:
            raise self._refusal
        if isinstance(told[0], Exception):
            raise told[0]

    def _refuse(self, error: ChannelStopped) -> None:
        """Called by a lane whose message was refused because of what we are."""
        self._refusal = error
        for lane in self.lanes:
            lane.halt()
        self._refused.set()

    def _tell(self, error: Exception) -> None:
        """Says once what is wrong, in the log and to whoever asks after the channel."""
        for lane in self.lanes:
            lane.halt()
        known = isinstance(error, BotError)
        state = redact(str(error)) if known else BROKEN
        if state == self.state:
            return
        self.state = state
        if known:
            _log.error("channel_not_open", channel=self.channel.name, sentence=state)
        else:
            kind = type(error).__name__
            _log.error(
                "channel_broken", channel=self.channel.name, kind=kind, frames=frames_of(error)
            )

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ending.wait(), seconds)
