"""All channels beside the web chat, as one thing that runs.

Each goes its own way: one that is refused or whose service is down says so in the log and at
`/healthz`, and is tried again, while the others go on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from functools import partial

from starlette.routing import BaseRoute

from bot.channels import metrics
from bot.channels.base import Channel
from bot.channels.delivery import Ride, go_without
from bot.channels.duty import Duty
from bot.channels.intake import Intake
from bot.channels.line import Line
from bot.channels.reminding import Reminding
from bot.channels.tending import Tending
from bot.clock import Clock, utc_now
from bot.dialogue.turn import Handler
from bot.sealing import Sealer
from bot.store import inbox, outbox

_HANDLER_ENDS_SECONDS = 2.0


class Channels:
    """The configured channels with what they share: one intake, one database."""

    def __init__(
        self,
        channels: Sequence[Channel],
        handler: Handler,
        sealer: Sealer,
        clock: Clock = utc_now,
        tending: Tending | None = None,
    ) -> None:
        self._database = handler.database
        self.tending = tending = tending or Tending()
        self._lines = {c.name: Line(c, handler.database, clock, sealer, tending) for c in channels}
        self._stop = asyncio.Event()
        self._reminding = Reminding(self._database, handler.snapshot, self._replied, clock)
        self.intake = Intake(
            handler,
            sealer,
            self._replied,
            clock=clock,
            tending=tending,
            riding=self._riding,
            straight=frozenset(channel.name for channel in channels if channel.brings_again),
        )

    def routes(self) -> list[BaseRoute]:
        """The webhooks of all channels."""
        lines = self._lines.values()
        return [route for line in lines for route in line.channel.routes(self.intake.take)]

    def states(self) -> dict[str, str]:
        """How each channel stands: "ok" (with a warning), or a sentence that says what is wrong."""
        return {name: line.told for name, line in self._lines.items()}

    async def measure(self) -> None:
        """Brings the figures of inbox and outbox up to date. Raises `DatabaseUnavailable`."""
        async with self._database.reading() as tx:
            metrics.show_unsent(await outbox.count_unsent(tx))
            metrics.show_unhandled(await inbox.count_new(tx))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The channels run while the block does; at its end nothing that was taken is lost."""
        lines = list(self._lines.values())
        if not lines:
            yield
            return
        duty = Duty(self._database, "remind", tending=self.tending)
        handling = self._kept("handling", lambda: self.intake.handle_all(list(self._lines)))
        reminding = self._kept("remind", lambda: duty.run(self._reminding.run, self._stop))
        take = self.intake.take
        going = [self._kept(f"channel/{n}", partial(x.run, take)) for n, x in self._lines.items()]
        try:
            yield
        finally:
            self._stop.set()
            self.intake.stop()
            await asyncio.wait({handling, reminding}, timeout=_HANDLER_ENDS_SECONDS)
            await asyncio.gather(*(line.stop() for line in lines), return_exceptions=True)
            await asyncio.wait(going, timeout=1)
            for task in (handling, reminding, *going):
                task.cancel()
            await asyncio.gather(handling, reminding, *going, return_exceptions=True)
            await asyncio.gather(*(line.channel.close() for line in lines), return_exceptions=True)

    def _replied(self, channel: str) -> None:
        line = self._lines.get(channel)
        if line is not None:
            line.wake()

    def _riding(self, channel: str) -> AbstractAsyncContextManager[Ride]:
        line = self._lines.get(channel)
        return nullcontext(go_without) if line is None else line.replies.riding()

    def _kept(self, name: str, work: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        return asyncio.create_task(self.tending.keep(name, work, self._stop))
