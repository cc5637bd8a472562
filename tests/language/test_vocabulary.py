from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.language.vocabulary import Vocabulary

TEXTS = ["di bau cu o dau", "danh sach cu tri", "mat the cu tri", "nguoi ung cu dai bieu quoc hoi"]
SMALL = Vocabulary(text.split() for text in TEXTS * 12)


def test_a_word_of_the_base_is_known_and_others_are_not() -> None:
    assert "bau" in SMALL
    assert "dua" not in SMALL
    assert "" not in SMALL


@pytest.mark.parametrize(
    ("letters", "parted"),
    [
        ("baucu", ["bau", "cu"]),
        ("dibaucuodau", ["di", "bau", "cu", "o", "dau"]),
        ("odau", ["o", "dau"]),
        ("cutri", ["cu", "tri"]),
        ("danhsachcutri", ["danh", "sach", "cu", "tri"]),
    ],
)
def test_words_that_grew_together_are_parted(letters: str, parted: list[str]) -> None:
    assert SMALL.split(letters) == parted


def test_letters_that_changed_places_are_no_two_words() -> None:
    words = Vocabulary(text.split() for text in ["co duoc di", "bang do", "con u"] * 12)
    assert words.split("douc") is None
    assert words.mend("co", "douc", "di") == "duoc"
    assert words.split("codi") == ["co", "di"]


def test_what_sounds_alike_is_mended_where_nobody_says_the_other() -> None:
    words = Vocabulary(
        text.split() for text in ["dai bieu chuyen trach"] * 50 + ["tuyen truyen ve"]
    )
    assert words.mend("bieu", "truyen", "trach") == "chuyen"
    assert words.mend("tuyen", "truyen", "ve") == "truyen"


@pytest.mark.parametrize("letters", ["", "bau", "facebook", "baucux", "x" * 1_000])
def test_what_does_not_consist_of_known_words_stays_whole(letters: str) -> None:
    assert SMALL.split(letters) is None


@given(
    st.lists(st.sampled_from(sorted({w for t in TEXTS for w in t.split()})), min_size=2, max_size=8)
)
def test_parting_loses_no_letter(words: list[str]) -> None:
    assume(len("".join(words)) > 7)  # what is as short as a word may be one, mistyped
    parted = SMALL.split("".join(words))
    assert parted is not None
    assert "".join(parted) == "".join(words)
    assert all(word in SMALL for word in parted)


@pytest.mark.parametrize(
    ("before", "word", "after", "meant"),
    [
        ("danh", "sahc", "cu", "sach"),
        ("danh", "sch", "cu", "sach"),
        ("cu", "trii", None, "tri"),
        ("dai", "bieeu", "quoc", "bieu"),
        (None, "nguoii", "ung", "nguoi"),
        ("the", "cu", "tri", "cu"),
    ],
)
def test_one_wrong_letter_is_mended(
    before: str | None, word: str, after: str | None, meant: str
) -> None:
    assert SMALL.mend(before, word, after) == meant


def test_a_word_spelled_by_ear_is_mended_in_its_expression() -> None:
    words = Vocabulary([*(t.split() for t in TEXTS * 12), ["xach"], ["chi"], ["chi", "phi"]])
    assert words.mend("danh", "xach", "cu") == "sach"
    assert words.mend("cu", "chi", None) == "tri"


def test_a_chance_pair_does_not_hide_what_was_meant() -> None:
    by_chance = [["ung", "cu", "chi", "can"]]
    words = Vocabulary([*(t.split() for t in TEXTS * 60), *by_chance])
    assert words.mend("cu", "chi", None) == "tri"
    assert words.mend("cu", "chi", "can") == "chi", "both neighbours know it"


def test_a_known_word_stays_where_its_neighbours_know_it() -> None:
    words = Vocabulary([*(t.split() for t in TEXTS * 12), *([["dia", "chi"]] * 3)])
    assert words.mend("dia", "chi", None) == "chi"


@pytest.mark.parametrize("word", ["2026", "x", "", "facebook", "nghiengngangngang", "85/2015"])
def test_what_is_near_nothing_comes_back_as_it_is(word: str) -> None:
    assert SMALL.mend("di", word, "cu") == word


def test_a_short_real_syllable_without_its_neighbours_is_another_subject() -> None:
    assert SMALL.mend("con", "bo", "sua") == "bo"
    assert SMALL.mend("mua", "cua", None) == "cua"


@given(st.none() | st.text(), st.text(), st.none() | st.text())
def test_mending_never_fails_and_gives_a_known_word_or_the_same(
    before: str | None, word: str, after: str | None
) -> None:
    mended = SMALL.mend(before, word, after)
    assert mended == word or mended in SMALL


@given(st.text("abcdeghiklmnopqrstuvxy", max_size=40))
def test_parting_gives_known_words_or_nothing(letters: str) -> None:
    parted = SMALL.split(letters)
    assert parted is None or (all(word in SMALL for word in parted) and "".join(parted) == letters)


def test_an_empty_vocabulary_changes_nothing() -> None:
    nothing = Vocabulary([])
    assert nothing.split("baucu") is None
    assert nothing.mend("danh", "xach", "cu") == "xach"
