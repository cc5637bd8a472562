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

from bot.matching.counted import Counted
from bot.matching.emphasis import Emphasis
from bot.matching.postings import FIRST_PAIR, Floats, Found, Ints, Lexicon, Places, is_pair

# Half of a word's chance comes from the whole base. Measured on the project's query files:
# 0.2 and 0.8 put one to two points fewer right entries first.
_SMOOTHING = 0.5
_KIN_SHARE = 0.5


class Likelihood:
    """Language models of entries: one over words (and concepts), and one over pairs."""

    def __init__(self, owned: Counted, entries: int) -> None:
        """`owned` are the postings of the terms by entry, numbered from 0 to `entries`."""
        self._entries = entries
        self.owned = owned.postings
        pairs = int(self.owned.first[self.owned.keys.searchsorted(FIRST_PAIR)])
        kinds = (slice(0, pairs), slice(pairs, None))
        self.evidence: Floats = np.concatenate([_evidence_of(owned, kind) for kind in kinds])

    def of(self, keys: Ints) -> Floats:
        """The log-likelihood ratio of every entry for terms told by their keys."""
        found = self.owned.look_up(keys)
        return found.add_up(found.of(self.evidence), self._entries)

    def told(self, found: Found) -> Told:
        """What a question's terms say, found in these postings."""
        return Told(found, found.of(self.evidence), self._entries)


@dataclass(frozen=True, slots=True)
class Told:
    """What a question's terms say for entries: the ratio beside each posting that was found."""

    found: Found
    ratios: Floats
    entries: int

    def add_up(self, weights: Floats) -> Floats:
        """What they say together for every entry, each by the weight of its term."""
        return self.found.add_up(self.ratios * weights[self.found.term_of], self.entries)

    def table(self, terms: int) -> Floats:
        """What each of so many terms says for every entry: a row for each term."""
        table = np.zeros(terms * self.entries, dtype=np.float32)
        table[self.found.term_of * self.entries + self.found.places] = self.ratios
        return table.reshape(terms, self.entries)


def _evidence_of(owned: Counted, kind: slice) -> Floats:
    """What each posting of a kind of terms says for its entry."""
    counts, places = owned.counts[kind].astype(np.float64), owned.postings.places[kind]
    numbers = owned.postings.terms[kind]
    in_entry = counts / np.bincount(places, counts)[places]
    in_all = np.bincount(numbers, counts)[numbers] / max(float(counts.sum()), 1.0)
    evidence = np.log1p((1 - _SMOOTHING) / _SMOOTHING * in_entry / in_all)
    return evidence.astype(np.float32)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Log-likelihood ratios of every entry for a question.

    `own` and `kin` are sums over words, pairs and concepts by what each has been found to be worth
    (`emphasis`); `words` and `marks` plain sums, over words and over words with marks. `own_told` and
    `kin_told` are what stands behind the first two, before any emphasis, the latter by family.
    """

    own: Floats
    kin: Floats
    words: Floats
    marks: Floats
    emphasis: Floats
    own_told: Told
    kin_told: Told
    kin_of: Places

    def by_term(self, entries: Ints | slice) -> Floats:
        """What each term says for some entries, own and kin together, before any emphasis."""
        terms = len(self.emphasis)
        own = self.own_told.table(terms)[:, entries]
        kin = self.kin_told.table(terms)[:, self.kin_of[entries]]
        both: Floats = (1 - _KIN_SHARE) * own + _KIN_SHARE * kin
        return both


class Speakers:
    """Who is likely to have asked: the language models of all entries and of their families."""

    def __init__(
        self,
        owned: Counted,
        marks: Counted,
        kin_of: Places,
        marked_lexicon: Lexicon,
        emphasis: Emphasis,
    ) -> None:
        """`owned` and `marks` are postings by entry; `kin_of` has each entry's family."""
        self._kin_of, self._marked_lexicon = kin_of, marked_lexicon
        self.emphasis = emphasis
        families = int(kin_of.max(initial=-1)) + 1
        self._own = Likelihood(owned, len(kin_of))
        self._kin = Likelihood(owned.regrouped(kin_of), families)
        self._marks = Likelihood(marks, len(kin_of))

    def evidence(
        self, terms: Sequence[str], keys: Ints, found: Found, marked: Sequence[str]
    ) -> Evidence:
        """The evidence of a question's terms, which were found in the postings by entry.

        `marked` are its words where marks were typed.
        """
        own = self._own.told(found)
        kin = self._kin.told(self._kin.owned.look_up_alike(found))
        emphasis = self.emphasis.of(terms)
        words = own.add_up(np.where(is_pair(keys), 0.0, 1.0).astype(np.float32))
        marks = words
        if marked:
            marks = self._marks.of(self._marked_lexicon.keys(dict.fromkeys(marked)))
        of_kin = kin.add_up(emphasis)[self._kin_of]
        return Evidence(
            own.add_up(emphasis), of_kin, words, marks, emphasis, own, kin, self._kin_of
        )
