"""Typed choices, remembered buttons and the codes that buttons carry."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.dialogue import presses
from bot.dialogue.messages import LONGEST_PRESS, Button
from bot.dialogue.presses import read_press
from bot.dialogue.snapshot import Snapshot
from bot.dialogue.states import CHOICES_LAST, State, read_choice, remember
from tests.conftest import NOW


@pytest.mark.parametrize(
    "typed",
    [
        "2", "2.", "(2)", "2)", "#2", "b", "B.", "b)", "Đáp án b", "dap an B", "câu 2", "cau2",
        "chọn câu số 2", "số 2 ạ", "2 nhé", "hai", "số hai", "lựa chọn 2", "ý thứ hai", "2️⃣", " 2 ",
        "nút 2", "mục 2", "CHỌN 2!",
    ],
)  # fmt: skip
def test_the_second_choice_is_understood(typed: str) -> None:
    assert read_choice(typed) == 1


@pytest.mark.parametrize(
    "typed",
    [
        "", "ạ", "à", "ê", "đ", "k", "ko", "bà", "bá", "ya", "em", "0", "100", "18t", "2 người", "b nha m",
        "câu hỏi", "hai người", "nằm", "18 tuổi", "1/2", "2026", "16/3/2008",
    ],
)  # fmt: skip
def test_words_are_not_taken_for_a_choice(typed: str) -> None:
    assert read_choice(typed) is None


def test_choices_last_half_an_hour_to_the_second() -> None:
    state = remember([Button("Danh mục", "m")], NOW)
    assert state.is_open(NOW + CHOICES_LAST)
    assert not state.is_open(NOW + CHOICES_LAST + timedelta(seconds=1))
    assert not remember([], NOW).is_open(NOW)
    assert not remember([Button("Trang web", url="https://example.vn")], NOW).is_open(NOW)


def test_a_state_comes_back_from_the_store_as_it_went() -> None:
    state = remember([Button("Danh mục", "m"), Button("Xem thêm", "d:x")], NOW)
    assert State.from_data(state.to_data()) == state


@pytest.mark.parametrize(
    "damaged",
    [
        {},
        {"at": 5},
        {"at": "hôm qua"},
        {"offered": None},
        {"offered": [["a"]]},
        {"offered": 3},
        {"offered": [["m", "Danh mục"]], "at": "2026-11-23T03:00:00"},
        [],
        "x",
    ],
)
def test_a_damaged_state_offers_nothing(damaged: Any) -> None:
    assert not State.from_data(damaged).is_open(NOW)


@pytest.mark.parametrize(
    "code", ["", "x", "x:1", "A:tuoi", ":", "a" * 65, "đ:1", "\ud800", "a:" + "ầ" * 30]
)
def test_codes_of_no_button_of_ours_mean_nothing(code: str) -> None:
    assert read_press(code) is None


def test_every_code_fits_a_button_of_every_channel(snapshot: Snapshot) -> None:
    number = 2**31
    for entry in snapshot.base.entries:
        for code in (presses.choice(number, entry), presses.detail(entry), presses.related(entry)):
            assert len(code.encode()) <= LONGEST_PRESS
            assert read_press(code) is not None
