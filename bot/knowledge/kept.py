"""Entries that were read before: 40,000 lines of YAML take a second to read, their values a wink.

Only faultless entries are kept, so that every fault is told with its line.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

from bot.keep import Keep, fingerprint
from bot.knowledge.model import Entry

_NAME = "entries"
_ENTRIES = TypeAdapter(tuple[Entry, ...])


class KeptEntries:
    """The entries of some files, as long as not a letter of the files changes."""

    def __init__(self, paths: Sequence[Path], keep: Keep) -> None:
        self._paths, self._keep = paths, keep
        self._made_of = _print_of(paths)

    def take(self) -> list[Entry] | None:
        """The entries as they were read before, or None where they were not."""
        held = self._keep.take(_NAME, self._made_of)
        if held is None:
            return None
        try:
            return list(_ENTRIES.validate_json(held["entries"].tobytes()))
        except (ValueError, KeyError):
            return None

    def put(self, entries: Sequence[Entry]) -> None:
        """Keep entries that were read just now."""
        # An editor may have saved meanwhile; then nobody knows which words were read.
        if self._made_of == _print_of(self._paths):
            told = np.frombuffer(_ENTRIES.dump_json(tuple(entries)), dtype=np.uint8)
            self._keep.put(_NAME, self._made_of, {"entries": told})


def _print_of(paths: Sequence[Path]) -> str:
    parts: list[str | bytes] = []
    for path in paths:
        parts.append(path.name)
        with suppress(OSError):
            parts.append(path.read_bytes())
    return fingerprint(parts)
