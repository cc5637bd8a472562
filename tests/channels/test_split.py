"""Long texts in pieces: nothing lost, nothing too long, cut where a reader would pause."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.split import count_units, cut_text, split_text

READABLE = st.text(st.sampled_from("aăâđêôơưáệỗ \n.,🗳👨\u200d\u0301\ud800"), max_size=300)


def without_spaces(text: str) -> str:
    whole = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())
    # Apart from its blank, a lone accent joins the letter before.
    return unicodedata.normalize("NFD", "".join(whole.split()))


@given(READABLE, st.integers(2, 40))
def test_the_pieces_are_the_text_and_each_fits(text: str, longest: int) -> None:
    pieces = split_text(text, longest)
    assert without_spaces("".join(pieces)) == without_spaces(text)
    assert all(piece.strip() == piece != "" for piece in pieces)
    assert all(count_units(piece) <= longest for piece in pieces)


@given(READABLE, st.integers(2, 40))
def test_no_piece_holds_half_a_letter(text: str, longest: int) -> None:
    for piece in split_text(text, longest):
        piece.encode("utf-8")


@given(READABLE, st.integers(3, 40))
def test_a_cut_text_fits(text: str, longest: int) -> None:
    assert count_units(cut_text(text, longest)) <= longest


@pytest.mark.parametrize(
    ("text", "longest", "pieces"),
    [
        ("một hai", 20, ["một hai"]),
        ("", 20, []),
        (" \n ", 20, []),
        ("đoạn một.\n\nđoạn hai.\nhết", 18, ["đoạn một.", "đoạn hai.\nhết"]),
        ("dòng một.\ndòng hai ạ", 14, ["dòng một.", "dòng hai ạ"]),
        ("chữ một hai ba", 8, ["chữ một", "hai ba"]),
        ("chữ một", 7, ["chữ một"]),
        ("dàidằngdặc", 4, ["dàid", "ằngd", "ặc"]),
        # A heading alone would be a poor message: the cut comes later.
        ("đầu\n\nmột đoạn dài ở sau đó", 16, ["đầu\n\nmột đoạn", "dài ở sau đó"]),
        ("🗳🗳🗳", 3, ["🗳", "🗳", "🗳"]),
        # Decomposed letters are put together before they are counted.
        (unicodedata.normalize("NFD", "cử tri"), 6, ["cử tri"]),
    ],
)
def test_a_text_is_cut_where_a_reader_would_pause(
    text: str, longest: int, pieces: list[str]
) -> None:
    assert split_text(text, longest) == pieces


def test_a_text_of_just_the_limit_stays_whole() -> None:
    assert split_text("ă" * 1900, 1900) == ["ă" * 1900]
    assert [len(piece) for piece in split_text("ă" * 1901, 1900)] == [1900, 1]


def test_a_text_cut_short_says_so() -> None:
    assert cut_text("Bao nhiêu tuổi được đi bầu", 15) == "Bao nhiêu tuổi…"
    assert cut_text("Bao nhiêu tuổi", 14) == "Bao nhiêu tuổi"
