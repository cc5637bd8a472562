"""Fits the matcher's numbers to queries whose answers are known.

Three steps, each a small convex problem: weights that put a right entry first (softmax over the
candidates), a calibration of "the first one is right" (logistic regression), and two thresholds
on that certainty. The base's own phrasings serve as queries too, each against a base without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bot.knowledge.model import Base, Entry
from bot.matching.evaluate import Query
from bot.matching.find import Matcher, Weighed, certainty_inputs
from bot.matching.model import CERTAINTY, DEFAULT, Fitted

Array = npt.NDArray[np.float64]
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Sample:
    """A query with its candidates; `right` marks the candidates that answer it."""

    weighed: Weighed
    right: npt.NDArray[np.bool_]
    expected: bool
    weight: float


@dataclass(frozen=True, slots=True)
class Aims:
    """What the thresholds are chosen for, as shares of the fitting queries."""

    answered_wrong: float = 0.012
    off_topic_answered: float = 0.01
    off_topic_offered: float = 0.25


def samples_of(matcher: Matcher, queries: Iterable[Query], weight: float = 1.0) -> list[Sample]:
    """The queries as this matcher weighs them; one without any candidate is left out."""
    samples = []
    for query in queries:
        weighed = matcher.weigh(matcher.read(query.text))
        if weighed.entries:
            ids = [matcher.entries[number].id for number in weighed.entries]
            right = np.array([i in query.expected for i in ids])
            samples.append(Sample(weighed, right, bool(query.expected), weight))
    return samples


def own_samples(
    base: Base, weight: float, report: Callable[[int, int], None] = lambda _done, _all: None
) -> list[Sample]:
    """Every phrasing of the base as a query against a base without it, fold by fold."""
    samples: list[Sample] = []
    for fold in range(FOLDS):
        report(fold, FOLDS)
        kept = {entry.id: _without(entry, fold) for entry in base.entries.values()}
        matcher = Matcher(replace(base, entries=kept))
        held = [
            Query(text, frozenset({entry.id}))
            for entry in base.spoken
            for at, text in enumerate(entry.phrasings)
            if at % FOLDS == fold
        ]
        samples += samples_of(matcher, held, weight)
    return samples


def _without(entry: Entry, fold: int) -> Entry:
    kept = tuple(text for at, text in enumerate(entry.phrasings) if at % FOLDS != fold)
    return replace(entry, phrasings=kept)


def fit_weights(samples: Sequence[Sample], steps: int = 400) -> tuple[float, ...]:
    """Weights by feature under which a right candidate comes first most often."""
    usable = [s for s in samples if s.right.any()]
    weights = np.asarray(DEFAULT.weights, dtype=np.float64)
    total = sum(s.weight for s in usable) or 1.0
    blocks = [(s.weighed.features.astype(np.float64), s.right, s.weight) for s in usable]
    sizes = np.array([len(f) for f, _, _ in blocks])
    stacked = np.concatenate([f for f, _, _ in blocks])
    right = np.concatenate([r for _, r, _ in blocks])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    share = np.repeat([w / total for _, _, w in blocks], sizes)
    momentum = np.zeros_like(weights)
    second = np.zeros_like(weights)
    for step in range(1, steps + 1):
        scores = stacked @ weights
        all_ = _softmax(scores, starts, sizes)
        good = _softmax(np.where(right, scores, -1e9), starts, sizes)
        gradient = stacked.T @ ((all_ - good) * share) + 1e-4 * weights
        momentum = 0.9 * momentum + 0.1 * gradient
        second = 0.99 * second + 0.01 * gradient**2
        fixed = momentum / (1 - 0.9**step) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
        weights = weights - 0.1 * fixed
    return tuple(float(w) for w in weights)


def _softmax(scores: Array, starts: npt.NDArray[np.int64], sizes: npt.NDArray[np.int64]) -> Array:
    top = np.repeat(np.maximum.reduceat(scores, starts), sizes)
    raised = np.exp(scores - top)
    result: Array = raised / np.repeat(np.add.reduceat(raised, starts), sizes)
    return result


def _inputs(samples: Sequence[Sample], weights: Sequence[float]) -> tuple[Array, Array]:
    """Calibration inputs of every sample, and whether its first candidate is right."""
    vector = np.asarray(weights, dtype=np.float32)
    inputs, right = [], []
    for sample in samples:
        scores = sample.weighed.features @ vector
        order = np.argsort(-scores, kind="stable")
        inputs.append(certainty_inputs(sample.weighed, scores, list(order)))
        right.append(bool(sample.right[order[0]]))
    return np.asarray(inputs), np.asarray(right, dtype=np.float64)


def fit_certainty(samples: Sequence[Sample], weights: Sequence[float]) -> tuple[float, ...]:
    """The calibration under which the certainty is the share of first candidates that are right."""
    inputs, right = _inputs(samples, weights)
    share = np.array([s.weight for s in samples])
    share = share / share.sum()
    solution = np.zeros(len(CERTAINTY))
    ridge = np.diag([0.0] + [1e-4] * (len(CERTAINTY) - 1))
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(inputs @ solution, -30, 30)))
        gradient = inputs.T @ ((chance - right) * share) + ridge @ solution
        curvature = (inputs * (chance * (1 - chance) * share)[:, None]).T @ inputs + ridge
        solution = solution - np.linalg.solve(curvature + 1e-9 * np.eye(len(solution)), gradient)
    return tuple(float(x) for x in solution)


def fit_thresholds(samples: Sequence[Sample], fitted: Fitted, aims: Aims) -> tuple[float, float]:
    """The lowest thresholds that keep to the aims on these samples."""
    inputs, right = _inputs(samples, fitted.weights)
    chance = 1 / (1 + np.exp(-np.clip(inputs @ np.asarray(fitted.certainty), -30, 30)))
    inside = np.array([s.expected for s in samples])
    wrong = chance[inside & (right == 0)]
    outside = chance[~inside]
    answer = max(
        _keep_out(wrong, aims.answered_wrong * inside.sum()),
        _keep_out(outside, aims.off_topic_answered * len(outside)),
    )
    return answer, min(answer, _keep_out(outside, aims.off_topic_offered * len(outside)))


def _keep_out(certainties: Array, allowed: float) -> float:
    """The lowest threshold above which at most `allowed` of the certainties lie."""
    above = np.sort(certainties)[::-1]
    count = int(allowed)
    return float(above[count]) + 1e-6 if count < len(above) else 0.0


def fit(
    base: Base,
    queries: Sequence[Query],
    aims: Aims,
    own_weight: float = 0.3,
    report: Callable[[int, int], None] = lambda _done, _all: None,
) -> Fitted:
    """The numbers fitted to a base and to queries.

    `own_weight` is what all phrasings of the base together count beside the queries.
    """
    asked = samples_of(Matcher(base), queries)
    own = own_samples(base, 1.0, report)
    light = own_weight * len(asked) / max(len(own), 1)
    samples = [*asked, *(replace(s, weight=light) for s in own)]
    weights = fit_weights(samples)
    fitted = replace(DEFAULT, weights=weights, certainty=fit_certainty(samples, weights))
    answer, choose = fit_thresholds(asked, fitted, aims)
    return replace(fitted, answer_above=answer, choose_above=choose)


