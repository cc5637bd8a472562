"""How sure the matcher may be: is the question on topic, and is the best entry the right one?

The two are judged apart. A question on land law can look very much like one entry, and a question on
elections can lie between two; one number for both would be wrong about each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bot.language.read import Reading
from bot.matching.postings import Floats
from bot.matching.score import FEATURES, LIKELY_SCALE

_FAR = 8.0
"""A lead beyond this says no more."""
_FAR_FEATURE = 1.5
_FAR_STEADY = 6.0
_RIVALS = 5
_LONG = 25
_WARM = 3.0

_NOTHING: frozenset[str] = frozenset()
_JUDGES = ("own", "kin", "rows", "letters", "marks", "words", "likely_marks", "shared")
"""The features that are asked one by one whether they put the same kin first."""


@dataclass(frozen=True)
class Ranked:
    """The candidates of a question with their scores.

    `order` has the places of the entries of the base, best first; `affairs` what every candidate
    answers, None for a subject outside the base. `by_term` has what each term says for each.
    """

    reading: Reading
    features: Floats
    by_term: Floats
    scores: Floats
    order: tuple[int, ...]
    affairs: tuple[frozenset[str] | None, ...]

    @property
    def best(self) -> int:
        """The place of the best entry."""
        return self.order[0]

    @cached_property
    def kin(self) -> list[int]:
        """The entries that answer one thing with the best one, and it itself, best first."""
        ours = self.affairs[self.best] or _NOTHING
        return [at for at in self.order if not ours.isdisjoint(self.affairs[at] or _NOTHING)]

    @cached_property
    def rivals(self) -> list[int]:
        """The entries that answer other things, best first."""
        kin = set(self.kin)
        return [at for at in self.order if at not in kin]

    @cached_property
    def strangers(self) -> list[int]:
        """The subjects outside the base."""
        return [at for at, affairs in enumerate(self.affairs) if affairs is None]

    def lead_over(self, others: Sequence[int]) -> float:
        """How far the best entry lies above the best of some others."""
        best = float(self.scores[self.best])
        against = float(self.scores[list(others)].max()) if others else best - _FAR
        return max(-_FAR, min(_FAR, best - against))

    @cached_property
    def of_best(self) -> dict[str, float]:
        """The features of the best entry by their names."""
        return dict(zip(FEATURES, self.features[self.best].tolist(), strict=True))

    def ahead(self, some: Sequence[int], others: Sequence[int]) -> dict[str, float]:
        """How far each feature puts the best of some candidates above the best of others."""
        if not others:
            return dict.fromkeys(FEATURES, _FAR_FEATURE)
        highest = self.features[list(some)].max(axis=0)
        differences = highest - self.features[list(others)].max(axis=0)
        within = differences.clip(-_FAR_FEATURE, _FAR_FEATURE)
        return dict(zip(FEATURES, within.tolist(), strict=True))

    def heard_share(self, kin: Sequence[int]) -> float:
        """The chance that the network gives the best entry and its kin together."""
        heard = self.features[list(kin), FEATURES.index("heard")]
        return float(np.exp(LIKELY_SCALE * heard).sum())

    def share(self, heat: float, kin: Sequence[int], rivals: Sequence[int]) -> float:
        """The part of the best entry and its kin in the raised scores of all entries, as log odds.

        The hotter, the more the entries far behind count.
        """
        raised = np.exp((self.scores - self.scores[self.best]) / heat)
        own, rest = float(raised[kin].sum()), float(raised[rivals].sum())
        return float(np.log(own / (rest + 1e-3)))


@dataclass(frozen=True, slots=True)
class Contests:
    """What the terms of a question say for the best entry, less what they say for its rivals.

    `differences` has a row for each rival, nearest first, and a column for each term.
    """

    differences: Floats

    @property
    def steadiness(self) -> list[float]:
        """How many terms stand behind the lead over each rival, like a t-statistic.

        One telling word can mislead; ten small ones that all say the same hardly do.
        """
        spread = np.sqrt((self.differences**2).sum(axis=1) + 1.0).astype(np.float64)
        steady: list[float] = (self.differences.sum(axis=1) / spread).tolist()
        return [max(-_FAR_STEADY, min(_FAR_STEADY, one)) for one in steady]

    @property
    def against(self) -> list[float]:
        """What speaks for each rival."""
        against: list[float] = (-self.differences.clip(max=0.0).sum(axis=1)).tolist()
        return against

    @property
    def contested(self) -> float:
        """What speaks for the nearest rival, beside what speaks against him."""
        nearest = self.differences[0]
        return self.against[0] / (float(nearest.clip(min=0.0).sum()) + 1.0)


_WALKOVER = Contests(np.array([[_FAR_STEADY]], dtype=np.float32))


def _contests(ranked: Ranked, rivals: Sequence[int]) -> Contests:
    """The best entry against the nearest rivals."""
    if not rivals:
        return _WALKOVER
    best = ranked.by_term[:, ranked.best]
    return Contests(best - ranked.by_term.T[list(rivals[:_RIVALS])])


def _unexplained(ranked: Ranked) -> float:
    """The part of what the terms say for anybody that they do not say for the best entry."""
    most = ranked.by_term[:, list(ranked.order)].max(axis=1)
    missing = (most - ranked.by_term[:, ranked.best]).clip(min=0.0)
    return float(missing.sum()) / (float(most.sum()) + 1.0)


def topic_inputs(ranked: Ranked) -> list[float]:
    """The inputs of the chance that a question is on topic, in the order of `model.TOPIC`."""
    words = len(ranked.reading.folded) or 1
    of_best, strangers = ranked.of_best, ranked.strangers
    ahead = ranked.ahead(ranked.order, strangers)
    return [
        1.0,
        ranked.lead_over(strangers),
        float(ranked.scores[ranked.best]),
        *(of_best[name] for name in ("cover", "letters", "words", "row", "back", "told")),
        *(10 * of_best[name] / words for name in ("likely", "own", "kin")),
        *(ahead[name] for name in ("own", "kin", "row", "letters")),
        len(ranked.reading.unknown) / words,
        1.0 / words,
        min(words, _LONG) / 10,
        of_best["heard"],
        ahead["heard"],
    ]


def rank_inputs(ranked: Ranked) -> list[float]:
    """The inputs of the chance that the best entry is right, in the order of `model.RANK`."""
    words = len(ranked.reading.folded) or 1
    of_best, kin, rivals = ranked.of_best, ranked.kin, ranked.rivals
    ahead, contests = ranked.ahead(kin, rivals), _contests(ranked, rivals)
    steadiness = contests.steadiness
    return [
        1.0,
        ranked.lead_over(rivals),
        ranked.lead_over(ranked.order[1:]),
        ranked.share(1.0, kin, rivals),
        ranked.share(_WARM, kin, rivals),
        steadiness[0],
        min(steadiness),
        sum(ahead[name] > 0 for name in _JUDGES) / len(_JUDGES),
        _unexplained(ranked),
        max(contests.against) / words,
        contests.contested,
        of_best["letters"],
        10 * of_best["kin"] / words,
        min(words, _LONG) / 10,
        1.0 / words,
        ahead["heard"],
        ranked.heard_share(kin),
    ]
