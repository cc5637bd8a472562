"""Leaflets: two pages a unit, approved words only, whatever stands in them."""

from __future__ import annotations

from dataclasses import replace

import pypdfium2 as pdfium
import pytest

from bot.errors import InputRefused
from bot.knowledge.model import Base, Status
from bot.knowledge.variables import fill, variables_of
from bot.reports.campaign import Doors, Link
from bot.reports.leaflet import Copy, Printed, choose_answers, choose_copies, make_leaflets
from tests.conftest import TODAY

DOORS = Doors("https://baucu.example.vn", "hoidap_bot", "https://zalo.me/123")
ONE = Printed("Mất thẻ thì sao?", "Báo Tổ bầu cử.\n\nNhớ:\n- một\n- hai", "Khoản 2 Điều 69")


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page, every run of blanks made one."""
    document = pdfium.PdfDocument(pdf)
    pages = [" ".join(page.get_textpage().get_text_range().split()) for page in document]
    document.close()
    return pages


def plain(text: str) -> str:
    return " ".join(text.replace("\n- ", "\n").split())


def test_the_shipped_leaflet_has_two_pages_with_every_answer_and_its_basis(base: Base) -> None:
    answers = choose_answers(base)
    copies = choose_copies(base, DOORS, ["06985"], "to-roi", TODAY)
    outside, inside = pages_of(make_leaflets(base.service, answers, copies, TODAY))
    assert "xã Lương Minh" in outside
    assert base.service.organisation.upper() in outside
    assert "23/11/2026" in outside
    assert "rồi nhắn: u-06985-to-roi" in outside
    assert "Luật Bầu cử" in inside
    found = inside.replace("• ", "")
    missing = [
        a.question
        for a in answers
        if plain(a.question) not in found or plain(a.answer)[:60] not in found
    ]
    assert len(answers) == len(base.service.leaflet)
    assert missing == []


def test_the_answers_are_the_very_words_of_the_base(base: Base) -> None:
    for printed, entry_id in zip(choose_answers(base), base.service.leaflet, strict=True):
        entry = base.entries[entry_id]
        assert printed.answer == fill(entry.answer, variables_of(base.elections))


def test_every_unit_has_its_own_copy_in_one_file(base: Base) -> None:
    copies = choose_copies(base, DOORS, [], "to-roi", TODAY)
    pages = pages_of(make_leaflets(base.service, [ONE], copies, TODAY))
    assert len(copies) == 54
    assert len(pages) == 108
    for number, copy in enumerate(copies):
        assert copy.unit in pages[2 * number]


def test_the_large_code_leads_where_no_app_is_needed_and_people_are_counted(base: Base) -> None:
    (copy,) = choose_copies(base, DOORS, ["06985"], "", TODAY)
    assert copy.cover.channel == "web"
    (copy,) = choose_copies(base, replace(DOORS, web=""), ["06985"], "", TODAY)
    assert copy.cover.channel == "telegram"


def test_markup_in_a_text_stays_text(base: Base) -> None:
    evil = '#import "x": y; *đậm* $x$ <b> \\ @ref'
    printed = Printed(evil, f"- {evil}\n{evil}", evil)
    copy = Copy(evil, (Link("web", "Trang web", "https://baucu.example.vn/?u=1"),))
    service = replace(base.service, name=evil, organisation=evil, contact=evil)
    outside, inside = pages_of(make_leaflets(service, [printed], [copy], TODAY))
    assert "#import" in outside
    assert "#import" in inside
    assert "*đậm*" in inside


def test_letters_shrink_before_answers_are_refused(base: Base) -> None:
    copies = choose_copies(base, DOORS, ["06985"], "", TODAY)
    long = replace(ONE, answer="Một câu trả lời dài vừa phải để chiếm chỗ. " * 12)
    assert len(pages_of(make_leaflets(base.service, [long] * 9, copies, TODAY))) == 2
    with pytest.raises(InputRefused, match="không đủ chỗ cho 40 câu"):
        make_leaflets(base.service, [long] * 40, copies, TODAY)


def test_what_cannot_be_printed_is_told(base: Base) -> None:
    with pytest.raises(InputRefused, match="BOT_PUBLIC_URL"):
        make_leaflets(base.service, [ONE], [Copy("xã A", ())], TODAY)
    with pytest.raises(InputRefused, match="Chưa chọn"):
        make_leaflets(base.service, [], [], TODAY)
    with pytest.raises(InputRefused, match="mã «99999»"):
        choose_copies(base, DOORS, ["06985", "99999"], "", TODAY)
    with pytest.raises(InputRefused, match="«khong-co»"):
        choose_answers(base, ["khong-co"])


def test_only_what_may_be_said_is_printed(base: Base) -> None:
    draft = replace(base.entries["tuoi-bau-cu"], status=Status.DRAFT)
    with_draft = replace(base, entries={**base.entries, "tuoi-bau-cu": draft})
    with pytest.raises(InputRefused, match="chưa được duyệt"):
        choose_answers(with_draft, ["tuoi-bau-cu"])
    with pytest.raises(InputRefused, match="chưa được duyệt"):
        choose_answers(base, ["tuoi-bau-cu"], say_starters=False)
