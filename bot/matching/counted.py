"""Postings with counts: made of texts, joined, and put together by entry or by family."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.matching.postings import Ints, Places, Postings, Terms


@dataclass(frozen=True, slots=True)
class Counted:
    """Postings, and beside each how often its place holds the term."""

    postings: Postings
    counts: Places

    @property
    def totals(self) -> Ints:
        """For each term how often it stands in all places together."""
        if not len(self.counts):
            return np.zeros(0, dtype=np.int64)
        return np.add.reduceat(self.counts, self.postings.first[:-1], dtype=np.int64)

    def by_owner(self, owner_of: Places) -> Owned:
        """The same terms by what the places belong to; `owner_of` is ascending."""
        starts = self.postings.first
        owners = owner_of[self.postings.places]
        new = _changes(owners)
        new[starts[:-1]] = True
        first = np.flatnonzero(new)
        counts = np.add.reduceat(self.counts, first) if len(first) else self.counts
        spread = np.diff(first.searchsorted(starts))
        parts = np.append(first, len(owners)).astype(np.int32)
        return Owned(Postings(self.postings.keys, spread, owners[first]), counts, parts)

    def regrouped(self, group_of: Places) -> Counted:
        """The same terms by the groups that their places belong to, in whatever order these are."""
        groups = int(group_of.max(initial=-1)) + 1
        both = self.postings.terms * groups + group_of[self.postings.places]
        order = both.argsort(kind="stable")
        both = both[order]
        first = np.flatnonzero(_changes(both))
        counts = np.add.reduceat(self.counts[order], first) if len(first) else self.counts
        terms, places = np.divmod(both[first], max(groups, 1))
        spread = np.bincount(terms, minlength=len(self.postings.keys))
        postings = Postings(self.postings.keys, spread, places.astype(np.int32))
        return Counted(postings, counts)


@dataclass(frozen=True, slots=True)
class Owned(Counted):
    """Postings by owner; `parts` has for each the number of the first posting that it is made of.

    Behind the last stands the number of all those.
    """

    parts: Places


def post(terms: Terms) -> Counted:
    """The postings of terms by text."""
    # The texts ascend already, so that a stable sort by key puts them in order within each term.
    order = terms.keys.argsort(kind="stable")
    keys, places = terms.keys[order], terms.text_of[order]
    del order
    new_key = _changes(keys)
    first = np.flatnonzero(new_key | _changes(places))
    counts = np.diff(first, append=len(keys)).astype(np.int32)
    starts = np.flatnonzero(new_key[first])
    spread = np.diff(starts, append=len(first))
    return Counted(Postings(keys[first[starts]], spread, places[first]), counts)


def join(parts: Sequence[Counted]) -> Counted:
    """Postings of several kinds of terms as one; every key of a part is above those before it."""
    joined = Postings(
        np.concatenate([part.postings.keys for part in parts]),
        np.concatenate([part.postings.spread for part in parts]),
        np.concatenate([part.postings.places for part in parts]),
    )
    return Counted(joined, np.concatenate([part.counts for part in parts]))


def _changes(values: Ints | Places) -> npt.NDArray[np.bool_]:
    """Which of the values differ from the one before; the first counts as one that does."""
    changes = np.ones(len(values), dtype=np.bool_)
    np.not_equal(values[1:], values[:-1], out=changes[1:])
    return changes
