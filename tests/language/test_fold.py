from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.fold import fold, fold_word, has_marks, place_tones, tidy

# Vietnamese letters, loose marks and unseen characters next to one another: where tidying is hard.
HARD = st.text(
    st.sampled_from(
        "aoeuydqhkOEUYĐạàýỵỷoàoèuỳ\u0300\u0301\u0302\u031b\u0323\u200b\u202e\u00ad \n\t"
    )
)
ANY = st.one_of(st.text(), HARD)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hoà", "hòa"),
        ("Hoà", "Hòa"),
        ("HOÀ", "HÒA"),
        ("xoá bỏ", "xóa bỏ"),
        ("uỷ ban", "ủy ban"),
        ("Uỷ ban", "Ủy ban"),
        ("UỶ BAN", "ỦY BAN"),
        ("thuỵ", "thụy"),
        ("khoẻ", "khỏe"),
        ("loà xoà", "lòa xòa"),
        ("hòa", "hòa"),
    ],
)
def test_a_tone_goes_to_its_present_place(typed: str, meant: str) -> None:
    assert place_tones(typed) == meant


@pytest.mark.parametrize("word", ["quà", "quý", "quỳ", "Quý", "giỏ", "hoàn", "khoản", "thuý_"])
def test_a_tone_that_stands_right_stays(word: str) -> None:
    assert place_tones(word) == word


@pytest.mark.parametrize("word", ["bầu cử", "hòa", "Đường", "những người ứng cử", "Ở ĐÂU"])
def test_decomposed_and_composed_text_are_one(word: str) -> None:
    assert unicodedata.normalize("NFD", word) != word
    assert tidy(unicodedata.normalize("NFD", word)) == word


def test_both_forms_and_both_places_give_one_text() -> None:
    spelled = {"hoà giải", "hòa giải"}
    forms = {unicodedata.normalize(form, s) for s in spelled for form in ("NFC", "NFD")}
    assert len(forms) == 4
    assert {tidy(form) for form in forms} == {"hòa giải"}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  đi \t bầu\r\ncử\u00a0 ", "đi bầu cử"),
        ("đi\u200b bầu\ufeff", "đi bầu"),
        ("\u202eđi\u202c bầu\u200f", "đi bầu"),
        ("đi\x00 bầu\x07", "đi bầu"),
        ("đi \ud83d bầu", "đi bầu"),
        ("b\u00adầu", "bầu"),
        ("ba\u200b\u0300u", "bàu"),
        ("", ""),
        ("\u200b\u200b", ""),
        ("👍 đi bầu", "👍 đi bầu"),
    ],
)
def test_what_is_not_seen_goes_and_what_is_seen_stays(typed: str, kept: str) -> None:
    assert tidy(typed) == kept


@given(ANY)
def test_tidying_twice_changes_nothing(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


@given(ANY)
def test_tidy_text_is_composed_and_on_one_line(text: str) -> None:
    tidied = tidy(text)
    assert unicodedata.is_normalized("NFC", tidied)
    assert tidied == " ".join(tidied.split())
    assert not {unicodedata.category(c) for c in tidied} & {"Cc", "Cf", "Co", "Cs"}


@given(ANY)
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize("letter", ["İ", "ẞ", "Σ", "ﬁ", "ǅ"])
def test_folding_keeps_the_length_of_odd_letters(letter: str) -> None:
    assert len(fold(f"x{letter}y")) == 3


@given(ANY)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(ANY)
def test_words_fold_as_texts_do(text: str) -> None:
    assert fold_word(text) == fold(text)


def test_every_vietnamese_letter_folds_to_plain_ones() -> None:
    for vowel in "aăâeêioôơuưy":
        for tone in ["", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"]:
            letter = unicodedata.normalize("NFC", vowel + tone)
            plain = unicodedata.normalize("NFD", vowel)[0]
            assert len(letter) == 1
            assert fold(letter) == fold(letter.upper()) == plain
    assert fold("đĐ") == "dd"


def test_other_alphabets_keep_their_letters() -> None:
    assert fold("Привет 選挙 ñ ç ö") == "привет 選挙 ñ ç ö"


@pytest.mark.parametrize(
    ("text", "marked"), [("đi", True), ("BẦU", True), ("bau CU", False), ("ö", False)]
)
def test_only_vietnamese_marks_count_as_marks(text: str, marked: bool) -> None:
    assert has_marks(text) is marked
