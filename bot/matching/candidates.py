"""The entries that come nearest to a question, found without looking at every phrasing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bot.matching.index import Hits, Index, Rows
from bot.matching.likelihood import Evidence
from bot.matching.postings import Floats, Ints

ENTRIES = 20
OUTSIDERS = 4
ROWS_LOOKED_AT = 3
_SPARE = 16
"""How many more are looked at in the first place; hardly ever does another come before them."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """Some entries and subjects outside the base, and what their best phrasings scored.

    The arrays have a row for each of `entries`, with its best phrasings, best first; one with fewer
    phrasings names its best again, and `counts` says how many are its own. `numbers` are those of the
    phrasings; see `Rows` for `said` and `scores`.
    """

    entries: list[int]
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
    seen = np.sort(np.array([*_highest_of(ceiling, known, _SPARE)], dtype=np.int64))
    while True:
        rows = index.look_at(hits, seen)
        merit = np.full_like(ceiling, -np.inf)
        merit[seen] = standing[seen] + 0.5 * rows.scores.max(axis=1, initial=0.0)
        found = [*_highest_of(merit, known)]
        missed = _missed(ceiling, merit, found, known)
        if not len(missed):
            break
        seen = np.sort(np.concatenate([seen, missed]))
    return _with_best_rows(found, rows.of(seen.searchsorted(found).tolist()))


def _with_best_rows(entries: list[int], rows: Rows) -> Nearest:
    best = rows.best(ROWS_LOOKED_AT)
    each = np.arange(len(entries))[:, None]
    counts = np.minimum(rows.counts, ROWS_LOOKED_AT)
    numbers = rows.first[:, None] + best
    return Nearest(entries, counts, numbers, rows.said[each, best], rows.scores[each, best])


def _missed(ceiling: Floats, merit: Floats, found: list[int], known: int) -> Ints:
    """The numbers of those not looked at yet that could come before the last of those found."""
    open_ = (ceiling > -np.inf) & (merit == -np.inf)
    for side, wanted in _sides(known):
        ours = [number for number in found if (number < known) == (side.start == 0)]
        if len(ours) == wanted:
            open_[side] &= ceiling[side] >= merit[ours[-1]]
    return np.flatnonzero(open_)


def _sides(known: int) -> tuple[tuple[slice, int], ...]:
    """Entries and subjects outside, each with how many of them are wanted."""
    return (slice(0, known), ENTRIES), (slice(known, None), OUTSIDERS)


def _highest_of(merit: Floats, known: int, spare: int = 0) -> Iterator[int]:
    """The numbers of the highest merits on both sides, highest first; never one without any."""
    for side, wanted in _sides(known):
        top = np.argsort(-merit[side], kind="stable")[: wanted + spare] + side.start
        yield from top[merit[top] > -np.inf].tolist()
