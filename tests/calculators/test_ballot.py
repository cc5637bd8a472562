from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calculators.ballot import is_valid
from bot.calculators.calculate import calculate
from bot.knowledge.model import Base

from .conftest import TODAY, Ask

VERDICTS = [
    ("bầu 3 trong 5 người, em gạch 1 có hợp lệ không", "Không hợp lệ"),
    ("phiếu 5 người bầu 3 mà em gạch mỗi 1 người", "Không hợp lệ"),
    ("bầu 3 trong 5, em viết thêm tên ông A", "Không hợp lệ"),
    ("bầu 3 trong 5 người, em gạch 2 có hợp lệ không", "Hợp lệ"),
    ("bau 3 trong 5 nguoi e gach 2 co hop le ko", "Hợp lệ"),
    ("bầu 3 trong 5 người, em gạch 4 được không", "Hợp lệ"),
    ("bầu 3 trong 5 em gạch hết thì sao", "Không hợp lệ: phiếu gạch hết tên"),
    ("bầu 3 trong 5, gạch cả 5 có sao không", "Không hợp lệ: phiếu gạch hết tên"),
    ("bầu 3 trong 5 để trắng có hợp lệ không", "Không hợp lệ: phiếu không gạch ai"),
    ("bầu 3/5 người, không gạch ai có hợp lệ không", "Không hợp lệ: phiếu không gạch ai"),
    ("bầu ba trong năm người, gạch một có hợp lệ không", "Không hợp lệ"),
    ("phiếu có 5 người được bầu 3, tôi lỡ gạch nhầm 3 người thì phiếu còn tính không", "Hợp lệ"),
    ("danh sách 5 người lấy 3, em để lại 2 phiếu có hợp lệ không", "Hợp lệ"),
    ("được bầu 3 người mà em để lại 4 có hợp lệ không", "Không hợp lệ"),
    ("được bầu 3 người mà em chỉ chọn 2 phiếu có hợp lệ không", "Hợp lệ"),
    ("phiếu có 5 ứng viên, em gạch cả 5", "Không hợp lệ: phiếu gạch hết tên"),
    ("bầu 3 trong 5 người, khoanh tròn 3 người có hợp lệ không", "Không hợp lệ"),
    ("bầu 3 trong 5, gạch 2 và viết thêm tên người khác", "Không hợp lệ: phiếu có ghi thêm"),
    ("phiếu có 5 người bầu 3 thì gạch mấy người", "phải gạch ít nhất 2, nhiều nhất 4 người"),
    ("bầu 1 trong 2 người thì phải gạch bao nhiêu người", "phải gạch đúng 1 người"),
]
MISTYPED = [
    "bầu 5 trong 3",
    "bầu 5 trong 3 người em gạch 1 có hợp lệ không",
    "bầu 3 trong 5 người, gạch 6 có hợp lệ không",
    "bầu 3 trong 5 người, gạch 1 để lại 3 có hợp lệ không",
]


@pytest.mark.parametrize(("text", "verdict"), VERDICTS)
def test_a_ballot_with_its_numbers_is_judged(ask: Ask, text: str, verdict: str) -> None:
    answer = ask(text)
    assert answer is not None
    assert verdict in answer.text.splitlines()[0]
    if not verdict.startswith("Không"):
        assert "Không hợp lệ" not in answer.text
    assert answer.citations[0].article == 74
    assert answer.entries


@pytest.mark.parametrize("text", MISTYPED)
def test_numbers_that_cannot_be_are_corrected(ask: Ask, text: str) -> None:
    answer = ask(text)
    assert answer is not None
    assert "Bạn xem lại" in answer.text
    assert answer.entries == ()


def test_a_mark_on_a_ballot_that_may_be_valid_is_not_judged(ask: Ask) -> None:
    assert ask("bầu 3 trong 5 người, gạch 2 và khoanh tròn 3 có hợp lệ không") is None


@given(
    names=st.integers(2, 20), seats=st.integers(1, 10), crossed=st.integers(0, 20)
)  # more crossed out than there are is corrected
def test_a_ballot_is_valid_if_one_name_up_to_all_seats_is_left(
    names: int, seats: int, crossed: int, base: Base
) -> None:
    text = f"bầu {seats} trong {names} người, em gạch {crossed} có hợp lệ không"
    answer = calculate(text, base, TODAY)
    assert answer is not None
    if seats > names or crossed > names:
        assert "Bạn xem lại" in answer.text
        return
    left = names - crossed
    assert is_valid(names, seats, crossed) == (1 <= left <= seats)
    assert answer.text.startswith("Hợp lệ") == is_valid(names, seats, crossed)
    assert answer.text.startswith("Không hợp lệ") != is_valid(names, seats, crossed)
