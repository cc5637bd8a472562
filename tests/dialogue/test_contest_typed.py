"""What people type around a paper."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.contest.typed import answer_in, move_in, question_in, wish_in


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("b", (None, "B")),
        ("B.", (None, "B")),
        ("đáp án b ạ", (None, "B")),
        ("em chọn D nhé", (None, "D")),
        ("Đ", (None, "D")),
        ("câu 3 b", (3, "B")),
        ("3. a, c", (3, "AC")),
        ("A và C", (None, "AC")),
        ("10b", (10, "B")),
    ],
)
def test_an_answer_is_read(text: str, answer: tuple[int | None, str]) -> None:
    assert answer_in(text) == answer


@pytest.mark.parametrize(
    "text", ["à", "ạ", "bạn", "bầu", "b là ai", "1", "", "câu 4", "x", "mất thẻ cử tri", "\u0327a"]
)
def test_other_words_are_no_answer(text: str) -> None:
    assert answer_in(text) is None


def test_questions_moves_and_wishes_are_read() -> None:
    assert question_in("quay lại câu số 4 ạ") == 4
    assert question_in("câu bốn") is None
    assert move_in("Nộp bài nhé!") == "hand"
    assert move_in("nộp phạt ở đâu") is None
    assert wish_in("Thi") == "list"
    assert wish_in("thì") is None
    assert wish_in("điểm của em ạ") == "mine"


@given(st.text(max_size=40))
def test_any_text_is_read_without_trouble(text: str) -> None:
    answer = answer_in(text)
    assert answer is None or set(answer[1]) <= set("ABCDEFGH")
    assert question_in(text) is None or wish_in(text) is None
