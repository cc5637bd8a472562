"""A sheet of XlsxWriter that takes whole rows: millions of cells in a seventh of the time.

The library passes each cell through six functions, which is most of what a big export takes. Here
rows become the sheet's XML at once; everything else of the workbook stays the library's. A text is
written in line as text whatever it looks like, so no cell can become a formula, a link or a number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import isfinite
from typing import TypeAlias

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from bot.reports.printable import printable

Cell: TypeAlias = str | int | float | None

_MOST_UNITS = 32_767
"""What a cell of Excel holds, in units of UTF-16."""
_UNUSUAL = re.compile("[&<>_\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]|^ | $")
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""What a spreadsheet would read as the number of a letter."""


class RowSheet(Worksheet):  # type: ignore[misc]  # the library has no types
    """A worksheet of a workbook with constant memory; `write_rows` goes on below what is there."""

    def write_rows(self, first: int, rows: Sequence[Sequence[Cell]]) -> None:
        """Writes rows one below the other; `first` is the row of the first, counted from 0.

        Raises ValueError where the sheet is full: nothing of these rows is written then.
        """
        last = first + len(rows) - 1
        width = max((len(row) for row in rows), default=0)
        if not width:
            return
        if self._check_dimensions(first, 0) or self._check_dimensions(last, width - 1):
            raise ValueError("the rows do not fit into the sheet")
        # The headings wait in the library's table for the row after them.
        self._write_single_row(last + 1)
        letters = [xl_col_to_name(column) for column in range(width)]
        self.row_data_fh.write(
            "".join([_row_xml(letters, number, row) for number, row in enumerate(rows, first + 1)])
        )


def _row_xml(letters: Sequence[str], number: int, row: Sequence[Cell]) -> str:
    cells = []
    for letter, cell in zip(letters, row, strict=False):
        if isinstance(cell, str):
            if len(cell) > _MOST_UNITS // 2 or _UNUSUAL.search(cell):
                cells.append(_unusual_xml(f"{letter}{number}", cell))
            elif cell:
                cells.append(f'<c r="{letter}{number}" t="inlineStr"><is><t>{cell}</t></is></c>')
        elif cell is not None:
            if not isfinite(cell):
                raise ValueError("a sheet holds finite numbers only")
            cells.append(f'<c r="{letter}{number}"><v>{+cell}</v></c>')
    return f'<row r="{number}">{"".join(cells)}</row>'


def _unusual_xml(place: str, text: str) -> str:
    shown = printable(text)
    if len(shown) > _MOST_UNITS // 2:
        units = shown.encode("utf-16-le")[: 2 * _MOST_UNITS]
        shown = units.decode("utf-16-le", "ignore")
    shown = _ESCAPE.sub("_x005F_", shown)
    shown = shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # Bare it would be read as another line's end.
    shown = shown.replace("\r", "&#13;")
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>'
