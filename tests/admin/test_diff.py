from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.admin.answers.diff import diff_items, diff_words

TEXTS = st.text(alphabet="ab \nđ", max_size=40)


@given(TEXTS, TEXTS)
def test_words_of_a_comparison_give_back_both_texts(before: str, after: str) -> None:
    pieces = diff_words(before, after)
    assert "".join(p.text for p in pieces if p.kind != "ins") == before
    assert "".join(p.text for p in pieces if p.kind != "del") == after


def test_of_a_list_only_what_came_or_went_is_shown() -> None:
    pieces = diff_items("một\nhai\nba", "một\nba\nbốn")
    assert [(p.kind, p.text) for p in pieces] == [("del", "hai\n"), ("ins", "bốn\n")]
