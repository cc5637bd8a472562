"""Marks: one spelling for every way a Vietnamese word reaches us.

The same word arrives composed or decomposed, with the tone on either vowel (hoà, hòa), with all its
marks, some, or none. `tidy` gives one composed text; `fold` takes the marks off for comparing.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_MARKED = {
    "a": "àáảãạăằắẳẵặâầấẩẫậ",
    "e": "èéẻẽẹêềếểễệ",
    "i": "ìíỉĩị",
    "o": "òóỏõọôồốổỗộơờớởỡợ",
    "u": "ùúủũụưừứửữự",
    "y": "ỳýỷỹỵ",
    "d": "đ",
}
_FOLD = str.maketrans({m: plain for plain, marked in _MARKED.items() for m in marked})

# Cf: zero-width and direction marks; Co, Cs: private use and lone surrogates.
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs"})

# The older place of the tone in an open oa, oe, uy; "quý" and "quà" keep theirs (qu is the onset).
# Which vowels go together is looked up after: two plain sets of letters are found much faster.
# A loose mark after it would join the vowel that loses its tone, so such a heap stays.
_OLD_PLACE = re.compile(r"[ou][àáảãạèéẻẽẹỳýỷỹỵ](?<!q..)(?![\w\u0300-\u036f])", re.IGNORECASE)
_NEW_PLACE = {
    old: new
    for old, new in zip(
        ["oà", "oá", "oả", "oã", "oạ", "oè", "oé", "oẻ", "oẽ", "oẹ", "uỳ", "uý", "uỷ", "uỹ", "uỵ"],
        ["òa", "óa", "ỏa", "õa", "ọa", "òe", "óe", "ỏe", "õe", "ọe", "ùy", "úy", "ủy", "ũy", "ụy"],
        strict=True,
    )
}


def _move_tone(found: re.Match[str]) -> str:
    old = found.group()
    new = _NEW_PLACE.get(old.lower(), old)
    if old.isupper():
        return new.upper()
    return new[0].upper() + new[1:] if old[0].isupper() else new


def place_tones(text: str) -> str:
    """The text with every tone on the place that the present spelling gives it (hoà -> hòa)."""
    return _OLD_PLACE.sub(_move_tone, text)


@lru_cache(maxsize=64)
def tidy(text: str) -> str:
    """Composed text on one line without control, zero-width and direction characters.

    Remembered for a moment: every part of the dialogue begins with it.
    """
    composed = unicodedata.normalize("NFC", text)
    if not composed.isprintable():
        composed = "".join(
            " " if c.isspace() else c
            for c in composed
            if c.isspace() or unicodedata.category(c) not in _UNSEEN
        )
        # A letter and its mark may have stood apart only by what was taken out.
        composed = unicodedata.normalize("NFC", composed)
    return place_tones(" ".join(composed.split()))


def fold(text: str) -> str:
    """Lower-case text without Vietnamese marks, letter for letter (so its length is kept).

    Expects composed text. Letters of other languages stay as they are.
    """
    # İ is the one letter that lower() makes two of.
    return text.replace("İ", "i").lower().translate(_FOLD)


@lru_cache(maxsize=100_000)
def fold_word(word: str) -> str:
    """`fold` for single words, remembered: a language has only so many."""
    return fold(word)


def has_marks(text: str) -> bool:
    """Whether any letter of the text carries a Vietnamese mark."""
    return fold(text) != text.lower()
