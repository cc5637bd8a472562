"""How sure the matcher may be: is the question on topic, and is the best entry the right one?

The two are judged apart. A question on land law can look very much like one entry, and a question on
elections can lie between two; one number for both would be wrong about each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.language.read import Reading
from bot.matching.postings import Floats
from bot.matching.score import FEATURES

_FAR = 8.0
"""A lead beyond this says no more."""
_COVER, _LETTERS = FEATURES.index("cover"), FEATURES.index("letters")
_LIKELY = FEATURES.index("likely")


@dataclass(frozen=True, slots=True)
class Ranked:
    """The candidates of a question with their scores.

    `order` has the places of the entries of the base, best first; `families` the family of every
    candidate, None for a subject outside the base.
    """

    reading: Reading
    features: Floats
    scores: Floats
    order: tuple[int, ...]
    families: tuple[str | None, ...]

    @property
    def outside(self) -> float:
        """How far the best entry lies above the best subject outside the base."""
        strangers = [at for at, family in enumerate(self.families) if family is None]
        return self._lead_over(strangers)

    @property
    def lead(self) -> float:
        """How far the best entry lies above the best one of another family."""
        mine = self.families[self.order[0]]
        return self._lead_over([at for at in self.order if self.families[at] != mine])

    def _lead_over(self, others: Sequence[int]) -> float:
        best = float(self.scores[self.order[0]])
        against = max((float(self.scores[at]) for at in others), default=best - _FAR)
        return max(-_FAR, min(_FAR, best - against))

    @property
    def share(self) -> float:
        """The best family's part of the raised scores of all entries, as log odds."""
        order = list(self.order)
        raised = np.exp(self.scores[order] - self.scores[order[0]])
        mine = self.families[order[0]]
        own = float(
            sum(r for r, at in zip(raised, order, strict=True) if self.families[at] == mine)
        )
        rest = float(raised.sum()) - own
        return float(np.log(own / (rest + 1e-3)))


def topic_inputs(ranked: Ranked) -> list[float]:
    """The inputs of the chance that a question is on topic, in the order of `model.TOPIC`."""
    best = ranked.features[ranked.order[0]]
    words = len(ranked.reading.folded) or 1
    return [
        1.0,
        ranked.outside,
        float(best[_COVER]),
        float(best[_LETTERS]),
        float(ranked.scores[ranked.order[0]]),
        len(ranked.reading.unknown) / words,
        1.0 / words,
        min(words, 25) / 10,
        10 * float(best[_LIKELY]) / words,
    ]


def rank_inputs(ranked: Ranked) -> list[float]:
    """The inputs of the chance that the best entry is right, in the order of `model.RANK`."""
    return [1.0, ranked.lead, ranked.share]
