"""Fits the matcher's numbers to queries whose answers are known.

Three steps, each a small convex problem: weights that put a right entry first (softmax over the
candidates; for a hidden part of the base's own wordings too), a calibration of "the first one is
right" (logistic regression), and two thresholds on what these say. The queries must not stand in the
base, or it would seem surer than it is.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bot.knowledge.model import Base
from bot.matching.certainty import Ranked, rank_inputs, topic_inputs
from bot.matching.evaluate import Query
from bot.matching.find import Matcher, Weighed
from bot.matching.lessons import hidden_queries, learn_emphasis, lessons_of, without
from bot.matching.model import DEFAULT, Fitted
from bot.matching.training import train_on

Array = npt.NDArray[np.float64]

PARTS = 5
_HIDDEN = 0
"""The part of the base's wordings that the weights are fitted to, hidden from the matcher."""
_STEPS = 350
_RIDGE = 1e-3
_RANK_RIDGE = 1e-2
_NEARLY = 0.995


@dataclass(frozen=True, slots=True)
class Sample:
    """A query with its candidates; `right` marks the candidates that answer it.

    `part` says with which other samples it is set aside for choosing the thresholds.
    """

    weighed: Weighed
    matcher: Matcher
    right: npt.NDArray[np.bool_]
    expected: bool
    part: int

    def rank(self, weights: Sequence[float]) -> Ranked | None:
        """The candidates in order under some weights."""
        return self.matcher.rank(self.weighed, weights)


@dataclass(frozen=True, slots=True)
class Aims:
    """What the thresholds are chosen for, as shares of the fitting queries.

    The queries are harder than what people ordinarily send: a third of the questions were written to
    be answered only from a hint, two thirds of those off topic are near misses. A share of wrong
    answers among them stands for a smaller one in life.

    Questions off topic are offered a choice still less often than `off_topic_offered`, as long as no
    more than `turned_away` of the questions on topic are refused for it.
    """

    answered_wrong: float = 0.02
    off_topic_answered: float = 0.02
    off_topic_offered: float = 0.25
    turned_away: float = 0.005


def samples_of(matcher: Matcher, queries: Iterable[Query]) -> list[Sample]:
    """The queries as this matcher weighs them; one without any candidate is left out."""
    samples = []
    for query in queries:
        weighed = matcher.weigh(matcher.read(query.text))
        if weighed.entries:
            right = np.array([_is_right(matcher, n, query) for n in weighed.entries])
            samples.append(Sample(weighed, matcher, right, bool(query.expected), _part_of(query)))
    return samples


def _part_of(query: Query) -> int:
    """The part that a query is fitted in; questions with one answer stay together."""
    meant = " ".join(sorted(query.expected)) or query.text
    return zlib.crc32(meant.encode()) % PARTS


def _is_right(matcher: Matcher, number: int, query: Query) -> bool:
    """Whether a candidate is what the query asks for; off topic any subject outside is."""
    if number >= len(matcher.entries):
        return not query.expected
    return matcher.entries[number].id in query.expected


def fit_weights(samples: Sequence[Sample]) -> tuple[float, ...]:
    """Weights by feature under which a right candidate comes first most often."""
    usable = [s for s in samples if s.right.any()]
    sizes = np.array([len(s.right) for s in usable])
    stacked = np.concatenate([s.weighed.features for s in usable]).astype(np.float64)
    # Features of one spread, so that the ridge holds all of them back alike.
    spread = stacked.std(axis=0) + 1e-9
    stacked /= spread
    right = np.concatenate([s.right for s in usable])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    weights = np.asarray(DEFAULT.weights, dtype=np.float64) * spread
    momentum, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, _STEPS + 1):
        scores = stacked @ weights
        all_ = _softmax(scores, starts, sizes)
        good = _softmax(np.where(right, scores, -1e9), starts, sizes)
        gradient = stacked.T @ (all_ - good) / len(usable) + _RIDGE * weights
        momentum = 0.9 * momentum + 0.1 * gradient
        second = 0.99 * second + 0.01 * gradient**2
        fixed = momentum / (1 - 0.9**step) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
        weights = weights - 0.05 * (1 - step / (_STEPS + 1)) * fixed
    return tuple(float(w) for w in weights / spread)


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


def fit_chance(
    inputs: Array, true: npt.NDArray[np.bool_], ridge: float = 1e-3
) -> tuple[float, ...]:
    """The logistic regression of what is true on its inputs (Newton's method).

    The first input is the bias; the ridge holds the others back, all in units of their spread.
    """
    middle, spread = inputs.mean(axis=0), inputs.std(axis=0) + 1e-9
    middle[0], spread[0] = 0.0, 1.0
    scaled = (inputs - middle) / spread
    solution = np.zeros(inputs.shape[1])
    held = ridge * np.eye(inputs.shape[1])
    held[0, 0] = 1e-9
    for _ in range(60):
        chances = _chances(scaled, solution)
        gradient = scaled.T @ (chances - true) / len(true) + held @ solution
        curved = (scaled * (chances * (1 - chances))[:, None]).T @ scaled / len(true)
        solution = solution - np.linalg.solve(curved + held, gradient)
    weights = solution / spread
    weights[0] -= float((weights * middle).sum())
    return tuple(float(x) for x in weights)


def _chances(inputs: Array, weights: Sequence[float] | Array) -> Array:
    result: Array = 1 / (1 + np.exp(-np.clip(inputs @ np.asarray(weights), -30, 30)))
    return result


class Chances(NamedTuple):
    """The two chances of every sample, and what is true of it."""

    topic: Array
    rank: Array
    expected: npt.NDArray[np.bool_]
    right: npt.NDArray[np.bool_]


def fit_thresholds(chances: Chances, aims: Aims) -> tuple[float, float, float]:
    """The thresholds that answer most questions rightly and keep to the aims on these samples.

    In the order of `Fitted`: topic and rank for an answer, topic for a choice.
    """
    topic, rank, inside, right = chances
    tried: list[tuple[int, float, float]] = []
    for gate in np.quantile(topic[inside], np.linspace(0, 0.5, 51)):
        passed = topic >= gate
        threshold = max(
            _keep_out(rank[passed & inside & ~right], aims.answered_wrong * inside.sum()),
            _keep_out(rank[passed & ~inside], aims.off_topic_answered * (~inside).sum()),
        )
        answered = int((passed & right & (rank >= threshold)).sum())
        tried.append((answered, float(gate), threshold))
    # Of thresholds that do as well the lowest gate: an extreme one fits a handful of lines.
    enough = _NEARLY * max(answered for answered, _, _ in tried)
    _, gate, threshold = next(found for found in sorted(tried, key=_gate_of) if found[0] >= enough)
    choose = max(
        _keep_out(topic[~inside], aims.off_topic_offered * (~inside).sum()),
        float(np.quantile(topic[inside], aims.turned_away)),
    )
    return gate, threshold, min(gate, choose)


def _gate_of(tried: tuple[int, float, float]) -> float:
    return tried[1]


def _keep_out(certainties: Array, allowed: float) -> float:
    """The lowest threshold above which at most `allowed` of the certainties lie."""
    above = np.sort(certainties)[::-1]
    count = int(allowed)
    return float(above[count]) + 1e-6 if count < len(above) else 0.0


def fit(
    base: Base, queries: Sequence[Query], aims: Aims, emphasis: Mapping[str, float] | None = None
) -> Fitted:
    """The numbers fitted to a base and to queries.

    An `emphasis` that was learned before is kept; learning it takes most of the time, and new queries
    change nothing in it. The thresholds are chosen by what numbers fitted to the other queries say of each: numbers are
    surer of the queries that they were fitted to than they will be of anybody's.
    """
    if emphasis is None:
        emphasis = learn_emphasis(lessons_of(base))
    matcher = _learned_from(base, emphasis)
    samples = samples_of(matcher, queries)
    own = samples_of(_learned_from(without(base, _HIDDEN), emphasis), hidden_queries(base, _HIDDEN))
    parts = [
        _judge_chances(
            [s for s in samples if s.part != part], [s for s in samples if s.part == part], own
        )
        for part in range(PARTS)
    ]
    chances = Chances(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    topic, rank, choose = fit_thresholds(chances, aims)
    fitted = _fit_numbers(samples, own)
    return replace(
        fitted,
        emphasis=emphasis,
        network=matcher.fitted.network,
        answer_topic=topic,
        answer_rank=rank,
        choose_topic=choose,
    )


def _learned_from(base: Base, emphasis: Mapping[str, float]) -> Matcher:
    """A matcher of a base with a network that has heard only this base's wordings."""
    deaf = Matcher(base, replace(DEFAULT, emphasis=emphasis))
    return Matcher(base, replace(deaf.fitted, network=train_on(deaf)))


def _fit_numbers(samples: Sequence[Sample], own: Sequence[Sample]) -> Fitted:
    """The numbers fitted to samples; the weights to the base's own hidden wordings as well.

    What puts a right entry first is the same for both, and there are many more of the wordings. How
    sure one may be is not: a wording is likelier to have its like in the base than a query is.
    """
    weights = fit_weights([*samples, *own])
    judged = _judge(samples, weights)
    topic = fit_chance(judged.topic, judged.expected)
    inside = judged.expected
    rank = fit_chance(judged.rank[inside], judged.right[inside], _RANK_RIDGE)
    return replace(DEFAULT, weights=weights, topic=topic, rank=rank)


def _judge_chances(
    learned: Sequence[Sample], asked: Sequence[Sample], own: Sequence[Sample]
) -> Chances:
    """What numbers fitted to some samples say of others."""
    fitted = _fit_numbers(learned, own)
    judged = _judge(asked, fitted.weights)
    return Chances(
        _chances(judged.topic, fitted.topic),
        _chances(judged.rank, fitted.rank),
        judged.expected,
        judged.right,
    )
