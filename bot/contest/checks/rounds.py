"""When a contest is played: its rounds, one by one and beside each other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.clock import VIETNAM, show_time
from bot.contest.checks.subject import Subject
from bot.contest.rules import Round
from bot.errors import Fault
from bot.language.fold import fold

_DAY = re.compile(
    r"(?<![\d/])(\d{1,2})\s*(?:[/.-]|thang)\s*(\d{1,2})(?!\d)(?:\s*(?:[/.-]|nam)\s*(\d{4}))?"
)
_HOUR = re.compile(r"(?<!\d)(\d{1,2})\s*(?:h|gio|g|:)\s*(\d{2})?(?!\d)")
_LAST_MINUTE = (23, 59)


def check_rounds(on: Subject) -> Iterator[Fault]:
    """Every fault of the rounds."""
    rounds = on.contest.rounds
    if not rounds:
        yield on.fault("Cuộc thi chưa có vòng nào (rounds).", "rounds")
    for name, times in Counter(r.id for r in rounds).items():
        if times > 1:
            yield on.fault(f"Mã vòng «{name}» dùng {times} lần.", "rounds")
    for place, one in enumerate(rounds):
        for sentence, key in (*_times(one), *_names(on, one)):
            yield on.fault(sentence, "rounds", place, key)
        yield from _overlaps(on, place, one)


def _times(one: Round) -> Iterator[tuple[str, str]]:
    if one.closes_at is None:
        if one.kind != "practice":
            yield "Chỉ vòng luyện tập (practice) mới được không có giờ đóng.", "closes_at"
    elif one.closes_at <= one.opens_at:
        yield "Giờ đóng phải sau giờ mở.", "closes_at"
    elif one.closing_words:
        yield from ((sentence, "closing_words") for sentence in _closing_words(one, one.closes_at))
    window = one.daily_window
    if window is not None:
        if not window.days or not set(window.days) <= set(range(1, 8)):
            yield "Ngày trong tuần viết từ 1 (thứ Hai) đến 7 (Chủ nhật).", "daily_window"
        if window.to <= window.from_:
            yield "Giờ đóng trong ngày phải sau giờ mở.", "daily_window"


def _names(on: Subject, one: Round) -> Iterator[tuple[str, str]]:
    contest = on.contest
    if one.paper not in contest.papers:
        yield f"Không có đề nào tên «{one.paper}» trong papers.", "paper"
    if one.prizes is not None and one.prizes not in contest.prizes.sets:
        yield f"Không có bộ giải nào tên «{one.prizes}» trong prizes.", "prizes"
    for other in one.overlaps:
        if contest.round(other) is None or other == one.id:
            yield f"Không có vòng nào khác mang mã «{other}».", "overlaps"
    if one.feeds is not None:
        fed = contest.round(one.feeds.round)
        if fed is None or fed.id == one.id:
            yield f"Không có vòng nào khác mang mã «{one.feeds.round}».", "feeds"
        elif one.closes_at is None or fed.opens_at < one.closes_at:
            yield "Vòng lấy người phải đóng trước khi vòng sau mở.", "feeds"
        if one.feeds.take < 1:
            yield "Số người được vào vòng sau phải từ 1 trở lên.", "feeds"


def _overlaps(on: Subject, place: int, one: Round) -> Iterator[Fault]:
    for other in on.contest.rounds[:place]:
        apart = _closes(one) <= other.opens_at or _closes(other) <= one.opens_at
        listed = other.id in one.overlaps or one.id in other.overlaps
        if not apart and not listed and one.id != other.id:
            yield on.fault(
                f"Vòng này chạy cùng lúc với vòng «{other.id}». Nếu đúng ý bạn, hãy ghi "
                f"overlaps: [{other.id}].",
                "rounds",
                place,
                "opens_at",
            )


def _closes(one: Round) -> datetime:
    return one.closes_at or datetime.max.replace(tzinfo=VIETNAM)


def _closing_words(one: Round, closes_at: datetime) -> Iterator[str]:
    """Faults where the organizer's words say another instant than `closes_at`."""
    words = fold(one.closing_words)
    said = _said_instant(words, closes_at)
    if said is None:
        yield (
            f"Không đọc được giờ đóng trong câu «{one.closing_words}». "
            "Hãy viết như «hết ngày 08/3» hoặc «19h00 ngày 15/3»."
        )
    elif closes_at not in said:
        yield (
            f"Câu «{one.closing_words}» không khớp với closes_at: {show_time(closes_at)}. "
            "Giờ đóng không tính chính nó: hết ngày 8/3 là 00:00 ngày 9/3."
        )


def _said_instant(words: str, closes_at: datetime) -> tuple[datetime, ...] | None:
    """The instants that the words may mean; None where no day stands in them."""
    days = list(_DAY.finditer(words))
    if not days:
        return None
    day, month = int(days[-1][1]), int(days[-1][2])
    last = (closes_at - timedelta(seconds=1)).astimezone(VIETNAM)
    year = int(days[-1][3]) if days[-1][3] else last.year
    try:
        midnight = datetime(year, month, day, tzinfo=VIETNAM)
    except ValueError:
        return None
    hours = [h for h in _HOUR.finditer(words) if not _is_inside(h, days)]
    hour, minute = (int(hours[-1][1]), int(hours[-1][2] or 0)) if hours else (24, 0)
    if hour > 24 or minute > 59:
        return None
    said = midnight + timedelta(hours=hour, minutes=minute)
    if (hour, minute) == _LAST_MINUTE:
        # "23h59" includes that minute for most who write it.
        return said, said + timedelta(minutes=1)
    return (said,)


def _is_inside(hour: re.Match[str], days: list[re.Match[str]]) -> bool:
    return any(day.start() <= hour.start() < day.end() for day in days)
