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


@dataclass(frozen=True, slots=True)
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

    @property
    def kin(self) -> list[int]:
        """The entries that answer one thing with the best one, and it itself, best first."""
        ours = self.affairs[self.best] or _NOTHING
        return [at for at in self.order if not ours.isdisjoint(self.affairs[at] or _NOTHING)]

    @property
    def rivals(self) -> list[int]:
        """The entries that answer other things, best first."""
        kin = set(self.kin)
        return [at for at in self.order if at not in kin]

    @property
    def strangers(self) -> list[int]:
        """The subjects outside the base."""
        return [at for at, affairs in enumerate(self.affairs) if affairs is None]

    def lead_over(self, others: Sequence[int]) -> float:
        """How far the best entry lies above the best of some others."""
        best = float(self.scores[self.best])
        against = max((float(self.scores[at]) for at in others), default=best - _FAR)
        return max(-_FAR, min(_FAR, best - against))

    def feature(self, name: str) -> float:
        """A feature of the best entry."""
        return float(self.features[self.best, FEATURES.index(name)])

    def ahead(self, name: str, some: Sequence[int], others: Sequence[int]) -> float:
        """How far a feature puts the best of some candidates above the best of others."""
        if not others:
            return _FAR_FEATURE
        column = self.features[:, FEATURES.index(name)]
        difference = float(column[list(some)].max() - column[list(others)].max())
        return max(-_FAR_FEATURE, min(_FAR_FEATURE, difference))

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
class Contest:
    """What the terms of a question say for the best entry, less what they say for a rival."""

    differences: Floats

    @property
    def steadiness(self) -> float:
        """How many terms stand behind the lead, like a t-statistic.

        One telling word can mislead; ten small ones that all say the same hardly do.
        """
        spread = float(np.sqrt((self.differences**2).sum() + 1.0))
        return max(-_FAR_STEADY, min(_FAR_STEADY, float(self.differences.sum()) / spread))

    @property
    def against(self) -> float:
        """What speaks for the rival."""
        return float(-self.differences.clip(max=0.0).sum())

    @property
    def contested(self) -> float:
        """What speaks for the rival, beside what speaks against him."""
        return self.against / (float(self.differences.clip(min=0.0).sum()) + 1.0)


_WALKOVER = Contest(np.array([_FAR_STEADY], dtype=np.float32))


def _contests(ranked: Ranked, rivals: Sequence[int]) -> list[Contest]:
    """The best entry against the nearest rivals, nearest first."""
    best = ranked.by_term[:, ranked.best]
    found = [Contest(best - ranked.by_term[:, rival]) for rival in rivals[:_RIVALS]]
    return found or [_WALKOVER]


def _unexplained(ranked: Ranked) -> float:
    """The part of what the terms say for anybody that they do not say for the best entry."""
    most = ranked.by_term[:, list(ranked.order)].max(axis=1)
    missing = (most - ranked.by_term[:, ranked.best]).clip(min=0.0)
    return float(missing.sum()) / (float(most.sum()) + 1.0)


def topic_inputs(ranked: Ranked) -> list[float]:
    """The inputs of the chance that a question is on topic, in the order of `model.TOPIC`."""
    words = len(ranked.reading.folded) or 1
    strangers = ranked.strangers
    return [
        1.0,
        ranked.lead_over(strangers),
        float(ranked.scores[ranked.best]),
        *(ranked.feature(name) for name in ("cover", "letters", "words", "row", "back", "told")),
        *(10 * ranked.feature(name) / words for name in ("likely", "own", "kin")),
        *(ranked.ahead(name, ranked.order, strangers) for name in ("own", "kin", "row", "letters")),
        len(ranked.reading.unknown) / words,
        1.0 / words,
        min(words, _LONG) / 10,
        ranked.feature("heard"),
        ranked.ahead("heard", ranked.order, strangers),
    ]


def rank_inputs(ranked: Ranked) -> list[float]:
    """The inputs of the chance that the best entry is right, in the order of `model.RANK`."""
    words = len(ranked.reading.folded) or 1
    kin, rivals = ranked.kin, ranked.rivals
    contests = _contests(ranked, rivals)
    agreeing = sum(ranked.ahead(name, kin, rivals) > 0 for name in _JUDGES)
    return [
        1.0,
        ranked.lead_over(rivals),
        ranked.lead_over(ranked.order[1:]),
        ranked.share(1.0, kin, rivals),
        ranked.share(_WARM, kin, rivals),
        contests[0].steadiness,
        min(contest.steadiness for contest in contests),
        agreeing / len(_JUDGES),
        _unexplained(ranked),
        max(contest.against for contest in contests) / words,
        contests[0].contested,
        ranked.feature("letters"),
        10 * ranked.feature("kin") / words,
        min(words, _LONG) / 10,
        1.0 / words,
        ranked.ahead("heard", kin, rivals),
        ranked.heard_share(kin),
    ]
