from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calculators.births import Birth, day_of_turning, is_of_age, latest_birthday
from bot.calculators.calculate import calculate
from bot.clock import show_date
from bot.knowledge.model import Base

from .conftest import TODAY, Ask

ELECTION_DAY = date(2026, 3, 15)
CLAIMS = [
    ("cháu sinh 16/3/2008 được bầu chưa", "chưa đủ tuổi bầu cử"),
    ("cháu sinh 15/3/2008 được bầu chưa", "8 đủ tuổi bầu cử"),
    ("Sinh 15-03-2008 có được đi bầu không?", "8 đủ tuổi bầu cử"),
    ("sinh 15.3.2008 được bầu k", "8 đủ tuổi bầu cử"),
    ("sinh 2008-03-16 được bầu không", "chưa đủ tuổi bầu cử"),
    ("mình sinh ngày 15 tháng 3 năm 2008", "8 đủ tuổi bầu cử"),
    ("em sinh ngày mùng 5 tháng tư năm 2008 bầu được chưa", "chưa đủ tuổi bầu cử"),
    ("ngày sinh của cháu là 16/3/2008", "chưa đủ tuổi bầu cử"),
    ("chasu sinh 16/3/2008 dduwowcj baauf chuwa", "chưa đủ tuổi bầu cử"),
    ("con e sn 15/3/08 đi bầu dc chưa ạ", "8 đủ tuổi bầu cử"),
    ("sinh 15/3/2k8 bầu được chưa", "8 đủ tuổi bầu cử"),
    ("16/3/2008", "chưa đủ tuổi bầu cử"),
    ("15/03/2008 bầu được không", "8 đủ tuổi bầu cử"),
    ("16/3/2005 ứng cử được chưa", "chưa đủ tuổi ứng cử"),
    ("sinh 29/2/2008", "đủ tuổi bầu cử"),
    ("sinh tháng 2/2008 được bầu không", "8 đủ tuổi bầu cử"),
    ("sinh tháng 3/2008", "sinh từ ngày 15/3/2008 trở về trước là đủ tuổi bầu cử"),
    ("bé nhà em sinh 10/2008 có được bầu không", "chưa đủ tuổi bầu cử"),
    ("em sinh 12-2007 có được đi bầu ko", "7 đủ tuổi bầu cử"),
    ("bố em sinh 1.1960", "0 đủ tuổi bầu cử"),
    ("sinh năm 2008", "sinh từ ngày 15/3/2008 trở về trước là đủ tuổi bầu cử"),
    ("2k8 bầu được chưa", "sinh từ ngày 15/3/2008 trở về trước là đủ tuổi bầu cử"),
    ("em 2k7 đi bầu được không", "7 đủ tuổi bầu cử"),
    ("2k10 bầu được không", "chưa đủ tuổi bầu cử"),
    ("sn 2005 có được ứng cử không", "sinh từ ngày 15/3/2005 trở về trước là đủ tuổi ứng cử"),
    ("sn2004 ung cu dc ko", "4 đủ tuổi ứng cử"),
    ("tôi sinh năm 1990 có được tự ứng cử hđnd xã không", "0 đủ tuổi ứng cử"),
    ("sinh ngày 16/3/2005 làm đại biểu quốc hội được chưa", "chưa đủ tuổi ứng cử"),
    ("em sinh 20/5/2003 kỳ 2021 được bầu không", "đủ tuổi bầu cử ở kỳ bầu cử 23/5/2021"),
    ("em sinh 24/5/2003 kỳ 2021 được bầu không", "chưa đủ tuổi bầu cử ở kỳ bầu cử 23/5/2021"),
    ("em sinh 16/3/2008 ngày 15/3/2026 được bầu không", "chưa đủ tuổi bầu cử"),
    ("em sinh 16/3/2008 đủ tuổi chưa", "chưa đủ tuổi bầu cử"),
    ("em sinh 2005 đã đủ 21 tuổi chưa", "tuổi ứng cử"),
    ("con em sinh 2010 bao giờ được đi bầu", "chưa đủ tuổi bầu cử"),
    ("con em sinh 2010 kỳ tới được bầu chưa", "Kỳ bầu cử tiếp theo chưa được công bố ngày"),
    ("sinh 2012 năm 2031 được bầu không", "Kỳ bầu cử tiếp theo chưa được công bố ngày"),
    ("em 17 tuổi", "mới 17 tuổi thì chưa đủ tuổi bầu cử"),
    ("em 17 tuổi được bầu không", "mới 17 tuổi thì chưa đủ tuổi bầu cử"),
    ("chau 16t bau dc chua", "mới 16 tuổi thì chưa đủ tuổi bầu cử"),
    ("em mười bảy tuổi đi bầu được chưa", "mới 17 tuổi thì chưa đủ tuổi bầu cử"),
    ("con tôi năm nay 18 tuổi có được bầu cử không", "Đủ 18 tuổi tính đến ngày bầu cử"),
    ("em 20 tuổi ứng cử được không", "mới 20 tuổi thì chưa đủ tuổi ứng cử"),
    ("tôi 21 tuổi có quyền ứng cử không", "Đủ 21 tuổi tính đến ngày bầu cử"),
    ("em 17 tuổi kỳ tới được bầu không", "Kỳ bầu cử tiếp theo chưa được công bố ngày"),
]
MISTYPED = [
    ("sinh 31/2/2008", "Tháng 2/2008 không có ngày 31"),
    ("sinh 29/2/2007 được bầu không", "Tháng 2/2007 không có ngày 29"),
    ("sinh 3/16/2008 được bầu không", "không có tháng 16"),
    ("sinh 0/3/2008 được bầu không", "không có ngày 0"),
    ("sinh năm 1800", "1800"),
    ("sinh năm 2999 được bầu không", "2999"),
    ("em sinh năm 208 được bầu chưa", "208"),
    ("sinh 24/11/2026 được bầu chưa", "chưa ai sinh"),
    ("em 200 tuổi được bầu không", "200"),
    ("em 0 tuổi", "0"),
]
DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
BIRTHS = st.dates(date(1930, 1, 1), date(2026, 11, 23))
AGES = st.sampled_from([18, 21])


@pytest.mark.parametrize(("text", "claim"), CLAIMS)
def test_a_birth_or_an_age_is_answered_in_the_first_line(ask: Ask, text: str, claim: str) -> None:
    answer = ask(text)
    assert answer is not None
    assert claim in answer.text.splitlines()[0]
    assert len(answer.text) <= 600
    assert [(c.law, c.article) for c in answer.citations] == [("luat-bau-cu", 2), ("hien-phap", 27)]
    assert answer.entries


@pytest.mark.parametrize(("text", "claim"), MISTYPED)
def test_what_cannot_be_is_corrected(ask: Ask, text: str, claim: str) -> None:
    answer = ask(text)
    assert answer is not None
    assert claim in answer.text.splitlines()[0]
    assert answer.entries == ()
    assert answer.citations == ()


def test_the_days_of_turning_18_and_21_are_told(ask: Ask) -> None:
    answer = ask("sinh 29/2/2008")
    assert answer is not None
    assert "đủ 18 tuổi (tuổi bầu cử) từ ngày 1/3/2026" in answer.text
    assert "đủ 21 tuổi (tuổi ứng cử) từ ngày 1/3/2029" in answer.text
    assert "Kỳ bầu cử tiếp theo chưa được công bố ngày." in answer.text


def test_an_unknown_day_or_month_counts_as_the_first(ask: Ask) -> None:
    month, year = ask("sinh tháng 3/2008"), ask("sinh năm 2008")
    assert month is not None
    assert year is not None
    assert "không rõ ngày sinh thì tính là sinh ngày 1/3/2008" in month.text
    assert "không rõ cả ngày lẫn tháng sinh thì tính là sinh ngày 1/1/2008" in year.text
    assert "khong-ro-ngay-sinh" in month.entries


def test_the_next_election_comes_first_once_it_is_called(ask: Ask, called: Base) -> None:
    answer = ask("sinh 16/3/2008 được bầu chưa", called)
    assert answer is not None
    first, second, *_ = answer.text.splitlines()
    assert "đủ tuổi bầu cử ở kỳ bầu cử 16/3/2031" in first
    assert "chưa đủ tuổi bầu cử ở kỳ bầu cử 15/3/2026" in second
    assert "chưa được công bố" not in answer.text
    coming = ask("sinh 17/3/2013 kỳ tới được bầu chưa", called)
    assert coming is not None
    assert "chưa đủ tuổi bầu cử ở kỳ bầu cử 16/3/2031" in coming.text


def test_before_the_election_nothing_is_said_of_a_next_one(ask: Ask) -> None:
    answer = ask("sinh 16/3/2008 được bầu chưa", today=date(2026, 3, 1))
    assert answer is not None
    assert "tiếp theo" not in answer.text


@given(born=BIRTHS)
def test_any_typed_birth_agrees_with_the_calendar(born: date, base: Base) -> None:
    answer = calculate(f"cháu sinh {show_date(born)} được bầu chưa", base, TODAY)
    assert answer is not None
    old_enough = (born.year + 18, born.month, born.day) <= (2026, 3, 15)
    assert ("chưa đủ tuổi bầu cử" not in answer.text.splitlines()[0]) == old_enough
    assert len(answer.text) <= 600


@given(day=DAYS, age=AGES)
def test_the_boundary_is_the_day_itself(day: date, age: int) -> None:
    latest = latest_birthday(day, age)
    next_day = latest + timedelta(days=1)
    assert is_of_age(Birth(latest, latest, ""), age, day) is True
    assert is_of_age(Birth(next_day, next_day, ""), age, day) is False
    assert is_of_age(Birth(latest, next_day, ""), age, day) is None


@given(born=DAYS, day=DAYS, age=AGES)
def test_turning_an_age_and_being_of_age_agree(born: date, day: date, age: int) -> None:
    assert is_of_age(Birth(born, born, ""), age, day) == (day_of_turning(born, age) <= day)


@pytest.mark.parametrize(
    ("born", "turning"),
    [
        (date(2008, 2, 29), date(2026, 3, 1)),
        (date(2008, 2, 28), date(2026, 2, 28)),
        (date(2008, 3, 1), date(2026, 3, 1)),
        (date(2010, 2, 28), date(2028, 2, 28)),
    ],
)
def test_29_february_completes_a_year_on_1_march(born: date, turning: date) -> None:
    assert day_of_turning(born, 18) == turning
