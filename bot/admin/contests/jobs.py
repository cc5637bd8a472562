"""Long work that an organizer starts and need not wait for: exports, proofs, results.

A job runs in the process where it was started and tells the database how far it is, so that every
process shows it. Files lie in a folder of this machine for a day, since they may name people.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog

from bot.clock import Clock, utc_now
from bot.contest.refusal import Refused
from bot.errors import BotError, DatabaseUnavailable
from bot.store import contest_audit, contest_jobs
from bot.store.contest_jobs import Job
from bot.store.database import Database

KEPT = timedelta(days=1)
LANES = (("export", "verify", "certificates", "notice"), ("compute", "measure", "watch"))
"""Of the kinds in a lane one runs at a time; a long export must not keep a round from being mended."""
_TELL_S = 1.0
_TIDY_S = 3_600.0
_CRASHED = "Máy chủ gặp lỗi khi làm việc này. Bạn bấm làm lại; nếu vẫn lỗi thì báo người quản trị."
_STOPPED = "Máy chủ dừng giữa chừng. Bạn bấm làm lại."
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Progress:
    """How far a job is; its work writes here, as often as it likes."""

    doing: str = ""
    done: int = 0

    def tell(self, doing: str, done: int) -> None:
        """What is being done now, and how much of it is."""
        self.doing, self.done = doing, done


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a job: its figures, and the name of the file in the jobs' folder, if any."""

    result: Mapping[str, Any]
    file: str = ""


Work = Callable[[Progress], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an organizer asks to be done, as it is kept and noted."""

    contest_id: str
    kind: str
    by: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Own:
    """A job of this process."""

    task: asyncio.Task[None]
    contest_id: str
    lane: tuple[str, ...]


@dataclass(slots=True)
class Jobs:
    """The jobs of this process; `folder` holds their files."""

    database: Database
    folder: Path
    clock: Clock = utc_now
    _running: dict[int, _Own] = field(default_factory=dict)
    _is_closing: bool = False

    async def start(self, wanted: Wanted, work: Work) -> int:
        """Begins a job and gives its number.

        Raises `Refused` (not_allowed) while another one of the contest runs in the same lane.
        """
        await self._sweep()
        at = self.clock()
        lane = next(lane for lane in LANES if wanted.kind in lane)
        busy = Refused(
            "not_allowed", "Máy đang làm một việc khác của cuộc thi này. Bạn chờ xong rồi bấm lại."
        )
        if any((o.contest_id, o.lane) == (wanted.contest_id, lane) for o in self._running.values()):
            raise busy
        async with self.database.transaction() as tx:
            await contest_audit.take_turn(tx)
            if await contest_jobs.running(tx, wanted.contest_id, lane, at):
                raise busy
            job_id = await contest_jobs.begin(
                tx, wanted.contest_id, wanted.kind, wanted.data, wanted.by, at
            )
        task = asyncio.create_task(self._run(job_id, work))
        self._running[job_id] = _Own(task, wanted.contest_id, lane)
        task.add_done_callback(lambda _task: self._running.pop(job_id, None))
        # A task that is ended before it began would leave its job running for ever.
        await asyncio.sleep(0)
        return job_id

    def state_of(self, job: Job) -> str:
        """How a job stands now: `lost` where nothing was heard of it, and it is none of ours.

        One of ours may be silent for long, since it holds the database while it writes.
        """
        if job.state == "running" and job.id in self._running:
            return "running"
        return job.state_at(self.clock())

    async def wait(self, job_id: int, seconds: float) -> None:
        """Waits a moment for a job of this process, so that a short one is seen done at once."""
        own = self._running.get(job_id)
        if own is not None:
            await asyncio.wait([own.task], timeout=seconds)

    async def keep_tidy(self, stop: asyncio.Event) -> None:
        """Takes away every hour what is older than a day, until `stop` is set. Raises what goes wrong."""
        while not stop.is_set():
            await self._sweep()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _TIDY_S)

    async def close(self) -> None:
        """Ends what still runs, when the program stops."""
        self._is_closing = True
        tasks = [own.task for own in self._running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, job_id: int, work: Work) -> None:
        progress = Progress()
        working = asyncio.ensure_future(work(progress))
        try:
            while not working.done():
                await asyncio.wait([working], timeout=_TELL_S)
                if not await self._tell(job_id, progress):
                    await _give_up(working)
                    return
            outcome = await working
            state, result, file = "done", outcome.result, outcome.file
        except asyncio.CancelledError:
            await _give_up(working)
            state, result, file = "failed", {"sentence": _STOPPED}, ""
        except BotError as error:
            state, result, file = "failed", {"sentence": str(error)}, ""
        except Exception as error:
            _log.error("job_failed", job=job_id, kind=type(error).__name__)
            state, result, file = "failed", {"sentence": _CRASHED}, ""
        await self._end(job_id, state, result, file)

    async def _end(self, job_id: int, state: str, result: Mapping[str, Any], file: str) -> None:
        """Writes down what came of the job, as soon as the database lets; else it looks lost."""
        while True:
            try:
                async with self.database.transaction() as tx:
                    await contest_jobs.end(tx, job_id, state, self.clock(), result, file)
                return
            except DatabaseUnavailable:
                if self._is_closing:
                    return
                await asyncio.sleep(_TELL_S)

    async def _tell(self, job_id: int, progress: Progress) -> bool:
        """Whether the job is still wanted; without the database that is asked the next time."""
        try:
            async with self.database.transaction() as tx:
                return await contest_jobs.report(
                    tx, job_id, progress.doing, progress.done, self.clock()
                )
        except DatabaseUnavailable:
            return True

    async def _sweep(self) -> None:
        """Takes away old files; one of another machine is not here, and is no trouble."""
        async with self.database.transaction() as tx:
            names = await contest_jobs.forget(tx, self.clock() - KEPT)
        await asyncio.to_thread(_remove, [self.folder / Path(name).name for name in names])
        await asyncio.to_thread(_remove_left, self.folder, time.time() - KEPT.total_seconds())


async def _give_up(working: asyncio.Future[Outcome]) -> None:
    working.cancel()
    with contextlib.suppress(asyncio.CancelledError, Exception):
        await working


def _remove(paths: list[Path]) -> None:
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _remove_left(folder: Path, before: float) -> None:
    """What a killed program left half written has no name in the database, but names people."""
    with contextlib.suppress(FileNotFoundError):
        _remove([path for path in folder.iterdir() if path.stat().st_mtime < before])
