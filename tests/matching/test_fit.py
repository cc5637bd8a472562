"""Fitting: what is learned from queries whose answers are known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from bot.matching.fit import Aims, Chances, fit_chance, fit_thresholds

AIMS = Aims(answered_wrong=0.05, off_topic_answered=0.05, off_topic_offered=0.3)
SAMPLES = st.lists(
    st.tuples(st.floats(0, 1), st.floats(0, 1), st.booleans(), st.booleans()),
    min_size=20,
    max_size=60,
)


def of(weights: tuple[float, ...], inputs: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    chances: npt.NDArray[np.float64] = 1 / (1 + np.exp(-inputs @ np.array(weights)))
    return chances


def test_a_chance_grows_with_what_goes_along_with_the_truth() -> None:
    chance = np.random.default_rng(1)
    telling, noise = chance.normal(50, 3, 800), chance.normal(0, 1, 800)
    inputs = np.stack([np.ones(800), telling, noise], axis=1)
    true = telling + chance.normal(0, 2, 800) > 50
    weights = fit_chance(inputs, true)
    assert weights[1] > 10 * abs(weights[2])
    assert abs(float(of(weights, inputs).mean()) - float(true.mean())) < 0.01


@given(SAMPLES)
def test_thresholds_keep_to_the_aims(samples: list[tuple[float, float, bool, bool]]) -> None:
    # One question of each sort always, so that shares mean something.
    samples = [*samples, (0.5, 0.5, True, True), (0.5, 0.5, False, False)]
    topic, rank, expected, right = (np.array(column) for column in zip(*samples, strict=True))
    right = right & expected
    gate, threshold, choose = fit_thresholds(Chances(topic, rank, expected, right), AIMS)
    answered = (topic >= gate) & (rank >= threshold)
    assert (answered & expected & ~right).sum() <= AIMS.answered_wrong * expected.sum()
    assert (answered & ~expected).sum() <= AIMS.off_topic_answered * (~expected).sum()
    assert choose <= gate


def test_what_stands_clear_of_all_questions_on_topic_is_offered_nothing() -> None:
    topic = np.concatenate([np.linspace(0.5, 1.0, 200), np.linspace(0.0, 0.45, 200)])
    expected = np.arange(400) < 200
    chances = Chances(topic, np.ones(400), expected, expected)
    _, _, choose = fit_thresholds(chances, Aims(off_topic_offered=0.25, turned_away=0.005))
    assert not (topic[~expected] >= choose).any()
    assert (topic[expected] < choose).mean() <= 0.005
