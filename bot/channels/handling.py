"""What came in is handled: a batch in a transaction, with all that it leads to.

The same transaction may store what is fresh, and carry a round of delivery: its replies leave then as
soon as it is committed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, nullcontext
from dataclasses import dataclass

import structlog

from bot.channels import metrics
from bot.channels.delivery import Ride, go_without
from bot.channels.metrics import Outcome
from bot.channels.redaction import frames_of
from bot.channels.sealed import seal
from bot.clock import Clock
from bot.dialogue import sayings
from bot.dialogue.messages import Incoming, Message, Reply
from bot.dialogue.notices import lay_out
from bot.dialogue.turn import Handler
from bot.errors import DatabaseUnavailable
from bot.sealing import Sealer
from bot.store import inbox, outbox, people
from bot.store.batch import read_ahead, write_behind
from bot.store.database import Tx
from bot.store.inbox import Arrived

TOGETHER = 48
"""Messages handled in one transaction at most."""
_TOGETHER_AT_LEAST = 8
_TOGETHER_SECONDS = 0.02
"""How long a transaction should take up messages: webhooks wait meanwhile, and so do all writers."""
_TRIES = 3
_log = structlog.get_logger(__name__)

Riding = Callable[[str], AbstractAsyncContextManager[Ride]]
"""A round of a channel's delivery, to ride along in a transaction; see `Delivery.riding`."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something stored and to be handled; `since` is when it came, for the figures."""

    inbox_id: int
    incoming: Incoming
    since: float


@dataclass(frozen=True, slots=True)
class Fresh:
    """Something that came in and is to be stored and handled at once.

    `stored` is its id in the inbox once that is committed, None where it came before.
    """

    incoming: Incoming
    since: float
    stored: asyncio.Future[int | None]


class Handling:
    """Handles batches; `replied` is called with a channel where replies may be left to be sent."""

    def __init__(
        self,
        handler: Handler,
        sealer: Sealer,
        replied: Callable[[str], None],
        clock: Clock,
        riding: Riding | None = None,
    ) -> None:
        self._handler = handler
        self._database = handler.database
        self._sealer = sealer
        self._replied = replied
        self._clock = clock
        self._riding = riding or (lambda _: nullcontext(go_without))
        self._seconds_each = _TOGETHER_SECONDS / _TOGETHER_AT_LEAST

    @property
    def most(self) -> int:
        """How many messages a transaction takes up, so that it is not too long."""
        fitting = int(_TOGETHER_SECONDS / self._seconds_each)
        return min(TOGETHER, max(_TOGETHER_AT_LEAST, fitting))

    def as_arrived(self, item: Incoming) -> Arrived:
        """As it lies in the inbox until a later transaction."""
        sealed = seal(item, self._sealer)
        return Arrived(item.channel, item.external_id, item.at, sealed, item.person)

    async def handle(
        self, batch: Sequence[Waiting], fresh: Sequence[Fresh] = (), *, rides: bool = True
    ) -> Sequence[Waiting]:
        """Handles all of it or raises; gives what must wait for another program.

        With `rides` a round of delivery is carried out in the same transaction, and may fail with it.
        """
        said = [*(one.incoming for one in batch), *(one.incoming for one in fresh)]
        async with AsyncExitStack() as riding, self._database.transaction(quick=True) as tx:
            claimed = await inbox.claim_all(tx, [_as_fresh(one.incoming) for one in fresh])
            new = list(_stored(fresh, claimed))
            # What was adopted or put back may stand behind what came later, or twice.
            unique = {one.inbox_id: one for one in (*batch, *new)}
            everything = sorted(unique.values(), key=lambda one: one.inbox_id)
            later = await self._handle_in(tx, everything, {one.inbox_id for one in new})
            left = []
            for channel in {one.channel for one in said}:
                ride: Ride = go_without
                if rides:
                    ride = await riding.enter_async_context(self._riding(channel))
                left += [] if await ride(tx) else [channel]
        for one, number in zip(fresh, claimed, strict=True):
            if number is None:
                metrics.count(one.incoming.channel, Outcome.REPEATED)
            if not one.stored.done():
                one.stored.set_result(number)
        _account_for([one for one in everything if one not in later])
        for channel in left:
            self._replied(channel)
        return later

    async def _handle_in(self, tx: Tx, batch: list[Waiting], new: set[int]) -> list[Waiting]:
        """Handles a batch, of which the new ones were stored just now; gives what must wait."""
        if not batch:
            return []
        snapshot = self._handler.snapshot()
        handled: list[tuple[int, int | None]] = []
        # What was stored in this transaction no other program can have seen.
        asked = [one.inbox_id for one in batch if one.inbox_id not in new]
        ours = new | (await inbox.lock_new(tx, asked) if asked else set())
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
        return later

    async def _not_yet(self, tx: Tx, batch: list[Waiting], ours: set[int]) -> list[Waiting]:
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

    async def _finish(self, tx: Tx, handled: list[tuple[int, int | None]]) -> None:
        await inbox.finish_all(tx, handled)
        writers = sorted({person for _, person in handled if person is not None})
        if writers:
            await outbox.release_held(tx, writers, self._clock())

    async def handle_failing(self, one: Waiting, error: Exception) -> None:
        """A fault of ours: try again, then tell the person so that he is not left waiting.

        Raises `DatabaseUnavailable` where that is to be done later.
        """
        for _ in range(_TRIES - 1):
            try:
                await self.handle([one], rides=False)
                return
            except DatabaseUnavailable:
                raise
            except Exception as again:
                error = again
        metrics.FAILURES.inc()
        # The text of an error may quote what a person typed; its kind and place are enough.
        _log.error("message_failed", kind=type(error).__name__, frames=frames_of(error))
        try:
            await self._apologise(one)
        except DatabaseUnavailable:
            raise
        except Exception as again:
            # It stays in the inbox for the next start; nobody behind it must wait for that.
            _log.error("message_left", inbox_id=one.inbox_id, kind=type(again).__name__)

    async def _apologise(self, one: Waiting) -> None:
        said = one.incoming
        async with self._database.transaction(quick=True) as tx:
            if not await inbox.lock_new(tx, [one.inbox_id]):
                return
            person = await people.meet(tx, said.channel, said.person, said.at)
            await lay_out(tx, person, one.inbox_id, Reply(sayings.FAILED), said.at)
            await self._finish(tx, [(one.inbox_id, person.id)])
        _account_for([one])
        self._replied(said.channel)


def _as_fresh(item: Incoming) -> Arrived:
    """As it lies in the inbox for the length of the transaction that also handles it."""
    return Arrived(item.channel, item.external_id, item.at)


def _stored(fresh: Sequence[Fresh], claimed: Sequence[int | None]) -> Iterator[Waiting]:
    for one, number in zip(fresh, claimed, strict=True):
        if number is not None:
            yield Waiting(number, one.incoming, one.since)


def _account_for(batch: Sequence[Waiting]) -> None:
    now = time.perf_counter()
    for one in batch:
        metrics.count(one.incoming.channel, Outcome.HANDLED)
        metrics.took(one.incoming.channel, now - one.since)
