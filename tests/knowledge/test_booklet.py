"""A whole booklet goes in, drafts come out: nothing lost, nothing in the wrong half."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import InputRefused
from bot.knowledge.booklet import Imported, import_booklet, write_drafts
from bot.knowledge.booklet.model import Doubt, Draft
from bot.knowledge.load import load
from bot.knowledge.model import Base, Citation, Status
from tests.conftest import KNOWLEDGE, TODAY
from tests.fixtures.booklets.layouts import LAYOUTS
from tests.fixtures.booklets.made import Layout, Truth, as_text, make_items, print_booklet
from tests.fixtures.booklets.pdf import Piece, make_pdf


def nearest(_question: str) -> tuple[str, float] | None:
    return None


def one_line(text: str) -> str:
    return " ".join(text.split())


def halves(drafts: tuple[Draft, ...]) -> set[tuple[int, str, str]]:
    return {(d.number, one_line(d.question), one_line(d.answer)) for d in drafts}


def wanted(truth: list[Truth]) -> set[tuple[int, str, str]]:
    return {(t.number, t.question, one_line(t.answer)) for t in truth}


def import_pages(base: Base, folder: Path, *pages: str) -> Imported:
    """The drafts of pages given as lines of text."""
    pieces = [
        [Piece(50, 540 - 18 * row, line) for row, line in enumerate(page.strip().split("\n"))]
        for page in pages
    ]
    path = folder / "sach.pdf"
    path.write_bytes(make_pdf(pieces))
    return import_booklet(path, base, nearest)


def import_lines(base: Base, folder: Path, text: str) -> Imported:
    path = folder / "sach.txt"
    path.write_text(text, encoding="utf-8")
    return import_booklet(path, base, nearest)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_all_questions_of_a_printed_booklet_come_out_whole(
    layout: Layout, base: Base, tmp_path: Path
) -> None:
    data, truth = print_booklet(layout, seed=7, questions=65)
    path = tmp_path / "sach.pdf"
    path.write_bytes(data)
    imported = import_booklet(path, base, nearest)
    assert halves(imported.drafts) == wanted(truth)
    assert [count for _, count in imported.summary.by_part] == [16, 7, 8, 10, 7, 5, 12]
    assert not imported.summary.gaps


def test_a_long_booklet_is_read_page_by_page(base: Base, tmp_path: Path) -> None:
    data, truth = print_booklet(replace(Layout(), lines=17), seed=2)
    path = tmp_path / "sach.pdf"
    path.write_bytes(data)
    told: list[tuple[int, int]] = []
    imported = import_booklet(path, base, nearest, lambda done, all_: told.append((done, all_)))
    assert told[0] == (1, len(told))
    assert told[-1] == (len(told), len(told))
    assert len(told) >= 330
    assert len(truth) == 195
    assert halves(imported.drafts) == wanted(truth)


def test_what_is_written_passes_lint_beside_the_base(base: Base, tmp_path: Path) -> None:
    data, _ = print_booklet(Layout(), seed=3, questions=65)
    path = tmp_path / "sach.pdf"
    path.write_bytes(data)
    folder = tmp_path / "knowledge"
    shutil.copytree(KNOWLEDGE, folder)
    imported = import_booklet(path, base, lambda _question: ("tuoi-bau-cu", 0.42))
    out = folder / "entries" / "98-sach.yaml"
    write_drafts(imported, out)
    before = len(base.entries)
    loaded = load(folder, TODAY)
    assert [f for f in loaded.faults if f.file == "entries/98-sach.yaml"] == []
    added = [e for e in loaded.base.entries.values() if e.place.file == "entries/98-sach.yaml"]
    assert len(added) == 65
    assert len(loaded.base.entries) == before + 65
    assert {entry.status for entry in added} == {Status.DRAFT}
    text = out.read_text(encoding="utf-8")
    assert "# Câu 12, trang " in text
    assert "# Gần nhất trong kho: tuoi-bau-cu (0,42)." in text
    assert "# Chú thích: Xem thêm hướng dẫn số 1 " in text


def test_a_question_that_the_base_has_already_is_told_and_still_passes_lint(
    base: Base, tmp_path: Path
) -> None:
    known = next(iter(base.entries.values()))
    text = f"Câu 1. {known.question}\nTrả lời: Có {{gi}} đó.\n\nCâu 2. {known.question}\nTrả lời:\n"
    imported = import_lines(base, tmp_path, text)
    first, second = imported.drafts
    assert Doubt.SAME_QUESTION in {w.doubt for w in first.warnings}
    assert Doubt.NO_ANSWER in {w.doubt for w in second.warnings}
    assert first.answer == "Có (gi) đó."
    assert first.id not in base.entries
    folder = tmp_path / "knowledge"
    shutil.copytree(KNOWLEDGE, folder)
    write_drafts(imported, folder / "entries" / "98-sach.yaml")
    assert [f for f in load(folder, TODAY).faults if "98-sach" in f.file] == []


def test_questions_cut_short_do_not_collide(base: Base, tmp_path: Path) -> None:
    told = "Ông A bị tạm giam đã lâu và chưa có bản án nào của Tòa án. " * 4
    text = "".join(
        f"Câu {n}. {told}Lần {word}. Hỏi việc ấy có đúng luật không?\nTrả lời: Có.\n\n"
        for n, word in ((1, "đầu"), (2, "sau"))
    )
    folder = tmp_path / "knowledge"
    shutil.copytree(KNOWLEDGE, folder)
    write_drafts(import_lines(base, tmp_path, text), folder / "entries" / "98-sach.yaml")
    assert [f for f in load(folder, TODAY).faults if "98-sach" in f.file] == []


def test_long_texts_are_kept_whole_though_cut_for_the_base(base: Base, tmp_path: Path) -> None:
    words = "Cử tri thực hiện quyền của mình theo đúng quy định. "
    asked = "Trong trường hợp " + "danh sách cử tri có sai sót và " * 9 + "thì phải làm gì?"
    imported = import_lines(base, tmp_path, f"Câu 1. {asked}\nTrả lời: {words * 70}\n")
    out = tmp_path / "ra.yaml"
    write_drafts(imported, out)
    text = out.read_text(encoding="utf-8")
    assert one_line(text.replace("#", "")).count("Cử tri thực hiện quyền") == 70
    assert f"- {asked}" in text
    kinds = {w.doubt for w in imported.drafts[0].warnings}
    assert {Doubt.LONG_ANSWER, Doubt.LONG_QUESTION} <= kinds


def test_a_reference_at_the_begin_of_a_line_opens_no_question(base: Base, tmp_path: Path) -> None:
    imported = import_pages(
        base,
        tmp_path,
        "Câu 1. Ai có quyền bầu cử?\nCông dân đủ mười tám tuổi có quyền ấy (xem\n"
        "Câu 2). Người ứng cử thì khác, như đã nêu tại\nCâu 3. Hồ sơ nộp ở Ủy ban bầu cử.\n"
        "Câu 2 của tài liệu này nói rõ hơn.\nCâu 2. Ai có quyền ứng cử?\nCông dân đủ tuổi.\n"
        "Câu 3. Nộp hồ sơ ở đâu?\nỞ Ủy ban bầu cử.",
    )
    assert [d.number for d in imported.drafts] == [1, 2, 3]
    assert imported.drafts[0].answer.endswith("Câu 2 của tài liệu này nói rõ hơn.")
    assert imported.drafts[1].question == "Ai có quyền ứng cử?"


@pytest.mark.parametrize(
    ("first", "second", "numbers"),
    [
        ("Hỏi: Ai bầu?\nĐáp: Cử tri.", "Hỏi: Bầu ở đâu?\nĐáp: Ở phòng phiếu.", [1, 2]),
        ("HỎI 7 - Ai bầu?\nCử tri.", "HỎI 8 - Bầu ở đâu?\nỞ phòng phiếu.", [7, 8]),
        ("7. Hỏi: Ai bầu?\nCử tri.", "8. Hỏi: Bầu ở đâu?\nỞ phòng phiếu.", [7, 8]),
        ("7. Ai bầu?\nCử tri.", "8. Ở đâu thì bầu được,\nvà bầu ở đâu?\nỞ phòng phiếu.", [7, 8]),
        ("7) Người bầu\nTrả lời: Cử tri.", "8) Nơi bầu\nTrả lời: Ở phòng phiếu.", [7, 8]),
    ],
)
def test_questions_need_not_be_called_cau(
    first: str, second: str, numbers: list[int], base: Base, tmp_path: Path
) -> None:
    third = first.replace("7", "9").replace("Ai", "Người nào")
    imported = import_lines(
        base, tmp_path, f"HỎI - ĐÁP VỀ BẦU CỬ\n\n{first}\n\n{second}\n\n{third}\n"
    )
    assert [d.number for d in imported.drafts] == [*numbers, numbers[-1] + 1]
    assert [d.answer for d in imported.drafts] == ["Cử tri.", "Ở phòng phiếu.", "Cử tri."]


def test_items_of_a_list_are_no_questions_of_their_own(base: Base, tmp_path: Path) -> None:
    imported = import_lines(
        base,
        tmp_path,
        "Câu 1. Hồ sơ gồm gì?\nTrả lời:\n1. Đơn.\n2. Ảnh.\n3. Ai ký? Người ứng cử ký.\n\n"
        "Câu 2. Nộp ở đâu?\nTrả lời: Ở Ủy ban bầu cử.",
    )
    assert [d.number for d in imported.drafts] == [1, 2]
    assert "2. Ảnh." in imported.drafts[0].answer


def test_the_heading_of_a_part_may_break_at_a_comma(base: Base, tmp_path: Path) -> None:
    imported = import_pages(
        base,
        tmp_path,
        "PHẦN I. BỎ PHIẾU,\nKIỂM PHIẾU\nCâu 1. Ai bầu?\nCử tri bầu.\n"
        "PHẦN II. KHIẾU NẠI,\nTỐ CÁO\nCâu 2. Ai khiếu nại?\nCử tri khiếu nại.",
    )
    parts = [(d.part, d.answer) for d in imported.drafts]
    assert parts == [
        ("PHẦN I. BỎ PHIẾU, KIỂM PHIẾU", "Cử tri bầu."),
        ("PHẦN II. KHIẾU NẠI, TỐ CÁO", "Cử tri khiếu nại."),
    ]


def test_the_top_of_a_letter_from_the_next_page_is_no_text(base: Base, tmp_path: Path) -> None:
    imported = import_pages(
        base,
        tmp_path,
        "Câu 1. Ai lập danh sách?\nDanh sách do\nỦ",
        "Ủy ban nhân dân cấp xã lập.\nCâu 2. Ai bầu?\nCử tri.",
    )
    assert imported.drafts[0].answer == "Danh sách do Ủy ban nhân dân cấp xã lập."


def test_gaps_and_double_numbers_are_told(base: Base, tmp_path: Path) -> None:
    text = "".join(
        f"Câu {number}. Việc thứ {name} làm thế nào?\nTrả lời: Làm theo luật, có ghi biên bản.\n\n"
        for number, name in ((1, "nhất"), (2, "hai"), (2, "ba"), (5, "tư"), (6, "năm"))
    )
    imported = import_lines(base, tmp_path, text)
    assert [d.number for d in imported.drafts] == [1, 2, 2, 5, 6]
    assert imported.summary.gaps == ("3-4",)
    assert "Thiếu số câu: 3-4." in str(imported.summary)
    assert [w.doubt for w in imported.drafts[2].warnings] == [Doubt.SAME_NUMBER]


def test_citations_and_lost_letters_reach_the_draft(base: Base, tmp_path: Path) -> None:
    text = (
        "Câu 1. Ai có ngh a vụ này?\nTrả lời: Ngư i có quyền, theo khoản 1 Điều 29 Luật Bầu cử "
        "đại biểu Quốc hội và đại biểu Hội đồng nhân dân, Điều 27 Hiến pháp và Điều 5 Luật Đất đai."
    )
    draft = import_lines(base, tmp_path, text).drafts[0]
    assert draft.citations == (Citation("luat-bau-cu", 29, 1), Citation("hien-phap", 27))
    said = {w.doubt: w.sentence for w in draft.warnings}
    assert "2 chỗ: «ngh a», «Ngư i»" in said[Doubt.LOST_LETTERS]
    assert "Điều 5" in said[Doubt.UNKNOWN_LAW]
    assert draft.question == "Ai có ngh a vụ này?"


def test_a_footnote_goes_and_is_kept_beside(base: Base, tmp_path: Path) -> None:
    imported = import_pages(
        base,
        tmp_path,
        "Câu 1. Ai bầu?\nCử tri(1) đi bầu, trên diện tích 30 m² của phòng phiếu.\n"
        "(1) Xem Điều 2 Luật Bầu cử.",
    )
    draft = imported.drafts[0]
    assert draft.answer == "Cử tri đi bầu, trên diện tích 30 m² của phòng phiếu."
    assert draft.notes == ("Xem Điều 2 Luật Bầu cử.",)
    assert draft.citations == (Citation("luat-bau-cu", 2),)


def test_nothing_half_written_stays_where_writing_fails(base: Base, tmp_path: Path) -> None:
    imported = import_lines(base, tmp_path, "Câu 1. Ai bầu?\nTrả lời: Cử tri.")
    with pytest.raises(InputRefused, match="Không ghi được tệp"):
        write_drafts(imported, tmp_path / "khong-co" / "ra.yaml")
    target = tmp_path / "thu-muc"
    target.mkdir()
    with pytest.raises(InputRefused, match="Không ghi được tệp"):
        write_drafts(imported, target)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["sach.txt", "thu-muc"]


def test_plain_text_of_the_whole_booklet_comes_out_the_same(base: Base, tmp_path: Path) -> None:
    layout = Layout(notes="", answer="Trả lời: ")
    items = make_items(layout)
    imported = import_lines(base, tmp_path, as_text(items, layout))
    assert halves(imported.drafts) == wanted([item.truth for item in items])
