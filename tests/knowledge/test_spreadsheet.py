"""The base goes out as a spreadsheet and comes back: nothing changes but what was changed."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from bot.errors import InputRefused, KnowledgeFaulty
from bot.knowledge.load import load
from bot.knowledge.model import Base, Citation, Review, Status
from bot.knowledge.spreadsheet import Plan, apply_plan, describe, export_xlsx, plan_import
from bot.knowledge.spreadsheet.columns import COLUMNS, SHEET
from tests.conftest import KNOWLEDGE, TODAY

PLACES = {column.field: place for place, column in enumerate(COLUMNS, 1)}
ENTRIES = """\
# Đầu tệp.
part: cu-tri
title: Cử tri
entries:
  - id: ai-duoc-bau
    question: Ai được bầu?   # hỏi nhiều
    phrasings:
      - ai bầu
      # giữa danh sách
      - "có ai: bầu"
      - người nào bầu
    # trước câu trả lời
    answer: |
      Công dân đủ 18 tuổi.
    citations:
      - {law: luat-bau-cu, article: 2}
    status: starter
    reviewed: {by: bản khởi tạo, on: 2026-11-23}
    valid: {from: 2015-09-01}

  # mục thứ hai
  - id: bau-o-dau
    question: 'Bầu ở đâu?'
    answer: |
      Ở phòng bỏ phiếu.
    detail: |
      Địa chỉ ghi trên thẻ cử tri.
    citations:
      - {law: luat-bau-cu, article: 69, clause: 1}
    related: [ai-duoc-bau]
    audience: [cu-tri]
    status: draft
"""

Edit = Callable[[Worksheet], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small knowledge folder with comments everywhere."""
    made = tmp_path / "knowledge"
    shutil.copytree(KNOWLEDGE, made, ignore=shutil.ignore_patterns("entries", "affairs.yaml"))
    (made / "entries").mkdir()
    (made / "entries" / "03-cu-tri.yaml").write_text(ENTRIES, encoding="utf-8")
    return made


def base_of(folder: Path) -> Base:
    loaded = load(folder, TODAY)
    assert loaded.blocking == ()
    return loaded.base


def edited(folder: Path, edit: Edit) -> Plan:
    """The plan of an exported sheet in which something was edited by another program."""
    base = base_of(folder)
    path = folder.parent / "kho.xlsx"
    export_xlsx(base, path)
    book = openpyxl.load_workbook(path)
    edit(book[SHEET])
    book.save(path)
    return plan_import(path, base, TODAY)


def put(row: int, field: str, value: object) -> Edit:
    def edit(sheet: Worksheet) -> None:
        sheet.cell(row, PLACES[field]).value = value  # type: ignore[assignment]

    return edit


def text_of(folder: Path) -> str:
    return (folder / "entries" / "03-cu-tri.yaml").read_text(encoding="utf-8")


def test_the_whole_base_goes_out_and_back_without_a_change(base: Base, tmp_path: Path) -> None:
    folder = tmp_path / "knowledge"
    shutil.copytree(KNOWLEDGE, folder)
    path = tmp_path / "kho.xlsx"
    export_xlsx(base, path)
    plan = plan_import(path, base, TODAY)
    assert (plan.changes, plan.new, plan.missing, plan.faults) == ((), (), (), ())
    assert apply_plan(plan, folder, TODAY, "Lê Thị B") == ()
    for file in sorted((folder / "entries").iterdir()):
        assert file.read_bytes() == (KNOWLEDGE / "entries" / file.name).read_bytes()
    assert describe(plan).startswith("0 chỗ sửa ở 0 mục, 0 mục mới, 0 mục không có trong bảng")


def test_an_edited_answer_changes_its_lines_alone(folder: Path) -> None:
    plan = edited(folder, put(2, "answer", "Công dân đủ 18 tuổi\ntrở lên."))
    assert [(c.entry, c.field) for c in plan.changes] == [("ai-duoc-bau", "answer")]
    assert "ai-duoc-bau, Câu trả lời" in describe(plan)
    assert "tên người duyệt (--by): ai-duoc-bau." in describe(plan)
    assert text_of(folder) == ENTRIES
    assert apply_plan(plan, folder, TODAY, "Lê Thị B") == ("entries/03-cu-tri.yaml",)
    expected = ENTRIES
    for before, after in (
        ("      Công dân đủ 18 tuổi.\n", "      Công dân đủ 18 tuổi\n      trở lên.\n"),
        ("    status: starter\n", "    status: approved\n"),
        ("{by: bản khởi tạo, on: 2026-11-23}", "{by: Lê Thị B, on: 2026-11-23}"),
    ):
        expected = expected.replace(before, after)
    assert text_of(folder) == expected


def test_new_words_that_are_said_need_a_person_who_stands_for_them(folder: Path) -> None:
    plan = edited(folder, put(2, "answer", "Công dân đủ 18 tuổi trở lên."))
    for nobody in ("", " "):
        with pytest.raises(InputRefused, match="tên người duyệt"):
            apply_plan(plan, folder, TODAY, nobody)
    assert text_of(folder) == ENTRIES


def test_other_wordings_need_no_approval(folder: Path) -> None:
    plan = edited(folder, put(2, "phrasings", "ai bầu\ncó ai: bầu\nngười nào bầu\nai đi bầu"))
    apply_plan(plan, folder, TODAY)
    assert text_of(folder) == ENTRIES.replace(
        "      - người nào bầu\n", "      - người nào bầu\n      - ai đi bầu\n"
    )


def test_a_named_person_approves_in_the_sheet(folder: Path) -> None:
    plan = edited(folder, put(3, "status", "approved"))
    assert plan.to_approve == {"bau-o-dau"}
    apply_plan(plan, folder, TODAY, "Lê: B, phó")
    entry = base_of(folder).entries["bau-o-dau"]
    assert (entry.status, entry.reviewed) == (Status.APPROVED, Review("Lê: B, phó", TODAY))


def test_lists_change_item_by_item(folder: Path) -> None:
    plan = edited(folder, put(2, "phrasings", "ai bầu\ncó ai: bầu\nno\nbầu: ai, đâu"))
    apply_plan(plan, folder, TODAY, "Lê Thị B")
    text = text_of(folder)
    assert '      # giữa danh sách\n      - "có ai: bầu"\n' in text
    assert "    # trước câu trả lời\n    answer: |" in text
    entry = base_of(folder).entries["ai-duoc-bau"]
    assert entry.phrasings == ("ai bầu", "có ai: bầu", "no", "bầu: ai, đâu")


def test_every_other_field_comes_back(folder: Path) -> None:
    def edit(sheet: Worksheet) -> None:
        for field, value in (
            ("question", "Bầu ở chỗ nào?"), ("detail", None), ("related", ""),
            ("citations", "luat-bau-cu:69:1\nhien-phap:27:1:a\nluat-bau-cu"),
            ("audience", "cu-tri, ung-cu"), ("status", "retired"),
            ("valid_from", date(2025, 7, 1)), ("valid_to", "15/3/2031"),
        ):  # fmt: skip
            put(3, field, value)(sheet)
        put(2, "valid_from", "")(sheet)

    plan = edited(folder, edit)
    assert plan.faults == ()
    apply_plan(plan, folder, TODAY, "Lê Thị B")
    entries = base_of(folder).entries
    entry = entries["bau-o-dau"]
    assert entry.question == "Bầu ở chỗ nào?"
    assert (entry.detail, entry.related, entry.audience) == ("", (), ("cu-tri", "ung-cu"))
    assert entry.citations == (
        Citation("luat-bau-cu", 69, 1), Citation("hien-phap", 27, 1, "a"), Citation("luat-bau-cu"),
    )  # fmt: skip
    assert entry.status is Status.RETIRED
    assert (entry.valid_from, entry.valid_to) == (date(2025, 7, 1), date(2031, 3, 15))
    assert entries["ai-duoc-bau"].valid_from is None
    assert text_of(folder).startswith("# Đầu tệp.\n")
    assert "  # mục thứ hai\n" in text_of(folder)
    assert "# hỏi nhiều" in text_of(folder)


def test_new_rows_become_drafts_whatever_they_say(folder: Path) -> None:
    def edit(sheet: Worksheet) -> None:
        row = {
            "part": "cu-tri",
            "question": "=1+1 là gì?",
            "answer": "Là hai.",
            "status": "approved",
        }
        for field, value in row.items():
            cell = sheet.cell(4, PLACES[field], value)
            cell.data_type = "s"
        other = {"part": "ung-cu", "question": "Ai ứng cử?", "answer": "Người đủ 21 tuổi."}
        for field, value in other.items():
            sheet.cell(6, PLACES[field], value)

    plan = edited(folder, edit)
    assert [entry.id for entry in plan.new] == ["1-1-la-gi", "ai-ung-cu"]
    assert "Mục mới (bản nháp): ai-ung-cu" in describe(plan)
    names = apply_plan(plan, folder, TODAY, "Lê Thị B")
    assert names == (
        "entries/99-nhap-tu-bang-tinh.yaml", "entries/99-nhap-tu-bang-tinh-ung-cu.yaml",
    )  # fmt: skip
    entries = base_of(folder).entries
    assert entries["1-1-la-gi"].status is Status.DRAFT
    assert entries["1-1-la-gi"].question == "=1+1 là gì?"
    assert entries["ai-ung-cu"].part == "ung-cu"
    assert text_of(folder) == ENTRIES
    again = edited(folder, lambda sheet: None)
    assert (again.changes, again.new, again.faults) == ((), (), ())


def test_a_removed_row_or_column_removes_nothing(folder: Path) -> None:
    def edit(sheet: Worksheet) -> None:
        sheet.delete_rows(3)
        sheet.delete_cols(PLACES["answer"])

    plan = edited(folder, edit)
    assert plan.missing == ("bau-o-dau",)
    assert plan.changes == ()
    assert "kho giữ nguyên: bau-o-dau." in describe(plan)


@pytest.mark.parametrize(
    ("row", "field", "value", "sentence"),
    [
        (2, "status", "draft\nstarter", "không có. Các từ dùng được"),
        (3, "status", "starter", "hãy ghi approved"),
        (2, "status", "xong", "Trạng thái «xong» không có"),
        (2, "part", "ung-cu", "Không chuyển mục sang phần khác"),
        (2, "answer", "", "đang bỏ trống"),
        (2, "answer", "a" * 601, "tối đa 600"),
        (2, "answer", "Ngày {khong_co}.", "Không có biến nào tên"),
        (2, "answer", "=SUM(A1:A2)", "chứa công thức"),
        (2, "citations", "luat-la:2", "Không có văn bản nào mang mã «luat-la»"),
        (2, "citations", "luat-bau-cu:hai", "phải viết như luat-bau-cu:29:1:a"),
        (2, "related", "khong-co", "Mục liên quan «khong-co» không có"),
        (2, "audience", "ai-do", "Không có nhóm người đọc"),
        (2, "valid_to", "hôm qua", "không phải là ngày"),
        (2, "valid_to", "2014-01-01", "đứng trước ngày bắt đầu"),
        (3, "id", "ai-duoc-bau", "Mã này đã có ở dòng 2"),
        (3, "id", "Ai Được", "chỉ được gồm chữ thường"),
        (4, "question", "Câu mới?", "Mục mới còn thiếu ô Phần"),
        (3, "question", "Ai được bầu", "trùng với mục"),
    ],
)
def test_a_wrong_cell_is_told_with_its_row_and_nothing_is_applied(
    row: int, field: str, value: str, sentence: str, folder: Path
) -> None:
    plan = edited(folder, put(row, field, value))
    told = [fault for fault in plan.faults if sentence in fault.sentence]
    assert told, plan.faults
    assert (told[0].file, told[0].line) == ("kho.xlsx", row)
    assert "Phải sửa các lỗi" in describe(plan)
    with pytest.raises(InputRefused, match="còn lỗi"):
        apply_plan(plan, folder, TODAY, "Lê Thị B")
    assert text_of(folder) == ENTRIES


def test_what_others_changed_since_the_export_stays(folder: Path) -> None:
    path = folder.parent / "kho.xlsx"
    export_xlsx(base_of(folder), path)
    book = openpyxl.load_workbook(path)
    put(2, "phrasings", "ai bầu\nai đi bầu")(book[SHEET])
    book.save(path)
    newer = ENTRIES.replace("Công dân đủ 18 tuổi.", "Công dân đủ 18 tuổi trở lên.")
    (folder / "entries" / "03-cu-tri.yaml").write_text(newer, encoding="utf-8")
    plan = plan_import(path, base_of(folder), TODAY)
    assert [(c.entry, c.field) for c in plan.changes] == [("ai-duoc-bau", "phrasings")]
    assert plan.faults == ()


def test_a_cell_that_two_people_changed_is_told(folder: Path) -> None:
    path = folder.parent / "kho.xlsx"
    export_xlsx(base_of(folder), path)
    book = openpyxl.load_workbook(path)
    put(2, "answer", "Ai đủ tuổi.")(book[SHEET])
    put(3, "question", "Bầu chỗ nào?")(book[SHEET])
    book.save(path)
    newer = ENTRIES.replace("đủ 18 tuổi.", "đủ 18 tuổi trở lên.").replace(
        "Bầu ở đâu?", "Bầu chỗ nào?"
    )
    (folder / "entries" / "03-cu-tri.yaml").write_text(newer, encoding="utf-8")
    plan = plan_import(path, base_of(folder), TODAY)
    assert [fault.entry for fault in plan.faults] == ["ai-duoc-bau"]
    assert "thành «Công dân đủ 18 tuổi trở lên.»" in plan.faults[0].sentence
    assert [(c.entry, c.field) for c in plan.changes] == [("ai-duoc-bau", "answer")]


def test_a_base_that_changed_meanwhile_is_not_overwritten(folder: Path) -> None:
    plan = edited(folder, put(2, "question", "Ai được đi bầu?"))
    newer = ENTRIES.replace("Ở phòng bỏ phiếu.", "Ở phòng phiếu.")
    (folder / "entries" / "03-cu-tri.yaml").write_text(newer, encoding="utf-8")
    with pytest.raises(InputRefused, match="Kho đã thay đổi"):
        apply_plan(plan, folder, TODAY, "Lê Thị B")
    assert text_of(folder) == newer


def test_a_plan_that_would_break_the_base_leaves_the_files_alone(folder: Path) -> None:
    plan = edited(folder, put(2, "question", "Ai được đi bầu?"))
    broken = Plan(
        changes=(plan.changes[0].__class__("ai-duoc-bau", "related", "", "khong-co"),),
        version=plan.version,
        files=plan.files,
    )
    with pytest.raises(KnowledgeFaulty, match="khong-co"):
        apply_plan(broken, folder, TODAY)
    assert text_of(folder) == ENTRIES
    assert sorted(p.name for p in (folder / "entries").iterdir()) == ["03-cu-tri.yaml"]


def test_all_cells_of_an_export_are_texts(folder: Path) -> None:
    path = folder / "entries" / "03-cu-tri.yaml"
    path.write_text(ENTRIES.replace("Công dân đủ 18 tuổi.", "=HYPERLINK(1)"), encoding="utf-8")
    out = folder.parent / "kho.xlsx"
    export_xlsx(base_of(folder), out)
    sheet = openpyxl.load_workbook(out)[SHEET]
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds == {"s"}
    assert sheet.cell(2, PLACES["answer"]).value == "=HYPERLINK(1)"
    assert plan_import(out, base_of(folder), TODAY).changes == ()


def bad_sheet(name: str, folder: Path) -> Path:
    path = folder / name
    if name == "rong.xlsx":
        path.write_bytes(b"")
    elif name == "van-ban.xlsx":
        path.write_text("mã,câu hỏi", encoding="utf-8")
    elif name == "hong.xlsx":
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("xl/workbook.xml", "<x")
    else:
        book = xlsxwriter.Workbook(str(path))
        sheet = book.add_worksheet("Trang 1" if name == "khac.xlsx" else SHEET)
        headings = {"thieu.xlsx": ["Mã"], "hai.xlsx": ["Mã", "Câu hỏi", "Câu hỏi"]}
        for place, text in enumerate(headings.get(name, [])):
            sheet.write_string(0, place, text)
        book.close()
    return path


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("khong-co.xlsx/x", "Không mở được"),
        ("rong.xlsx", "không phải bảng tính"),
        ("van-ban.xlsx", "không phải bảng tính"),
        ("hong.xlsx", "không phải bảng tính"),
        ("khac.xlsx", "không có trang tính nào tên"),
        ("thieu.xlsx", "thiếu cột «Câu hỏi»"),
        ("hai.xlsx", "có hai cột «Câu hỏi»"),
    ],
)
def test_a_file_that_is_no_sheet_of_ours_is_refused(
    name: str, sentence: str, base: Base, tmp_path: Path
) -> None:
    path = tmp_path / name if "/" in name else bad_sheet(name, tmp_path)
    with pytest.raises(InputRefused, match=sentence):
        plan_import(path, base, TODAY)


def test_an_export_to_nowhere_is_refused(base: Base, tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="Không ghi được tệp"):
        export_xlsx(base, tmp_path / "khong-co" / "kho.xlsx")
    assert list(tmp_path.iterdir()) == []
