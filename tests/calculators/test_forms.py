"""Short answers to what the menu's calculators ask for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calculators.forms import FORMS, READY, question_of

from .conftest import Ask


@pytest.mark.parametrize(
    ("form", "answer", "told"),
    [
        ("tuoi", "16/3/2008", "sinh ngày 16/3/2008 chưa đủ tuổi bầu cử"),
        ("tuoi", "16-3-2008", "sinh ngày 16/3/2008 chưa đủ tuổi bầu cử"),
        ("tuoi", "16 3 2008.", "sinh ngày 16/3/2008 chưa đủ tuổi bầu cử"),
        ("tuoi", "ngày 16 tháng 3 năm 2008 ạ", "sinh ngày 16/3/2008 chưa đủ tuổi bầu cử"),
        ("tuoi", "tháng 3/2008", "sinh tháng 3/2008 thì còn tùy ngày sinh"),
        ("tuoi", "3/2008", "sinh tháng 3/2008 thì còn tùy ngày sinh"),
        ("tuoi", "2008", "sinh năm 2008 thì còn tùy ngày sinh"),
        ("tuoi", "2k8", "sinh năm 2008 thì còn tùy ngày sinh"),
        ("tuoi", "năm 99", "sinh năm 1999 đủ tuổi bầu cử"),
        ("tuoi", "17", "mới 17 tuổi thì chưa đủ tuổi bầu cử"),
        ("tuoi", "17t", "mới 17 tuổi thì chưa đủ tuổi bầu cử"),
        ("tuoi", "em 20 tuổi", "Đủ 20 tuổi tính đến ngày bầu cử thì đã đủ tuổi bầu cử"),
        ("tuoi", "31/2/2008", "Tháng 2/2008 không có ngày 31"),
        ("tuoi", "1800", "Năm sinh 1800 có lẽ gõ nhầm"),
        ("tuoi", "200", None),
        ("tuoi", "không nhớ", None),
        ("phieu", "5 3 2", "Hợp lệ: phiếu có 5 người, gạch 2 thì để lại 3 người"),
        ("phieu", "5, 3, 1", "Không hợp lệ: phiếu có 5 người, gạch 1"),
        ("phieu", "5 3", "phải gạch ít nhất 2, nhiều nhất 4 người"),
        ("phieu", "3 5 1", "Không thể bầu 5 đại biểu trong 3 người"),
        ("phieu", "5 3 9", "không thể gạch 9 người"),
        ("phieu", "5", None),
        ("ket-qua", "480/1000", "Không trúng cử: 480 trên 1.000"),
        ("ket-qua", "1.200 trên 2.000", "Đủ số phiếu để có thể trúng cử: 1.200 trên 2.000"),
        ("ket-qua", "501 1000", "Đủ số phiếu"),
        ("ket-qua", "48,5%", "Không trúng cử: 48,5%"),
        ("ket-qua", "50 phần trăm", "đúng một nửa"),
        ("ket-qua", "120%", "không thể lớn hơn tổng số"),
        ("ket-qua", "nhiều", None),
        ("noi-bau", "???", None),
    ],
)
def test_a_short_answer_stands_for_a_whole_question(
    form: str, answer: str, told: str | None, ask: Ask
) -> None:
    question = question_of(FORMS[form], answer)
    computed = ask(question) if question else None
    if told is None:
        assert computed is None
    else:
        assert computed is not None, question
        assert told in computed.text


def test_what_needs_no_answer_is_a_question_by_itself(ask: Ask) -> None:
    assert all(ask(title) for _, title in READY)


def test_every_calculator_gives_an_example_in_its_prompt() -> None:
    for form in FORMS.values():
        example = form.prompt.split("í dụ: ")[1].split(". ")[0]
        assert question_of(form, example), form.id


@given(st.sampled_from(sorted(FORMS)), st.text(max_size=60))
def test_nothing_typed_into_a_form_breaks_it(form: str, text: str) -> None:
    question = question_of(FORMS[form], text)
    assert question is None or question.strip()
