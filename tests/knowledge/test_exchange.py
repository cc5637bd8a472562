"""The commands that let booklets and spreadsheets into the base, as an editor runs them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
import yaml
from typer.testing import CliRunner

from bot.cli import app
from bot.errors import BotError
from bot.knowledge.spreadsheet.columns import COLUMNS, SHEET
from tests.conftest import ROOT
from tests.fixtures.booklets.pdf import make_pdf
from tests.knowledge.folder import write_folder

BOOKLET = """\
PHẦN I. CỬ TRI

Câu 1. Bao nhiêu tuổi thì được đi bầu cử, tính đến ngày nào?
Trả lời: Công dân đủ mười tám tuổi, theo khoản 1 Điều 29 Luật Bầu cử.

Câu 2. Ai có ngh a vụ niêm yết danh sách cử tri?
Trả lời: Ủy ban nhân dân cấp xã.
"""
COLUMN = {column.field: place for place, column in enumerate(COLUMNS, 1)}


def run(*arguments: str | Path) -> tuple[int, str]:
    """The exit code of a command and what it said; an error raised on purpose counts as 1."""
    done = CliRunner().invoke(app, [str(a) for a in arguments])
    if isinstance(done.exception, BotError):
        return 1, f"{done.output}{done.exception}"
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small knowledge folder of one's own."""
    made = write_folder(tmp_path / "knowledge")
    monkeypatch.setenv("BOT_KNOWLEDGE_DIR", str(made))
    return made


def test_a_booklet_becomes_drafts_with_a_summary(folder: Path, tmp_path: Path) -> None:
    book, out = tmp_path / "sach.txt", folder / "entries" / "98-sach.yaml"
    book.write_text(BOOKLET, encoding="utf-8")
    code, said = run("kb", "import", book, "--out", out)
    assert code == 0
    assert "Tách được 2 câu hỏi." in said
    assert "nghi ngờ thiếu chữ: 1 câu" in said
    written = out.read_text(encoding="utf-8")
    assert "# Câu 1, PHẦN I. CỬ TRI." in written
    assert "# Gần nhất trong kho: " in written
    drafts = yaml.safe_load(written)["entries"]
    assert [draft["status"] for draft in drafts] == ["draft"] * 2
    assert drafts[0]["citations"] == [{"law": "luat-bau-cu", "article": 29, "clause": 1}]
    assert run("kb", "lint", folder)[0] == 0
    assert run("kb", "lint", folder, "--drafts")[1].count("98-sach.yaml") == 2


def test_drafts_that_an_editor_worked_on_are_kept(folder: Path, tmp_path: Path) -> None:
    book, out = tmp_path / "sach.txt", tmp_path / "ra.yaml"
    book.write_text(BOOKLET, encoding="utf-8")
    for times in range(2):
        assert "Tệp cũ" not in run("kb", "import", book, "--out", out)[1], times
    out.write_text("đã sửa", encoding="utf-8")
    code, said = run("kb", "import", book, "--out", out)
    assert code == 0
    assert "Tệp cũ được giữ lại" in said
    assert (tmp_path / "ra.yaml.bak").read_text(encoding="utf-8") == "đã sửa"
    out.write_text("sửa nữa", encoding="utf-8")
    run("kb", "import", book, "--out", out)
    assert (tmp_path / "ra.yaml.bak1").read_text(encoding="utf-8") == "sửa nữa"


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("a.pdf", b"%PDF-1.4 x", "không phải PDF hoặc đã bị hỏng"),
        ("a.pdf", make_pdf([[]]), "chỉ có ảnh chụp"),
        ("a.txt", b"", "trống"),
        ("a.xlsx", b"PK\x03\x04", "kb import-xlsx"),
        ("a.txt", "Không có câu nào.".encode(), "Không thấy câu hỏi nào"),
    ],
)
def test_a_file_that_cannot_be_imported_is_one_sentence_and_no_output(
    name: str, data: bytes, sentence: str, folder: Path, tmp_path: Path
) -> None:
    book, out = tmp_path / name, tmp_path / "ra" / "ra.yaml"
    out.parent.mkdir()
    book.write_bytes(data)
    code, said = run("kb", "import", book, "--out", out)
    assert code == 1
    assert sentence in said
    assert said.count("\n") == 0
    assert list(out.parent.iterdir()) == []


def test_a_folder_that_is_missing_is_told_before_the_long_work(
    folder: Path, tmp_path: Path
) -> None:
    code, said = run("kb", "import", tmp_path / "a.pdf", "--out", tmp_path / "khong" / "ra.yaml")
    assert code == 1
    assert "Không có thư mục" in said


@pytest.mark.process
def test_the_program_itself_says_one_sentence_and_fails(tmp_path: Path) -> None:
    arguments = ["kb", "import", str(tmp_path / "khong-co.pdf"), "--out", str(tmp_path / "a.yaml")]
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        capture_output=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONUTF8": "1"},
        check=False,
        text=True,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Không mở được tệp khong-co.pdf: không có tệp hay thư mục này.\n"


def edit(path: Path, row: int, field: str, value: str) -> None:
    book = openpyxl.load_workbook(path)
    book[SHEET].cell(row, COLUMN[field]).value = value
    book.save(path)


def test_the_base_goes_to_a_spreadsheet_and_back(folder: Path, tmp_path: Path) -> None:
    sheet, file = tmp_path / "kho.xlsx", folder / "entries" / "a.yaml"
    before = file.read_text(encoding="utf-8")
    assert run("kb", "export", "--xlsx", sheet)[0] == 0
    code, said = run("kb", "import-xlsx", sheet, "--apply")
    assert code == 0
    assert "0 chỗ sửa" in said
    edit(sheet, 2, "question", "Câu này đã sửa?")
    code, said = run("kb", "import-xlsx", sheet)
    assert code == 0
    assert "sau:   Câu này đã sửa?" in said
    assert "Thêm --apply để ghi" in said
    assert file.read_text(encoding="utf-8") == before
    assert run("kb", "import-xlsx", sheet, "--apply")[0] == 1, "nobody stands for the new words"
    assert file.read_text(encoding="utf-8") == before
    code, said = run("kb", "import-xlsx", sheet, "--apply", "--by", "Lê Thị B")
    assert code == 0
    assert "Đã ghi: entries/a.yaml." in said
    assert "Câu này đã sửa?" in file.read_text(encoding="utf-8")
    assert run("kb", "lint", folder)[0] == 0


def test_a_sheet_with_faults_changes_nothing(folder: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "kho.xlsx"
    run("kb", "export", "--xlsx", sheet)
    edit(sheet, 3, "answer", "Ngày {khong_co}.")
    code, said = run("kb", "import-xlsx", sheet, "--apply", "--by", "Lê Thị B")
    assert code == 1
    assert "kho.xlsx:3: " in said
    assert "khong_co" not in (folder / "entries" / "a.yaml").read_text("utf-8")


def test_a_spreadsheet_has_its_own_ending(folder: Path, tmp_path: Path) -> None:
    code, said = run("kb", "export", "--xlsx", tmp_path / "kho.csv")
    assert code == 1
    assert "đuôi .xlsx" in said
