"""The inverted index: which entries share words with a question, weighed by how rare they are.

BM25 over folded words, pairs of neighbours and concepts, against each phrasing; beside it how much
of the question an entry's phrasings know together, and how much its answer speaks of.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.matching.postings import Counted, Floats, Ints, Lexicon, Places
from bot.matching.terms import kind_weight

# BM25: phrasings are one short sentence, so a repeated word says little and length matters little.
_K1 = 0.9
_B = 0.3


@dataclass(frozen=True, slots=True)
class Hits:
    """What a question scored.

    By phrasing: `said`, the weight of the question's terms that stand in it, and `rows`, the same
    by its length. By entry: `cover`, the weight of the terms that its phrasings know together;
    `told`, the weight of those that stand in its answer. `reach`: the weight of all terms.
    """

    said: Floats
    rows: Floats
    cover: Floats
    told: Floats
    reach: float


class Index:
    """Postings over phrasings, which are sorted by the entry they belong to, and over answers."""

    def __init__(self, lexicon: Lexicon, rows: Counted, owner_of: Places, answers: Counted) -> None:
        """`rows` are the postings of the phrasings, `answers` those of each entry's answer.

        `owner_of` has the number of each phrasing's entry, ascending from 0. All terms are
        numbered by the lexicon.
        """
        self.size = len(owner_of)
        self.entries = int(owner_of[-1]) + 1 if self.size else 0
        self._starts = owner_of.searchsorted(np.arange(self.entries + 1))
        self._bounds: list[int] = self._starts.tolist()
        self._lexicon = lexicon
        self._rows = rows.postings
        self._owned = rows.by_owner(owner_of).postings
        self._told = answers.postings
        self._norm = self._length_norm()
        # Rarity is counted over entries: a word that twenty phrasings of one entry use is a mark
        # of that entry, not a common word.
        spread = self._owned.spread
        self._rarity: Floats = np.log(1 + (self.entries - spread + 0.5) / (spread + 0.5)).astype(
            np.float32
        )
        self.row_weights = self._weigh_rows()

    def _weigh_rows(self) -> Floats:
        """What all terms of each phrasing are worth together."""
        worth = self._rarity * self._lexicon.kind_weights(self._rows.keys)
        every = np.repeat(worth, self._rows.spread)
        return np.bincount(self._rows.places, every, minlength=self.size).astype(np.float32)

    def _length_norm(self) -> Floats:
        lengths = np.bincount(self._rows.places, minlength=self.size).astype(np.float32)
        mean = float(lengths.mean()) if self.size else 1.0
        norm: Floats = (_K1 + 1) / (1 + _K1 * (1 - _B + _B * lengths / mean))
        return norm

    def _weigh(self, terms: Sequence[str], numbers: Ints) -> list[float]:
        """What the terms of a question are worth; an unknown one counts as the rarest."""
        unknown = math.log(1 + (self.entries + 0.5) / 0.5)
        rarity = self._rarity[numbers].tolist() if len(self._rarity) else [unknown] * len(numbers)
        return [
            (rare if number >= 0 else unknown) * kind_weight(term)
            for term, number, rare in zip(terms, numbers.tolist(), rarity, strict=True)
        ]

    def search(self, terms: Sequence[str], keys: Ints) -> Hits:
        """Every phrasing's and entry's score for the terms of a question, given with their keys."""
        numbers = self._rows.find(keys)
        weights = self._weigh(terms, numbers)
        worth = np.array(weights, dtype=np.float32)
        # Both postings hold the same terms in the same order.
        known = numbers >= 0
        here, worth_here = numbers[known], worth[known]
        said = self._rows.add_up(here, worth_here, self.size)
        cover = self._owned.add_up(here, worth_here, self.entries)
        answered = self._told.find(keys)
        known = answered >= 0
        told = self._told.add_up(answered[known], worth[known], self.entries)
        return Hits(said, said * self._norm, cover, told, sum(weights))

    def span(self, entry: int) -> tuple[int, int]:
        """The first phrasing of an entry, and the first after its last."""
        return self._bounds[entry], self._bounds[entry + 1]

    def best_by_entry(self, scores: Floats) -> Floats:
        """The best phrasing's score of each entry."""
        best: Floats = np.maximum.reduceat(scores, self._starts[:-1])
        return best
