"""Participation: whom the service reached, what they asked, where nobody has come from yet."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.admin.office import Office
from bot.admin.visit import Visit
from bot.clock import show_date, vietnam_date
from bot.errors import InputRefused
from bot.reports import monthly, participation
from bot.reports.participation import CHANNELS
from bot.reports.pictures import draw_time, draw_units
from bot.store.participation import Slice

PATH = "/admin/tham-gia"
_USUAL = timedelta(days=29)
_LONGEST = timedelta(days=3 * 366)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Reach:
    """The pages under `/admin/tham-gia`."""

    office: Office

    def routes(self) -> list[BaseRoute]:
        """The page and the two files that can be taken away."""
        page = self.office.page
        return [
            page(PATH, self.show),
            page(f"{PATH}/bao-cao.xlsx", self.give_workbook),
            page(f"{PATH}/bao-cao.pdf", self.give_print),
        ]

    async def show(self, visit: Visit) -> Response:
        """The figures of the time, channel and unit that were asked for."""
        fault = ""
        try:
            cut = self._cut(visit)
        except InputRefused as refused:
            fault, cut = str(refused), _usual(visit)
        base = self.office.snapshot.base
        async with self.office.database.reading() as tx:
            found = await participation.look(tx, base, cut)
        units = [(unit.code, unit.title) for unit in base.places.units]
        return await self.office.show(
            visit,
            "tham-gia.html",
            status=422 if fault else 200,
            fault=fault,
            found=found,
            cut=cut,
            quick=_quick(vietnam_date(visit.at)),
            unit=visit.choose("don-vi", dict(units)),
            channels=[("", "Mọi kênh"), *CHANNELS.items()],
            units=[("", "Mọi nơi"), *units],
            chart_time=draw_time(found),
            chart_units=draw_units(found.units),
            taken=visit.request.url.query,
        )

    async def give_workbook(self, visit: Visit) -> Response:
        """The report as .xlsx."""
        report, cut = await self._report(visit)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "bao-cao.xlsx"
            await monthly.write_workbook(report, file)
            content = await asyncio.to_thread(file.read_bytes)
        return give_file(content, XLSX, f"{_file_name(cut)}.xlsx")

    async def give_print(self, visit: Visit) -> Response:
        """The report as PDF."""
        report, cut = await self._report(visit)
        base, today = self.office.snapshot.base, vietnam_date(visit.at)
        content = await asyncio.to_thread(monthly.print_report, report, base, today)
        return give_file(content, "application/pdf", f"{_file_name(cut)}.pdf")

    async def _report(self, visit: Visit) -> tuple[monthly.Monthly, Slice]:
        cut = self._cut(visit)
        async with self.office.database.reading() as tx:
            return await monthly.look(tx, self.office.snapshot.base, cut), cut

    def _cut(self, visit: Visit) -> Slice:
        """What the address asks for. Raises `InputRefused` for days that cannot be."""
        usual = _usual(visit)
        last = _day(visit.query("den"), usual.last)
        first = _day(visit.query("tu"), last - _USUAL)
        if first > last:
            raise InputRefused("Ngày đầu phải đứng trước ngày cuối. Dưới đây là 30 ngày gần nhất.")
        if last - first > _LONGEST:
            raise InputRefused("Mỗi lần xem được nhiều nhất ba năm. Dưới đây là 30 ngày gần nhất.")
        channel = visit.choose("kenh", CHANNELS)
        unit = visit.choose("don-vi", self.office.snapshot.base.places.by_code)
        return participation.slice_of(first, last, channel, unit)


def give_file(content: bytes, kind: str, name: str) -> Response:
    """A file that the browser saves; `name` is of plain letters."""
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=disposition)


def _usual(visit: Visit) -> Slice:
    today = vietnam_date(visit.at)
    return participation.slice_of(today - _USUAL, today)


def _day(text: str, usual: date) -> date:
    if not text:
        return usual
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not 2000 <= day.year <= 2200:
        sentence = f"Không đọc được ngày «{text[:20]}». Dưới đây là 30 ngày gần nhất."
        raise InputRefused(sentence)
    return day


def _quick(today: date) -> list[tuple[str, str, str]]:
    """Times that are asked for often: title, first and last day."""
    month = participation.month_around(today)
    before = participation.month_around(month[0] - timedelta(days=1))
    times = (
        ("7 ngày", today - timedelta(days=6), today),
        ("30 ngày", today - _USUAL, today),
        ("Tháng này", *month),
        ("Tháng trước", *before),
        ("Một năm", today - timedelta(days=364), today),
    )
    return [(title, first.isoformat(), last.isoformat()) for title, first, last in times]


def _file_name(cut: Slice) -> str:
    return f"bao-cao-{show_date(cut.first)}-{show_date(cut.last)}".replace("/", ".")
