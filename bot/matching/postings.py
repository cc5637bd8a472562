"""Postings: for each term, where it occurs. Numbers in flat arrays, so that many cost little."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from bot.matching.terms import CONCEPT_WEIGHT, PAIR_WEIGHT

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

# A pair's key is its two words' numbers side by side in 64 bits.
_PAIR_SHIFT = 32


class Lexicon:
    """Numbers terms: words by their turn, pairs ("bau_cu") by the numbers of both words."""

    def __init__(self) -> None:
        self._words: dict[str, int] = {}
        self._concepts: set[int] = set()

    def learn(self, term: str) -> int:
        """The key of a term, new or known."""
        words = self._words
        left, _, right = term.partition("_")
        key = words.setdefault(left, len(words) + 1)
        if right:
            return key << _PAIR_SHIFT | words.setdefault(right, len(words) + 1)
        if left[0] == "#":
            self._concepts.add(key)
        return key

    def key(self, term: str) -> int | None:
        """The key of a term; None where one of its words never occurred."""
        left, _, right = term.partition("_")
        key = self._words.get(left)
        if key is None or not right:
            return key
        second = self._words.get(right)
        return None if second is None else key << _PAIR_SHIFT | second


    def are_pairs(self, keys: Ints) -> npt.NDArray[np.bool_]:
        """Which of the keys are those of pairs."""
        return keys >> _PAIR_SHIFT > 0

    def kind_weights(self, keys: Ints) -> Floats:
        """How much each of the terms with these keys counts beside its rarity."""
        weights = np.where(self.are_pairs(keys), PAIR_WEIGHT, 1.0).astype(np.float32)
        weights[np.isin(keys, list(self._concepts))] = CONCEPT_WEIGHT
        return weights


class Terms:
    """The terms of many texts as two flat arrays: the key of each, and the text it stands in."""

    def __init__(self, lexicon: Lexicon, texts: Iterable[Sequence[str]]) -> None:
        keys, text_of = array("q"), array("q")
        for number, terms in enumerate(texts):
            keys.extend(map(lexicon.learn, terms))
            text_of.extend([number] * len(terms))
        self.text_of = _ints(text_of)
        self.keys, self.numbers = np.unique(_ints(keys), return_inverse=True)


class Postings:
    """Which places (phrasings or entries) hold a term, with how often each does."""

    def __init__(self, terms: Terms, places: Ints | None = None) -> None:
        """`places` says where each text counts (several may share one); its own by default."""
        at = terms.text_of if places is None else places[terms.text_of]
        self.size = int(at.max()) + 1 if len(at) else 0
        self._keys = terms.keys
        width = max(self.size, 1)
        pairs, counts = np.unique(terms.numbers * width + at, return_counts=True)
        self.places = (pairs % width).astype(np.int32)
        self.counts = counts.astype(np.float32)
        self.spread: Ints = np.bincount(pairs // width, minlength=len(self._keys))
        self._ends = np.cumsum(self.spread)

    @property
    def terms(self) -> Ints:
        """For each posting the number of its term."""
        return np.repeat(np.arange(len(self.spread)), self.spread)

    def find(self, key: int | None) -> int | None:
        """The number of a term in these postings, or None where it does not occur."""
        if key is None:
            return None
        at = int(np.searchsorted(self._keys, key))
        return at if at < len(self._keys) and self._keys[at] == key else None

    def span(self, number: int) -> slice:
        """Where a term's places lie in `places` and `counts`."""
        end = int(self._ends[number])
        return slice(end - int(self.spread[number]), end)


class Tally:
    """Adds up weights by place."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._places: list[npt.NDArray[np.int32]] = []
        self._weights: list[Floats] = []

    def add(self, places: npt.NDArray[np.int32], weights: Floats | float) -> None:
        """Add a weight, or one each, to places."""
        self._places.append(places)
        self._weights.append(np.broadcast_to(np.float32(weights), places.shape))

    def total(self) -> Floats:
        """The sum of every place."""
        if not self._places:
            return np.zeros(self._size, dtype=np.float32)
        added = np.bincount(
            np.concatenate(self._places), np.concatenate(self._weights), minlength=self._size
        )
        return added.astype(np.float32)


def _ints(values: array[int]) -> Ints:
    return np.frombuffer(values, dtype=np.int64) if len(values) else np.zeros(0, dtype=np.int64)
