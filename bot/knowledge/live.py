"""The knowledge that is being served: an immutable snapshot, swapped whole or not at all.

Files are watched. A change is loaded and checked in a thread; only a base without blocking faults
takes the place of the old one. Whatever is wrong is kept in `faults` for `/healthz` and editors.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Generic, TypeVar

import structlog
import watchfiles

from bot.clock import Clock, utc_now, vietnam_date
from bot.errors import Fault, KnowledgeFaulty
from bot.keep import Keep
from bot.knowledge.load import load
from bot.knowledge.model import Base
from bot.memory import give_back_memory

T = TypeVar("T")
_Identity = tuple[int, int]
_Stamp = frozenset[tuple[str, int, int, int]]
_LOOK_S = 1
"""Seconds between two looks at whether the folder is still the same."""
_log = structlog.get_logger(__name__)


class Live(Generic[T]):
    """What is built from a knowledge folder, kept up to date with its files."""

    def __init__(
        self,
        folder: Path,
        build: Callable[[Base], T],
        clock: Clock = utc_now,
        told: Callable[[T], Iterable[Fault]] = lambda _built: (),
        keep: Keep | None = None,
    ) -> None:
        """Load the folder.

        `build` makes what is served of a checked base; it may raise `KnowledgeFaulty` itself.
        `told` gives the faults of what was built that do not keep it from being served.
        `keep` saves reading again what an earlier start has read.
        Raises `KnowledgeFaulty` with every fault where the folder cannot be served.
        """
        self._folder = folder
        self._build = build
        self._clock = clock
        self._told = told
        self._keep = keep
        self.faults: tuple[Fault, ...] = ()
        self._current = self._load()
        self._version = self._seen

    @property
    def current(self) -> T:
        """The snapshot that is served now; hold on to it for the length of one turn."""
        return self._current

    @property
    def version(self) -> str:
        """The fingerprint of the files that the current snapshot was made of."""
        return self._version

    def _load(self) -> T:
        # Taken first: what changes while the files are being read is seen as a change after it.
        self._stamp = _stamp(self._folder)
        loaded = load(self._folder, vietnam_date(self._clock()), self._keep)
        self._seen = loaded.base.version
        if loaded.blocking:
            raise KnowledgeFaulty(loaded.faults)
        built = self._build(loaded.base)
        self.faults = (*loaded.faults, *self._told(built))
        return built

    def reload(self) -> bool:
        """Load the folder anew; False where the old snapshot goes on serving."""
        try:
            built = self._load()
        except KnowledgeFaulty as error:
            if error.faults != self.faults:
                _log.error("knowledge_refused", faults=[str(fault) for fault in error.faults])
            self.faults = error.faults
            return False
        self._current, self._version = built, self._seen
        # What was served until now has gone: some 20 MB.
        give_back_memory()
        _log.info("knowledge_loaded", version=self._version)
        return True

    async def watch(self, stop: asyncio.Event) -> None:
        """Reload after every change of the files, until `stop` is set.

        Another folder that is put in the place of this one is a change as well, and so is what
        changed before the watching began, or where the system tells of no changes at all (some
        mounted folders): the files are looked at once a second.
        """
        watched = _identity(self._folder)
        while not stop.is_set():
            if watched is not None:
                # It may be gone before the watching begins.
                with suppress(FileNotFoundError):
                    await self._watch_until_replaced(watched, stop)
            else:
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), _LOOK_S)
            watched = _identity(self._folder)
            if not stop.is_set():
                await self._reload_if_changed()

    async def _watch_until_replaced(self, watched: _Identity, stop: asyncio.Event) -> None:
        async for changes in watchfiles.awatch(
            self._folder,
            stop_event=stop,
            debounce=300,
            step=100,
            rust_timeout=_LOOK_S * 1_000,
            yield_on_timeout=True,
        ):
            # The system tells what happens to the folder that was there, not to its name.
            if _identity(self._folder) != watched:
                return
            if changes:
                await self._try_reload()
            else:
                await self._reload_if_changed()

    async def _reload_if_changed(self) -> None:
        if await asyncio.to_thread(_stamp, self._folder) != self._stamp:
            await self._try_reload()

    async def _try_reload(self) -> None:
        try:
            await asyncio.to_thread(self.reload)
        except Exception:
            # Whatever went wrong with one edit, the next one must still be seen.
            _log.exception("knowledge_reload_failed")


def _identity(folder: Path) -> _Identity | None:
    """What tells one folder from another of the same name; None where there is none."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _stamp(folder: Path) -> _Stamp:
    """What changes with any file of the folder: names, times, sizes and what they are kept as."""
    found = set()
    # Files and folders may go away while one looks: `os.walk` passes over those, so does this.
    for place, _folders, names in os.walk(folder):
        for path in (Path(place, name) for name in names):
            with suppress(OSError):
                status = path.stat()
                found.add((str(path), status.st_mtime_ns, status.st_size, status.st_ino))
    return frozenset(found)
