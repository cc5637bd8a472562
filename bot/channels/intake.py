"""What comes in from the channels: stored before anything else, then handled, each thing once.

    straight  take() -> inbox, effects, replies in the outbox, and the end, in one transaction
    under load  take() -> inbox (one transaction for all that arrive together) -> the service is answered
                handle -> effects, replies in the outbox, and the end in the inbox, in one transaction

Killed before the first commit, the service delivers again; killed after it, the inbox is read at
the next start. One person's messages are handled in the order they came.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial

import structlog

from bot.channels import metrics
from bot.channels.handling import Fresh, Handling, Riding, Waiting
from bot.channels.metrics import Outcome
from bot.channels.sealed import unseal
from bot.channels.senders import Common, Senders
from bot.channels.tending import Tending
from bot.clock import Clock, utc_now
from bot.dialogue.messages import Incoming, Notice, NoticeKind
from bot.dialogue.turn import Handler
from bot.errors import DatabaseUnavailable, SealBroken
from bot.sealing import Sealer
from bot.store import inbox
from bot.store.batching import Batcher, Pace

_BREATH_SECONDS = 0.02
"""From one transaction to the next under load: the messages of a breath share what each costs."""
_LATER_SECONDS = 0.05
_ADOPT_SECONDS = 3.0
_ADOPTED_AT_ONCE = 200
_AGAIN_SECONDS = 1.0
_log = structlog.get_logger(__name__)


class Intake:
    """Takes in what the channels bring and has it handled.

    `replied` is called after a commit that may have laid out replies which did not leave by `riding`,
    with the channel. `straight` are the channels whose services bring again what was not answered.
    """

    def __init__(
        self,
        handler: Handler,
        sealer: Sealer,
        replied: Callable[[str], None],
        senders: Senders | None = None,
        clock: Clock = utc_now,
        tending: Tending | None = None,
        riding: Riding | None = None,
        straight: Collection[str] = (),
    ) -> None:
        self._handling = Handling(handler, sealer, replied, clock, riding)
        # On PostgreSQL storing and handling go side by side, and each waits for a server meanwhile.
        self._straight = () if handler.database.is_shared else straight
        self._tending = tending or Tending()
        self._sealer = sealer
        self._database = handler.database
        self._senders = senders or self._count_senders()
        self._inbox = Batcher(handler.database, inbox.claim_all, quick=True)
        self._fresh: deque[Fresh] = deque()
        self._waiting: deque[Waiting] = deque()
        self._storing = 0
        self._is_handling = False
        self._arrived = asyncio.Event()
        self._pace = Pace(_BREATH_SECONDS)
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
        storing = [self._begin(item) for item in let_in]
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
        self._is_handling = True
        try:
            while not self._stopping:
                await self._arrived.wait()
                self._arrived.clear()
                while (self._fresh or self._waiting) and not self._stopping:
                    await self._pace.keep()
                    await self._handle_next()
        finally:
            self._is_handling = False
            self._store_fresh()

    async def _handle_next(self) -> None:
        """One round: what came straight is older than what waits, see `_begin`."""
        most = self._handling.most
        fresh = [self._fresh.popleft() for _ in range(min(most, len(self._fresh)))]
        count = min(most - len(fresh), len(self._waiting))
        batch = [self._waiting.popleft() for _ in range(count)]
        try:
            await self._handle(batch, fresh)
        except asyncio.CancelledError:
            # Not answered: it comes again.
            for one in fresh:
                one.stored.cancel()
            raise
        except Exception as error:
            self._store_all(fresh)
            if batch:
                await self._handle_after(batch, error)

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

    def _begin(self, item: Incoming) -> asyncio.Future[int | None]:
        """Has it stored, and handled in the same transaction where nothing else waits before it.

        Under load what came is stored first: a service must not wait for its answer until then. So is
        all that does not come again if the program is killed before it is stored.
        """
        is_calm = not self._waiting and not self._storing and len(self._fresh) < self._handling.most
        if item.channel not in self._straight or not (self._is_handling and is_calm):
            return self._store(item)
        stored: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._fresh.append(Fresh(item, time.perf_counter(), stored))
        self._arrived.set()
        return stored

    def _store_fresh(self) -> None:
        """Stores what came straight behind what was put back before it."""
        fresh, self._fresh = self._fresh, deque()
        self._store_all(fresh)

    def _store_all(self, fresh: Iterable[Fresh]) -> None:
        for one in fresh:
            self._store(one.incoming).add_done_callback(partial(_pass_on, one.stored))

    def _store(self, item: Incoming) -> asyncio.Future[int | None]:
        self._storing += 1
        storing = self._inbox.put(self._handling.as_arrived(item))
        # Not a task of its own: making one takes as long as storing.
        storing.add_done_callback(partial(self._stored, item, time.perf_counter()))
        return storing

    def _stored(self, item: Incoming, since: float, storing: asyncio.Future[int | None]) -> None:
        self._storing -= 1
        if storing.cancelled() or storing.exception() is not None:
            return
        claimed = storing.result()
        if claimed is None:
            metrics.count(item.channel, Outcome.REPEATED)
            return
        self._waiting.append(Waiting(claimed, item, since))
        self._arrived.set()

    async def _read_leftovers(self, channels: Sequence[str]) -> None:
        known = {waiting.inbox_id for waiting in self._waiting}
        left: list[Waiting] = []
        async with self._database.reading() as tx:
            for channel in channels:
                for row in await inbox.unfinished(tx, channel):
                    if row.id not in known:
                        incoming = self._unseal(channel, row)
                        if incoming is not None:
                            left.append(Waiting(row.id, incoming, time.perf_counter()))
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
                    self._waiting.append(Waiting(row.id, incoming, time.perf_counter()))
                    self._arrived.set()
            before = {row.id for _, row in found}

    def _unseal(self, channel: str, row: inbox.Unfinished) -> Incoming | None:
        try:
            return unseal(channel, row.external_id, row.payload, self._sealer)
        except (SealBroken, ValueError, KeyError, TypeError) as error:
            # It stays in the inbox: with the right key the next start can read it.
            _log.error("stored_message_unreadable", inbox_id=row.id, kind=type(error).__name__)
            return None

    async def _handle_after(self, batch: list[Waiting], error: Exception) -> None:
        """Handles a batch that failed; what cannot be handled is answered with an apology."""
        if isinstance(error, DatabaseUnavailable):
            _log.error("database_unavailable", sentence=str(error))
            self._put_back(batch)
            await asyncio.sleep(_AGAIN_SECONDS)
            return
        for one in batch:
            try:
                if len(batch) > 1:
                    await self._handle([one], rides=False)
                else:
                    await self._handling.handle_failing(one, error)
            except Exception as again:
                await self._handle_after([one], again)

    async def _handle(
        self, batch: Sequence[Waiting], fresh: Sequence[Fresh] = (), *, rides: bool = True
    ) -> None:
        later = await self._handling.handle(batch, fresh, rides=rides)
        if later:
            asyncio.get_running_loop().call_later(_LATER_SECONDS, self._put_back, later)

    def _put_back(self, later: Sequence[Waiting]) -> None:
        self._waiting.extendleft(reversed(later))
        self._store_fresh()
        self._arrived.set()


def _pass_on(to: asyncio.Future[int | None], done: asyncio.Future[int | None]) -> None:
    """What became of storing, to whoever waits."""
    if to.done():
        return
    if done.cancelled():
        to.cancel()
    elif error := done.exception():
        to.set_exception(error)
    else:
        to.set_result(done.result())
