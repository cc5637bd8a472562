"""A spreadsheet file -> its rows as texts, or one sentence that says why it is no sheet of ours."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from bot.errors import InputRefused, reason_of
from bot.knowledge.packed import is_too_large
from bot.knowledge.spreadsheet.columns import COLUMNS, LABELS, ORIGINAL, SHEET
from bot.language.fold import fold

_LARGEST_FILE = 50 * 1024 * 1024
_MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the sheet, its cells by field, and what is wrong with any of them."""

    number: int
    cells: dict[str, str]
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows that hold anything, and the cells of each entry as they went out, where known."""

    rows: tuple[Row, ...]
    originals: Mapping[str, Mapping[str, str]]


def read_sheet(path: Path) -> Sheet:
    """What stands in a spreadsheet.

    Raises `InputRefused` where the file is no sheet of ours.
    """
    import openpyxl  # slow to import, and no start needs it

    check_workbook(path)
    refused = InputRefused(f"Tệp {path.name} không phải bảng tính .xlsx hoặc đã bị hỏng.")
    try:
        with warnings.catch_warnings():
            # openpyxl warns of every feature of a sheet that it does not keep; none is needed.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, read_only=True)
            found = {
                name: list(islice(book[name].iter_rows(), _MOST_ROWS + 2))
                for name in (SHEET, ORIGINAL)
                if name in book.sheetnames
            }
            book.close()
    # openpyxl lets the errors of zip, XML and its own parts through, each of another kind.
    except Exception as error:
        raise refused from error
    if SHEET not in found:
        raise InputRefused(f"Tệp {path.name} không có trang tính nào tên «{SHEET}».")
    rows = tuple(_rows(path.name, found[SHEET]))
    originals = _rows(path.name, found[ORIGINAL]) if found.get(ORIGINAL) else ()
    return Sheet(rows, {row.cells.get("id", ""): row.cells for row in originals})


def _rows(name: str, found: list[tuple[Any, ...]]) -> Iterator[Row]:
    if len(found) > _MOST_ROWS + 1:
        raise InputRefused(f"Tệp {name} có quá {_MOST_ROWS} dòng.")
    if not found:
        raise InputRefused(f"Trang tính «{SHEET}» trong tệp {name} trống.")
    fields = _fields(name, found[0])
    for number, row in enumerate(found[1:], 2):
        read_row = _row(number, fields, row)
        if any(text.strip() for text in read_row.cells.values()) or read_row.wrong:
            yield read_row


def check_workbook(path: Path) -> None:
    """Raises `InputRefused` for a file that is no workbook, or would be too large once opened."""
    name = path.name
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise InputRefused(f"Tệp {name} quá lớn.")
        large = is_too_large(str(path))
    except zipfile.BadZipFile:
        raise InputRefused(f"Tệp {name} không phải bảng tính .xlsx hoặc đã bị hỏng.") from None
    except OSError as error:
        raise InputRefused(f"Không mở được tệp {name}: {reason_of(error)}.") from error
    if large:
        raise InputRefused(f"Tệp {name} khi mở ra quá lớn.")


def _fields(name: str, headings: tuple[Any, ...]) -> dict[int, str]:
    """The field of each column, by its heading; columns of the editor's own are passed over."""
    known = {fold(column.label): column.field for column in COLUMNS}
    fields: dict[int, str] = {}
    for place, cell in enumerate(headings):
        found = known.get(fold(str(cell.value or "").strip()))
        if found in fields.values() and found:
            raise InputRefused(f"Tệp {name} có hai cột «{LABELS[found]}».")
        if found:
            fields[place] = found
    for needed in ("id", "question"):
        if needed not in fields.values():
            raise InputRefused(f"Tệp {name} thiếu cột «{LABELS[needed]}» ở dòng đầu.")
    return fields


def _row(number: int, fields: dict[int, str], row: tuple[Any, ...]) -> Row:
    cells, wrong = {}, []
    for place, name in fields.items():
        cell = row[place] if place < len(row) else None
        if cell is not None and cell.data_type in ("f", "e"):
            wrong.append(f"Ô {LABELS[name]} chứa công thức hoặc lỗi. Hãy gõ chữ vào ô.")
            continue
        cells[name] = text_of(None if cell is None else cell.value)
    return Row(number, cells, tuple(wrong))


def text_of(value: Any) -> str:
    """What a cell holds, as a person would type it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")
