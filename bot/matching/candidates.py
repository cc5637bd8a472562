"""The entries that come nearest to a question, found without looking at every phrasing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bot.matching.index import Hits, Index, Rows
from bot.matching.likelihood import Evidence
from bot.matching.postings import Floats, Ints

ENTRIES = 20
OUTSIDERS = 4
ROWS_LOOKED_AT = 3
_SPARE = 0.8
"""How many more are looked at in the first place, for each that is wanted.

Then another comes before them in one question of ten.
"""


@dataclass(frozen=True, slots=True)
class Nearest:
    """Some entries and subjects outside the base, and what their best phrasings scored.

    The arrays have a row for each of `entries`, with its best phrasings, best first; one with fewer
    phrasings names its best again, and `counts` says how many are its own. `numbers` are those of the
    phrasings; see `Rows` for `said` and `scores`.
    """

    entries: Ints
    counts: Ints
    numbers: Ints
    said: Floats
    scores: Floats


def find_nearest(index: Index, hits: Hits, evidence: Evidence, known: int) -> Nearest:
    """The entries that come nearest, and the nearest subjects outside the base.

    `known` is the number of the base's entries; what is numbered after these are the subjects. The
    merit of an entry hangs on its best phrasing, which has a ceiling. So only those are looked at
    that come near by it, and whoever could still come before the last that was found.
    """
    standing = evidence.own + evidence.kin
    ceiling = standing + 0.5 * index.ceiling(hits)
    ceiling[hits.cover <= 0] = -np.inf
    sides = _Side(0, known, ENTRIES), _Side(known, index.entries, OUTSIDERS)
    seen = np.sort(np.concatenate([side.likely(ceiling) for side in sides]))
    while True:
        rows = index.look_at(hits, seen)
        merit = standing[seen] + 0.5 * rows.scores.max(axis=1, initial=0.0)
        found = [side.best(seen, merit) for side in sides]
        both = zip(sides, found, strict=True)
        missed = np.concatenate([side.missed(ceiling, seen, merit, some) for side, some in both])
        if not len(missed):
            break
        seen = np.sort(np.concatenate([seen, missed]))
    places = np.concatenate(found)
    return _with_best_rows(seen[places], rows.of(places))


@dataclass(frozen=True, slots=True)
class _Side:
    """Those numbered from `start` to before `end`, of whom so many are wanted."""

    start: int
    end: int
    wanted: int

    def likely(self, ceiling: Floats) -> Ints:
        """The numbers of those with the highest ceilings, somewhat more than are wanted."""
        ours = ceiling[self.start : self.end]
        count = self.wanted + int(self.wanted * _SPARE)
        top = np.arange(len(ours))
        if len(ours) > count:
            top = ours.argpartition(-count)[-count:]
        return top[ours[top] > -np.inf] + self.start

    def best(self, seen: Ints, merit: Floats) -> Ints:
        """The places in `seen` of those with the most merit, most first; of equals the earlier."""
        first, last = seen.searchsorted([self.start, self.end]).tolist()
        order: Ints = (-merit[first:last]).argsort(kind="stable")[: self.wanted] + first
        return order

    def missed(self, ceiling: Floats, seen: Ints, merit: Floats, found: Ints) -> Ints:
        """The numbers of those not looked at yet that could come before the last that was found."""
        ours = ceiling[self.start : self.end]
        open_ = ours > -np.inf
        if len(found) == self.wanted:
            open_ = ours >= merit[found[-1]]
        open_[seen[(seen >= self.start) & (seen < self.end)] - self.start] = False
        return np.flatnonzero(open_) + self.start


def _with_best_rows(entries: Ints, rows: Rows) -> Nearest:
    best = rows.best(ROWS_LOOKED_AT)
    each = np.arange(len(entries))[:, None]
    counts = np.minimum(rows.counts, ROWS_LOOKED_AT)
    numbers = rows.first[:, None] + best
    return Nearest(entries, counts, numbers, rows.said[each, best], rows.scores[each, best])
