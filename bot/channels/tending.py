"""Keeps what works in the background going: none of it ends unnoticed, or for good.

A program that serves its pages while nobody delivers, reminds or cleans up any more is worse than one
that is down. So whatever such work raises is logged and counted, told at `/healthz` while it lasts, and
the work is begun again after a pause.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

import structlog

from bot.channels import metrics
from bot.channels.outcomes import wait_before
from bot.channels.redaction import frames_of, redact
from bot.errors import BotError

WELL_SECONDS = 20.0
"""Work that goes on so long after a failure is well again."""
LONGEST_PAUSE_SECONDS = 15.0

_BROKEN = (
    "Việc chạy nền này gặp lỗi của chương trình ({kind}); hãy xem nhật ký. Chương trình tự thử lại."
)
_log = structlog.get_logger(__name__)


class Tending:
    """What is wrong with the work that it keeps going, by name."""

    def __init__(self) -> None:
        self._troubles: dict[str, str] = {}

    def told(self) -> dict[str, str]:
        """The work that fails at present, with a sentence each that says why; empty if all is well."""
        return dict(self._troubles)

    async def keep(
        self, name: str, work: Callable[[], Awaitable[None]], stop: asyncio.Event
    ) -> None:
        """Works until the work ends by itself; begun anew whenever it fails, until `stop` is set.

        Raises nothing but `CancelledError`, where somebody cancels this very task.
        """
        attempts = 0
        while True:
            began = time.monotonic()
            error = await self._try(name, work)
            if error is None:
                return
            self.note(name, error)
            if stop.is_set():
                return
            attempts = 1 if time.monotonic() - began > WELL_SECONDS else attempts + 1
            with contextlib.suppress(TimeoutError):
                pause = min(wait_before(attempts), LONGEST_PAUSE_SECONDS)
                await asyncio.wait_for(stop.wait(), pause)

    def note(self, name: str, error: BaseException) -> None:
        """The work has failed; told in the log once as long as it fails in the same way."""
        metrics.TASK_FAILURES.labels(name).inc()
        kind = type(error).__name__
        is_known = isinstance(error, BotError)
        sentence = redact(str(error)) if is_known else _BROKEN.format(kind=kind)
        if self._troubles.get(name) == sentence:
            return
        self._troubles[name] = sentence
        if is_known:
            _log.error("task_failed", task=name, kind=kind, sentence=sentence)
        else:
            # The text of an error may quote what a person typed.
            _log.error("task_failed", task=name, kind=kind, frames=frames_of(error))

    def well(self, name: str) -> None:
        """The work goes on as it should."""
        if self._troubles.pop(name, None) is not None:
            _log.info("task_well_again", task=name)

    async def _try(self, name: str, work: Callable[[], Awaitable[None]]) -> BaseException | None:
        """Works until it ends; what it failed by, None where it ended by itself."""
        well = asyncio.get_running_loop().call_later(WELL_SECONDS, self.well, name)
        try:
            await work()
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            # Something that it waited for was cancelled; nobody told us to end.
            return error
        except Exception as error:
            return error
        finally:
            well.cancel()
        self.well(name)
        return None
