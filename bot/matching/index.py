"""The inverted index: which entries share words with a question, weighed by how rare they are.

BM25 over folded words, pairs of neighbours and concepts, against each phrasing; beside it how much
of the question an entry's phrasings know together, and how much its answer speaks of.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.matching.postings import Floats, Ints, Lexicon, Postings, Tally, Terms
from bot.matching.terms import kind_weight

# BM25: phrasings are one short sentence, so a repeated word says little and length matters little.
_K1 = 0.9
_B = 0.3


@dataclass(frozen=True, slots=True)
class Hits:
    """What a question scored.

    `rows`: against each phrasing. By entry: `cover`, the weight of the question's terms that its
    phrasings know; `told`, the weight of those that stand in its answer. `reach`: the weight of
    all terms.
    """

    rows: Floats
    cover: Floats
    told: Floats
    reach: float


class Index:
    """Postings over phrasings, which are sorted by the entry they belong to, and over answers."""

    def __init__(
        self,
        rows: Sequence[Sequence[str]],
        owners: Sequence[int],
        answers: Sequence[Sequence[str]] = (),
    ) -> None:
        """`rows` are the terms of each phrasing, `owners` its entry's number, ascending from 0.

        `answers` are the terms of each entry's answer.
        """
        self.size = len(rows)
        self.entries = owners[-1] + 1 if owners else 0
        owner_of = np.asarray(owners, dtype=np.int64)
        self.starts = np.searchsorted(owner_of, np.arange(self.entries))
        self._lexicon = Lexicon()
        terms = Terms(self._lexicon, rows)
        self._rows = Postings(terms)
        self._owned = Postings(terms, owner_of)
        self._told = Postings(Terms(self._lexicon, answers))
        self._norm = self._length_norm(rows)
        # Rarity is counted over entries: a word that twenty phrasings of one entry use is a mark
        # of that entry, not a common word.
        spread = self._owned.spread
        self._rarity: Floats = np.log(
            1 + (self.entries - spread + 0.5) / (spread + 0.5)
        ).astype(np.float32)
        self.row_weights = self._weigh_rows(terms)

    def _weigh_rows(self, terms: Terms) -> Floats:
        """What all terms of each phrasing are worth together."""
        worth = (self._rarity * self._lexicon.kind_weights(terms.keys))[terms.numbers]
        return np.bincount(terms.text_of, worth, minlength=self.size).astype(np.float32)

    def _length_norm(self, rows: Sequence[Sequence[str]]) -> Floats:
        lengths = np.fromiter(map(len, rows), dtype=np.float32, count=self.size)
        mean = float(lengths.mean()) if self.size else 1.0
        norm: Floats = (_K1 + 1) / (1 + _K1 * (1 - _B + _B * lengths / mean))
        return norm

    def weight(self, term: str) -> float:
        """What a term is worth in a question; an unknown one counts as the rarest there can be."""
        return self._weight(term, self._owned.find(self._lexicon.key(term)))

    def _weight(self, term: str, number: int | None) -> float:
        if number is None:
            rarity = math.log(1 + (self.entries + 0.5) / 0.5)
        else:
            rarity = float(self._rarity[number])
        return rarity * kind_weight(term)

    def search(self, terms: Sequence[str]) -> Hits:
        """Every phrasing's and entry's score for the terms of a question."""
        rows, told = Tally(self.size), Tally(self.entries)
        cover = Tally(self.entries)
        reach = 0.0
        for term in terms:
            key = self._lexicon.key(term)
            number = self._owned.find(key)
            weight = self._weight(term, number)
            reach += weight
            # Both postings hold the same terms in the same order.
            if number is not None:
                rows.add(self._rows.places[self._rows.span(number)], weight)
                span = self._owned.span(number)
                cover.add(self._owned.places[span], weight)
            answered = self._told.find(key)
            if answered is not None:
                told.add(self._told.places[self._told.span(answered)], weight)
        scores = rows.total() * self._norm
        return Hits(scores, cover.total(), told.total(), reach)

    def best_by_entry(self, scores: Floats) -> Floats:
        """The best phrasing's score of each entry."""
        best: Floats = np.maximum.reduceat(scores, self.starts)
        return best
