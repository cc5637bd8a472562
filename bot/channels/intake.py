"""What comes in from the channels: stored before anything else, then handled, each thing once.

    take()  -> inbox (one shared transaction for all that arrive together) -> the service is answered
    handle  -> effects, replies in the outbox, and the end in the inbox, in one transaction

Killed before the first commit, the service delivers again; killed after it, the inbox is read at
the next start. One person's messages are handled in the order they were stored.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import structlog

from bot.channels import metrics
from bot.channels.metrics import Outcome
from bot.channels.redaction import frames_of
from bot.channels.sealed import seal, unseal
from bot.channels.senders import Common, Senders
from bot.channels.tending import Tending
from bot.clock import Clock, utc_now
from bot.dialogue import sayings
from bot.dialogue.messages import Incoming, Message, Notice, NoticeKind, Reply
from bot.dialogue.notices import lay_out
from bot.dialogue.turn import Handler
from bot.errors import DatabaseUnavailable, SealBroken
from bot.sealing import Sealer
from bot.store import inbox, outbox, people
from bot.store.batch import read_ahead, write_behind
from bot.store.batching import Batcher, Pace
from bot.store.database import Tx
from bot.store.inbox import Arrived

TOGETHER = 48
"""Messages handled in one transaction at most."""
_TOGETHER_AT_LEAST = 8
_TOGETHER_SECONDS = 0.02
"""How long a transaction should take up messages: webhooks wait meanwhile, and so do all writers."""

_BREATH_SECONDS = 0.01
_TRIES = 3
_LATER_SECONDS = 0.05
_ADOPT_SECONDS = 3.0
_ADOPTED_AT_ONCE = 200
_AGAIN_SECONDS = 1.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Something stored and to be handled; `since` is when it came, for the figures."""

    inbox_id: int
    incoming: Incoming
    since: float


class Intake:
    """Takes in what the channels bring and has it handled.

    `replied` is called after every commit that may have laid out replies, with the channel.
    """

    def __init__(
        self,
        handler: Handler,
        sealer: Sealer,
        replied: Callable[[str], None],
        senders: Senders | None = None,
        clock: Clock = utc_now,
        tending: Tending | None = None,
    ) -> None:
        self._handler = handler
        self._tending = tending or Tending()
        self._sealer = sealer
        self._replied = replied
        self._clock = clock
        self._database = handler.database
        self._senders = senders or self._count_senders()
        self._inbox = Batcher(handler.database, inbox.claim_all, quick=True)
        self._waiting: deque[_Waiting] = deque()
        self._arrived = asyncio.Event()
        self._pace = Pace(_BREATH_SECONDS)
        self._seconds_each = _TOGETHER_SECONDS / _TOGETHER_AT_LEAST
        self._stopping = False

    @property
    def backlog(self) -> int:
        """How many things are stored and not handled yet."""
        return len(self._waiting)

    async def take(self, items: Sequence[Incoming]) -> None:
        """Stores what came in; nothing of it can be lost when this returns.

        What was there before is left out; of a sender who floods us only a notice is kept.
        Raises `DatabaseUnavailable`.
        """
        let_in = [kept for item in items if (kept := await self._let_in(item)) is not None]
        storing = [self._store(item) for item in let_in]
        # A request that is cut off is stored all the same, and must be handled then.
        if len(storing) == 1:
            await asyncio.shield(storing[0])
            return
        done = await asyncio.shield(asyncio.gather(*storing, return_exceptions=True))
        for outcome in done:
            if isinstance(outcome, BaseException):
                raise outcome

    async def handle_all(self, channels: Sequence[str]) -> None:
        """Handles what is stored, what an earlier run left first, until `stop` is called."""
        await self._read_leftovers(channels)
        if not self._database.is_shared:
            await self._handle_until_stopped()
            return
        adopting = asyncio.create_task(
            self._tending.keep("adopting", lambda: self._adopt(channels), asyncio.Event())
        )
        try:
            await self._handle_until_stopped()
        finally:
            adopting.cancel()
            await asyncio.gather(adopting, return_exceptions=True)

    async def _handle_until_stopped(self) -> None:
        while not self._stopping:
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting and not self._stopping:
                await self._pace.keep()
                fitting = int(_TOGETHER_SECONDS / self._seconds_each)
                most = min(TOGETHER, max(_TOGETHER_AT_LEAST, fitting))
                count = min(most, len(self._waiting))
                await self._handle_surely([self._waiting.popleft() for _ in range(count)])

    def stop(self) -> None:
        """Ends `handle_all` after the present transaction; the rest is for the next start."""
        self._stopping = True
        self._arrived.set()

    def _count_senders(self) -> Senders:
        shared = self._database.is_shared
        return Senders(Common(self._database, self._sealer.fingerprint) if shared else None)

    async def _let_in(self, item: Incoming) -> Incoming | None:
        if await self._senders.allows(item):
            return item
        metrics.count(item.channel, Outcome.BUSY)
        if not await self._senders.is_to_be_told(item):
            return None
        return Notice(
            NoticeKind.TOO_FAST,
            item.channel,
            item.person,
            f"too-fast:{item.external_id}",
            item.at,
        )

    def _store(self, item: Incoming) -> asyncio.Future[int | None]:
        storing = self._inbox.put(self._arrived_as(item))
        # Not a task of its own: making one takes as long as storing.
        storing.add_done_callback(partial(self._stored, item, time.perf_counter()))
        return storing

    def _stored(self, item: Incoming, since: float, storing: asyncio.Future[int | None]) -> None:
        if storing.cancelled() or storing.exception() is not None:
            return
        claimed = storing.result()
        if claimed is None:
            metrics.count(item.channel, Outcome.REPEATED)
            return
        self._waiting.append(_Waiting(claimed, item, since))
        self._arrived.set()

    def _arrived_as(self, item: Incoming) -> Arrived:
        sealed = seal(item, self._sealer)
        return Arrived(item.channel, item.external_id, item.at, sealed, item.person)

    async def _read_leftovers(self, channels: Sequence[str]) -> None:
        known = {waiting.inbox_id for waiting in self._waiting}
        left: list[_Waiting] = []
        async with self._database.reading() as tx:
            for channel in channels:
                for row in await inbox.unfinished(tx, channel):
                    if row.id not in known:
                        incoming = self._unseal(channel, row)
                        if incoming is not None:
                            left.append(_Waiting(row.id, incoming, time.perf_counter()))
        if left:
            _log.info("messages_left_by_an_earlier_run", count=len(left))
        self._waiting.extendleft(reversed(left))
        if self._waiting:
            self._arrived.set()

    async def _adopt(self, channels: Sequence[str]) -> None:
        """Takes over what another program stored and does not come to: it may have been killed."""
        before: set[int] = set()
        while True:
            await asyncio.sleep(_ADOPT_SECONDS)
            async with self._database.reading() as tx:
                found = [
                    (channel, row)
                    for channel in channels
                    for row in await inbox.unfinished(tx, channel, _ADOPTED_AT_ONCE)
                ]
            mine = {one.inbox_id for one in self._waiting}
            for channel, row in found:
                incoming = self._unseal(channel, row) if row.id in before - mine else None
                if incoming is not None:
                    self._waiting.append(_Waiting(row.id, incoming, time.perf_counter()))
                    self._arrived.set()
            before = {row.id for _, row in found}

    def _unseal(self, channel: str, row: inbox.Unfinished) -> Incoming | None:
        try:
            return unseal(channel, row.external_id, row.payload, self._sealer)
        except (SealBroken, ValueError, KeyError, TypeError) as error:
            # It stays in the inbox: with the right key the next start can read it.
            _log.error("stored_message_unreadable", inbox_id=row.id, kind=type(error).__name__)
            return None

    async def _handle_surely(self, batch: list[_Waiting]) -> None:
        """Handles a batch; what cannot be handled is answered with an apology."""
        try:
            await self._handle(batch)
        except DatabaseUnavailable as error:
            _log.error("database_unavailable", sentence=str(error))
            self._waiting.extendleft(reversed(batch))
            self._arrived.set()
            await asyncio.sleep(_AGAIN_SECONDS)
        except Exception as error:
            if len(batch) > 1:
                for one in batch:
                    await self._handle_surely([one])
                return
            await self._handle_failing(batch[0], error)

    async def _handle(self, batch: list[_Waiting]) -> None:
        # What was adopted or put back may stand behind what came later, or twice.
        batch = sorted({one.inbox_id: one for one in batch}.values(), key=lambda one: one.inbox_id)
        snapshot = self._handler.snapshot()
        handled: list[tuple[int, int | None]] = []
        async with self._database.transaction(quick=True) as tx:
            ours = await inbox.lock_new(tx, [one.inbox_id for one in batch])
            later = await self._not_yet(tx, batch, ours)
            said = [one.incoming for one in batch]
            # A notice may move or erase a person under the feet of what was read ahead.
            if all(isinstance(one, Message) for one in said):
                await read_ahead(tx, [(one.channel, one.person) for one in said])
            begun = time.perf_counter()
            for one in batch:
                if one.inbox_id in ours and one not in later:
                    taken = await self._handler.take(tx, one.inbox_id, one.incoming, snapshot)
                    handled.append((one.inbox_id, taken.person_id))
            # Questions never seen before take ten times as long as others: the mean follows slowly.
            each = (time.perf_counter() - begun) / max(1, len(handled))
            self._seconds_each += (max(each, 1e-4) - self._seconds_each) / 8
            await write_behind(tx)
            await self._finish(tx, handled)
        self._account_for([one for one in batch if one not in later])
        if later:
            asyncio.get_running_loop().call_later(_LATER_SECONDS, self._put_back, later)

    async def _not_yet(self, tx: Tx, batch: list[_Waiting], ours: set[int]) -> list[_Waiting]:
        """Those of the batch that wait for an earlier message, which another program is at."""
        if not self._database.is_shared or len(ours) == len(batch):
            return []
        left = await inbox.still_new(tx, [o.inbox_id for o in batch if o.inbox_id not in ours])
        held_up: set[tuple[str, str]] = set()
        later = []
        for one in batch:
            sender = one.incoming.channel, one.incoming.person
            if one.inbox_id in left or sender in held_up:
                held_up.add(sender)
                later.append(one)
        return later

    def _put_back(self, later: list[_Waiting]) -> None:
        self._waiting.extendleft(reversed(later))
        self._arrived.set()

    async def _finish(self, tx: Tx, handled: list[tuple[int, int | None]]) -> None:
        await inbox.finish_all(tx, handled)
        writers = sorted({person for _, person in handled if person is not None})
        if writers:
            await outbox.release_held(tx, writers, self._clock())

    def _account_for(self, batch: list[_Waiting]) -> None:
        now = time.perf_counter()
        for one in batch:
            metrics.count(one.incoming.channel, Outcome.HANDLED)
            metrics.took(one.incoming.channel, now - one.since)
        for channel in {one.incoming.channel for one in batch}:
            self._replied(channel)

    async def _handle_failing(self, one: _Waiting, error: Exception) -> None:
        """A fault of ours: try again, then tell the person so that he is not left waiting."""
        for _ in range(_TRIES - 1):
            try:
                await self._handle([one])
                return
            except DatabaseUnavailable:
                self._waiting.appendleft(one)
                self._arrived.set()
                return
            except Exception as again:
                error = again
        metrics.FAILURES.inc()
        # The text of an error may quote what a person typed; its kind and place are enough.
        _log.error("message_failed", kind=type(error).__name__, frames=frames_of(error))
        try:
            await self._apologise(one)
        except DatabaseUnavailable:
            self._waiting.appendleft(one)
            self._arrived.set()
        except Exception as again:
            # It stays in the inbox for the next start; nobody behind it must wait for that.
            _log.error("message_left", inbox_id=one.inbox_id, kind=type(again).__name__)

    async def _apologise(self, one: _Waiting) -> None:
        said = one.incoming
        async with self._database.transaction(quick=True) as tx:
            if not await inbox.lock_new(tx, [one.inbox_id]):
                return
            person = await people.meet(tx, said.channel, said.person, said.at)
            await lay_out(tx, person, one.inbox_id, Reply(sayings.FAILED), said.at)
            await self._finish(tx, [(one.inbox_id, person.id)])
        self._account_for([one])
