"""The inverted index: which entries share words with a question, weighed by how rare they are.

BM25 over folded words, pairs of neighbours and concepts, against each phrasing; beside it how much
of the question an entry's phrasings know together, and how much its answer speaks of. Phrasings are
only looked at for entries that may come near: a hundred times as many stand in the base.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.matching.counted import Counted, Owned
from bot.matching.postings import Floats, Found, Ints, Lexicon, Places, count_on
from bot.matching.terms import kind_weight

# BM25: phrasings are one short sentence, so a repeated word says little and length matters little.
_K1 = 0.9
_B = 0.3


@dataclass(frozen=True, slots=True)
class Hits:
    """What a question scored by entry.

    `cover`: the weight of the terms that its phrasings know together; `told`: the weight of those
    that stand in its answer. `reach`: the weight of all terms. `worth`: what each posting that was
    found counts.
    """

    cover: Floats
    told: Floats
    reach: float
    found: Found
    worth: Floats


@dataclass(frozen=True, slots=True)
class Rows:
    """What a question scored with the phrasings of some entries: a row for each entry.

    `first` has the number of each entry's first phrasing, `counts` how many it has. `said` is the
    weight of the question's terms that stand in a phrasing, `scores` the same by its length; a row
    is filled up with scores of -1.
    """

    first: Ints
    counts: Ints
    said: Floats
    scores: Floats

    def of(self, places: Ints) -> Rows:
        """The rows at some places."""
        said, scores = self.said[places], self.scores[places]
        return Rows(self.first[places], self.counts[places], said, scores)

    def best(self, count: int) -> Ints:
        """For each entry the places of its phrasings that scored best, best first.

        Of the same score the earlier comes first. An entry with fewer names its best again.
        """
        left = self.scores.copy()
        each = np.arange(len(left))
        best = np.zeros((len(left), count), dtype=np.int64)
        for turn in range(count):
            best[:, turn] = left.argmax(axis=1)
            left[each, best[:, turn]] = -1.0
        return np.where(np.arange(count) < self.counts[:, None], best, best[:, :1])


class Index:
    """Postings over phrasings, which are sorted by the entry they belong to, and over answers."""

    def __init__(
        self, lexicon: Lexicon, rows: Counted, owned: Owned, owner_of: Places, answers: Counted
    ) -> None:
        """`rows` are the postings of the phrasings, `owned` the same by entry.

        `owner_of` has the number of each phrasing's entry, ascending from 0; `answers` are the
        postings of each entry's answer. All terms are numbered by the lexicon.
        """
        self.size = len(owner_of)
        self.entries = int(owner_of[-1]) + 1 if self.size else 0
        self._starts = owner_of.searchsorted(np.arange(self.entries + 1))
        self._lexicon = lexicon
        self._places = rows.postings.places
        self.owned, self._parts = owned.postings, owned.parts
        self._told = answers.postings
        self._norm = self._length_norm()
        # No phrasing scores more than it would with all that its entry's phrasings know together.
        self._highest_norm: Floats = (
            np.maximum.reduceat(self._norm, self._starts[:-1]) if self.entries else self._norm
        )
        # Rarity is counted over entries: a word that twenty phrasings of one entry use is a mark
        # of that entry, not a common word.
        spread = self.owned.spread
        self._rarity: Floats = np.log(1 + (self.entries - spread + 0.5) / (spread + 0.5)).astype(
            np.float32
        )
        self.row_weights = self._weigh_rows(rows)

    def _weigh_rows(self, rows: Counted) -> Floats:
        """What all terms of each phrasing are worth together."""
        worth = self._rarity * self._lexicon.kind_weights(self.owned.keys)
        every = np.repeat(worth, rows.postings.spread)
        return np.bincount(self._places, every, minlength=self.size).astype(np.float32)

    def _length_norm(self) -> Floats:
        lengths = np.bincount(self._places, minlength=self.size).astype(np.float32)
        mean = float(lengths.mean()) if self.size else 1.0
        norm: Floats = (_K1 + 1) / (1 + _K1 * (1 - _B + _B * lengths / mean))
        return norm

    def _weigh(self, terms: Sequence[str], found: Found) -> list[float]:
        """What the terms of a question are worth; an unknown one counts as the rarest."""
        rarity = np.full(len(terms), math.log(1 + (self.entries + 0.5) / 0.5))
        rarity[found.terms] = self._rarity[found.numbers]
        weights: list[float] = (rarity * list(map(kind_weight, terms))).tolist()
        return weights

    def search(self, terms: Sequence[str], keys: Ints, found: Found) -> Hits:
        """Every entry's score for the terms of a question, found in `owned` by their keys."""
        weights = self._weigh(terms, found)
        worth_of = np.array(weights, dtype=np.float32)
        worth = worth_of[found.term_of]
        answered = self._told.look_up(keys)
        told = answered.add_up(worth_of[answered.term_of], self.entries)
        return Hits(found.add_up(worth, self.entries), told, sum(weights), found, worth)

    def ceiling(self, hits: Hits) -> Floats:
        """For each entry what no phrasing of it scores more than."""
        return hits.cover * self._highest_norm

    def look_at(self, hits: Hits, entries: Ints) -> Rows:
        """The scores of all phrasings of some entries."""
        first, counts = self._starts[entries], self._starts[entries + 1] - self._starts[entries]
        width = int(counts.max(initial=1))
        row_of = np.full(self.entries, -1)
        row_of[entries] = np.arange(len(entries))
        rows = row_of[hits.found.places]
        inside = np.flatnonzero(rows >= 0)
        rows, postings = rows[inside], hits.found.numbers_of(inside)
        begin = self._parts[postings]
        sizes = self._parts[postings + 1] - begin
        # Phrasings are numbered on through all entries; here each entry's begin a row.
        shift = rows * width - first[rows]
        places = self._places[count_on(begin, sizes)] + shift.repeat(sizes)
        worth = hits.worth[inside].repeat(sizes)
        said = np.bincount(places, worth, minlength=len(entries) * width).astype(np.float32)
        said = said.reshape(len(entries), width)
        columns = np.arange(width)
        scores = said * self._norm.take(first[:, None] + columns, mode="clip")
        scores[columns >= counts[:, None]] = -1.0
        return Rows(first, counts, said, scores)

    def span(self, entry: int) -> tuple[int, int]:
        """The first phrasing of an entry, and the first after its last."""
        return int(self._starts[entry]), int(self._starts[entry + 1])
