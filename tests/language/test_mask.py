from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.mask import EMAIL, NUMBER, mask_numbers
from tests.growth import growth

PERSONAL = [
    "0912345678",
    "0912.345.678",
    "0912 345 678",
    "091-234-5678",
    "09 12 34 56 78",
    "0 9 1 2 3 4 5 6 7 8",
    "+84 912 345 678",
    "+84912345678",
    "84912345678",
    "84 912 345 678",
    "(+84) 912-345-678",
    "+84 (0) 912 345 678",
    "0084 912345678",
    "01698 345 678",
    "0203 3825 123",
    "(0203) 3825123",
    "(0203)3.825.123",
    "033 3 825 123",
    "024 3825 1234",
    "+1 415 555 2671",
    "034091000123",
    "034 091 000 123",
    "034.091.000.123",
    "0340 9100 0123",
    "022091000123",
    "100123456",
    "100 123 456",
    "100.123.456",
    "12 345 6789",
    "1 0 0 1 2 3 4 5 6",
    "9704 3600 1234 5678",
    "9704-3600-2012-2034",
    "9704360012345678",
    "1234567890123456789",
    "19036512345678",
]
INNOCENT = [
    "năm 2026",
    "sinh 15/3/2008",
    "15/03/2026",
    "15-03-2008",
    "15.3.2026",
    "ngày 23 5 2021 18 tuổi",
    "05-03-2026 12 giờ",
    "2026-03-15 07 giờ",
    "07:05 ngày 15/3/2026",
    "Luật 85/2015/QH13 và 83/2025/QH15",
    "nghị quyết 29-NQ/TW",
    "nhiệm kỳ 2021-2026, 2026-2031",
    "nhiệm kỳ 2016-2021 2021-2026",
    "2016 2021 2026",
    "1000 phiếu",
    "480/1000",
    "480/1000 phiếu, 500/1000 phiếu",
    "5.000.000",
    "150.000.000 đồng",
    "150 000 000 đồng",
    "phạt 1.234.567.890 đồng",
    "5.000.000.000",
    "đủ 18 tuổi",
    "từ 16 đến 18 tuổi",
    "17t 11 tháng",
    "bầu 3 trong 5 người",
    "1, 2, 3, 4, 5, 6, 7, 8, 9, 10",
    "100, 200, 300, 400",
    "48,5%",
    "tổng đài 1900 6192",
    "khoản 1 Điều 29",
    "@ @",
]
WORDS = st.text(alphabet="abcđêo ,?!/:\n", max_size=12)
DIGITS = st.integers(0, 9)
SEPARATORS = st.sampled_from(["", " ", ".", "-", " - ", "\u00a0"])


@pytest.mark.parametrize("number", PERSONAL)
def test_a_personal_number_is_masked_and_the_rest_stays(number: str) -> None:
    assert mask_numbers(number) == NUMBER
    assert mask_numbers(f"gọi tôi ({number}), năm 2008") == f"gọi tôi ({NUMBER}), năm 2008"
    assert mask_numbers(f"sdt{number}nhé") == f"sdt{NUMBER}nhé"
    assert mask_numbers(f"sinh 15/3/2008 {number}\n18 tuổi") == f"sinh 15/3/2008 {NUMBER}\n18 tuổi"


@pytest.mark.parametrize("text", INNOCENT)
def test_what_names_nobody_stays(text: str) -> None:
    assert mask_numbers(text) == text


@pytest.mark.parametrize(
    "address", ["nguyen.van-a+1@gmail.com", "a@sotuphap.quangninh.gov.vn", "0912345678@zalo"]
)
def test_an_address_of_mail_is_masked(address: str) -> None:
    assert mask_numbers(f"gửi {address}, cảm ơn.") == f"gửi {EMAIL}, cảm ơn."


def test_neighbours_are_masked_each() -> None:
    masked = mask_numbers("0912 345 678 0987 654 321; a@b.vn hoặc 034091000123")
    assert masked == f"{NUMBER} {NUMBER}; {EMAIL} hoặc {NUMBER}"


def test_a_year_before_a_number_stays() -> None:
    assert mask_numbers("năm 2008 0912 345 678 15 phiếu") == f"năm 2008 {NUMBER} 15 phiếu"


@given(WORDS, st.from_regex(r"\A(0|\+84|84)[35789][0-9]{8}\Z"), WORDS, st.data())
def test_a_mobile_number_is_masked_however_it_is_cut(
    before: str, number: str, after: str, data: st.DataObject
) -> None:
    # The first group of three is one: "+84", "849"; the others anyhow.
    cut = number[:3] + "".join(data.draw(SEPARATORS) + digit for digit in number[3:])
    masked = mask_numbers(before + cut + after)
    assert NUMBER in masked
    assert not re.search(r"\d", masked)


@given(WORDS, st.lists(DIGITS, min_size=9, max_size=30), WORDS)
def test_a_run_of_nine_digits_or_more_is_masked(before: str, run: list[int], after: str) -> None:
    masked = mask_numbers(before + "".join(map(str, run)) + after)
    assert not re.search(r"\d", masked)


@given(
    st.dates(min_value=date(1900, 1, 1)),
    st.sampled_from(["{0.day}/{0.month}/{0.year}", "{0:%d-%m-%Y}", "{0:%d.%m.%Y}", "{0:%Y-%m-%d}"]),
    st.integers(1, 120),
)
def test_a_date_and_an_age_stay(day: date, form: str, age: int) -> None:
    if day.year < 2100:
        text = f"sinh {form.format(day)} {age} tuổi"
        assert mask_numbers(text) == text


@given(st.integers(0, 10**8 - 1), st.sampled_from([" phiếu", " cử tri", "", "/1000", " tuổi"]))
def test_a_count_stays_written_in_one_or_with_dots(count: int, unit: str) -> None:
    for written in (str(count), f"{count:,}".replace(",", ".")):
        assert mask_numbers(f"có {written}{unit}?") == f"có {written}{unit}?"


@given(st.text(alphabet="0123456789 .-+()/@a", max_size=60) | st.text(max_size=60))
def test_masking_twice_is_masking_once_and_no_long_run_is_left(text: str) -> None:
    masked = mask_numbers(text)
    assert mask_numbers(masked) == masked
    assert not re.search(r"\d{9}", masked)


@pytest.mark.parametrize("piece", ["1", "12 ", "(", "+1", "a", "a.", "@", "1.000.", "0 "])
def test_a_very_long_text_takes_no_more_than_its_length(piece: str) -> None:
    assert growth(lambda size: mask_numbers(piece * size + "@"), 500, 8) < 30
