"""What the knowledge base itself teaches about words: which occur, and which follow which.

Mending a typing error or a lost space needs to know the words that may be meant; the base's own
questions and phrasings are the best list of them.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Self

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.language.syllables import is_syllable

Counts = npt.NDArray[np.int64]
_LONGEST = 7
# A pair's key is its two words' numbers side by side in 64 bits.
_SHIFT = 32
_FIXED_COUNT = 10
_FIXED_SHARE = 0.4
_CHANCE_SHARE = 0.02
_SAID_BY_MANY = 40
# Spelling by ear: letters that parts of the country speak alike.
_SOUNDS_ALIKE = (
    ("tr", "ch"), ("ch", "tr"), ("s", "x"), ("x", "s"), ("l", "n"), ("n", "l"),
    ("gi", "d"), ("d", "gi"), ("r", "d"), ("d", "r"), ("gi", "r"), ("r", "gi"), ("v", "d"), ("d", "v"),
    ("qu", "w"), ("ng", "ngh"), ("ngh", "ng"), ("g", "gh"), ("c", "k"), ("k", "c"),
)  # fmt: skip
_ENDS_ALIKE = (
    ("n", "ng"),
    ("ng", "n"),
    ("t", "c"),
    ("c", "t"),
    ("nh", "n"),
    ("i", "y"),
    ("y", "i"),
)


class Vocabulary:
    """Counts of folded syllables and of pairs of neighbours, and the mending that rests on them."""

    def __init__(self, texts: Iterable[Sequence[str]]) -> None:
        known: defaultdict[str, int] = defaultdict(lambda: len(known))
        told, text_of = array("i"), array("i")
        for number, tokens in enumerate(texts):
            told.extend(map(known.__getitem__, tokens))
            text_of.extend([number] * len(tokens))
        numbers, neighbours = np.array(told, np.int64), np.diff(np.array(text_of)) == 0
        pairs = numbers[:-1][neighbours] << _SHIFT | numbers[1:][neighbours]
        counts = np.bincount(numbers, minlength=len(known))
        self._hold(list(known), counts, *np.unique(pairs, return_counts=True))

    @classmethod
    def of_counts(
        cls, words: Sequence[str], counts: Counts, pair_keys: Counts, pair_counts: Counts
    ) -> Self:
        """The vocabulary of words that were counted before.

        `pair_keys`, ascending, hold the places of both words among `words`, 32 bits each.
        """
        vocabulary = cls.__new__(cls)
        vocabulary._hold(words, counts, pair_keys, pair_counts)
        return vocabulary

    def _hold(
        self, words: Sequence[str], counts: Counts, pair_keys: Counts, pair_counts: Counts
    ) -> None:
        self._numbers = {word: number for number, word in enumerate(words)}
        self._words = Counter(dict(zip(words, counts.tolist(), strict=True)))
        # Hundreds of thousands of pairs: two flat arrays take a tenth of a dictionary's room.
        self._pair_keys = array("q", pair_keys.astype(np.int64).tobytes())
        self._pair_counts = array("i", pair_counts.astype(np.int32).tobytes())
        self._total = int(counts.sum()) or 1
        # For each known word those that sound alike and could make a fixed expression; most have none.
        self._alike: dict[str, tuple[str, ...]] = {}
        self._by_length: dict[int, list[str]] = {}
        for word in self._words:
            if word.isalpha():
                self._by_length.setdefault(len(word), []).append(word)

    def __contains__(self, word: str) -> bool:
        return word in self._words

    def _together(self, left: str | None, right: str | None) -> int:
        """How often one word came right after another."""
        if left is None or right is None:
            return 0
        one, other = self._numbers.get(left), self._numbers.get(right)
        if one is None or other is None:
            return 0
        key = one << _SHIFT | other
        at = bisect_left(self._pair_keys, key)
        known = at < len(self._pair_keys) and self._pair_keys[at] == key
        return self._pair_counts[at] if known else 0

    def split(self, letters: str) -> list[str] | None:
        """Words grown together cut apart ("baucu" -> bau, cu), or None where that cannot be done.

        Takes the most probable way by the counts of the base; every piece must be a known word.
        """
        best: list[tuple[float, list[str]] | None] = [(0.0, [])] + [None] * len(letters)
        for end in range(1, len(letters) + 1):
            for start in range(max(0, end - _LONGEST), end):
                before = best[start]
                piece = letters[start:end]
                count = self._words.get(piece, 0)
                if before is None or not count or (len(piece) == 1 and piece not in "oe"):
                    continue
                score = before[0] + math.log(count / self._total)
                if before[1]:
                    score += math.log1p(self._together(before[1][-1], piece)) / 2
                now = best[end]
                if now is None or score > now[0]:
                    best[end] = (score, [*before[1], piece])
        found = best[-1]
        if found is None or len(found[1]) < 2 or self._is_rather_misspelt(letters, found[1]):
            return None
        return found[1]

    def _is_rather_misspelt(self, letters: str, pieces: Sequence[str]) -> bool:
        """Whether one wrong letter explains a word better than pieces that never stand together."""
        if len(letters) > _LONGEST or any(
            self._together(*pair) for pair in zip(pieces, pieces[1:], strict=False)
        ):
            return False
        return any(distance == 1 for _, distance in self._near(letters))

    def mend(self, before: str | None, word: str, after: str | None) -> str:
        """The known word most likely meant by a misspelt one, seen between its neighbours.

        A known word stays, unless only a word that sounds alike goes with both or either of its
        neighbours ("cu chi" -> "cu tri"). Where nothing is near enough the word itself comes back.
        """
        if word in self._words:
            return self._mend_by_ear(before, word, after)
        if not word.isalpha() or len(word) < 2:
            return word
        near = self._near(word)
        if not near:
            return word
        if is_syllable(word) and len(word) <= 3:
            # A short real syllable that the base lacks is more often another subject than an error.
            near = [(n, d) for n, d in near if self._fit(before, n, after) > 0]
        return max(near, key=lambda n: self._rank(before, n, after), default=(word, 0))[0]

    def _near(self, word: str) -> list[tuple[str, int]]:
        reach = 1 if len(word) <= 5 else 2
        found = []
        for length in range(len(word) - reach, len(word) + reach + 1):
            known = self._by_length.get(length, ())
            near = process.extract_iter(word, known, scorer=OSA.distance, score_cutoff=reach)
            found += [(other, int(distance)) for other, distance, _ in near]
        return found

    def _rank(
        self, before: str | None, near: tuple[str, int], after: str | None
    ) -> tuple[float, int]:
        known, distance = near
        return (self._fit(before, known, after) - 3.0 * distance, self._words[known])

    def _fit(self, before: str | None, word: str, after: str | None) -> float:
        left, right = self._together(before, word), self._together(word, after)
        return math.log1p(left) + math.log1p(right)

    def _mend_by_ear(self, before: str | None, word: str, after: str | None) -> str:
        """A known word stays, save where only a word that sounds alike makes a fixed expression."""
        alike = self._alike.get(word)
        if alike is None:
            known = self._words.get
            some = (other for other in _sound_alikes(word) if known(other, 0) >= _FIXED_COUNT)
            alike = self._alike[word] = tuple(some)
        if not alike:
            return word
        left, right = self._together(before, word), self._together(word, after)
        if left and right:
            return word
        for other in alike:
            for pair in ((before, other), (other, after)):
                # "ứng cử chỉ cần" brings "cu chi" into the base as well, yet only by chance.
                together = self._together(*pair)
                # Where nobody says what stands there, what many say is meant.
                plain = not left and not right and together >= _SAID_BY_MANY
                if plain or (self._belongs(*pair) and left + right <= _CHANCE_SHARE * together):
                    return other
        return word

    def _belongs(self, left: str | None, right: str | None) -> bool:
        """Whether two words are a fixed expression: one of them seldom comes without the other."""
        if left is None or right is None:
            return False
        rarer = min(self._words.get(left, 0), self._words.get(right, 0))
        if rarer < _FIXED_COUNT:
            return False
        together = self._together(left, right)
        return together >= _FIXED_COUNT and together >= _FIXED_SHARE * rarer


def _sound_alikes(word: str) -> Iterable[str]:
    for one, other in _SOUNDS_ALIKE:
        if word.startswith(one):
            yield other + word[len(one) :]
    for one, other in _ENDS_ALIKE:
        if word.endswith(one):
            yield word[: -len(one)] + other
