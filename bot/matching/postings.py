"""Postings: for each term, where it occurs. Numbers in flat arrays, so that many cost little."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

import numpy as np
import numpy.typing as npt

from bot.matching.terms import CONCEPT_WEIGHT, PAIR_WEIGHT

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]
Array = TypeVar("Array", Floats, Places)

# A pair's key is its two words' numbers side by side in 64 bits.
_PAIR_SHIFT = 32
FIRST_PAIR = 1 << _PAIR_SHIFT | 1
"""The key of the very first word beside itself: words are numbered from 1."""


def is_pair(keys: Ints) -> npt.NDArray[np.bool_]:
    """Which of the keys are those of pairs."""
    return keys >> _PAIR_SHIFT > 0


class _Numbers(dict[str, int]):
    """Gives every new word the next number, from 1."""

    def __missing__(self, word: str) -> int:
        number = self[word] = len(self) + 1
        return number


class Lexicon:
    """Numbers terms: words by their turn, pairs ("bau_cu") by the numbers of both words."""

    def __init__(self) -> None:
        self._numbers = _Numbers()
        self._concepts: set[int] = set()

    @classmethod
    def of_words(cls, words: Iterable[str]) -> Self:
        """The lexicon that learned these words and concepts, in this order."""
        lexicon = cls()
        for word in words:
            lexicon.learn(word)
        return lexicon

    @property
    def words(self) -> list[str]:
        """The words and concepts in the order in which they were learned."""
        return list(self._numbers)

    def learn(self, term: str) -> int:
        """The key of a term, new or known."""
        left, _, right = term.partition("_")
        key = self._numbers[left]
        if right:
            return key << _PAIR_SHIFT | self._numbers[right]
        if left[0] == "#":
            self._concepts.add(key)
        return key

    def learn_words(self, words: Iterable[str]) -> Iterator[int]:
        """The numbers of words, new or known."""
        return map(self._numbers.__getitem__, words)

    def key(self, term: str) -> int:
        """The key of a term; 0, which is no term's, where one of its words never occurred."""
        left, _, right = term.partition("_")
        key = self._numbers.get(left, 0)
        if not key or not right:
            return key
        second = self._numbers.get(right, 0)
        return second and key << _PAIR_SHIFT | second

    def keys(self, terms: Iterable[str]) -> Ints:
        """The keys of the terms of a question."""
        return np.fromiter(map(self.key, terms), dtype=np.int64)

    def kind_weights(self, keys: Ints) -> Floats:
        """How much each of the terms with these keys counts beside its rarity."""
        weights = np.where(is_pair(keys), PAIR_WEIGHT, 1.0).astype(np.float32)
        weights[np.isin(keys, list(self._concepts))] = CONCEPT_WEIGHT
        return weights


class Terms:
    """The terms of many texts as two flat arrays: the key of each, and the text it stands in."""

    def __init__(self, keys: Ints, text_of: Places) -> None:
        self.keys = keys
        self.text_of = text_of

    @classmethod
    def of_texts(cls, lexicon: Lexicon, texts: Iterable[Sequence[str]]) -> Self:
        """The terms of texts that are told as strings."""
        keys, lengths = array("q"), array("q")
        for terms in texts:
            keys.extend(map(lexicon.learn, terms))
            lengths.append(len(terms))
        return cls(as_numbers(keys), _number_texts(as_numbers(lengths)))


class Numbered:
    """The words of many texts as numbers, for counting them and their pairs."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._numbers = array("i")
        self._ends = array("i", [0])

    def add(self, words: Iterable[str]) -> None:
        """Add a text at the end."""
        self._numbers.extend(self._lexicon.learn_words(words))
        self._ends.append(len(self._numbers))

    def word_terms(self) -> Terms:
        """Every word of every text."""
        return Terms(as_numbers(self._numbers), self._text_of())

    def pair_terms(self) -> Terms:
        """Every pair of neighbours of every text."""
        numbers, text_of = as_numbers(self._numbers), self._text_of()
        together = text_of[1:] == text_of[:-1]
        keys = numbers[:-1][together] << _PAIR_SHIFT | numbers[1:][together]
        return Terms(keys, text_of[1:][together])

    def _text_of(self) -> Places:
        return _number_texts(np.diff(as_numbers(self._ends)))


class Postings:
    """Which places (phrasings or entries) hold a term; each place once."""

    def __init__(self, keys: Ints, spread: Ints, places: Places) -> None:
        """`keys` ascending; `spread` how many places hold each; `places` those, term by term."""
        self.keys = keys
        self.places = places
        self._ends = np.concatenate(([0], np.cumsum(spread))).astype(np.int32)

    @property
    def spread(self) -> Ints:
        """For each term in how many places it occurs."""
        return np.diff(self._ends).astype(np.int64)

    @property
    def terms(self) -> Ints:
        """For each posting the number of its term."""
        return np.repeat(np.arange(len(self.keys)), self.spread)

    @property
    def first(self) -> Ints:
        """For each term the number of its first posting, and last the number of all postings."""
        return self._ends.astype(np.int64)

    def find(self, keys: Ints) -> Ints:
        """The numbers of the terms with these keys; -1 for one that does not occur."""
        if not len(self.keys):
            return np.full(len(keys), -1)
        at = self.keys.searchsorted(keys)
        at[at == len(self.keys)] = 0
        at[self.keys[at] != keys] = -1
        return at

    def look_up(self, keys: Ints) -> Found:
        """The postings of the terms with these keys."""
        numbers = self.find(keys)
        terms = np.flatnonzero(numbers >= 0)
        return self._found(terms, numbers[terms])

    def look_up_alike(self, found: Found) -> Found:
        """The postings here of what was found in others that have the very same terms."""
        return self._found(found.terms, found.numbers)

    def _found(self, terms: Ints, numbers: Ints) -> Found:
        starts, ends = self._ends[numbers], self._ends[numbers + 1]
        spans = list(map(slice, starts.tolist(), ends.tolist()))
        term_of = terms.repeat(ends - starts)
        return Found(terms, numbers, spans, term_of, _cut(self.places, spans))


@dataclass(frozen=True, slots=True)
class Found:
    """The postings of a question's terms.

    Of each term that occurs: its place in the question (`terms`), its number, and the span of its
    postings. Of each posting, term by term: the place of its term in the question, and its place.
    """

    terms: Ints
    numbers: Ints
    spans: list[slice]
    term_of: Ints
    places: Places

    def of(self, beside: Array) -> Array:
        """Of what stands beside all postings, what stands beside the ones found."""
        return _cut(beside, self.spans)

    def numbers_of(self, some: Ints) -> Ints:
        """The numbers of some of the postings found, told by their turn."""
        first = np.array([span.start for span in self.spans], dtype=np.int64)
        turn = self.term_of.searchsorted(self.terms)
        shift = np.zeros(int(self.terms.max(initial=-1)) + 1, dtype=np.int64)
        shift[self.terms] = first - turn
        numbers: Ints = some + shift[self.term_of[some]]
        return numbers

    def add_up(self, weights: Floats, size: int) -> Floats:
        """The sum at each of `size` places, where each posting has a weight."""
        # Summed with double precision, term by term: to the same result on every machine.
        return np.bincount(self.places, weights, minlength=size).astype(np.float32)


def count_on(starts: Ints | Places, sizes: Ints | Places) -> Ints:
    """So many whole numbers from each start on, in one row."""
    before = sizes.cumsum(dtype=np.int64) - sizes
    numbers: Ints = np.arange(int(sizes.sum())) + (starts - before).repeat(sizes)
    return numbers


def _cut(values: Array, spans: Sequence[slice]) -> Array:
    """The values of all spans in a row."""
    return np.concatenate([values[span] for span in spans]) if spans else values[:0]


def as_numbers(values: array[int]) -> Ints:
    """A flat array as numbers that can be counted with."""
    return np.array(values, dtype=np.int64)


def _number_texts(lengths: Ints) -> Places:
    return np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
