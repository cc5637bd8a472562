"""The monthly report: how many people asked what, and what the base could not answer yet.

As a workbook for whoever reckons on with it, and as a PDF for whoever signs it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.clock import show_date
from bot.knowledge.model import Base
from bot.matching.nearness import group_near
from bot.reports import participation
from bot.reports.participation import Participation, Row, Tally
from bot.reports.pictures import draw_time, tell_time
from bot.reports.press import print_pdf
from bot.reports.sheet_rows import Cell
from bot.reports.sheets import Table, write_xlsx
from bot.store import misses
from bot.store.database import Tx
from bot.store.misses import Vain
from bot.store.participation import Slice

MISSES = 200
SHOWN = 12
"""Rows of a list in print; the workbook has more."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Questions that mean nearly the same and got no answer; `text` is the most asked one."""

    text: str
    questions: int
    wordings: int


@dataclass(frozen=True, slots=True)
class Monthly:
    """A report with the one before it, for comparison, and what was asked in vain."""

    now: Participation
    before: Participation
    unanswered: tuple[Unanswered, ...]


async def look(tx: Tx, base: Base, cut: Slice) -> Monthly:
    """The report on a slice, from the store as it is now."""
    return Monthly(
        await participation.look(tx, base, cut),
        await participation.look(tx, base, participation.previous(cut)),
        gather(await misses.list_vain(tx, cut.first, cut.last, cut.channel))[:MISSES],
    )


def gather(vain: Sequence[Vain]) -> tuple[Unanswered, ...]:
    """Questions asked in vain, near ones together, most asked first."""
    found = [
        Unanswered(vain[group[0]].text, sum(vain[n].questions for n in group), len(group))
        for group in group_near([one.normalised for one in vain])
    ]
    return tuple(sorted(found, key=lambda one: -one.questions))


async def write_workbook(report: Monthly, path: Path) -> dict[str, int]:
    """Writes the report as .xlsx; gives the rows of each sheet. Raises `OSError` where it cannot."""
    now = report.now
    tallied = (
        "Câu hỏi",
        "Có câu trả lời",
        "Đưa câu để chọn",
        "Chưa trả lời được",
        "Tỷ lệ có trả lời (%)",
    )
    people = ("Người hỏi trong kỳ", "Người đã biết từ trước đến nay")
    return await write_xlsx(
        [
            _table("tong_hop", ("Chỉ tiêu", "Kỳ này", "Kỳ trước"), _summary(report)),
            _table(
                "theo_ngay", ("Ngày", *tallied), ((show_date(d), *_cells(t)) for d, t in now.days)
            ),
            _table("theo_kenh", ("Kênh", *people, *tallied), map(_counted, now.channels)),
            _table(
                "theo_xa_phuong",
                ("Mã", "Xã, phường, đặc khu", "Đã có người", "Đăng ký thi", *people, *tallied),
                map(_of_unit, (*now.units, now.elsewhere)),
            ),
            _table("dot_tuyen_truyen", ("Đợt", *people, *tallied), map(_counted, now.campaigns)),
            _table(
                "hoi_nhieu",
                ("Mã mục", "Câu hỏi", "Số lần", "Chưa đúng ý"),
                ((t.entry, t.question, t.questions, t.disliked) for t in now.topics),
            ),
            _table(
                "chua_tra_loi",
                ("Câu hỏi (đã che số)", "Số lần", "Số cách hỏi"),
                ((u.text, u.questions, u.wordings) for u in report.unanswered),
            ),
        ],
        path,
    )


def print_report(report: Monthly, base: Base, today: date) -> bytes:
    """The report as a PDF, ready to be signed."""
    now = report.now
    whole_month = participation.month_around(now.cut.first) == (now.cut.first, now.cut.last)
    data = {
        "organisation": base.service.organisation,
        "service": base.service.name,
        "when": f"Tháng {now.cut.first:%m/%Y}" if whole_month else tell_time(now.cut),
        "printed": f"ngày {today:%d} tháng {today:%m} năm {today:%Y}",
        "summary": [[str(name), _shown(a), _shown(b)] for name, a, b in _summary(report)],
        "chart_days": draw_time(now),
        "channels": [[_shown(cell) for cell in _counted(row)] for row in now.channels],
        "units": _units(now.units),
        "unreached": [row.title for row in now.unreached],
        "reach": _reach(now),
        "campaigns": [[_shown(cell) for cell in _counted(row)] for row in now.campaigns],
        "topics": [
            [t.question, _shown(t.questions), _shown(t.disliked)] for t in now.topics[:SHOWN]
        ],
        "unanswered": [[u.text, _shown(u.questions)] for u in report.unanswered[:SHOWN]],
    }
    return print_pdf("bao-cao.typ", data)


def _summary(report: Monthly) -> list[tuple[str, Cell, Cell]]:
    now, before = report.now, report.before
    rows: list[tuple[str, Cell, Cell]] = [
        ("Thời gian", tell_time(now.cut), tell_time(before.cut)),
        ("Người hỏi", now.askers, before.askers),
        ("Người mới", now.newcomers, before.newcomers),
    ]
    for name, one, other in zip(
        (
            "Câu hỏi",
            "Có câu trả lời",
            "Đưa câu để chọn",
            "Chưa trả lời được",
            "Tỷ lệ có trả lời (%)",
        ),
        _cells(now.total),
        _cells(before.total),
        strict=True,
    ):
        rows.append((name, one, other))
    rows.append(("Bị chê là chưa đúng ý", now.total.disliked, before.total.disliked))
    units = len(now.units)
    rows.append((f"Đơn vị đã có người (trên {units})", units - len(now.unreached), None))
    return rows


def _cells(tally: Tally) -> tuple[Cell, ...]:
    share = None if tally.share is None else round(tally.share * 100, 1)
    return (tally.questions, tally.answered, tally.offered, tally.missed, share)


def _counted(row: Row) -> tuple[Cell, ...]:
    return (row.title, row.askers, row.known, *_cells(row.tally))


def _of_unit(row: Row) -> tuple[Cell, ...]:
    reached = "có" if row.is_reached else "chưa"
    return (row.key, row.title, reached, row.entrants, row.askers, row.known, *_cells(row.tally))


def _units(units: Sequence[Row]) -> list[dict[str, object]]:
    most = max((row.known for row in units), default=0) or 1
    return [
        {
            "title": row.title,
            "part": row.known / most,
            "people": _shown(row.known),
            "questions": _shown(row.tally.questions),
            "share": _percent(row.tally.share),
        }
        for row in units
    ]


def _reach(report: Participation) -> str:
    reached, units = len(report.units) - len(report.unreached), len(report.units)
    elsewhere = report.elsewhere
    return (
        f"{reached} trên {units} xã, phường, đặc khu đã có người dùng. Không qua mã của đơn vị nào: "
        f"{_shown(elsewhere.known)} người, {_shown(elsewhere.tally.questions)} câu hỏi. "
        "Số của từng đơn vị ở Phụ lục."
    )


def _shown(cell: Cell) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, float):
        return f"{cell:.1f}".replace(".", ",")
    return f"{cell:,}".replace(",", ".") if isinstance(cell, int) else cell


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.0f}%"


def _table(name: str, headings: tuple[str, ...], rows: Iterable[Sequence[Cell]]) -> Table:
    async def each() -> AsyncIterator[Sequence[Cell]]:
        for row in rows:
            yield row

    return Table(name, headings, each())
