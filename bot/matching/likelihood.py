"""How much likelier a question is in an entry's own words than in anybody's: a language model each.

Each entry's phrasings are what people say who need that entry. A word that they use ten times as
often as others do speaks for the entry with log 10. This is naive Bayes with Jelinek-Mercer
smoothing (Zhai, Lafferty 2004), told as a sum over the terms of the question. The same is asked of
an entry's kin, the whole family that answers sides of one subject: seventy wordings do not hold all
the words of a subject, those of four sisters hold more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.matching.emphasis import Emphasis
from bot.matching.postings import Counted, Floats, Ints, Lexicon, Places, is_pair

# Half of a word's chance comes from the whole base. Measured on the project's query files:
# 0.2 and 0.8 put one to two points fewer right entries first.
_SMOOTHING = 0.5
_KIN_SHARE = 0.5


class Likelihood:
    """Language models of entries over one kind of terms (words, pairs, or words with marks)."""

    def __init__(self, owned: Counted, entries: int) -> None:
        """`owned` are the postings of the terms by entry, numbered from 0 to `entries`."""
        self._entries = entries
        self._owned = owned.postings
        counts = owned.counts.astype(np.float64)
        numbers, places = self._owned.terms, self._owned.places
        in_entry = counts / np.bincount(places, counts, minlength=max(entries, 1))[places]
        in_all = np.bincount(numbers, counts)[numbers] / max(float(counts.sum()), 1.0)
        evidence = np.log1p((1 - _SMOOTHING) / _SMOOTHING * in_entry / in_all)
        self._evidence: Floats = evidence.astype(np.float32)

    def of(self, keys: Ints) -> Floats:
        """The log-likelihood ratio of every entry for terms told by their keys."""
        numbers = self._owned.find(keys)
        return self._owned.add_up_own(numbers[numbers >= 0], self._evidence, self._entries)

    def fill(self, table: Floats, keys: Ints) -> None:
        """Write the ratios into a table, a row for each of the keys that is known here."""
        numbers = self._owned.find(keys)
        rows = np.flatnonzero(numbers >= 0)
        spans = self._owned.spans(numbers[rows])
        if spans:
            places = np.concatenate([self._owned.places[span] for span in spans])
            every_row = rows.repeat([span.stop - span.start for span in spans])
            table[every_row, places] = np.concatenate([self._evidence[span] for span in spans])


@dataclass(frozen=True, slots=True)
class Evidence:
    """Log-likelihood ratios of every entry for a question.

    `own` and `kin` are sums over words, pairs and concepts by what each has been found to be worth;
    `words` and `marks` plain sums, over words and over words with marks. The tables hold what stands
    behind the first two, a row for each term, before any emphasis.
    """

    own: Floats
    kin: Floats
    words: Floats
    marks: Floats
    own_by_term: Floats
    kin_by_term: Floats

    def by_term(self, entries: Sequence[int] | slice) -> Floats:
        """What each term says for some entries, own and kin together."""
        own, kin = self.own_by_term[:, entries], self.kin_by_term[:, entries]
        both: Floats = (1 - _KIN_SHARE) * own + _KIN_SHARE * kin
        return both


class Speakers:
    """Who is likely to have asked: the language models of all entries and of their families."""

    def __init__(
        self,
        kinds: Sequence[Counted],
        marks: Counted,
        kin_of: Places,
        marked_lexicon: Lexicon,
        emphasis: Emphasis,
    ) -> None:
        """`kinds` are postings by entry, one for each kind of terms; `kin_of` each entry's family."""
        self._kin_of, self._marked_lexicon = kin_of, marked_lexicon
        self.emphasis = emphasis
        self._families = int(kin_of.max(initial=-1)) + 1
        self._own = [Likelihood(owned, len(kin_of)) for owned in kinds]
        self._kin = [Likelihood(owned.regrouped(kin_of), self._families) for owned in kinds]
        self._marks = Likelihood(marks, len(kin_of))

    def evidence(self, terms: Sequence[str], keys: Ints, marked: Sequence[str]) -> Evidence:
        """The evidence of a question's terms; `marked` are its words where marks were typed."""
        own = np.zeros((len(keys), len(self._kin_of)), dtype=np.float32)
        kin = np.zeros((len(keys), self._families), dtype=np.float32)
        # Each kind knows nothing of the others' terms, so that all may see all keys.
        for of_entries, of_families in zip(self._own, self._kin, strict=True):
            of_entries.fill(own, keys)
            of_families.fill(kin, keys)
        kin = kin[:, self._kin_of]
        weights = self.emphasis.of(terms)
        words = own[~is_pair(keys)].sum(axis=0)
        marks = words
        if marked:
            marks = self._marks.of(self._marked_lexicon.keys(dict.fromkeys(marked)))
        return Evidence(weights @ own, weights @ kin, words, marks, own, kin)
