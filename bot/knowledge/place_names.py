"""Finds the names of places in what people type: without marks, with old spelling, with errors.

How sure a find is can be read from its score. Only `EXACT` names one place beyond doubt; whoever
must not guess asks back for all the others.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from bot.language.fold import fold_word, tidy
from bot.language.read import NO_WORDS, split_words

T = TypeVar("T", bound=Hashable)

EXACT = 100.0
"""The very name: every word without marks or with the same marks."""
FOLDED = 95.0
"""The name with other marks: "đông tân" for "đồng tán"."""
_NEAR = 90.0
_STEM = 60.0
_PREFIX = 50.0

_LONGEST_TEXT = 60
_SHORTEST_PREFIX = 3
_PIECES = re.compile(r"\d+|[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A place whose name stands in the words from `start` to before `end`."""

    item: T
    score: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Name(Generic[T]):
    """One way to write the name of a place.

    Of a name that means nothing by itself ("khu 3") no part is taken for the whole.
    """

    item: T
    text: str
    has_parts: bool = True


@dataclass(frozen=True, slots=True)
class _Key:
    """What is compared where a name is misspelt: its letters, and the number or letter behind.

    The latter must be right: "Tân Ốc 1" is no misspelt "Tân Ốc 2".
    """

    letters: str
    label: str


class Names(Generic[T]):
    """An index of names; immutable once made."""

    def __init__(self, names: Iterable[Name[T]]) -> None:
        self._exact: dict[tuple[str, ...], list[tuple[T, tuple[str, ...]]]] = {}
        self._stems: dict[tuple[str, ...], list[T]] = {}
        self._near: dict[str, dict[str, list[T]]] = {}
        for name in names:
            words = tuple(readings(name.text)[-1])
            folded = tuple(map(fold_word, words))
            self._exact.setdefault(folded, []).append((name.item, words))
            key = _key(folded)
            self._near.setdefault(key.label, {}).setdefault(key.letters, []).append(name.item)
            if key.label and name.has_parts and len(folded) > 1:
                self._stems.setdefault(folded[:-1], []).append(name.item)
        self._longest = max(map(len, self._exact), default=0)

    def find(self, words: Sequence[str], *, is_name: bool = False) -> list[Found[T]]:
        """Every find, the surest first.

        `is_name` says that the words are a name and nothing else; then its beginning is enough,
        and a short name may be misspelt.
        """
        folded = tuple(map(fold_word, words))
        found: list[Found[T]] = []
        for start in range(len(words)):
            # A name may be typed with one space too many.
            for end in range(start + 1, min(len(words), start + self._longest + 1) + 1):
                whole = is_name and end - start == len(words)
                finds = self._at(words[start:end], folded[start:end], whole)
                found += [Found(item, score, start, end) for item, score in finds]
        return sorted(found, key=lambda f: (-f.score, f.start - f.end, f.start))

    def _at(
        self, words: Sequence[str], folded: tuple[str, ...], whole: bool
    ) -> Iterable[tuple[T, float]]:
        same = self._exact.get(folded, [])
        if same:
            for item, written in same:
                yield item, EXACT if _are_same(words, written, folded) else FOLDED
            return
        yield from ((item, _STEM) for item in self._stems.get(folded, ()))
        key = _key(folded)
        reach = _reach(key.letters, whole)
        if reach is not None:
            yield from self._misspelt(key, reach)
        if whole:
            yield from self._begun("".join(folded))

    def _misspelt(self, key: _Key, reach: int) -> Iterable[tuple[T, float]]:
        known = self._near.get(key.label, {})
        near = extract(
            key.letters, list(known), scorer=OSA.distance, score_cutoff=reach, limit=None
        )
        for letters, distance, _ in near:
            score = _NEAR * (1 - distance / len(key.letters))
            yield from ((item, score) for item in known[letters])

    def _begun(self, letters: str) -> Iterable[tuple[T, float]]:
        if len(letters) < _SHORTEST_PREFIX:
            return
        for label, known in self._near.items():
            for name, items in known.items():
                if f"{name}{label}".startswith(letters):
                    yield from ((item, _PREFIX) for item in items)


def _are_same(words: Sequence[str], written: Sequence[str], folded: Sequence[str]) -> bool:
    return all(w in (p, f) for w, p, f in zip(words, written, folded, strict=True))


def _reach(letters: str, whole: bool) -> int | None:
    """How many letters may be wrong; None where so few letters could be anything."""
    if len(letters) < 4:
        return None
    if len(letters) == 4:
        return 1 if whole else 0
    return 1 if len(letters) <= 8 else 2


def _key(folded: Sequence[str]) -> _Key:
    last = folded[-1] if folded else ""
    if last.isdigit() or len(last) == 1:
        return _Key("".join(folded[:-1]), last)
    return _Key("".join(folded), "")


def readings(text: str) -> list[list[str]]:
    """The words of a text, lower case, keys decoded.

    There are two readings where a number is grown to a word: "cai2" is "cài" in VNI, and "cai 2".
    The second keeps the number.
    """
    typed = split_words(tidy(text))[:_LONGEST_TEXT]
    keyed = [_plain(s) for word in typed for s in NO_WORDS.spell_out(word)]
    pieces = [piece for word in typed for piece in _PIECES.findall(word)]
    apart = [_plain(s) for piece in pieces for s in NO_WORDS.spell_out(piece)]
    return [keyed] if keyed == apart else [keyed, apart]


def _plain(word: str) -> str:
    """A number without the noughts before it."""
    return word.lstrip("0") or "0" if word.isdigit() else word
