"""How much a word says about what is asked: "treo" much, "cháu" nothing.

How rare a word is tells only half of it. How often it helped to find the entry that a wording
stands in, and how often it misled, was learned from the base's own wordings (see `lessons`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from bot.matching.postings import Floats

_PART = 0.5
"""What pairs of neighbours and concepts count where nothing was learned: they repeat words."""


def plain_emphasis(term: str) -> float:
    """What a term counts before anything is learned about it."""
    return _PART if "_" in term or term[0] == "#" else 1.0


class Emphasis:
    """The learned emphasis of terms; the plain one for terms that nothing was learned about."""

    def __init__(self, learned: Mapping[str, float]) -> None:
        self._learned = dict(learned)

    def of(self, terms: Sequence[str]) -> Floats:
        """The emphasis of each of the terms."""
        known = self._learned.get
        told = [known(term) for term in terms]
        return np.array(
            [
                plain_emphasis(term) if value is None else value
                for term, value in zip(terms, told, strict=True)
            ],
            dtype=np.float32,
        )
