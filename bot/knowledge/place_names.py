"""Finds the names of places in what people type: without marks, with old spelling, with errors.

How sure a find is can be read from its score. Only `EXACT` names one place beyond doubt; whoever
must not guess asks back for all the others.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from bot.language.fold import fold, fold_word, tidy
from bot.language.read import NO_WORDS, split_words

T = TypeVar("T", bound=Hashable)
Span = tuple[int, int]

EXACT = 100.0
"""The very name: every word without marks or with the same marks."""
FOLDED = 95.0
"""The name with other marks: "đông tân" for "đồng tán"."""
_NEAR = 90.0
_STEM = 60.0
_PREFIX = 50.0

WIDER = "cũ"
"""The kind of what is no commune: a province, or a district or town of before 2025."""

VILLAGE_KINDS = {
    "thon": "thôn", "xom": "xóm", "ban": "bản", "ap": "ấp", "lang": "làng",
    "khu": "khu", "khu pho": "khu", "kp": "khu", "to": "tổ", "to dan pho": "tổ", "tdp": "tổ",
}  # fmt: skip
UNIT_KINDS = {
    "xa": "xã", "x": "xã", "phuong": "phường", "p": "phường", "dac khu": "đặc khu",
    "dk": "đặc khu",
}  # fmt: skip
_WIDER_KINDS = ("tinh", "thanh pho", "tp", "thi xa", "tx", "thi tran", "tt", "huyen", "h", "quan")
_KINDS = VILLAGE_KINDS | UNIT_KINDS | dict.fromkeys(_WIDER_KINDS, WIDER)
_KINDS_WITH_MARKS = frozenset(
    ["thôn", "xóm", "bản", "ấp", "làng", "tổ", "xã", "phường", "đk", "tỉnh", "huyện", "quận"]
)
_LONGEST_KIND = 3

_LONGEST_TEXT = 60
_SHORTEST_PREFIX = 3
_PIECES = re.compile(r"\d+|[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A place whose name stands in the words from `start` to before `end`.

    `kind` is the sort of place that the word before the name says, if there is one ("xã"); the
    word is then among those found.
    """

    item: T
    score: float
    start: int
    end: int
    kind: str = ""


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
        self._near: dict[str, dict[str, list[tuple[T, tuple[str, ...]]]]] = {}
        for name in names:
            words = tuple(readings(name.text)[-1])
            folded = tuple(map(fold_word, words))
            self._exact.setdefault(folded, []).append((name.item, words))
            key = _key(folded)
            self._near.setdefault(key.label, {}).setdefault(key.letters, []).append(
                (name.item, words)
            )
            if key.label and name.has_parts and len(folded) > 1:
                self._stems.setdefault(folded[:-1], []).append(name.item)
        self._letters = {label: list(known) for label, known in self._near.items()}
        self._longest = max(map(len, self._exact), default=0)

    def find(self, words: Sequence[str], name_at: int | None = None) -> list[Found[T]]:
        """Every find in the words, in no order.

        From `name_at` on the words are a name and nothing else; then its beginning is enough, and
        a short name may be misspelt.
        """
        folded = tuple(map(fold_word, words))
        # A name may be typed with one space too many.
        spans = _spans(len(words), self._longest + 1)
        misspelt = self._misspelt(words, folded, spans, name_at)
        found: list[Found[T]] = []
        for start, end in spans:
            within = folded[start:end]
            same = self._exact.get(within)
            if same:
                finds = [(item, _likeness(words[start:end], to, within)) for item, to in same]
            else:
                finds = [(item, _STEM) for item in self._stems.get(within, ())]
                finds += misspelt.get((start, end), ())
                if start == name_at and end == len(words):
                    finds += self._begun("".join(within))
            found += [Found(item, score, start, end) for item, score in finds]
        return found

    def find_exact(self, words: Sequence[str]) -> list[Found[T]]:
        """Every find of a very name, which `find` scores `EXACT`."""
        folded = tuple(map(fold_word, words))
        return [
            Found(item, EXACT, start, end)
            for start, end in _spans(len(words), self._longest)
            for item, written in self._exact.get(folded[start:end], ())
            if _likeness(words[start:end], written, folded[start:end]) == EXACT
        ]

    def _misspelt(
        self,
        words: Sequence[str],
        folded: tuple[str, ...],
        spans: Iterable[Span],
        name_at: int | None,
    ) -> dict[Span, list[tuple[T, float]]]:
        """The names that spans are nearly, the nearest first; all spans are compared at once."""
        by_label: dict[str, list[tuple[Span, str, int]]] = {}
        for start, end in spans:
            key = _key(folded[start:end])
            reach = _reach(key.letters, whole=start == name_at and end == len(words))
            if reach is not None and key.label in self._letters:
                by_label.setdefault(key.label, []).append(((start, end), key.letters, reach))
        found: dict[Span, list[tuple[T, float]]] = {}
        for label, some in by_label.items():
            known = self._near[label]
            for (span, letters, reach), near in zip(some, self._near_to(label, some), strict=True):
                typed = words[slice(*span)]
                for name, distance in near:
                    score = _NEAR * (1 - distance / len(letters))
                    found.setdefault(span, []).extend(
                        (item, score)
                        for item, written in known[name]
                        if _may_be_meant(typed, written, reach)
                    )
        return found

    def _near_to(
        self, label: str, some: Sequence[tuple[Span, str, int]]
    ) -> Iterator[list[tuple[str, int]]]:
        """For each of the letters the names within its reach, nearest first."""
        names, reach = self._letters[label], max(reach for _, _, reach in some)
        letters = [letters for _, letters, _ in some]
        table = cdist(letters, names, scorer=OSA.distance, score_cutoff=reach, dtype=np.uint8)
        for (_, _, reach), row in zip(some, table, strict=True):
            within = np.flatnonzero(row <= reach)
            order = within[row[within].argsort(kind="stable")]
            yield [(names[at], int(row[at])) for at in order.tolist()]

    def _begun(self, letters: str) -> Iterable[tuple[T, float]]:
        if len(letters) < _SHORTEST_PREFIX:
            return
        for label, known in self._near.items():
            for name, items in known.items():
                if f"{name}{label}".startswith(letters):
                    yield from ((item, _PREFIX) for item, _ in items)


def _spans(words: int, longest: int) -> list[Span]:
    """Every row of up to so many words, by its start and the place after its end."""
    return [
        (start, end)
        for start in range(words)
        for end in range(start + 1, min(words, start + longest) + 1)
    ]


def _likeness(words: Sequence[str], written: Sequence[str], folded: Sequence[str]) -> float:
    """How sure a find is whose words without marks are those of the name."""
    same = all(w in (p, f) for w, p, f in zip(words, written, folded, strict=True))
    return EXACT if same else FOLDED


def _may_be_meant(words: Sequence[str], written: Sequence[str], reach: int) -> bool:
    """Whether a name that is near in its letters is near in its words and marks too."""
    typed, meant = "".join(words), "".join(written)
    # Who types marks means them: "vận động" is no misspelt "Vân Đồn".
    if not typed.isascii() and OSA.distance(typed, meant) > reach + 1:
        return False
    if len(words) != len(written):
        return OSA.distance(fold(typed), fold(meant)) <= 1
    return all(
        OSA.distance(fold_word(word), fold_word(other)) <= 1
        for word, other in zip(words, written, strict=True)
    )


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
    if all(map(str.isalpha, typed)):
        return [keyed]
    pieces = [piece for word in typed for piece in _PIECES.findall(word)]
    apart = [_plain(s) for piece in pieces for s in NO_WORDS.spell_out(piece)]
    return [keyed] if keyed == apart else [keyed, apart]


def kind_before(words: Sequence[str], end: int) -> tuple[str, int]:
    """The sort of place that the words before `end` say, and how many words say it."""
    for length in range(min(_LONGEST_KIND, end), 0, -1):
        kind = _kind(words[end - length : end])
        if kind:
            return kind, length
    return "", 0


def kind_at_start(words: Sequence[str]) -> tuple[str, int]:
    """The sort of place that a name begins with, and how many words say it.

    A name is left over always: of "xóm" alone nothing is taken off.
    """
    for length in range(min(_LONGEST_KIND, len(words) - 1), 0, -1):
        kind = _kind(words[:length])
        if kind:
            return kind, length
    return "", 0


def _kind(words: Sequence[str]) -> str:
    if len(words) == 1 and not words[0].isascii() and words[0] not in _KINDS_WITH_MARKS:
        return ""  # "bạn" is no "bản"
    return _KINDS.get(" ".join(map(fold_word, words)), "")


def _plain(word: str) -> str:
    """A number without the noughts before it."""
    return word.lstrip("0") or "0" if word.isdigit() else word
