"""What leaves for a channel: taken from the outbox, sent, and settled by how it went.

One loop a channel and lane. Each round is one transaction: it settles what was sent since the last
one and takes what is due, at most one reply a person, so that nobody's replies overtake each other.
A round rides along in the transaction that lays replies out; otherwise it begins as soon as something
may be due, a moment after a reply was sent, and every second.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.channels import metrics
from bot.channels.base import Channel
from bot.channels.metrics import Sent
from bot.channels.outcomes import Tried, settle
from bot.channels.redaction import redact
from bot.clock import Clock, utc_now
from bot.dialogue.packing import unpack
from bot.errors import (
    ChannelStopped,
    DatabaseUnavailable,
    NotDelivered,
    OutcomeUnknown,
    RetryLater,
    TooLate,
    Unsendable,
)
from bot.sealing import Sealer
from bot.store import outbox
from bot.store.batching import Pace
from bot.store.database import Database, Tx
from bot.store.outbox import EXPIRES, PARTS_SENT, Lane, OutboxRow

AT_ONCE = {"reply": 64, "broadcast": 8}
"""Messages on their way at the same time; broadcasts leave room for answers."""

_POLL_SECONDS = 1.0
_BREATH_SECONDS = 0.015
_SETTLE_SECONDS = 0.04
"""How long what was sent waits for a transaction that settles it in passing."""
_FINISH_SECONDS = 4.0
_log = structlog.get_logger(__name__)


Ride = Callable[[Tx], Awaitable[bool]]
"""Carries a round out in a transaction; False where something due may be left."""


async def go_without(_tx: Tx) -> bool:
    """No ride: what is due is left to a round of its own."""
    return False


class Delivery:
    """Sends one lane of a channel's outbox until it is stopped.

    `stopped` is called when the channel takes nothing from us any more; `resume` starts it again.
    """

    def __init__(
        self,
        database: Database,
        channel: Channel,
        lane: Lane,
        stopped: Callable[[ChannelStopped], None],
        clock: Clock = utc_now,
        sealer: Sealer | None = None,
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._channel = channel
        self.lane: Lane = lane
        self._stopped = stopped
        self._clock = clock
        self._wake = asyncio.Event()
        self._taking = asyncio.Lock()
        self._sending: set[asyncio.Task[None]] = set()
        self._settled: list[Tried] = []
        self._settling: asyncio.TimerHandle | None = None
        self._pace = Pace(_BREATH_SECONDS)
        self._allowance = _Allowance(channel.pace(lane))
        self._quiet_until = 0.0
        self._is_halted = False
        self._is_ending = False

    def wake(self) -> None:
        """Something may be due."""
        self._wake.set()

    def resume(self) -> None:
        """The channel takes our messages again."""
        self._is_halted = False
        self._quiet_until = 0.0
        self.wake()

    def halt(self) -> None:
        """Take nothing more until `resume`; what is on its way goes on."""
        self._is_halted = True

    async def run(self) -> None:
        """Sends until `stop` is called."""
        while not self._is_ending:
            await self._pace.keep()
            self._wake.clear()
            try:
                if self._settled or self._free() > 0:
                    await self._send_due()
            except DatabaseUnavailable as error:
                _log.error("database_unavailable", sentence=str(error))
                await asyncio.sleep(_POLL_SECONDS)
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), self._next_look())

    async def stop(self) -> None:
        """Takes nothing more, waits a few seconds for what is on its way, and settles it."""
        self._is_ending = True
        self.wake()
        async with self._taking:
            # A round that was at it has taken its rows; they are on their way now.
            pass
        if self._sending:
            _, late = await asyncio.wait(self._sending, timeout=_FINISH_SECONDS)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)
        if self._settled:
            await self._send_due()

    async def _send_due(self) -> None:
        async with (
            self._taking,
            self.riding() as ride,
            self._database.transaction(quick=True) as tx,
        ):
            await ride(tx)

    @asynccontextmanager
    async def riding(self) -> AsyncIterator[Ride]:
        """Gives a round to be carried out at the end of a transaction that the block commits.

        It settles what went out and takes what is due, which is sent when the block has ended. It takes
        no turn: whoever waits for one may wait for that transaction.
        """
        settled: list[Tried] = []
        rows: list[OutboxRow] = []

        async def ride(tx: Tx) -> bool:
            settled.extend(self._take_settled())
            now, limit = self._clock(), self._free()
            await settle(tx, settled, now)
            if limit > 0:
                rows.extend(await outbox.take_due(tx, self._channel.name, now, limit, self.lane))
            return len(rows) < limit

        try:
            yield ride
        except BaseException:
            self._settled = settled + self._settled
            raise
        self._allowance.use(len(rows))
        for tried in settled:
            self._account_for(tried)
        for row in rows:
            task = asyncio.create_task(self._send(row))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    def _take_settled(self) -> list[Tried]:
        if self._settling is not None:
            self._settling.cancel()
            self._settling = None
        settled, self._settled = self._settled, []
        return settled

    def _free(self) -> int:
        if self._is_halted or self._is_ending or time.monotonic() < self._quiet_until:
            return 0
        # Of several programs each sends its part.
        pace = self._channel.pace(self.lane)
        self._allowance.per_second = pace and pace / self._database.programs
        return min(AT_ONCE[self.lane] - len(self._sending), self._allowance.left())

    def _next_look(self) -> float:
        quiet = self._quiet_until - time.monotonic()
        return min(_POLL_SECONDS, quiet) if quiet > 0 else self._allowance.wait(_POLL_SECONDS)

    async def _send(self, row: OutboxRow) -> None:
        """Sends the messages of one reply that the person has not got yet."""
        remote_ids: list[str] = []
        done = int(row.reply.get(PARTS_SENT, 0))
        error: NotDelivered | None = None
        try:
            self._check_time(row)
            for part in self._channel.render(unpack(row.reply, self._sealer))[done:]:
                remote_id = await self._channel.send(row.channel_id, part)
                remote_ids += [remote_id] if remote_id else []
                done += 1
        except NotDelivered as failure:
            error = failure
        except asyncio.CancelledError:
            error = OutcomeUnknown("Chương trình dừng khi đang gửi.")
        except Exception as fault:
            # A fault of ours in rendering or sending: the operator is told, nobody else held up.
            _log.error("reply_not_sendable", outbox_id=row.id, kind=type(fault).__name__)
            error = Unsendable(f"Lỗi của chương trình khi gửi: {type(fault).__name__}.")
        self._note(error)
        self._settled.append(Tried(row, error, done, ",".join(remote_ids) or None))
        if self._settling is None:
            loop = asyncio.get_running_loop()
            self._settling = loop.call_later(_SETTLE_SECONDS, self.wake)

    def _check_time(self, row: OutboxRow) -> None:
        expires = row.reply.get(EXPIRES)
        if expires and datetime.fromisoformat(expires) <= self._clock():
            raise TooLate("Tin đã hết ý nghĩa trước khi gửi được.")

    def _note(self, error: NotDelivered | None) -> None:
        if isinstance(error, RetryLater) and error.everyone:
            seconds = error.seconds if error.seconds is not None else _POLL_SECONDS
            self._quiet_until = max(self._quiet_until, time.monotonic() + seconds)
        if isinstance(error, ChannelStopped) and not self._is_halted:
            self.halt()
            self._stopped(error)

    def _account_for(self, tried: Tried) -> None:
        name, row = self._channel.name, tried.row
        metrics.count_sent(name, self.lane, tried.kind)
        if tried.kind is Sent.SENT:
            metrics.sent_after(name, self.lane, self._clock() - row.created_at)
        else:
            _log.warning(
                "reply_not_sent",
                channel=name,
                lane=self.lane,
                outbox_id=row.id,
                outcome=tried.kind,
                attempts=row.attempts,
                reason=redact(str(tried.error)),
            )


@dataclass(slots=True)
class _Allowance:
    """How many messages may leave now at so many a second; bursts of a second's worth."""

    per_second: float | None
    _left: float = 0.0
    _since: float = 0.0

    def left(self) -> int:
        """Messages that may leave at once."""
        if self.per_second is None:
            return 1_000_000
        now = time.monotonic()
        most = max(1.0, self.per_second)
        self._left = min(most, self._left + (now - self._since) * self.per_second)
        self._since = now
        return int(self._left)

    def use(self, count: int) -> None:
        """So many have left."""
        self._left -= count

    def wait(self, most: float) -> float:
        """Seconds until the next one may leave, at most so many."""
        if self.per_second is None or self._left >= 1:
            return most
        return min(most, (1 - self._left) / self.per_second)
