"""Small files that unpack to more than a machine holds, or nest without end, are refused before they are read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from bot.contest import sheets
from bot.contest.question_form import _plain, _read
from bot.errors import InputRefused
from bot.knowledge import packed
from bot.knowledge.load import load
from bot.knowledge.packed import is_too_large
from bot.knowledge.source import Faults, open_text
from bot.knowledge.spreadsheet.rows import check_workbook
from tests.conftest import TODAY
from tests.knowledge.folder import write_folder

MAIN = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
CELL, STRING = b"<c><v>1</v></c>", b"<si><t>a</t></si>"
LAUGHS = "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)


def workbook(part: str, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook of one cell, one part of which is another; a part that is not there is added."""
    plain, made = io.BytesIO(), io.BytesIO()
    book = openpyxl.Workbook()
    book.worksheets[0].append(["a"])
    book.save(plain)
    with zipfile.ZipFile(plain) as inside, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for name in {*inside.namelist(), part}:
            content = inside.read(name) if name in inside.namelist() else b""
            out.writestr(name, change(content) if name == part else content)
    return made.getvalue()


def sheet_of(cells: bytes) -> bytes:
    return workbook(
        "xl/worksheets/sheet1.xml",
        lambda was: (
            was.partition(b"<sheetData>")[0] + b"<sheetData>" + cells + b"</sheetData></worksheet>"
        ),
    )


@pytest.mark.parametrize(
    "content",
    [
        sheet_of(b"<row>" + CELL * 2_000_000 + b"</row>"),
        sheet_of(b"<row>" + CELL * 30_000 + b"</row>"),
        sheet_of(b"<x:row>" + CELL.replace(b"<c", b"<x:c") * 30_000 + b"</x:row>"),
        sheet_of((b"<row>" + CELL * 40 + b"</row>") * 40_000),
        workbook("xl/sharedStrings.xml", lambda _: MAIN + STRING * 2_000_000 + b"</sst>"),
        workbook("docProps/a.XML", lambda _: b"<" * 7_000_000),
        workbook("xl/media/a.bin", lambda _: b"\0" * 310 * 1024 * 1024),
    ],
    ids=["wide", "a long row", "with a prefix", "tall", "strings", "odd part", "media"],
)  # fmt: skip
def test_a_workbook_that_unpacks_to_too_much_is_refused(content: bytes, tmp_path: Path) -> None:
    assert len(content) < 2_000_000, "a small file is what makes it dangerous"
    assert is_too_large(io.BytesIO(content))
    with pytest.raises(InputRefused, match="quá lớn"):
        sheets.read_rows("ds.xlsx", content)
    (tmp_path / "ds.xlsx").write_bytes(content)
    with pytest.raises(InputRefused, match="quá lớn"):
        check_workbook(tmp_path / "ds.xlsx")


def test_a_sheet_as_large_as_people_make_them_is_read() -> None:
    rows = (b"<row>" + b'<c t="inlineStr"><is><t>a</t></is></c>' * 10 + b"</row>") * 20_000
    assert not is_too_large(io.BytesIO(sheet_of(rows)))
    assert not is_too_large(io.BytesIO(sheet_of(b"<row>" + b'<c s="1"/>' * 16_384 + b"</row>")))
    strings = workbook("xl/sharedStrings.xml", lambda _: MAIN + STRING * 400_000 + b"</sst>")
    assert not is_too_large(io.BytesIO(strings))


@pytest.mark.parametrize("spoil", [lambda d: d[:-30], lambda d: d[:60] + b"\xff" * 40 + d[100:]])
def test_a_broken_workbook_is_told(spoil: Callable[[bytes], bytes]) -> None:
    with pytest.raises(InputRefused):
        sheets.read_rows("ds.xlsx", spoil(sheet_of(b"<row>" + CELL * 1_000 + b"</row>")))


def test_rows_are_counted_wherever_the_blocks_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "MOST_IN_A_ROW", 70)
    good = sheet_of((b'<row r="1" spans="1:9">' + CELL * 8 + b"</row>") * 200)
    bad = sheet_of((b'<row r="1" spans="1:9">' + CELL * 20 + b"</row>") * 200)
    for size in (107, 200, 333, 1_000):
        monkeypatch.setattr(packed, "_AT_ONCE", size)
        assert not is_too_large(io.BytesIO(good))
        assert is_too_large(io.BytesIO(bad))


def test_knowledge_that_laughs_a_billion_times_is_refused(tmp_path: Path) -> None:
    faults = Faults("a.yaml")
    assert open_text(LAUGHS, faults) is None
    assert "& và *" in str(faults.found[0])
    folder = write_folder(tmp_path)
    (folder / "laws.yaml").write_text(LAUGHS, encoding="utf-8")
    assert any("laws.yaml:1" in str(fault) for fault in load(folder, TODAY).faults)


def test_a_question_that_laughs_a_billion_times_is_no_question() -> None:
    indented = LAUGHS.replace("\na", "\n    a").strip()
    block = f"  - id: a\n    {indented}\n    options: []\n    key: []\n    text: *a9\n"
    assert _plain(block) is not None, "it is YAML, and small"
    assert _read(block, 1) is None
