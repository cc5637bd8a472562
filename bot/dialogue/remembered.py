"""What was worked out for a question, kept while the same question comes again: crowds repeat.

Everything that a leaflet or a button suggests is asked in the same words by hundreds of people.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

KEPT = 2_000


class Remembered(Generic[Key, Value]):
    """The values used last: at least `kept` of them, at most twice as many."""

    __slots__ = ("_before", "_kept", "_now")

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._now: dict[Key, Value] = {}
        self._before: dict[Key, Value] = {}

    def get(self, key: Key) -> Value | None:
        """The value of a key; None where it is not kept."""
        found = self._now.get(key)
        if found is None and (found := self._before.get(key)) is not None:
            self.put(key, found)
        return found

    def put(self, key: Key, value: Value) -> None:
        """Keep a value; what was not used for long makes room for it."""
        if len(self._now) >= self._kept:
            self._before, self._now = self._now, {}
        self._now[key] = value
