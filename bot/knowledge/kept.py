"""What was read and compared before: 40,000 lines of YAML take a second to read, their values a wink.

Entries are remembered by the mark of their file (its name and content): in memory, so that an edit has
one file read again, and in a folder of kept results, so that a start has none. Only faultless files
are, so that every fault is told with its line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from threading import Lock

import numpy as np
from pydantic import TypeAdapter

from bot.keep import Arrays, Keep, fingerprint
from bot.knowledge.model import Entry

_ENTRIES, _APART = "entries", "apart"
_AS_JSON = TypeAdapter(tuple[Entry, ...])
_FILES_REMEMBERED = 64
_remembered: dict[str, tuple[Entry, ...]] = {}
_remembering = Lock()


def mark_of(path: Path) -> str:
    """What tells a file from every other one, and from itself once it is edited."""
    content = b""
    # An editor may have taken the file away meanwhile.
    with suppress(OSError):
        content = path.read_bytes()
    return hashlib.sha256(path.name.encode() + b"\0" + content).hexdigest()


class ReadBefore:
    """The entries of files that were read before; without `keep`, since the program began."""

    def __init__(self, keep: Keep | None) -> None:
        self._keep = keep

    @cached_property
    def _held(self) -> Arrays:
        return (self._keep.take(_ENTRIES, fingerprint(())) if self._keep else None) or {}

    def take(self, mark: str) -> tuple[Entry, ...] | None:
        """The entries of the file with this mark, or None where it was not read."""
        entries = _remembered.get(mark)
        if entries is None and mark in self._held:
            with suppress(ValueError):
                entries = _AS_JSON.validate_json(self._held[mark].tobytes())
        if entries is not None:
            self.remember(mark, entries)
        return entries

    def remember(self, mark: str, entries: tuple[Entry, ...]) -> None:
        """Remember what was read just now; what was not asked for longest makes room."""
        with _remembering:
            _remembered.pop(mark, None)
            _remembered[mark] = entries
            while len(_remembered) > _FILES_REMEMBERED:
                del _remembered[next(iter(_remembered))]

    def keep_all(self, marks: Iterable[str]) -> None:
        """Keep the entries of these files for the next start, in the place of what is kept now."""
        with _remembering:
            known = {mark: _remembered[mark] for mark in marks if mark in _remembered}
        if self._keep and known.keys() != self._held.keys():
            told = {mark: _AS_JSON.dump_json(entries) for mark, entries in known.items()}
            arrays = {mark: np.frombuffer(one, np.uint8) for mark, one in told.items()}
            self._keep.put(_ENTRIES, fingerprint(()), arrays)

    def are_apart(self, marks: Iterable[str]) -> bool:
        """Whether the wordings of these files were compared before, and none stood twice."""
        return self._keep is not None and self._keep.take(_APART, fingerprint(marks)) is not None

    def tell_apart(self, marks: Sequence[str]) -> None:
        """Keep that no wording stands twice in these files."""
        # A file that is not remembered was changed while it was read.
        if self._keep and all(mark in _remembered for mark in marks):
            self._keep.put(_APART, fingerprint(marks), {})
