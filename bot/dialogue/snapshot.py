"""Everything made of one version of the knowledge base, so that a whole turn sees one version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bot.clock import Clock, utc_now, vietnam_date
from bot.contest.load import Contests, load_contests
from bot.dialogue.remembered import Remembered
from bot.errors import KnowledgeFaulty
from bot.keep import Keep
from bot.knowledge.citations import render_citations
from bot.knowledge.model import SPOKEN, Base, Entry, Status
from bot.knowledge.variables import fill, variables_of
from bot.matching.find import Matcher
from bot.matching.model import load_fitted

FITTED_FILE = "matching.json"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A base with its matcher and the values of its variables."""

    base: Base
    matcher: Matcher
    variables: Mapping[str, str]
    contests: Contests = field(default_factory=Contests)
    files: Base | None = None
    remembered: Remembered[Any, Any] = field(
        init=False, default_factory=Remembered, compare=False, repr=False
    )
    """What was advised on questions that may come again; see `advise`."""
    _cited: dict[str, tuple[Entry, tuple[str, ...]]] = field(
        init=False, default_factory=dict, compare=False, repr=False
    )

    @property
    def written(self) -> Base:
        """The base as its files have it, with the starters that a setting keeps silent."""
        return self.files or self.base

    def say(self, text: str) -> str:
        """A text of the base with its variables filled in."""
        return fill(text, self.variables)

    def citations(self, entry: Entry) -> tuple[str, ...]:
        """The legal basis of an entry, as it is printed."""
        written = self._cited.get(entry.id)
        if written is None or written[0] is not entry:
            written = entry, tuple(render_citations(entry.citations, self.base.laws))
            self._cited[entry.id] = written
        return written[1]

    def entry(self, entry_id: str) -> Entry | None:
        """An entry that may be said."""
        found = self.base.entries.get(entry_id)
        return found if found is not None and found.status in SPOKEN else None

    def by_part(self, part: str) -> list[Entry]:
        """The entries of a part that may be said, in the order of the files."""
        return [entry for entry in self.base.spoken if entry.part == part]

    def by_audience(self, group: str) -> list[Entry]:
        """The entries for a group of readers that may be said, in the order of the files."""
        return [entry for entry in self.base.spoken if group in entry.audience]


def build_snapshot(
    base: Base,
    folder: Path,
    *,
    say_starters: bool = True,
    keep: Keep | None = None,
    clock: Clock = utc_now,
) -> Snapshot:
    """The snapshot of a checked base with the fitted numbers that lie beside it.

    With `say_starters` off only approved entries are said. `keep` saves work that an earlier start
    has done. Raises `KnowledgeFaulty` where a file
    of a contest cannot be read.
    """
    contests = load_contests(folder, base, vietnam_date(clock()))
    if any(fault.blocking for fault in contests.faults):
        raise KnowledgeFaulty(contests.faults)
    files = base
    if not say_starters:
        kept = {
            i: replace(e, status=Status.DRAFT) if e.status is Status.STARTER else e
            for i, e in base.entries.items()
        }
        base = replace(base, entries=kept)
    fitted = load_fitted(folder / FITTED_FILE)
    matcher = Matcher(base, fitted, keep)
    return Snapshot(base, matcher, variables_of(base.elections), contests, files)
