"""Fits the matcher's numbers to queries whose answers are known.

Three steps, each a small convex problem: weights that put a right entry first (softmax over the
candidates), a calibration of "the first one is right" (logistic regression), and two thresholds
on what these say. The queries must not stand in the base, or it would seem surer than it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bot.knowledge.model import Base
from bot.matching.certainty import Ranked, rank_inputs, topic_inputs
from bot.matching.evaluate import Query
from bot.matching.find import Matcher, Weighed
from bot.matching.model import DEFAULT, Fitted

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sample:
    """A query with its candidates; `right` marks the candidates that answer it."""

    weighed: Weighed
    matcher: Matcher
    right: npt.NDArray[np.bool_]
    expected: bool

    def rank(self, weights: Sequence[float]) -> Ranked | None:
        """The candidates in order under some weights."""
        return self.matcher.rank(self.weighed, weights)


@dataclass(frozen=True, slots=True)
class Aims:
    """What the thresholds are chosen for, as shares of the fitting queries.

    The fitting queries were written to be hard (a quarter names only a worry), so that a share of
    wrong answers among them stands for a smaller one among what people ordinarily type.
    """

    answered_wrong: float = 0.03
    off_topic_answered: float = 0.01
    off_topic_offered: float = 0.25


def samples_of(matcher: Matcher, queries: Iterable[Query]) -> list[Sample]:
    """The queries as this matcher weighs them; one without any candidate is left out."""
    samples = []
    for query in queries:
        weighed = matcher.weigh(matcher.read(query.text))
        if weighed.entries:
            right = np.array([_is_right(matcher, n, query) for n in weighed.entries])
            samples.append(Sample(weighed, matcher, right, bool(query.expected)))
    return samples


def _is_right(matcher: Matcher, number: int, query: Query) -> bool:
    """Whether a candidate is what the query asks for; off topic any subject outside is."""
    if number >= len(matcher.entries):
        return not query.expected
    return matcher.entries[number].id in query.expected


def fit_weights(samples: Sequence[Sample], steps: int = 400) -> tuple[float, ...]:
    """Weights by feature under which a right candidate comes first most often."""
    usable = [s for s in samples if s.right.any()]
    weights = np.asarray(DEFAULT.weights, dtype=np.float64)
    sizes = np.array([len(s.right) for s in usable])
    stacked = np.concatenate([s.weighed.features for s in usable]).astype(np.float64)
    right = np.concatenate([s.right for s in usable])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    momentum = np.zeros_like(weights)
    second = np.zeros_like(weights)
    for step in range(1, steps + 1):
        scores = stacked @ weights
        all_ = _softmax(scores, starts, sizes)
        good = _softmax(np.where(right, scores, -1e9), starts, sizes)
        gradient = stacked.T @ (all_ - good) / len(usable) + 1e-4 * weights
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


@dataclass(frozen=True, slots=True)
class _Judged:
    """What the calibrations see of every sample, and what is true of it."""

    topic: Array
    rank: Array
    expected: npt.NDArray[np.bool_]
    right: npt.NDArray[np.bool_]


def _judge(samples: Sequence[Sample], weights: Sequence[float]) -> _Judged:
    topic, rank, expected, right = [], [], [], []
    for sample in samples:
        ranked = sample.rank(weights)
        if ranked is not None:
            topic.append(topic_inputs(ranked))
            rank.append(rank_inputs(ranked))
            expected.append(sample.expected)
            right.append(bool(sample.right[ranked.order[0]]) and sample.expected)
    return _Judged(np.array(topic), np.array(rank), np.array(expected), np.array(right))


def fit_chance(inputs: Array, true: npt.NDArray[np.bool_]) -> tuple[float, ...]:
    """The logistic regression of what is true on its inputs (Newton's method, light ridge)."""
    solution = np.zeros(inputs.shape[1])
    ridge = 1e-4 * np.eye(inputs.shape[1])
    ridge[0, 0] = 0.0
    for _ in range(60):
        chances = _chances(inputs, solution)
        gradient = inputs.T @ (chances - true) / len(true) + ridge @ solution
        spread = (inputs * (chances * (1 - chances))[:, None]).T @ inputs / len(true)
        solution = solution - np.linalg.solve(
            spread + ridge + 1e-9 * np.eye(len(solution)), gradient
        )
    return tuple(float(x) for x in solution)


def _chances(inputs: Array, weights: Sequence[float] | Array) -> Array:
    result: Array = 1 / (1 + np.exp(-np.clip(inputs @ np.asarray(weights), -30, 30)))
    return result


def fit_thresholds(judged: _Judged, fitted: Fitted, aims: Aims) -> tuple[float, float, float]:
    """The thresholds that answer most questions rightly and keep to the aims on these samples.

    In the order of `Fitted`: topic and rank for an answer, topic for a choice.
    """
    topic, rank = _chances(judged.topic, fitted.topic), _chances(judged.rank, fitted.rank)
    inside, right = judged.expected, judged.right
    best = (-1, 1.0, 1.0)
    for gate in np.quantile(topic[inside], np.linspace(0, 0.5, 51)):
        passed = topic >= gate
        threshold = max(
            _keep_out(rank[passed & inside & ~right], aims.answered_wrong * inside.sum()),
            _keep_out(rank[passed & ~inside], aims.off_topic_answered * (~inside).sum()),
        )
        answered = int((passed & right & (rank >= threshold)).sum())
        best = max(best, (answered, float(gate), threshold))
    _, gate, threshold = best
    choose = _keep_out(topic[~inside], aims.off_topic_offered * (~inside).sum())
    return gate, threshold, min(gate, choose)


def _keep_out(certainties: Array, allowed: float) -> float:
    """The lowest threshold above which at most `allowed` of the certainties lie."""
    above = np.sort(certainties)[::-1]
    count = int(allowed)
    return float(above[count]) + 1e-6 if count < len(above) else 0.0


def fit(base: Base, queries: Sequence[Query], aims: Aims) -> Fitted:
    """The numbers fitted to a base and to queries."""
    samples = samples_of(Matcher(base), queries)
    weights = fit_weights(samples)
    judged = _judge(samples, weights)
    fitted = replace(
        DEFAULT,
        weights=weights,
        topic=fit_chance(judged.topic, judged.expected),
        rank=fit_chance(judged.rank[judged.expected], judged.right[judged.expected]),
    )
    topic, rank, choose = fit_thresholds(judged, fitted, aims)
    return replace(fitted, answer_topic=topic, answer_rank=rank, choose_topic=choose)
