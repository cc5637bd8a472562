"""Tables for people who work in a spreadsheet: as one workbook, or as a file of values each.

No cell is ever a formula, whatever a citizen typed; ids and phone numbers are text. A table with
more rows than a sheet holds goes on in the next one.
"""

from __future__ import annotations

import asyncio
import csv
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

from bot.reports.printable import printable
from bot.reports.sheet_rows import Cell, RowSheet

Progress = Callable[[str, int], None]
"""Told the table and how many of its rows are written."""

SHEET_ROWS = 1_048_576
"""What a sheet of Excel holds, its heading included."""
_STEP = 5_000
_BREATH = 50
"""After so many rows whoever waits for a page has his turn."""
_WIDEST = 60
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its name (a sheet's, a file's), the headings, and its rows one after the other."""

    name: str
    headings: tuple[str, ...]
    rows: AsyncIterator[Sequence[Cell]]


async def write_xlsx(
    tables: Sequence[Table],
    path: Path,
    progress: Progress = lambda _table, _rows: None,
    sheet_rows: int = SHEET_ROWS,
) -> dict[str, int]:
    """Writes the tables into one workbook; gives the rows of each. Memory stays constant.

    Raises `OSError` where it cannot be written; no half file is left then.
    """
    # The rows of each sheet lie in files of their own at first. They name people: what a kill leaves
    # of them must lie where old exports are swept.
    with tempfile.TemporaryDirectory(
        dir=path.parent, prefix=f".{path.name}.dang-ghi-", ignore_cleanup_errors=True
    ) as scratch:
        draft = Path(scratch) / path.name
        options = {
            "constant_memory": True,
            "tmpdir": scratch,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        book = xlsxwriter.Workbook(str(draft), options)
        try:
            writer = _Workbook(book, sheet_rows)
            written = {table.name: await writer.write(table, progress) for table in tables}
            # Putting the file together takes long, and needs nothing of the loop.
            await asyncio.to_thread(book.close)
            draft.replace(path)
        finally:
            for sheet in book.worksheets():
                # Where it broke off, the library leaves them open.
                sheet._opt_close()
    return written


async def write_csv(
    table: Table, path: Path, progress: Progress = lambda _table, _rows: None
) -> int:
    """Writes a table as CSV that Excel opens rightly (UTF-8 with its mark); gives the rows.

    A value that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    draft = path.with_name(f".{path.name}.dang-ghi")
    count = 0
    try:
        with draft.open("w", encoding="utf-8-sig", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(table.headings)
            async for row in table.rows:
                lines.writerow([_harmless(cell) for cell in row])
                count += 1
                if count % _BREATH == 0:
                    await asyncio.sleep(0)
                if count % _STEP == 0:
                    progress(table.name, count)
        draft.replace(path)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    progress(table.name, count)
    return count


class _Workbook:
    """Writes tables into sheets, and goes on in another sheet when one is full."""

    def __init__(self, book: xlsxwriter.Workbook, sheet_rows: int) -> None:
        self._book = book
        self._sheet_rows = sheet_rows
        self._bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})

    async def write(self, table: Table, progress: Progress) -> int:
        count, sheets = 0, 1
        sheet, at = self._open(table, sheets), 1
        async for rows in _in_steps(table.rows):
            while rows:
                if at == self._sheet_rows:
                    sheets += 1
                    sheet, at = self._open(table, sheets), 1
                fitting = rows[: self._sheet_rows - at]
                sheet.write_rows(at, fitting)
                at, count, rows = at + len(fitting), count + len(fitting), rows[len(fitting) :]
            await asyncio.sleep(0)
            progress(table.name, count)
        return count

    def _open(self, table: Table, number: int) -> RowSheet:
        name = table.name if number == 1 else f"{table.name}_{number}"
        sheet: RowSheet = self._book.add_worksheet(name, RowSheet)
        for column, heading in enumerate(table.headings):
            sheet.set_column(column, column, min(_WIDEST, max(10, len(heading) + 4)))
        for column, heading in enumerate(table.headings):
            sheet.write_string(0, column, heading, self._bold)
        sheet.freeze_panes(1, 0)
        return sheet


async def _in_steps(
    rows: AsyncIterator[Sequence[Cell]],
) -> AsyncIterator[Sequence[Sequence[Cell]]]:
    """The rows a few at a time; none at all once, so that an empty table is told of too."""
    step: list[Sequence[Cell]] = []
    async for row in rows:
        step.append(row)
        if len(step) == _BREATH:
            yield step
            step = []
    yield step


def _harmless(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return cell
    text = printable(cell)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
