from __future__ import annotations

import unicodedata
from typing import Literal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.knowledge.model import Base
from bot.language.fold import fold
from bot.language.read import (
    LONGEST_QUESTION,
    NO_WORDS,
    Fillers,
    Reading,
    WordLists,
    read,
    read_own,
    split_words,
)
from bot.language.syllables import is_syllable
from bot.language.vocabulary import Vocabulary


def words_of(text: str) -> list[str]:
    return list(read(text).words)


@pytest.fixture(scope="module")
def lists(base: Base) -> WordLists:
    return base.words.lists


@pytest.fixture(scope="module")
def vocabulary(base: Base) -> Vocabulary:
    """The words of the base's own questions, as the matcher knows them."""
    texts = (text for entry in base.spoken for text in entry.questions)
    return Vocabulary(read_own(text, base.words.lists)[1] for text in texts)


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("baauf cuwr", "bau cu"),
        ("bau62 cu73", "bau cu"),
        ("dduwowcj", "duoc"),
        ("BẦU CỬ", "bau cu"),
        ("hoà giải", "hoa giai"),
        (unicodedata.normalize("NFD", "bầu cử"), "bau cu"),
        ("saooo chưa cóoo", "sao chua co"),
        ("bầu xooong rồiii", "bau xong roi"),
        ("18t", "18 tuoi"),
        ("khoa16", "khoa 16"),
        ("dieu29", "dieu 29"),
        ("đi   bầu,cử?!!", "di bau cu"),
        ("đi_bầu-cử", "di bau cu"),
        ("<b>đi bầu</b>", "b di bau b"),
        ("quý vị", "quy vi"),
    ],
)
def test_a_message_is_read_without_any_lists(typed: str, line: str) -> None:
    assert read(typed).line == line


def test_decoded_words_carry_their_marks() -> None:
    assert words_of("baauf cuwr") == ["bầu", "cử"]
    assert words_of("bau62 cu73") == ["bầu", "cử"]
    assert words_of("cóoo") == ["có"]


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("ko", "khong"),
        ("dc", "duoc"),
        ("đc", "duoc"),
        ("ĐC", "duoc"),
        ("đbqh", "dai bieu quoc hoi"),
        ("ĐBQH", "dai bieu quoc hoi"),
        ("hđnd", "hoi dong nhan dan"),
        ("HĐND", "hoi dong nhan dan"),
        ("hdnd", "hoi dong nhan dan"),
        ("cccd", "can cuoc cong dan"),
        ("ntn", "nhu the nao"),
        ("kooo", "khong"),
        ("chua du 18t co dc di bau ko", "chua du 18 tuoi co duoc di bau khong"),
    ],
)
def test_teencode_and_abbreviations_are_spelled_out(
    lists: WordLists, typed: str, line: str
) -> None:
    assert read(typed, lists).line == line


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_an_abbreviation_with_marks_is_known_in_both_forms(
    lists: WordLists, form: Literal["NFC", "NFD"]
) -> None:
    typed = unicodedata.normalize(form, "hđnd ở đâu, đủ tuổi chưa")
    assert read(typed, lists).line == "hoi dong nhan dan o dau du tuoi chua"


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("dạ cho em hỏi mất thẻ cử tri với ạ", "mat the cu tri"),
        ("Dạ, cho em hỏi: mất thẻ cử tri với ạ!", "mat the cu tri"),
        ("da cho em hoi mat the cu tri voi a", "mat the cu tri"),
        ("alo ad ơi cho mình hỏi chút mất thẻ cử tri nhỉ", "mat the cu tri"),
        ("mất thẻ cử tri em cảm ơn ạ", "mat the cu tri"),
        ("mat the cu tri", "mat the cu tri"),
    ],
)
def test_greetings_before_and_thanks_after_are_cut(lists: WordLists, typed: str, line: str) -> None:
    assert read(typed, lists).line == line


def test_a_word_with_other_marks_than_the_greeting_is_not_cut(lists: WordLists) -> None:
    assert read("đã bầu rồi có được bầu lại", lists).words[:2] == ("đã", "bầu")
    assert read("dạ bầu rồi có được bầu lại", lists).words[:1] == ("bầu",)


@pytest.mark.parametrize("typed", ["dạ", "cảm ơn", "dạ vâng ạ", "xin chào", "alo alo"])
def test_a_message_of_greetings_alone_is_kept(lists: WordLists, typed: str) -> None:
    assert read(typed, lists).words


def test_fillers_take_the_longest_phrase_each_time() -> None:
    fillers = Fillers([["cho", "hỏi"], ["cho", "hỏi", "là"], ["dạ"]])
    assert fillers.count_at_start(["dạ", "cho", "hỏi", "là", "đi", "bầu"]) == 4
    assert fillers.count_at_start(["cho", "đi"]) == 0
    assert fillers.count_at_start([]) == 0
    assert Fillers([]).count_at_start(["dạ"]) == 0
    assert Fillers([[]]).count_at_start(["dạ"]) == 0


def test_fillers_backwards_count_from_the_end() -> None:
    closers = Fillers([["với", "ạ"], ["nhé"]])
    assert closers.backwards.count_at_start(["ạ", "với", "đâu"]) == 2
    assert closers.backwards.count_at_start(["nhé", "ạ", "với"]) == 3
    assert closers.backwards.count_at_start(["với", "ạ"]) == 0


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("baucu", "bau cu"),
        ("bầucử", "bau cu"),
        ("đibầu ởđâu", "di bau o dau"),
        ("thecutri", "the cu tri"),
        ("danhsachcutri", "danh sach cu tri"),
        ("danh xách cử chi", "danh sach cu tri"),
        ("danh sahc cử tri", "danh sach cu tri"),
        ("thẻ cữr tri", "the cu tri"),
        ("đại biẻu quốc hôi", "dai bieu quoc hoi"),
        ("baauf cuwr ở ddaau", "bau cu o dau"),
        ("ứng cửr đại bieur", "ung cu dai bieu"),
    ],
)
def test_typing_errors_are_mended_with_the_words_of_the_base(
    lists: WordLists, vocabulary: Vocabulary, typed: str, line: str
) -> None:
    assert read(typed, lists, vocabulary).line == line


def test_parted_words_keep_their_marks(lists: WordLists, vocabulary: Vocabulary) -> None:
    assert read("đibầu ởđâu", lists, vocabulary).words == ("đi", "bầu", "ở", "đâu")


def test_words_the_base_does_not_know_are_told(lists: WordLists, vocabulary: Vocabulary) -> None:
    assert read("bầu cử xyzzyxq", lists, vocabulary).unknown == ("xyzzyxq",)
    assert read("bầu cử", lists, vocabulary).unknown == ()


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "👍👍👍", "???", "\x00\x01", "\u202e\u202d", "\ud800", "۱۲۳", "‏שלום‏", "<script>"]
    + ["'; DROP TABLE people; --", "選挙はいつですか", "Привет, как дела", "مرحبا", "ภาษาไทย"]
    + [
        "a" * 50_000,
        "ạ " * 25_000,
        "👍" * 50_000,
        "\u0301" * 50_000,
        "0" * 50_000,
        "aaff" * 12_500,
    ],
)
def test_any_odd_message_is_read(lists: WordLists, vocabulary: Vocabulary, typed: str) -> None:
    reading = read(typed, lists, vocabulary)
    assert len(reading.text) <= LONGEST_QUESTION
    assert sum(map(len, split_words(reading.text))) <= LONGEST_QUESTION
    "".join(reading.words).encode()


def test_a_message_without_words_reads_as_nothing() -> None:
    assert read("👍 ?! \u202e\x00\ud83d") == Reading("👍 ?!", (), ())


@settings(max_examples=300)
@given(st.text(st.characters(), max_size=200))
@example("ßaaf İiiif")
@example("a\u0300\u0301\u0302ooof")
@example("\U0001d5ee\U0001d5ef ǆǆǆ")
def test_reading_never_fails(lists: WordLists, vocabulary: Vocabulary, typed: str) -> None:
    reading = read(typed, lists, vocabulary)
    assert len(reading.words) == len(reading.folded)
    assert all(reading.words)
    assert all(reading.folded)
    assert set(reading.unknown) <= set(reading.folded)


@given(st.text(st.sampled_from("aeiouydfsrxjwbcnghtđạầ019 "), max_size=60))
def test_a_word_that_is_a_syllable_is_read_as_it_stands(typed: str) -> None:
    for word in split_words(typed):
        if is_syllable(word):
            assert NO_WORDS.spell_out(word) == (word,)


@given(st.text(st.sampled_from("aeiouydfsrxjwbcnghtđạầkqv019 ?,"), max_size=60))
def test_the_same_message_is_read_the_same_way(
    lists: WordLists, vocabulary: Vocabulary, typed: str
) -> None:
    fresh = WordLists(lists.short, lists.openers, lists.closers)
    assert read(typed, fresh, vocabulary) == read(typed, lists, vocabulary)


def test_the_bases_own_texts_are_read_as_messages_are(lists: WordLists) -> None:
    text = "Bao nhiêu tuổi thì được đi bầu cử?"
    words, folded = read_own(text, lists)
    assert read(text, lists).words == tuple(words)
    assert folded == tuple(fold(word) for word in words)


def test_a_long_message_is_read_to_its_limit() -> None:
    reading = read("bầu " * 20_000)
    assert len(reading.text) == LONGEST_QUESTION
    assert set(reading.words) == {"bầu"}
