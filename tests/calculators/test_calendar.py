from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calculators.calendar import calendar_page
from bot.calculators.milestones import PAST, dated_milestones, next_milestones, show_short
from bot.knowledge.model import Base

from .conftest import NEXT_DAY, TODAY, Ask

BEFORE = date(2026, 2, 1)
COUNTDOWNS = [
    "còn bao ngày nữa bầu",
    "mấy tháng nữa bầu cử",
    "còn bao nhiêu ngày nữa bầu cử",
    "con may ngay nua bau cu",
    "còn bao lâu nữa thì bầu cử",
    "hôm nay cách ngày bầu cử bao nhiêu ngày",
    "bao nhiêu ngày nữa đến ngày bầu cử",
    "còn mấy hôm nữa đi bầu",
    "đếm ngược ngày bầu cử",
]
CALENDARS = ["lịch bầu cử", "các mốc bầu cử", "cho em xem lịch bầu cử 2026", "lich bau cu nam 2026"]


@pytest.mark.parametrize("text", COUNTDOWNS)
def test_days_are_counted_to_the_election(ask: Ask, text: str) -> None:
    answer = ask(text, today=BEFORE)
    assert answer is not None
    assert answer.text.startswith("Còn 42 ngày nữa: ngày bầu cử là Chủ nhật, 15/3/2026.")


@pytest.mark.parametrize("text", COUNTDOWNS)
def test_nothing_is_counted_where_no_election_is_called(ask: Ask, text: str) -> None:
    answer = ask(text)
    assert answer is not None
    assert answer.text.startswith("Kỳ bầu cử tiếp theo chưa được công bố ngày.")
    assert "15/3/2026, cách nay 253 ngày" in answer.text


def test_the_day_itself_and_the_next_election(ask: Ask, called: Base) -> None:
    today = ask(COUNTDOWNS[0], today=date(2026, 3, 15))
    assert today is not None
    assert today.text.startswith("Hôm nay, Chủ nhật, 15/3/2026, là ngày bầu cử.")
    coming = ask(COUNTDOWNS[0], called)
    assert coming is not None
    assert coming.text.startswith(f"Còn {(NEXT_DAY - TODAY).days} ngày nữa")


@pytest.mark.parametrize("text", CALENDARS)
def test_the_calendar_marks_what_is_past(ask: Ask, text: str) -> None:
    answer = ask(text)
    assert answer is not None
    assert "✓ 3/2/2026: Hạn niêm yết danh sách cử tri." in answer.text
    assert PAST in answer.text
    assert "chưa được công bố ngày" in answer.text
    assert len(answer.text) <= 600
    assert answer.citations


def test_before_the_election_the_calendar_tells_what_comes(ask: Ask) -> None:
    answer = ask("lịch bầu cử", today=BEFORE)
    assert answer is not None
    assert "- 1/2/2026: Hết hạn nộp hồ sơ ứng cử." in answer.text
    assert "20/11/2025" not in answer.text


def test_a_next_election_has_a_calendar_only_once_it_is_called(ask: Ask, called: Base) -> None:
    for text in ("lịch bầu cử kỳ tới", "lịch bầu cử năm 2031"):
        not_yet, told = ask(text), ask(text, called)
        assert not_yet is not None
        assert told is not None
        assert "chưa có lịch của kỳ đó" in not_yet.text
        assert "16/3/2031" in told.text


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("ngày 1/2/2026 là mốc gì", "Hết hạn nộp hồ sơ ứng cử"),
        ("15/3/2026 là ngày gì", "Ngày bỏ phiếu"),
        ("ngày 3 tháng 2 là hạn gì", "niêm yết danh sách cử tri"),
        ("23/5/2021 là ngày gì", "Ngày bỏ phiếu"),
        ("ngày 31/2/2026 là mốc gì", "không có trong lịch"),
        ("niêm yết danh sách cử tri năm 2026 vào ngày nào", "3/2/2026 (✓ đã qua), 40 ngày trước"),
        ("công bố kết quả bầu cử năm 2026 ngày nào", "Thực tế đã làm ngày 21/3/2026"),
        ("hạn nộp hồ sơ ứng cử kỳ tới là ngày nào", "Kỳ bầu cử tiếp theo chưa được công bố ngày"),
        ("hiệp thương lần thứ 2 năm 2021 ngày nào", "13/4/2021"),
    ],
)
def test_a_day_or_a_milestone_of_a_named_election_is_told(ask: Ask, text: str, claim: str) -> None:
    answer = ask(text)
    assert answer is not None
    assert claim in answer.text


def test_a_milestone_of_the_next_election_is_counted_once_it_is_called(
    ask: Ask, called: Base
) -> None:
    answer = ask("hạn nộp hồ sơ ứng cử kỳ tới là ngày nào", called)
    assert answer is not None
    assert f"{(NEXT_DAY - timedelta(days=42)).day}/2/2031" in answer.text.splitlines()[0]


@pytest.mark.parametrize(
    ("today", "past"), [(TODAY, 42), (date(2025, 1, 1), 0), (date(2026, 3, 15), 31)]
)
def test_the_whole_calendar_is_told_page_by_page(base: Base, today: date, past: int) -> None:
    assert base.elections.reference is not None
    whole = dated_milestones(base.elections, base.elections.reference)
    lines: list[str] = []
    page: int | None = 0
    while page is not None:
        told = calendar_page(base, today, page)
        assert told is not None
        assert len(told.text) <= 600
        assert told.citations
        assert f"trang {page + 1}/" in told.title
        lines += [line for line in told.text.splitlines() if "/20" in line]
        page = told.page
    assert lines == [show_short(one, today) for one in whole]
    assert sum(line.startswith("✓") for line in lines) == past
    assert not any("bổ sung:" in line for line in lines)
    assert calendar_page(base, today, 99) is None


@given(today=st.dates(date(2025, 1, 1), date(2027, 1, 1)), count=st.integers(0, 60))
def test_next_milestones_never_lie_in_the_past(today: date, count: int, base: Base) -> None:
    coming = next_milestones(base, today, count)
    assert len(coming) <= count
    assert all(one.day >= today for one in coming)
    assert [one.day for one in coming] == sorted(one.day for one in coming)


def test_without_any_election_nothing_is_said(base: Base, ask: Ask) -> None:
    from dataclasses import replace

    from bot.knowledge.model import Elections

    empty = replace(base, elections=Elections())
    assert ask("lịch bầu cử", empty) is None
    assert ask("còn bao nhiêu ngày nữa bầu cử", empty) is None
    assert calendar_page(empty, TODAY, 0) is None
    assert next_milestones(empty, TODAY, 3) == []
    told = ask("sinh 16/3/2008 được bầu chưa", empty)
    assert told is not None
    assert "từ ngày 16/3/2026" in told.text
