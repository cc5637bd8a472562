"""Greetings, thanks, insults, politics: messages that ask the base nothing.

The lists are `knowledge/words/`; here is only how they are compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from bot.knowledge.model import Remark
from bot.language.fold import fold_word, tidy
from bot.language.read import split_words

_SHORT = 2
"""Words; a part as short as this must be typed as the list has it, marks and all."""


def is_whole_remark(text: str, remarks: Iterable[Remark]) -> Remark | None:
    """The remark whose wording is the whole message, marks aside."""
    line = " ".join(_read(text)[1])
    return next((remark for remark in remarks if line and line in remark.exact), None)


def find_remark_in(text: str, remarks: Iterable[Remark], share: float = 0) -> Remark | None:
    """The remark of which a part stands in the message and makes up that share of its words.

    A word typed with marks must have the part's marks: "cảm đi" is not in "cấm đi".
    """
    words, folded = _read(text)
    said, shortest = set(folded), share * len(words)
    for remark in remarks:
        # Of most parts not even the first word is said.
        for first in said & remark.begun_with.keys():
            for part in remark.begun_with[first]:
                if len(part) >= shortest and _stands_in(part, words, folded):
                    return remark
    return None


@lru_cache(maxsize=64)
def _read(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of a message, and the same without marks; remembered for a moment."""
    words = tuple(split_words(tidy(text)))
    return words, tuple(map(fold_word, words))


def _stands_in(part: tuple[str, ...], words: Sequence[str], folded: Sequence[str]) -> bool:
    size, first = len(part), fold_word(part[0])
    # Without marks a word or two mean too much else: "con cho" is "còn cho" or "còn chỗ".
    accepted = [(p, fold_word(p)) if size > _SHORT else (p,) for p in part]
    return any(
        all(w in ways for w, ways in zip(words[at : at + size], accepted, strict=False))
        for at in range(len(words) - size + 1)
        if folded[at] == first
    )
