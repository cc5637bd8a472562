"""The small readers inside the import: citations, lost letters, headings, broken words."""

from __future__ import annotations

import pytest

from bot.knowledge.booklet.cite import Citer
from bot.knowledge.booklet.draft import slug
from bot.knowledge.booklet.headings import answer_begins, part_head, question_head
from bot.knowledge.booklet.letters import clean_line, drop_stray_marks, glue
from bot.knowledge.booklet.lost_letters import lost_letters
from bot.knowledge.booklet.write import cut_answer, shorten_question
from bot.knowledge.model import Base, Citation
from tests.growth import growth


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("khoản 1 Điều 29 Luật Bầu cử đại biểu Quốc hội và đại biểu HĐND", [(29, 1, None)]),
        ("điểm a khoản 2 Điều 37 của Luật Bầu cử ĐBQH và đại biểu HĐND năm 2015", [(37, 2, "a")]),
        ("các điểm a, b khoản 1 Điều 76 Luật Bầu cử.", [(76, 1, "a"), (76, 1, "b")]),
        ("các khoản 1, 2 và 3 Điều 4 Luật số 85/2015/QH13", [(4, 1, None), (4, 2, None), (4, 3, None)]),
        ("Điều 29 và 30 Luật Bầu cử.", [(29, None, None), (30, None, None)]),
        ("từ Điều 4 đến Điều 6 Luật Bầu cử", [(4, None, None), (5, None, None), (6, None, None)]),
        ("theo Luật Bầu cử (Điều 29)", [(29, None, None)]),
        ("Điều 9 và khoản 1 Điều 3 Luật Bầu cử", [(9, None, None), (3, 1, None)]),
    ],
)  # fmt: skip
def test_places_of_the_election_law_are_read(
    text: str, places: list[tuple[int, int | None, str | None]], base: Base
) -> None:
    cited = Citer(base.laws).cite(text)
    assert cited.citations == tuple(Citation("luat-bau-cu", *place) for place in places)
    assert cited.unknown == ()


@pytest.mark.parametrize(
    "text",
    [
        "Điều 7 Hiến pháp năm 1992",
        "Điều 9 Luật này",
        "Điều 10 Luật Tố tụng dân sự",
        "Điều 3 Luật Bầu cử đại biểu Quốc hội năm 1997",
        "Điều 5 Luật Tổ chức chính quyền địa phương",
        "khoản 2 Điều 5 Bộ luật",
        "Điều 5",
    ],
)
def test_a_law_that_is_not_sure_is_left_to_the_editor(text: str, base: Base) -> None:
    cited = Citer(base.laws).cite(text)
    assert cited.citations == ()
    assert len(cited.unknown) == 1


def test_other_documents_are_known_by_their_numbers(base: Base) -> None:
    cited = Citer(base.laws).cite(
        "Điều 27 Hiến pháp, Điều 12 Nghị quyết số 101/2025/UBTVQH15 và Điều 5 Luật Tổ chức "
        "chính quyền địa phương số 72/2025/QH15"
    )
    assert cited.citations == (
        Citation("hien-phap", 27),
        Citation("nghi-quyet-101", 12),
        Citation("luat-chinh-quyen-dia-phuong", 5),
    )


def test_a_text_full_of_places_takes_no_more_than_its_length(base: Base) -> None:
    citer = Citer(base.laws)

    def cite(size: int) -> None:
        citer.cite("khoản 1, " * size + "Điều 1, " * size + "Luật Bầu cử " * size)

    assert growth(cite, 300, 8) < 30


def test_lost_letters_are_found_and_counted() -> None:
    losses = lost_letters("Ngư i có ngh a vụ, đi u này c tri đư c biết; vic nhng quy\ufffdn.")
    assert losses.count == 8
    assert losses.samples == ("Ngư i", "ngh a", "đi u", "c tri")


def test_sound_words_are_no_losses(base: Base) -> None:
    for entry in base.entries.values():
        assert lost_letters(f"{entry.question}\n{entry.answer}\n{entry.detail}").count == 0
    sound = "Tại điểm a, b và c khoản 1; ô trống 5 km, y tế, e ngại, HĐND, website, Đắk Lắk."
    assert lost_letters(sound).count == 0
    assert lost_letters("cu tri co quyen bau cu, cac duoc phep").count == 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Câu 12. Ai được bầu?", (12, ".", "Ai được bầu?")),
        ("CÂU 12 - AI ĐƯỢC BẦU?", (12, "-", "AI ĐƯỢC BẦU?")),
        ("Câu hỏi 12: Ai?", (12, ":", "Ai?")),
        ("Câu số 12", (12, "", "")),
        ("C u 12. Ai?", (12, ".", "Ai?")),
        ("Câu 12 của tài liệu này", None),
        ("Câu chuyện 12", None),
        ("Câu 12a", None),
    ],
)
def test_heads_of_questions(text: str, found: tuple[int, str, str] | None) -> None:
    assert question_head(text) == found


def test_heads_of_parts_and_answers() -> None:
    assert part_head("PHẦN THỨ TƯ. VIỆC ỨNG CỬ") == (4, "VIỆC ỨNG CỬ")
    assert part_head("Phần IX") == (9, "")
    assert part_head("Phần thứ hai của Luật") is None
    assert answer_begins("Trả lời: Có.") == "Có."
    assert answer_begins("Tr l i: Có.") == "Có."
    assert answer_begins("ĐÁP") == ""
    assert answer_begins("Đáp ứng yêu cầu") is None


@pytest.mark.parametrize(
    ("before", "after", "whole"),
    [
        ("mọi ngư-", "ời dân", "mọi người dân"),
        ("ông Lê-", "nin", "ông Lê-nin"),
        ("nhiệm kỳ 2021-", "2026", "nhiệm kỳ 2021-2026"),
        ("in\u00ad", "ternet", "internet"),
        ("danh sách -", "một bản", "danh sách - một bản"),
        ("cử tri", "bầu", "cử tri bầu"),
    ],
)
def test_broken_words_grow_whole(before: str, after: str, whole: str) -> None:
    assert glue(before, after) == whole


def test_signs_of_odd_fonts_are_made_plain() -> None:
    assert clean_line("\uf0b7 h\u1ed3 s\u01a1\u00a0\ufb01le") == "- hồ sơ file"
    assert clean_line("ngh\ue123a") == "ngh\ufffda"
    assert drop_stray_marks("bầu cử¹² rộng 30 m² năm 2026³.") == ("bầu cử rộng 30 m² năm 2026.", 2)


def test_ids_are_short_and_plain() -> None:
    assert slug("Ai được đi bầu?") == "ai-duoc-di-bau"
    assert len(slug("Cử tri phải làm gì khi " * 9)) <= 48


def test_texts_are_cut_where_a_sentence_ends() -> None:
    first, detail, rest = cut_answer("Một câu trọn vẹn. " * 200)
    assert first.endswith(".")
    assert len(first) <= 600
    assert len(detail) <= 1_900
    assert (first + " " + detail + " " + rest).count("Một câu trọn vẹn.") == 200
    told = "Ông A bị tạm giam đã lâu và chưa có bản án. " * 6
    assert shorten_question(f"{told}Ông A có được bầu không?").endswith("Ông A có được bầu không?")
