from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.model import Base
from bot.language.fold import fold, has_marks, place_tones, tidy
from bot.language.keys import FOREIGN, decode_keys
from bot.language.read import split_words
from bot.language.syllables import is_syllable

GRAVE, ACUTE, HOOK, TILDE, DOT = "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"
HAT, BREVE, HORN = "\u0302", "\u0306", "\u031b"
TELEX = {GRAVE: "f", ACUTE: "s", HOOK: "r", TILDE: "x", DOT: "j", BREVE: "w", HORN: "w"}
VNI = {GRAVE: "2", ACUTE: "1", HOOK: "3", TILDE: "4", DOT: "5", HAT: "6", HORN: "7", BREVE: "8"}
TONES = (GRAVE, ACUTE, HOOK, TILDE, DOT)


def type_telex(word: str) -> str:
    """The Telex keys of a word: each mark after its letter, the tone at the end."""
    return _type(word, lambda mark, letter: TELEX.get(mark, letter), "dd")


def type_vni(word: str) -> str:
    """The VNI keys of a word: each mark after its letter, the tone at the end."""
    return _type(word, lambda mark, letter: VNI[mark], "d9")


def _type(word: str, key_of: Callable[[str, str], str], bar: str) -> str:
    typed, tone = "", ""
    for c in unicodedata.normalize("NFD", word):
        if c in TONES:
            tone = key_of(c, "")
        elif unicodedata.combining(c):
            typed += key_of(c, typed[-1])
        else:
            typed += bar if c == "đ" else c
    return typed + tone


@pytest.fixture(scope="module")
def syllables(base: Base) -> list[str]:
    """Every syllable with marks that the base's own texts use."""
    texts = (t for e in base.entries.values() for t in (*e.questions, e.answer, e.detail))
    words = {word for text in texts for word in split_words(tidy(text))}
    return sorted(w for w in words if has_marks(w) and is_syllable(fold(w)))


@pytest.mark.parametrize(
    ("keys", "meant"),
    [
        ("baauf", "bầu"),
        ("cuwr", "cử"),
        ("dduwowcj", "được"),
        ("dduwocj", "được"),
        ("dduowcj", "được"),
        ("dduowjc", "được"),
        ("nguwowif", "người"),
        ("nguwofi", "người"),
        ("ddieeuf", "điều"),
        ("theer", "thể"),
        ("hoaf", "hòa"),
        ("quys", "quý"),
        ("gif", "gì"),
        ("giaays", "giấy"),
        ("gieengs", "giếng"),
        ("tooi", "tôi"),
        ("ddi", "đi"),
        ("thuowr", "thuở"),
        ("quowr", "quở"),
        ("ngoeof", "ngoèo"),
        ("tw", "tư"),
        ("sex", "sẽ"),
        ("mats", "mát"),
        ("phieeus", "phiếu"),
    ],
)
def test_telex_keys_are_decoded(keys: str, meant: str) -> None:
    assert decode_keys(keys) == meant


@pytest.mark.parametrize(
    ("keys", "meant"),
    [
        ("bau62", "bầu"),
        ("ba6u2", "bầu"),
        ("cu73", "cử"),
        ("cu37", "cử"),
        ("d9u7o7c5", "được"),
        ("d9uo7c5", "được"),
        ("d9uoc75", "được"),
        ("ngu7o7i2", "người"),
        ("d9ie62u", "điều"),
        ("d9i", "đi"),
        ("hoa2", "hòa"),
        ("na8m", "năm"),
        ("thuo73", "thuở"),
    ],
)
def test_vni_keys_are_decoded(keys: str, meant: str) -> None:
    assert decode_keys(keys) == meant


def test_the_syllables_of_the_base_are_many(syllables: list[str]) -> None:
    assert len(syllables) > 1_000


def test_every_syllable_comes_back_from_telex(syllables: list[str]) -> None:
    typed = {word: type_telex(word) for word in syllables}
    decoded = {word: decode_keys(keys) for word, keys in typed.items()}
    # What is a syllable as it stands is read as it stands: "coong" could be a word.
    lost = {typed[word] for word in syllables if decoded[word] != place_tones(word)}
    assert {keys for keys in lost if not is_syllable(keys)} <= FOREIGN
    assert len(lost) < len(syllables) / 100


def test_every_syllable_comes_back_from_vni(syllables: list[str]) -> None:
    typed = {word: type_vni(word) for word in syllables}
    lost = {keys for word, keys in typed.items() if decode_keys(keys) != place_tones(word)}
    assert lost == set()


def test_the_tone_may_be_typed_right_after_the_vowels(syllables: list[str]) -> None:
    closed = [
        w
        for w in syllables
        if w[-1] in "cghmnpt" and set(unicodedata.normalize("NFD", w)) & set(TONES)
    ]
    keys = {w: type_telex(w) for w in closed}
    ends = {
        w: max(at for at, key in enumerate(keys[w][:-1]) if key in "aeiouyw") + 1 for w in closed
    }
    early = {w: keys[w][: ends[w]] + keys[w][-1] + keys[w][ends[w] : -1] for w in closed}
    assert len(early) > 300
    assert {k for w, k in early.items() if not is_syllable(k) and decode_keys(k) != w} == set()


@pytest.mark.parametrize("word", ["bau", "cu", "tri", "xoong", "boong", "thoi", "toan", "a", "di"])
def test_a_syllable_is_never_taken_for_keys(word: str) -> None:
    assert is_syllable(word)
    assert decode_keys(word) is None


@pytest.mark.parametrize(
    "word",
    [
        "khoa15",
        "khoa16",
        "dieu29",
        "dieu2",
        "2026",
        "3",
        "18t",
        "t3",
        "mp3",
        "covid19",
        "f0",
        "nam2026",
    ],
)
def test_a_word_grown_together_with_a_number_is_not_vni(word: str) -> None:
    assert decode_keys(word) is None


@pytest.mark.parametrize(
    "word",
    [
        "",
        "w",
        "facebook",
        "visa",
        "test",
        "photo",
        "next",
        "text",
        "windows",
        "www",
        "email",
        "bầu",
        "đbqh",
        "привет",
        "x" * 500,
        "dd",
        "fsrxj",
    ],
)
def test_what_stands_for_nothing_is_not_decoded(word: str) -> None:
    assert decode_keys(word) is None


@given(st.one_of(st.text(), st.text("abcdeghiklmnopqrstuvwxyfjzd0123456789", max_size=12)))
def test_only_a_word_that_is_no_syllable_is_decoded_and_into_one_that_is(word: str) -> None:
    decoded = decode_keys(word)
    if decoded is not None:
        assert not is_syllable(word)
        assert is_syllable(fold(decoded))
        assert unicodedata.is_normalized("NFC", decoded)
