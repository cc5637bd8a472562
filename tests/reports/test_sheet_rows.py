"""Rows written at once into a sheet: every text stays that text, whatever a citizen typed."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.reports.printable import printable
from bot.reports.sheet_rows import Cell, RowSheet


def write(file: Path, *steps: Sequence[Sequence[Cell]]) -> list[tuple[Any, ...]]:
    """The rows as openpyxl reads them back, the headings in front."""
    with xlsxwriter.Workbook(str(file), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("thu", RowSheet)
        sheet.write_string(0, 0, "Tiêu đề")
        at = 1
        for rows in steps:
            sheet.write_rows(at, rows)
            at += len(rows)
    return list(openpyxl.load_workbook(file)["thu"].iter_rows(values_only=True))


def read_back(file: Path, text: str) -> object:
    return write(file, [[text, "sau"]])[1][0]


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(), min_size=1, max_size=40))
def test_a_text_comes_back_as_it_can_be_printed(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = read_back(Path(folder) / "thu.xlsx", text)
    assert (found or "") == printable(text)


@pytest.mark.parametrize(
    "text",
    [
        "<r><t>x</t></r>",
        "</t></is></c>",
        "a&amp;b",
        "&#0;",
        " hai bên ",
        "một\rhai\nba\tbốn",
        "'\"",
    ],
)
def test_a_text_that_looks_like_xml_is_a_text(tmp_path: Path, text: str) -> None:
    assert read_back(tmp_path / "thu.xlsx", text) == text


def test_a_text_that_looks_like_the_number_of_a_letter_is_marked(tmp_path: Path) -> None:
    # Excel would read _x0041_ as A; openpyxl shows what is in the file.
    assert read_back(tmp_path / "thu.xlsx", "_x0041_") == "_x005F_x0041_"


def test_a_text_longer_than_a_cell_is_cut_and_no_letter_is_halved(tmp_path: Path) -> None:
    assert read_back(tmp_path / "thu.xlsx", "x" * 40_000) == "x" * 32_767
    assert read_back(tmp_path / "thu.xlsx", "😀" * 20_000) == "😀" * 16_383


def test_steps_lie_below_each_other_and_gaps_stay_gaps(tmp_path: Path) -> None:
    found = write(tmp_path / "thu.xlsx", [[1, None, "a"], ["", -2.5, None]], [], [[None, 3]])
    assert found[1:] == [(1, None, "a"), (None, -2.5, None), (None, 3, None)]


def test_a_sheet_takes_no_more_rows_than_it_holds(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "thu.xlsx"), {"constant_memory": True})
    sheet = book.add_worksheet("thu", RowSheet)
    with pytest.raises(ValueError, match="do not fit"):
        sheet.write_rows(1_048_575, [["a"], ["b"]])
    with pytest.raises(ValueError, match="finite"):
        sheet.write_rows(1, [[float("nan")]])
    book.close()
