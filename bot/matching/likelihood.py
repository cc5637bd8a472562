"""How much likelier a question is in an entry's own words than in anybody's: a language model each.

Each entry's phrasings are what people say who need that entry. A word that they use ten times as
often as others do speaks for the entry with log 10. This is naive Bayes with Jelinek-Mercer
smoothing (Zhai, Lafferty 2004), told as a sum over the terms of the question.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from bot.matching.postings import Floats, Ints, Lexicon, Postings, Tally, Terms

# Half of a word's chance comes from the whole base. Measured on the project's query files:
# 0.2 and 0.8 put one to two points fewer right entries first.
_SMOOTHING = 0.5


class Likelihood:
    """Language models of entries over one kind of terms (words, pairs, or words with marks)."""

    def __init__(self, texts: Iterable[Sequence[str]], owner_of: Ints, entries: int) -> None:
        """`texts` are the terms of each phrasing, `owner_of` the entry that each belongs to."""
        self._lexicon = Lexicon()
        self._entries = entries
        self._owned = Postings(Terms(self._lexicon, texts), owner_of)
        counts = self._owned.counts.astype(np.float64)
        terms, places = self._owned.terms, self._owned.places
        in_entry = counts / np.bincount(places, counts, minlength=max(entries, 1))[places]
        in_all = np.bincount(terms, counts)[terms] / max(float(counts.sum()), 1.0)
        evidence = np.log1p((1 - _SMOOTHING) / _SMOOTHING * in_entry / in_all)
        self._evidence: Floats = evidence.astype(np.float32)

    def of(self, terms: Iterable[str]) -> Floats:
        """The log-likelihood ratio of every entry for the terms of a question."""
        tally = Tally(self._entries)
        for term in terms:
            number = self._owned.find(self._lexicon.key(term))
            if number is not None:
                span = self._owned.span(number)
                tally.add(self._owned.places[span], self._evidence[span])
        return tally.total()
