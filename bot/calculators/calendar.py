"""Questions that count days or want the calendar: "còn mấy ngày nữa bầu cử", "lịch bầu cử".

Only these; when something is due is for the base or, at a named election, for `due`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.calculators.computed import LONGEST_TEXT, Computed, compose, correct
from bot.calculators.due import answer_due
from bot.calculators.milestones import (
    DAY_LAW,
    NEXT_ENTRY,
    PAST,
    Dated,
    cited,
    dated_milestones,
    election_at_hand,
    next_milestones,
    show_milestone,
    show_short,
)
from bot.calculators.occasion import meant_election
from bot.calculators.typed import Typed, is_made_of, vocabulary
from bot.clock import show_date
from bot.knowledge.model import Base
from bot.knowledge.variables import NOT_CALLED

_WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_MAIN = (
    "nop-ho-so",
    "niem-yet-cu-tri",
    "danh-sach-chinh-thuc",
    "bat-dau-phat-the",
    "phat-xong-the",
    "dung-van-dong",
    "bo-phieu",
    "cong-bo-qh",
)
"""What most people look for in the calendar of an election that is over."""

_HEAD = 30
"""Letters that a page of the calendar keeps for its head."""

_HOW_MANY = r"(?:bao nhieu|may|bao lau)"
_TO_VOTE = r"\b(?:bau|bo phieu)\b"
_COUNTDOWN = re.compile(
    rf"\bcon {_HOW_MANY}\b.*{_TO_VOTE}|\bbao (?:nhieu|lau)\b.* nua\b.*{_TO_VOTE}"
    rf"|\b(?:may|bao) (?:ngay|tuan|thang|hom)\b.* nua\b.*{_TO_VOTE}"
    rf"|\bbau(?: cu)?\b.*\bcon {_HOW_MANY}\b|\bcach ngay (?:di )?bau\b.*\b{_HOW_MANY}\b"
    r"|\bdem nguoc\b.*\bngay bau\b|\bbau cu\b.*\b(?:qua|roi) bao lau\b"
)
_COUNT_WORDS = vocabulary(
    "hom nay con bao nhieu may lau ngay bua tuan thang nua thi la den toi bau cu di cach ky bo "
    "phieu dem nguoc tinh tu gio bay dai bieu quoc hoi roi qua duoc ta minh em toi"
)
_CALENDAR = re.compile(
    r"(?:(?:xem|cho|xin|gui|em|toi|minh|hoi|toan bo|tat ca) )*"
    r"(?:lich|(?:cac |nhung )?moc(?: thoi gian| ngay)?|lich cac moc)"
    r"(?: cua)?(?: ky| cuoc| dot)? bau cu"
    r"(?P<scope>(?: (?:ky|nam|lan|sap|toi|sau|nay|tiep|theo|20\d\d))*)"
)
_WHAT_DAY = re.compile(
    r"(?:hoi )?ngay (\d{1,2}) (?:thang|xuyet) (\d{1,2})(?: (?:nam|xuyet) (\d{4}))?"
    r"(?P<asked> (?:la |co )?(?:(?:ngay|moc|han|viec|su kien) )*(?:la |co )?(?:gi|nao)"
    r"(?: (?:trong|cua|theo) (?:lich )?(?:ky )?bau cu)?)"
)


def answer_calendar(typed: Typed, base: Base, today: date) -> Computed | None:
    """The answer to a question for days left, the calendar, or a day; None for any other."""
    line = typed.line
    if base.elections.reference is None and base.elections.next is None:
        return None
    if _COUNTDOWN.search(line) and is_made_of(line, _COUNT_WORDS):
        return _countdown(base, today)
    found = _CALENDAR.fullmatch(line)
    if found is not None:
        return _calendar(found["scope"], base, today)
    found = _WHAT_DAY.fullmatch(line)
    if found is not None:
        return _what_day(found, base, today)
    return answer_due(line, base, today)


def _countdown(base: Base, today: date) -> Computed:
    title = "Còn bao nhiêu ngày nữa đến ngày bầu cử?"
    election = election_at_hand(base.elections, today)
    if election is None:
        return _not_called(base, title, "Vì vậy chưa đếm được còn bao nhiêu ngày.", today)
    left = (election.day - today).days
    when = f"{_weekday(election.day)}, {show_date(election.day)}"
    first = f"Còn {left} ngày nữa: ngày bầu cử là {when}."
    if not left:
        first = f"Hôm nay, {when}, là ngày bầu cử."
    lines = [first, f"{election.name}."]
    coming = [one for one in next_milestones(base, today, 3) if one.day <= election.day]
    if coming and left:
        lines += ["Các mốc gần nhất:", *(f"- {show_milestone(one, today)}" for one in coming)]
    return compose(base, title, lines, [DAY_LAW, *cited(coming)], ["ngay-bau-cu"])


def _weekday(day: date) -> str:
    return _WEEKDAYS[day.weekday()]


def _not_called(base: Base, title: str, so: str, today: date) -> Computed:
    last = base.elections.reference
    said = ""
    if last is not None:
        since = (today - last.day).days
        said = f"Kỳ gần nhất là {_weekday(last.day)}, {show_date(last.day)}, cách nay {since} ngày."
    law = "Ngày bầu cử là Chủ nhật và được công bố chậm nhất 115 ngày trước."
    entries = [NEXT_ENTRY, "ngay-bau-cu"]
    return compose(base, title, [NOT_CALLED, so, law, said], [DAY_LAW], entries)


def _calendar(scope: str, base: Base, today: date) -> Computed | None:
    title = "Lịch bầu cử"
    meant = meant_election(f"bau cu{scope}", base.elections, today)
    if meant is None:
        return None
    election = meant.election
    if election is None:
        return _not_called(base, title, "Vì vậy chưa có lịch của kỳ đó.", today)
    dated = dated_milestones(base.elections, election)
    coming = [one for one in dated if one.day >= today]
    title = f"Lịch bầu cử ngày {show_date(election.day)}"
    if coming and election.day >= today:
        past = len(dated) - len(coming)
        head = f"Các mốc sắp tới của kỳ bầu cử {show_date(election.day)}:"
        lines = [f"- {show_milestone(one, today)}" for one in coming[:6]]
        counted = f"{past} mốc trước đó {PAST}." if past else ""
        return replace(_list(base, title, [head, counted], lines, coming[:6]), page=0)
    main = [one for one in dated if one.milestone.id in _MAIN]
    open_ = NOT_CALLED if election_at_hand(base.elections, today) is None else ""
    head = f"Các mốc chính của kỳ bầu cử {show_date(election.day)} ({PAST}):"
    lines = [show_short(one, today) for one in main]
    return replace(_list(base, title, [head, open_], lines, main), page=0)


def calendar_page(base: Base, today: date, page: int) -> Computed | None:
    """A page (from 0) of the whole calendar, of the next election or else of the reference."""
    election = base.elections.next or base.elections.reference
    if election is None:
        return None
    pages = _pages(dated_milestones(base.elections, election), today)
    if not 0 <= page < len(pages):
        return None
    title = f"Mọi mốc của kỳ bầu cử {show_date(election.day)} (trang {page + 1}/{len(pages)})"
    lines = [show_short(one, today) for one in pages[page]]
    note = f"✓ là {PAST.removeprefix('✓ ')}." if pages[page][0].day < today else ""
    computed = _list(base, title, [note, ""], lines, pages[page])
    return replace(computed, page=page + 1 if page + 1 < len(pages) else None)


def _pages(dated: Sequence[Dated], today: date) -> list[list[Dated]]:
    """The milestones in order, as many on a page as fit an answer."""
    pages: list[list[Dated]] = []
    room = 0
    for one in dated:
        length = len(show_short(one, today)) + 1
        if length > room:
            pages.append([])
            room = LONGEST_TEXT - _HEAD
        pages[-1].append(one)
        room -= length
    return pages


def _list(
    base: Base, title: str, head: Sequence[str], lines: list[str], dated: list[Dated]
) -> Computed:
    entries = ["cac-moc-truoc-bau-cu", "cac-moc-sau-bau-cu"]
    first, note = head
    return compose(base, title, [first, *lines, note], cited(dated), entries)


def _what_day(found: re.Match[str], base: Base, today: date) -> Computed | None:
    elections = base.elections
    title = f"Ngày {int(found[1])}/{int(found[2])} trong lịch bầu cử"
    about_milestones = re.search(r"\b(?:moc|han|bau cu)\b", found["asked"]) is not None
    known = (elections.next, elections.reference, *elections.all)
    for election in filter(None, known):
        dated = dated_milestones(elections, election)
        if not dated:
            continue
        day = _day_of(found, dated)
        here = [one for one in dated if one.day == day]
        if here and day is not None:
            head = f"Ngày {show_date(day)}, theo lịch của kỳ bầu cử {show_date(election.day)}:"
            lines = [f"- {one.milestone.what}." for one in here]
            return _list(base, title, [head, ""], lines, here)
    # A day without a milestone may still be one that the base knows.
    if not about_milestones or found[3] is None or _is_day(*map(int, found.groups()[:3])):
        return None
    return correct(base, title, "Ngày này không có trong lịch. Bạn xem lại, rồi nhắn lại.")


def _is_day(day: int, month: int, year: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _day_of(found: re.Match[str], dated: list[Dated]) -> date | None:
    """The day that is named; without a year, the one that falls into the election's calendar."""
    years = [int(found[3])] if found[3] else [dated[0].day.year, dated[-1].day.year]
    for year in years:
        if _is_day(int(found[1]), int(found[2]), year):
            day = date(year, int(found[2]), int(found[1]))
            if dated[0].day <= day <= dated[-1].day:
                return day
    return None
