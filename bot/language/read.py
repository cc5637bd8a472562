"""Raw text as people type it -> the words that the rest of the program works on.

One pass, in this order: tidy the characters, decode abbreviations and keyboard keys, take off the
marks, cut greetings and thanks around the question, part and mend words the base does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from bot.language.fold import fold, fold_word, place_tones, tidy
from bot.language.keys import decode_keys
from bot.language.syllables import is_syllable
from bot.language.vocabulary import Vocabulary

LONGEST_QUESTION = 1_000
"""Letters of a message that are read; what a person means stands in them or nowhere."""

_SPELLED_AT_MOST = 50_000
_WORD = re.compile(r"[^\W_]+")
_HELD = re.compile(r"(.)\1{2,}")
_TWICE = re.compile(r"([^\W\d_])\1")
_BAR_KEYS = re.compile(r"d[d9]")
_NUMBER_AND_WORD = re.compile(r"(\d+)([^\W\d_]+)|([^\W\d_]+)(\d+)")


class Fillers:
    """Phrases that carry no question: greetings, thanks.

    A word typed with marks is only the filler that has the same marks: "dạ" is one, "đã" is not.
    """

    def __init__(self, phrases: Iterable[Sequence[str]]) -> None:
        self._by_folded: dict[tuple[str, ...], list[Sequence[str]]] = {}
        for phrase in phrases:
            self._by_folded.setdefault(tuple(map(fold, phrase)), []).append(phrase)
        self._longest = max(map(len, self._by_folded), default=0)
        self._first = frozenset(phrase[0] for phrase in self._by_folded if phrase)

    @cached_property
    def backwards(self) -> Fillers:
        """The same phrases read from their end."""
        return Fillers(p[::-1] for phrases in self._by_folded.values() for p in phrases)

    def count_at_start(self, words: Sequence[str]) -> int:
        """How many words at the start are fillers, taking the longest phrase each time."""
        if not words or fold_word(words[0]) not in self._first:
            return 0
        folded = [fold_word(word) for word in words]
        at = 0
        while at < len(words) and folded[at] in self._first:
            length = self._length_at(words[at:], folded[at:])
            if not length:
                break
            at += length
        return at

    def _length_at(self, words: Sequence[str], folded: Sequence[str]) -> int:
        for length in range(min(self._longest, len(words)), 0, -1):
            for phrase in self._by_folded.get(tuple(folded[:length]), ()):
                if all(w in (p, f) for w, p, f in zip(words, phrase, folded, strict=False)):
                    return length
        return 0


@dataclass(frozen=True, slots=True)
class WordLists:
    """The lists of `knowledge/words/` that reading needs.

    `short` maps an abbreviation, as typed in lower case, to the words it stands for.
    """

    short: Mapping[str, tuple[str, ...]]
    openers: Fillers
    closers: Fillers
    # The same few thousand words come again and again; each is spelled out once.
    spelled: dict[str, tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)

    def spell_out(self, word: str) -> tuple[str, ...]:
        """One typed word (composed, lower case) as the words it stands for."""
        known = self.spelled.get(word)
        if known is None:
            known = tuple(_spell_out(place_tones(word), self.short))
            if len(self.spelled) < _SPELLED_AT_MOST:
                self.spelled[word] = known
        return known


NO_WORDS = WordLists({}, Fillers([]), Fillers([]))


@dataclass(frozen=True, slots=True)
class Reading:
    """A message as it was read.

    `words` carry the marks that were typed or decoded, `folded` are the same words without marks
    and with errors mended; both without the greeting before and the thanks after.
    """

    text: str
    words: tuple[str, ...]
    folded: tuple[str, ...]
    unknown: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The folded words as one line."""
        return " ".join(self.folded)


def split_words(text: str) -> list[str]:
    """The words and numbers of a tidy text, lower case, without punctuation."""
    return _WORD.findall(text.lower())


def read(text: str, lists: WordLists = NO_WORDS, vocabulary: Vocabulary | None = None) -> Reading:
    """Read a message; `vocabulary` is left out where the text is the base's own."""
    tidied = tidy(text[: LONGEST_QUESTION * 2])[:LONGEST_QUESTION]
    words = _cut_around(_spell(tidied, lists), lists)
    if vocabulary is None:
        return Reading(tidied, tuple(words), tuple(map(fold_word, words)))
    words = _part(words, vocabulary)
    folded = _mend([fold_word(word) for word in words], vocabulary)
    unknown = tuple(f for f in folded if f not in vocabulary)
    return Reading(tidied, tuple(words), tuple(folded), unknown)


def read_own(text: str, lists: WordLists = NO_WORDS) -> tuple[list[str], tuple[str, ...]]:
    """The words of a text of the base, which is tidy and spelled right, and the same folded."""
    words = _cut_around(_spell(text, lists), lists)
    return words, tuple(map(fold_word, words))


def _spell(text: str, lists: WordLists) -> list[str]:
    known = lists.spelled.get
    return [
        spelled for word in split_words(text) for spelled in known(word) or lists.spell_out(word)
    ]


def _spell_out(word: str, short: Mapping[str, tuple[str, ...]]) -> Sequence[str]:
    """One typed word as the words it stands for."""
    if word in short:
        return short[word]
    barred = _BAR_KEYS.sub("đ", word)
    if barred != word and barred in short:
        return short[barred]
    # Three of a letter are a held key, in Telex as well: "xooong" is xong, not xôong.
    decoded = None if _HELD.search(word) else decode_keys(word)
    if decoded:
        return [decoded]
    held = _release_keys(word)
    if held != word:
        return _spell_out(held, short)
    glued = _NUMBER_AND_WORD.fullmatch(word)
    if glued is None:
        return [word]
    if glued.group(2) == "t":
        return [glued.group(1), "tuổi"]
    return [part for piece in glued.groups() if piece for part in _spell_out(piece, short)]


def _release_keys(word: str) -> str:
    """A word without the letters that were held down: "saooo" -> "sao", "cóoo" -> "có"."""
    if not word.isalpha():
        return word
    held = _HELD.sub(r"\1", word)
    if held == word and (is_syllable(fold(word)) or not _TWICE.search(fold(word))):
        return word
    folded = fold(held)
    kept: list[str] = []
    for at, letter in enumerate(held):
        if at and folded[at] == folded[at - 1]:
            if not kept[-1].isascii() or letter.isascii():
                continue
            kept[-1] = letter
        else:
            kept.append(letter)
    released = "".join(kept)
    return released if is_syllable(fold(released)) else held


def _cut_around(words: list[str], lists: WordLists) -> list[str]:
    """Cut openers and closers, longest first, but never everything."""
    start = lists.openers.count_at_start(words)
    end = len(words) - lists.closers.backwards.count_at_start(words[start:][::-1])
    return words[start:end] if start < end else words


def _part(words: list[str], vocabulary: Vocabulary) -> list[str]:
    """Part words that grew together, keeping each letter's marks."""
    parted: list[str] = []
    for word in words:
        folded = fold(word)
        pieces = None
        if folded not in vocabulary and len(folded) > 3 and not is_syllable(folded):
            pieces = vocabulary.split(folded)
        at = 0
        for piece in pieces or [folded]:
            parted.append(word[at : at + len(piece)])
            at += len(piece)
    return parted


def _mend(folded: list[str], vocabulary: Vocabulary) -> list[str]:
    mended: list[str] = []
    for at, word in enumerate(folded):
        before = mended[-1] if mended else None
        after = folded[at + 1] if at + 1 < len(folded) else None
        mended.append(vocabulary.mend(before, word, after))
    return mended
