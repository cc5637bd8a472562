"""What organizers take away: every table, named people only in the full variant, no formulas."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bot.contest import discipline
from bot.reports.contest_jsonl import open_source
from bot.reports.contest_tables import Desk, all_tables
from bot.reports.masking import initials, mask_field
from bot.reports.sheet_rows import Cell
from bot.reports.sheets import Table, write_csv, write_xlsx
from tests.contest.conftest import AFTER, SEALER, Arena, NewArena, at

Book = dict[str, list[tuple[Any, ...]]]


async def rows_of(rows: Sequence[Sequence[Cell]]) -> AsyncIterator[Sequence[Cell]]:
    for row in rows:
        yield row


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def read(path: Path) -> Book:
    book = openpyxl.load_workbook(path)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


@pytest.fixture
async def played(new_arena: NewArena) -> Arena:
    arena = await new_arena()
    for number, (name, right) in enumerate((("an", 4), ("binh", 4), ("chi", 1), ("dung", 0))):
        await arena.register(name, ho_ten=f"Trần Thị {name.title()}", dien_thoai="0912345678",
                             don_vi="so", doi_tuong="Học sinh" if number else "Cán bộ")  # fmt: skip
        await arena.sit_through(name, right, guess=2, began=at(1 + 24 * number))
    await arena.compute("w1")
    return arena


async def book_of(arena: Arena, folder: Path, *, full: bool) -> Book:
    async with arena.db.reading() as tx:
        source = await open_source(tx, arena.published)
        desk = Desk(source, SEALER, arena.trees, full=full)
        await write_xlsx(all_tables(desk), folder / "thi.xlsx")
    return read(folder / "thi.xlsx")


def cells(book: Book) -> str:
    return "\n".join(str(value) for rows in book.values() for row in rows for value in row)


async def test_the_workbook_has_every_table_of_the_forms(played: Arena, tmp_path: Path) -> None:
    book = await book_of(played, tmp_path, full=False)
    assert list(book) == [
        "thi_sinh", "luot_thi", "bai_lam", "xep_hang_w1", "giai_ca_nhan", "giai_tap_the",
        "thong_ke", "phan_bo_diem", "phan_tich_cau_hoi", "vi_pham_khieu_nai", "nhat_ky",
    ]  # fmt: skip
    assert len(book["thi_sinh"]) == len(book["luot_thi"]) == 1 + 4
    assert len(book["bai_lam"]) == 1 + 4 * 4
    assert [row[0] for row in book["xep_hang_w1"]] == ["Hạng", 1, 2, 3, 4]
    assert {row[1] for row in book["giai_ca_nhan"][1:]} == {"Nhất", "Nhì"}
    assert [row[:3] for row in book["phan_bo_diem"][1:]] == [(4, 2, 2), (1, 1, 1), (0, 1, 1)]
    assert sum(row[3] for row in book["phan_tich_cau_hoi"][1:]) == 16
    assert sum(row[4] for row in book["phan_tich_cau_hoi"][1:]) == 9
    assert ("Theo", "Giá trị", "Số người", "Số lượt thi", "Số lượt đúng tất cả") in book["thong_ke"]


async def test_people_are_named_in_the_full_variant_only(played: Arena, tmp_path: Path) -> None:
    masked = await book_of(played, tmp_path, full=False)
    full = await book_of(played, tmp_path, full=True)
    assert "Trần Thị Binh" in cells(full)
    assert "0912345678" in cells(full)
    assert "Trần Thị" not in cells(masked)
    assert "T. T. Binh" in cells(masked)
    assert "0912345678" not in cells(masked)
    assert "*******678" in cells(masked)
    assert "1990-09-05" not in cells(masked)
    ids = [row[0] for row in full["thi_sinh"][1:]]
    assert all(isinstance(number, str) for number in ids)


async def test_few_people_in_a_cell_are_not_counted_out_in_the_masked_variant(
    played: Arena, tmp_path: Path
) -> None:
    masked = await book_of(played, tmp_path, full=False)
    full = await book_of(played, tmp_path, full=True)
    of_unit = {("Đơn vị dự thi", "Sở Tư pháp", "dưới 5", None, None)}
    assert of_unit <= set(masked["thong_ke"])
    assert ("Đơn vị dự thi", "Sở Tư pháp", 4, 4, 2) in full["thong_ke"]
    assert ("Đối tượng", "Học sinh", 3, 3, 1) in full["thong_ke"]
    assert ("Ngày", "27/02/2026", 1, 1, 1) in full["thong_ke"]
    assert ("Giờ", "09:00", 4, 4, 2) in full["thong_ke"]


async def test_who_was_taken_out_is_in_no_ranking_and_in_the_list_of_trouble(
    played: Arena, tmp_path: Path
) -> None:
    entrant = played.people["binh"].id
    async with played.tx() as tx:
        await discipline.disqualify(
            tx, played.published, entrant, "thi_ho", "", "An", AFTER + timedelta(hours=1)
        )
    await played.compute("w1", AFTER + timedelta(hours=2))
    book = await book_of(played, tmp_path, full=False)
    assert str(entrant) not in [row[2] for row in book["xep_hang_w1"]]
    assert ("Loại khỏi cuộc thi", str(entrant)) in [
        (row[0], row[2]) for row in book["vi_pham_khieu_nai"]
    ]
    assert sum(row[3] for row in book["phan_tich_cau_hoi"][1:]) == 12


async def test_no_cell_is_a_formula_a_link_or_a_number_made_of_text(tmp_path: Path) -> None:
    typed = ["=1+1", "@SUM(A1)", "-2", "+84912345678", "http://x.vn", "0912345678", "\t=1", "ừ"]
    table = Table("thu", ("Cột",), rows_of([[text] for text in typed]))
    await write_xlsx([table], tmp_path / "thu.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "thu.xlsx")["thu"]
    found = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in found] == typed
    assert {cell.data_type for cell in found} == {"s"}
    assert {cell.hyperlink for cell in found} == {None}


async def test_csv_opens_in_excel_and_runs_nothing(tmp_path: Path) -> None:
    typed = ["=1+1", " @SUM(A1)", "-2", "\t=1", "\r=1", "Điện Biên, 'x' \"y\"\nhai dòng"]
    table = Table("thu", ("Tỉnh",), rows_of([[text] for text in typed]))
    await write_csv(table, tmp_path / "thu.csv")
    raw = (tmp_path / "thu.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    with (tmp_path / "thu.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row[0] for row in csv.reader(file)]
    assert rows == ["Tỉnh", *(f"'{text}" for text in typed[:5]), typed[5]]


async def test_more_rows_than_a_sheet_holds_go_on_in_the_next_one(tmp_path: Path) -> None:
    table = Table("dai", ("Số",), rows_of([[n] for n in range(25)]))
    assert await write_xlsx([table], tmp_path / "dai.xlsx", sheet_rows=11) == {"dai": 25}
    book = read(tmp_path / "dai.xlsx")
    assert list(book) == ["dai", "dai_2", "dai_3"]
    assert [row[0] for rows in book.values() for row in rows[1:]] == list(range(25))
    assert {rows[0][0] for rows in book.values()} == {"Số"}


async def test_a_table_that_breaks_off_leaves_no_half_file(tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[Sequence[Cell]]:
        yield [1]
        raise RuntimeError("mất kết nối")

    with pytest.raises(RuntimeError):
        await write_xlsx([Table("thu", ("Số",), broken())], tmp_path / "thu.xlsx")
    with pytest.raises(RuntimeError):
        await write_csv(Table("thu", ("Số",), broken()), tmp_path / "thu.csv")
    assert names_in(tmp_path) == []


async def test_rows_that_are_being_written_lie_beside_the_workbook_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere, folder = tmp_path / "tmp", tmp_path / "xuat"
    elsewhere.mkdir()
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    seen: list[tuple[bool, list[str]]] = []

    async def looking() -> AsyncIterator[Sequence[Cell]]:
        for number in range(120):
            yield [number]
            seen.append((any(folder.rglob("tmp*")), names_in(elsewhere)))

    await write_xlsx([Table("thu", ("Số",), looking())], folder / "thu.xlsx")
    assert seen[-1] == (True, [])
    assert names_in(folder) == ["thu.xlsx"]
    assert names_in(elsewhere) == []


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("name", "Nguyễn Văn An", "N. V. An"),
        ("name", "An", "An"),
        ("phone", "0912345678", "*******678"),
        ("id_number", "022190001234", "*********234"),
        ("email", "an.nguyen@example.vn", "*@example.vn"),
        ("date", "1990-09-05", "1990"),
        ("enum", "Học sinh", "Học sinh"),
        ("name", "", ""),
    ],
)
def test_a_masked_value_tells_people_apart_and_not_who_they_are(
    kind: str, value: str, shown: str
) -> None:
    assert mask_field(kind, value) == shown


def test_children_go_by_their_initials() -> None:
    assert initials("Nguyễn Văn An") == "N. V. A."
