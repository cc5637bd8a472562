"""The charts of the participation report: questions in time, people by unit."""

from __future__ import annotations

from collections.abc import Sequence

from bot.clock import show_date
from bot.reports.charts import GOLD, GREY, RED, Bar, Column, Series, draw_bars, draw_columns
from bot.reports.participation import Participation, Row, Tally
from bot.store.participation import Slice

SERIES = (
    Series("Có câu trả lời", RED),
    Series("Đưa câu để chọn", GOLD),
    Series("Chưa trả lời được", GREY),
)
_WEEKLY = 62
"""Days; a longer time is drawn by months."""


def draw_time(report: Participation) -> str:
    """The chart of questions in time: by day, for a long time by month."""
    days = report.days
    monthly = len(days) > _WEEKLY
    columns: dict[str, Tally] = {}
    for day, tally in days:
        label = f"{day:%m/%Y}" if monthly else f"{day.day}/{day.month}"
        whole = columns.setdefault(label, Tally())
        whole.answered += tally.answered
        whole.offered += tally.offered
        whole.missed += tally.missed
    by = "tháng" if monthly else "ngày"
    total = report.total
    told = (
        f"{tell_time(report.cut)}: {total.questions} câu hỏi, {total.answered} câu có trả lời, "
        f"{total.offered} câu được đưa lựa chọn, {total.missed} câu chưa trả lời được."
    )
    drawn = [Column(name, (t.answered, t.offered, t.missed)) for name, t in columns.items()]
    return draw_columns(f"Số câu hỏi theo {by}", told, drawn, SERIES)


def draw_units(units: Sequence[Row]) -> str:
    """The chart of people by unit, most people first; those with nobody stand last."""
    ranked = sorted(units, key=lambda row: (-row.known, row.title))
    reached = sum(row.is_reached for row in units)
    told = f"{reached} trên {len(units)} đơn vị đã có người dùng."
    if ranked and ranked[0].known:
        told += f" Nhiều nhất là {ranked[0].title}: {ranked[0].known} người."
    return draw_bars(
        "Số người theo xã, phường, đặc khu", told, [Bar(row.title, row.known) for row in ranked]
    )


def tell_time(cut: Slice) -> str:
    """The time of a report in words."""
    return f"{show_date(cut.first)} đến {show_date(cut.last)}"
