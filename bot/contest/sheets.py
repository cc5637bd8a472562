"""A sheet that an organizer uploads (CSV or XLSX) -> rows by heading; head-counts of units out of it."""

from __future__ import annotations

import csv
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

from bot.contest.fields import PLACES_TREE
from bot.contest.typed import Trees
from bot.errors import InputRefused
from bot.knowledge.place_names import EXACT
from bot.knowledge.roundtrip import open_editor, write_yaml
from bot.knowledge.spreadsheet.rows import check_workbook, text_of
from bot.language.fold import fold

MOST_ROWS = 50_000
_UNIT_HEADINGS = ("ma", "ma don vi", "don vi", "ten don vi", "xa", "xa phuong", "xa phuong dac khu")
_COUNT_HEADINGS = ("si so", "so nguoi", "si_so", "headcount")


@dataclass(frozen=True, slots=True)
class Headcount:
    """How many people belong to a unit of a tree."""

    tree: str
    unit: str
    title: str
    people: int


def read_rows(name: str, content: bytes) -> list[dict[str, str]]:
    """The rows of the first sheet by their headings; empty rows are left out.

    Raises `InputRefused` for another kind of file, or one that cannot be read.
    """
    lower = name.lower()
    if lower.endswith(".xlsx"):
        rows = list(_workbook(name, content))
    elif lower.endswith((".csv", ".txt")):
        rows = list(_csv(name, content))
    else:
        raise InputRefused("Tệp phải là bảng tính .xlsx hoặc .csv.")
    if not rows:
        raise InputRefused(f"Tệp {name} trống.")
    headings = [heading.strip() for heading in rows[0]]
    found = [dict(zip(headings, row, strict=False)) for row in rows[1:]]
    return [row for row in found if any(value.strip() for value in row.values())]


def read_headcounts(rows: Sequence[Mapping[str, str]], trees: Trees) -> list[Headcount]:
    """The head-count of each unit, named by its code or its whole name.

    Raises `InputRefused` with every row that cannot be used; nothing is taken then.
    """
    if not rows:
        raise InputRefused("Bảng không có dòng nào dưới dòng tiêu đề.")
    unit_column = _column(rows[0], _UNIT_HEADINGS)
    count_column = _column(rows[0], _COUNT_HEADINGS)
    if unit_column is None or count_column is None:
        raise InputRefused("Bảng cần một cột «Đơn vị» và một cột «Sĩ số» ở dòng đầu.")
    found, wrong = dict[tuple[str, str], Headcount](), list[str]()
    for number, row in enumerate(rows, 2):
        unit, count = row.get(unit_column, "").strip(), row.get(count_column, "").strip()
        digits = count.replace(".", "").replace(" ", "")
        if not digits.isascii() or not digits.isdigit() or len(digits) > 9:
            wrong.append(f"Dòng {number}: «{count[:40]}» không phải là sĩ số.")
            continue
        known = _unit(trees, unit)
        if known is None:
            wrong.append(f"Dòng {number}: không rõ đơn vị «{unit[:80]}».")
            continue
        tree, code = known
        found[known] = Headcount(tree, code, trees.title(tree, code), int(digits))
    if wrong:
        more = f"\n… và {len(wrong) - 20} dòng nữa." if len(wrong) > 20 else ""
        raise InputRefused("\n".join(wrong[:20]) + more)
    return list(found.values())


def write_headcounts(text: str, counts: Iterable[Headcount]) -> str:
    """The text of units.yaml with these head-counts in it; everything else stays."""
    editor = open_editor()
    try:
        root = editor.load(text) if text.strip() else CommentedMap()
    except YAMLError as error:
        raise InputRefused("Tệp units.yaml chưa đọc được. Bạn sửa tệp đó trước.") from error
    own = {str(unit.get("id")): unit for unit in root.get("units") or []}
    for one in counts:
        if one.tree == PLACES_TREE:
            if root.get("headcounts") is None:
                root["headcounts"] = CommentedMap()
            root["headcounts"][one.unit] = one.people
        elif one.unit in own:
            own[one.unit]["headcount"] = one.people
    return write_yaml(editor, root, text)


def _unit(trees: Trees, text: str) -> tuple[str, str] | None:
    """The one unit that a text names beyond doubt."""
    if not text:
        return None
    if any(unit.id == text for unit in trees.own.units):
        return str(trees.own.tree), text
    if text in trees.places.by_code:
        return PLACES_TREE, text
    for tree in (str(trees.own.tree), PLACES_TREE):
        sure = [unit.code for unit, score in trees.find(tree, text) if score >= EXACT]
        if len(sure) == 1:
            return tree, sure[0]
    return None


def _column(row: Mapping[str, str], known: Sequence[str]) -> str | None:
    return next((name for name in row if fold(name).strip() in known), None)


def _csv(name: str, content: bytes) -> Iterator[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputRefused(f"Tệp {name} không phải UTF-8. Hãy lưu dạng CSV UTF-8.") from None
    lines = text.splitlines()
    if len(lines) > MOST_ROWS:
        raise InputRefused(f"Tệp {name} có quá {MOST_ROWS} dòng.")
    separator = ";" if lines and lines[0].count(";") > lines[0].count(",") else ","
    try:
        yield from csv.reader(lines, delimiter=separator)
    except csv.Error as error:
        raise InputRefused(f"Tệp {name} không đọc được dưới dạng CSV.") from error


def _workbook(name: str, content: bytes) -> Iterator[list[str]]:
    import openpyxl  # slow to import, and no start needs it

    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(content)
        file.flush()
        path = Path(file.name)
        check_workbook(path)
        try:
            with warnings.catch_warnings():
                # openpyxl warns of every feature of a sheet that it does not keep.
                warnings.simplefilter("ignore")
                book = openpyxl.load_workbook(path, read_only=True, data_only=True)
                rows = book.worksheets[0].iter_rows(max_row=MOST_ROWS + 1, values_only=True)
                found = [[text_of(value) for value in row] for row in rows]
                book.close()
        # openpyxl lets the errors of zip, XML and its own parts through, each of another kind.
        except Exception as error:
            told = f"Tệp {name} không phải bảng tính .xlsx hoặc đã bị hỏng."
            raise InputRefused(told) from error
    if len(found) > MOST_ROWS:
        raise InputRefused(f"Tệp {name} có quá {MOST_ROWS} dòng.")
    yield from found
