from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.model import Base
from bot.language.fold import fold, has_marks, tidy
from bot.language.read import split_words
from bot.language.syllables import is_syllable


@pytest.mark.parametrize(
    "word",
    [
        "a",
        "o",
        "u",
        "y",
        "di",
        "bau",
        "cu",
        "tri",
        "nguoi",
        "duoc",
        "nghieng",
        "khuyu",
        "quyen",
        "quoc",
        "quy",
        "qua",
        "quang",
        "quap",
        "gi",
        "gia",
        "giup",
        "gieng",
        "giuong",
        "gieo",
        "thuo",
        "ngoeo",
        "uy",
        "ban",
        "hoa",
        "toa",
        "xoong",
        "khuynh",
        "yeu",
        "yen",
        "ngay",
        "thang",
        "phieu",
    ],
)
def test_a_syllable_is_known(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize(
    "word",
    [
        "",
        "b",
        "dc",
        "hdnd",
        "baucu",
        "baauf",
        "cuwr",
        "bau62",
        "2026",
        "xin chao",
        "email",
        "facebook",
    ]
    + ["nghienglau", "bầu", "đi", "qu", "ngh", "tros", "wa", "zo", "jo", "f"],
)
def test_what_is_no_syllable_is_not_taken_for_one(word: str) -> None:
    assert not is_syllable(word)


def test_nearly_every_marked_word_of_the_base_is_a_syllable(base: Base) -> None:
    texts = (t for e in base.entries.values() for t in (*e.questions, e.answer, e.detail))
    words = {word for text in texts for word in split_words(tidy(text)) if has_marks(word)}
    strange = {word for word in words if not is_syllable(fold(word))}
    assert len(words) > 1_000
    # Abbreviations (HĐND) and names of other languages (Đắk Lắk) are left.
    assert len(strange) < len(words) / 100, sorted(strange)


@given(st.text())
def test_any_text_can_be_asked_about(text: str) -> None:
    assert is_syllable(text) in (True, False)
    if is_syllable(text):
        assert 1 <= len(text) <= 7
        assert text.isascii()
        assert text.isalpha()
