"""What only one of several programs on a database may do: fetch a channel's messages, look after things.

Whoever holds the lease works; the others look now and then whether it is free. A holder that is killed
on this machine is seen at the next look, one on another machine when its lease has run out.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

from bot.channels.owners import is_gone, new_owner
from bot.channels.tending import Tending
from bot.errors import DatabaseUnavailable
from bot.store import leases
from bot.store.database import Database

LENGTH = timedelta(seconds=15)
LOOK_SECONDS = 2.0
"""How often a free lease is looked for, and how often one that is held is renewed."""
PRESENT = "program/"
"""What the leases are called by which programs say that they run; the note is their newest key."""

_MARGIN_SECONDS = 3.0
_ENDS_SECONDS = 1.0
_log = structlog.get_logger(__name__)

Work = Callable[[asyncio.Event], Awaitable[None]]
"""Works until the event is set; may end earlier."""


class Duty:
    """One thing that only one program does at a time; `is_ours` while that is this one.

    A lease that cannot be asked for is told by `tending`, and asked for again.
    """

    def __init__(
        self, database: Database, name: str, note: str = "", tending: Tending | None = None
    ) -> None:
        self.name = name
        self._told_as = f"lease/{name}"
        self._tending = tending or Tending()
        self.owner = new_owner()
        self.is_ours = False
        self._database = database
        self._note = note
        self._good_until = 0.0

    async def run(self, work: Work, stop: asyncio.Event) -> None:
        """Does the work whenever it is ours to do, until it ends by itself or `stop` is set.

        Raises what the work raises; the lease is free then.
        """
        # A program that is alone says nothing; one that steps in for another does.
        tell = _log.debug
        try:
            while not stop.is_set():
                if await self._take():
                    tell("duty_taken", duty=self.name)
                    if await self._do(work, stop):
                        return
                tell = _log.info
                await _wait(stop, LOOK_SECONDS)
        finally:
            await self._drop()

    async def _do(self, work: Work, stop: asyncio.Event) -> bool:
        """Works as long as the lease is ours; whether the work ended by itself."""
        ending = asyncio.Event()
        working = asyncio.ensure_future(work(ending))
        stopping = asyncio.ensure_future(stop.wait())
        try:
            while not working.done() and not stop.is_set():
                await asyncio.wait(
                    {working, stopping}, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                if not await self._renew():
                    _log.warning("duty_lost", duty=self.name)
                    break
            by_itself = working.done()
        finally:
            ending.set()
            await asyncio.wait({working}, timeout=_ENDS_SECONDS)
            for task in (working, stopping):
                task.cancel()
            told = await asyncio.gather(working, stopping, return_exceptions=True)
        if isinstance(told[0], Exception):
            raise told[0]
        if by_itself and isinstance(told[0], asyncio.CancelledError):
            raise RuntimeError("the work was cancelled by something that it waited for")
        return by_itself

    async def _renew(self) -> bool:
        """Whether the lease is still ours: renewed, or the database is away but its time not up."""
        return await self._take() or (self.is_ours and time.monotonic() < self._good_until)

    async def _take(self) -> bool:
        asked = time.monotonic()
        try:
            async with self._database.transaction() as tx:
                took = await leases.take(tx, self.name, self.owner, LENGTH, is_gone, self._note)
        except Exception as error:
            self._tending.note(self._told_as, error)
            return False
        self._tending.well(self._told_as)
        self.is_ours = took
        if took:
            self._good_until = asked + LENGTH.total_seconds() - _MARGIN_SECONDS
        return took

    async def _drop(self) -> None:
        self.is_ours = False
        try:
            async with self._database.transaction() as tx:
                await leases.drop(tx, self.name, self.owner)
        except Exception as error:
            # It runs out by itself.
            _log.warning("lease_not_dropped", duty=self.name, kind=type(error).__name__)


@asynccontextmanager
async def told_present(
    database: Database, note: str, tending: Tending | None = None
) -> AsyncIterator[None]:
    """Other programs can see that this one runs, with its note, while the block does; it sees them."""
    stop = asyncio.Event()
    tending = tending or Tending()
    duty = Duty(database, "present", note, tending)
    duty.name = PRESENT + duty.owner

    async def be_there(ending: asyncio.Event) -> None:
        while database.is_shared and not ending.is_set():
            with contextlib.suppress(DatabaseUnavailable):
                database.programs = 1 + len(await notes_of_others(database))
            await _wait(ending, LOOK_SECONDS)
        await ending.wait()

    being = asyncio.create_task(tending.keep("present", lambda: duty.run(be_there, stop), stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(being, return_exceptions=True)


async def others_present(database: Database) -> bool:
    """Whether another program runs on this database."""
    return bool(await notes_of_others(database))


async def notes_of_others(database: Database) -> list[str]:
    """The notes of the other programs that run on this database."""
    async with database.reading() as tx:
        held = await leases.held_under(tx, PRESENT, is_gone)
    return [one.note for one in held if not _is_mine(one.owner)]


def _is_mine(owner: str) -> bool:
    return owner.rpartition("/")[0] == new_owner().rpartition("/")[0]


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
