"""All channels beside the web chat, as one thing that runs.

Each goes its own way: one that is refused or whose service is down says so in the log and at
`/healthz`, and is tried again, while the others go on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog
from starlette.routing import BaseRoute

from bot.channels import metrics
from bot.channels.base import Channel
from bot.channels.duty import Duty
from bot.channels.intake import Intake
from bot.channels.line import Line
from bot.channels.redaction import frames_of
from bot.channels.reminding import Reminding
from bot.clock import Clock, utc_now
from bot.dialogue.turn import Handler
from bot.errors import DatabaseUnavailable
from bot.sealing import Sealer
from bot.store import inbox, outbox

_HANDLER_ENDS_SECONDS = 2.0
_log = structlog.get_logger(__name__)


class Channels:
    """The configured channels with what they share: one intake, one database."""

    def __init__(
        self,
        channels: Sequence[Channel],
        handler: Handler,
        sealer: Sealer,
        clock: Clock = utc_now,
    ) -> None:
        self._database = handler.database
        self._lines = {c.name: Line(c, handler.database, clock, sealer) for c in channels}
        self._stop = asyncio.Event()
        self._reminding = Reminding(self._database, handler.snapshot, self._replied, clock)
        self.intake = Intake(handler, sealer, self._replied, clock=clock)

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
        handling = asyncio.create_task(self._handle())
        duty = Duty(self._database, "remind")
        reminding = asyncio.create_task(duty.run(self._reminding.run, self._stop))
        going = [asyncio.create_task(line.run(self.intake.take)) for line in lines]
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

    async def _handle(self) -> None:
        """Handles what comes in; a database that does not work is waited for."""
        while True:
            try:
                await self.intake.handle_all(list(self._lines))
                return
            except DatabaseUnavailable as error:
                _log.error("database_unavailable", sentence=str(error))
            except Exception as error:
                metrics.FAILURES.inc()
                _log.error("handling_broken", kind=type(error).__name__, frames=frames_of(error))
            await asyncio.sleep(1)
