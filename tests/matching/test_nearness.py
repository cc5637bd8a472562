"""Questions that mean nearly the same stand together, and every one stands somewhere."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.matching.nearness import group_near

WORDS = st.sampled_from("the cu tri mat tuoi bau ai gio phieu o dau".split())
LINES = st.lists(st.lists(WORDS, max_size=7).map(" ".join), max_size=40)


def test_near_questions_join_the_most_asked_one() -> None:
    readings = [
        "mat the cu tri thi lam sao",
        "xe bus di bau cu",
        "mat the cu tri lam sao day",
        "gio xe bus di bau cu",
        "may gio",
    ]
    assert group_near(readings) == [(0, 2), (1, 3), (4,)]


def test_the_same_words_stay_together_although_a_nearer_leader_came_between() -> None:
    readings = ["the cu", "the cu tri", "the cu tri mat", "tri cu the"]
    groups = group_near(readings)
    assert next(group for group in groups if 1 in group) == next(g for g in groups if 3 in g)


@given(LINES)
def test_every_question_is_in_one_group(readings: list[str]) -> None:
    groups = group_near(readings)
    assert sorted(place for group in groups for place in group) == list(range(len(readings)))
    assert [group[0] for group in groups] == sorted(group[0] for group in groups)
    assert all(list(group) == sorted(group) for group in groups)


@given(LINES)
def test_the_same_words_in_another_order_are_near(readings: list[str]) -> None:
    turned = [" ".join(reversed(reading.split())) for reading in readings]
    groups = group_near(readings + turned)
    home = {place: group[0] for group in groups for place in group}
    for place, reading in enumerate(readings):
        if reading.split():
            assert home[place + len(readings)] == home[place]
