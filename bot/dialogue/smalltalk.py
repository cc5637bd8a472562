"""Greetings, thanks, insults, politics: messages that ask the base nothing.

The lists are `knowledge/words/`; here is only how they are compared.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.knowledge.model import Remark
from bot.language.fold import fold_word, tidy
from bot.language.read import split_words

_SHORT = 2
"""Words; a part as short as this must be typed as the list has it, marks and all."""


def is_whole_remark(text: str, remarks: Iterable[Remark]) -> Remark | None:
    """The remark whose wording is the whole message, marks aside."""
    line = " ".join(fold_word(word) for word in split_words(tidy(text)))
    return next((remark for remark in remarks if line and line in remark.exact), None)


def find_remark_in(text: str, remarks: Iterable[Remark], share: float = 0) -> Remark | None:
    """The remark of which a part stands in the message and makes up that share of its words.

    A word typed with marks must have the part's marks: "cảm đi" is not in "cấm đi".
    """
    words = split_words(tidy(text))
    folded = list(map(fold_word, words))
    said, shortest = frozenset(folded), share * len(words)
    for remark in remarks:
        for part in remark.parts:
            # Of most parts not even the first word is said.
            begins = fold_word(part[0]) in said and len(part) >= shortest
            if begins and _stands_in(part, words, folded):
                return remark
    return None


def _stands_in(part: tuple[str, ...], words: list[str], folded: list[str]) -> bool:
    size, first = len(part), fold_word(part[0])
    # Without marks a word or two mean too much else: "con cho" is "còn cho" or "còn chỗ".
    accepted = [(p, fold_word(p)) if size > _SHORT else (p,) for p in part]
    return any(
        all(w in ways for w, ways in zip(words[at : at + size], accepted, strict=False))
        for at in range(len(words) - size + 1)
        if folded[at] == first
    )
