"""Personal data is borrowed: what has been kept long enough goes by itself, once a day."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.clock import Clock, utc_now
from bot.contest.retention import Trimmed, trim
from bot.dialogue.contest.hall import Hall
from bot.store import contest_versions, inbox, leases, outbox, reminders, talk
from bot.store.database import Database

EVERY_SECONDS = 24 * 3600.0
STATES_KEPT = timedelta(days=7)
"""How long an unfinished registration waits for the person to come back."""
MESSAGES_KEPT = timedelta(days=30)
"""How long the ids of handled messages are known; no channel delivers again after that."""

LEASES_KEPT = timedelta(days=1)
"""How long it can be seen who held what last, and who wrote too fast."""

_AT_ONCE = 500
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """How much went: questions cut from their askers, states, replies, ids, wishes, of contests."""

    questions: int
    states: int
    replies: int
    messages: int
    wishes: int
    contests: Trimmed


async def sweep(
    database: Database,
    hall: Hall,
    keep: timedelta,
    at: datetime,
    tell: Callable[[str], None] = lambda _: None,
) -> Swept:
    """Takes away what was kept longer than allowed; talk is kept for `keep`.

    `tell` hears the id of each contest before it is looked at.
    """
    before = at - keep
    async with database.transaction() as tx:
        said = await talk.purge(tx, before, at - min(keep, STATES_KEPT))
        replies = await outbox.prune_sent(tx, before)
        messages = await inbox.prune_done(tx, at - max(keep, MESSAGES_KEPT))
        wishes = await reminders.prune(tx, before, at)
        await leases.clear_away(tx, LEASES_KEPT)
    async with database.reading() as tx:
        names = await contest_versions.list_contests(tx)
    trimmed = Trimmed()
    for name in names:
        tell(name)
        trimmed += await _trim_all(database, hall, name, at)
    return Swept(said.questions, said.states, replies, messages, wishes, trimmed)


async def _trim_all(database: Database, hall: Hall, contest_id: str, at: datetime) -> Trimmed:
    done = last = Trimmed()
    while True:
        async with database.transaction() as tx:
            published = await hall.shelf.need(tx, contest_id)
            last = await trim(tx, published, hall.sealer, at, _AT_ONCE)
        done += last
        if max(last.contacts, last.names) < _AT_ONCE:
            return done


@dataclass(frozen=True, slots=True)
class Sweeper:
    """Sweeps a running service's database once a day."""

    database: Database
    hall: Hall
    keep: timedelta
    clock: Clock = utc_now

    async def run(self, stop: asyncio.Event) -> None:
        """Sweeps now and then until `stop` is set. Raises what goes wrong."""
        while not stop.is_set():
            swept = await sweep(self.database, self.hall, self.keep, self.clock())
            if swept.questions or swept.states:
                _log.info("kept_long_enough", questions=swept.questions, states=swept.states)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), EVERY_SECONDS)
