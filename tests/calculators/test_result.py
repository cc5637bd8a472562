from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calculators.calculate import calculate
from bot.calculators.result import is_over_half, show_share
from bot.knowledge.model import Base

from .conftest import TODAY, Ask

VERDICTS = [
    ("480 phiếu trên 1000 phiếu hợp lệ có trúng không", "Không trúng cử"),
    ("được 501/1000 phiếu", "Đủ số phiếu"),
    ("được 500/1.000 phiếu có trúng cử không", "đúng một nửa, chưa phải quá nửa"),
    ("286 trên 500", "Đủ số phiếu"),
    ("duoc 45% phieu hop le co trung ko", "Không trúng cử"),
    ("được 48,5% số phiếu thì có đậu không", "48,5%"),
    ("được 50 phần trăm phiếu có trúng không", "đúng một nửa"),
    ("anh ấy được 1.200 trên 2.000 phiếu", "Đủ số phiếu"),
    ("45% cử tri đi bầu thì sao", "Phải bầu lại"),
    ("480/1000 cử tri đi bầu thì có phải bầu lại không", "Phải bầu lại"),
    ("500 cu tri tren 1200 cu tri di bau thi co phai bau lai ko", "Phải bầu lại"),
    ("xã em có 45% đi bầu", "Phải bầu lại"),
    ("50,1% trung cu chua", "Đủ số phiếu"),
    ("dc 300 phieu / 580 phieu hop le trung chua", "Đủ số phiếu"),
    ("ong A duoc 499/1000 phieu hop le thi sao", "Không trúng cử"),
    ("50% cử tri đi bầu có được công nhận không", "đúng một nửa"),
    ("51% cử tri đi bầu kết quả có được công nhận không", "Đủ điều kiện công nhận"),
]


@pytest.mark.parametrize(("text", "verdict"), VERDICTS)
def test_votes_and_turnout_are_judged(ask: Ask, text: str, verdict: str) -> None:
    answer = ask(text)
    assert answer is not None
    assert verdict in answer.text.splitlines()[0]
    assert answer.citations[0].article == 78
    assert answer.entries


@pytest.mark.parametrize(
    "text", ["1200/1000 phiếu có trúng không", "0/0 phiếu", "được 120% phiếu có trúng không"]
)
def test_shares_that_cannot_be_are_corrected(ask: Ask, text: str) -> None:
    answer = ask(text)
    assert answer is not None
    assert "xem lại" in answer.text
    assert answer.entries == ()


@given(total=st.integers(1, 10_000_000), part=st.integers(0, 10_000_000))
def test_more_than_half_wins_and_half_does_not(total: int, part: int, base: Base) -> None:
    answer = calculate(f"được {part}/{total} phiếu có trúng không", base, TODAY)
    assert answer is not None
    if part > total:
        assert answer.entries == ()
        return
    assert is_over_half(Fraction(part, total)) == (2 * part > total)
    assert answer.text.startswith("Đủ số phiếu") == (2 * part > total)
    assert answer.text.startswith("Không trúng cử") == (2 * part <= total)


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (Fraction(1, 2), "50%"),
        (Fraction(501, 1000), "50,1%"),
        (Fraction(50_001, 100_000), "hơn 50%"),
        (Fraction(49_999, 100_000), "gần 50%"),
        (Fraction(2, 3), "66,67%"),
        (Fraction(48_125, 100_000), "48,13%"),
        (Fraction(0), "0%"),
        (Fraction(1), "100%"),
    ],
)
def test_a_share_has_two_decimals_and_never_passes_for_a_half(share: Fraction, shown: str) -> None:
    assert show_share(share) == shown
