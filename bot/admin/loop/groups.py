"""What people asked in vain, in groups that mean nearly the same, with the entry that may fit."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.dialogue.snapshot import Snapshot
from bot.language.names import mask_names
from bot.matching.find import Candidate
from bot.matching.nearness import group_near
from bot.store import misses
from bot.store.database import Database
from bot.store.misses import Vain

_FRESH = timedelta(minutes=1)
"""How long groups are good that another program may have changed meanwhile."""


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that mean nearly the same, the most asked one first."""

    wordings: tuple[Vain, ...]

    @property
    def mark(self) -> str:
        """The name of the group in addresses: the fingerprint of its most asked wording."""
        return hashlib.sha256(self.wordings[0].normalised.encode()).hexdigest()[:16]

    @property
    def text(self) -> str:
        """The most asked wording as somebody typed it."""
        return self.wordings[0].text

    @property
    def questions(self) -> int:
        """How often it was asked."""
        return sum(one.questions for one in self.wordings)

    @property
    def rejected(self) -> int:
        """How often none of the offered entries fitted."""
        return sum(one.rejected for one in self.wordings)

    @property
    def disliked(self) -> int:
        """How often there was an answer and a thumb down."""
        return sum(one.disliked for one in self.wordings)

    @property
    def refused(self) -> int:
        """How often the bot did not know."""
        return self.questions - self.rejected - self.disliked

    @property
    def last(self) -> datetime:
        """When it was asked last."""
        return max(one.last for one in self.wordings)

    @property
    def normalised(self) -> tuple[str, ...]:
        """What the matcher read in each wording."""
        return tuple(one.normalised for one in self.wordings)


@dataclass(frozen=True, slots=True)
class Hint:
    """What the matcher thinks of a group: the entries that come nearest, or a subject outside."""

    candidates: tuple[Candidate, ...]
    outside: str


class Groups:
    """The groups of the last looks, kept for a moment: a page of a list is turned at once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: dict[tuple[date, date, str], tuple[datetime, list[Group]]] = {}

    async def look(self, first: date, last: date, channel: str, at: datetime) -> list[Group]:
        """The groups of a time and channel (empty: all), most asked first."""
        key = (first, last, channel)
        known = self._kept.get(key)
        if known and at - known[0] < _FRESH:
            return known[1]
        async with self._database.reading() as tx:
            vain = await misses.list_vain(tx, first, last, channel)
        groups = await asyncio.to_thread(gather, vain)
        self._kept = {k: v for k, v in self._kept.items() if at - v[0] < _FRESH}
        self._kept[key] = (at, groups)
        return groups

    def forget(self) -> None:
        """Something was done about a group: the next look is a fresh one."""
        self._kept.clear()


def gather(vain: Sequence[Vain]) -> list[Group]:
    """Near questions together, names hidden, most asked first."""
    masked = [replace(one, text=mask_names(one.text)) for one in vain]
    near = group_near([one.normalised for one in masked])
    groups = [Group(tuple(masked[place] for place in places)) for places in near]
    return sorted(groups, key=lambda group: (-group.questions, group.text))


def hint(snapshot: Snapshot, text: str, most: int = 3) -> Hint:
    """The entries that come nearest to a question."""
    match = snapshot.matcher.find(text)
    return Hint(match.candidates[:most], match.outside)
