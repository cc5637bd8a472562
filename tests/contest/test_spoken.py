"""Numbers as people say them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.contest.spoken import read_spoken


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("khoảng 3 nghìn rưỡi", 3_500),
        ("3k5", 3_500),
        ("3,5 nghìn", 3_500),
        ("hai trăm năm mươi người", 250),
        ("ba nghìn hai trăm", 3_200),
        ("3 nghìn 2", 3_200),
        ("3 nghìn linh 2", 3_002),
        ("một nghìn không trăm linh năm", 1_005),
        ("hai trăm linh năm nghìn", 205_000),
        ("một triệu hai trăm nghìn", 1_200_000),
        ("1tr2", 1_200_000),
        ("2 vạn", 20_000),
        ("tám nghìn", 8_000),
        ("tầm 3 nghìn", 3_000),
        ("Em đoán chắc khoảng 3.200 người ạ", 3_200),
        ("mười lăm", 15),
    ],
)
def test_a_spoken_number_is_understood(text: str, number: int) -> None:
    assert read_spoken(text) == number


@pytest.mark.parametrize(
    "text",
    ["", "nhiều lắm", "3,5", "-5", "hai rưỡi", "bầu cử ngày nào", "12 34", "x" * 5_000, "😀"],
)
def test_what_says_no_whole_number_is_none(text: str) -> None:
    assert read_spoken(text) is None


@given(st.integers(1, 999), st.sampled_from([("nghìn", 1_000), ("triệu", 1_000_000), ("k", 1_000)]))
def test_a_count_of_a_scale_is_that_many(count: int, scale: tuple[str, int]) -> None:
    word, size = scale
    assert read_spoken(f"khoảng {count} {word}") == count * size


@given(st.text(max_size=100))
def test_any_text_is_read_or_none(text: str) -> None:
    found = read_spoken(text)
    assert found is None or found >= 0
