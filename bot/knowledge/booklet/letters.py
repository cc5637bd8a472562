"""Letters as they come out of files: ligatures, odd spaces, signs of symbol fonts, hyphens."""

from __future__ import annotations

import re
import unicodedata

from bot.language.fold import fold, tidy
from bot.language.syllables import is_syllable

UNREADABLE = "\ufffd"
"""Stands where a file has a letter that cannot be told; nothing is guessed in its place."""

_LIGATURES = {
    "\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl",
    "\u2011": "-", "\u2010": "-",
}  # fmt: skip
# Bullets of Symbol and Wingdings, which Word writes into the private use area.
_BULLETS = dict.fromkeys("\uf0b7\uf0a7\uf02d\uf0d8\uf0fc\uf076\uf071\uf0a8\uf06e\uf02b", "-")
# PDFium tells a hyphen at the end of a line with one of these two.
_HYPHENS = {"\u0002": "-", "\ufffe": "-"}
_SIGNS = str.maketrans({**_LIGATURES, **_BULLETS, **_HYPHENS})
_SOFT = "\u00ad"

# Vietnamese capitals and small letters stand mixed in Unicode, so no range of letters has but one
# of them.
_LATIN = [letter for letter in map(chr, range(0x1F00)) if letter.isalpha()]
CAPITALS = "".join(letter for letter in _LATIN if letter.isupper())
SMALL_LETTERS = "".join(letter for letter in _LATIN if letter.islower())
"""Both for use between the brackets of a pattern."""

SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_RAISED = str.maketrans("0123456789", SUPERSCRIPTS)
_LOWERED = str.maketrans(SUPERSCRIPTS, "0123456789")

# The mark of a footnote inside a text: its place in the list of notes between two private letters.
NOTE_OPEN, NOTE_CLOSE = "\ue000", "\ue001"
NOTE_MARK = re.compile(f"{NOTE_OPEN}([0-9]+){NOTE_CLOSE}")
_STRAY_MARK = re.compile(rf"(?<=[\w.,;:)?”\"»])(?<![{SUPERSCRIPTS}])[{SUPERSCRIPTS}]+")
_UNITS = frozenset({"m", "km", "cm", "mm", "dm", "hm"})


def raised(digits: str) -> str:
    """Digits written as superscripts."""
    return digits.translate(_RAISED)


def lowered(digits: str) -> str:
    """Superscripts written as digits."""
    return digits.translate(_LOWERED)


def note_mark(number: int) -> str:
    """The mark in a text for the note at a place of the list."""
    return f"{NOTE_OPEN}{number}{NOTE_CLOSE}"


def clean_line(raw: str) -> str:
    """One line with composed letters and plain spaces; a soft hyphen stays only at its end."""
    text = raw.translate(_SIGNS)
    soft = text.rstrip().endswith(_SOFT)
    text = "".join(_readable(c) for c in text.replace(_SOFT, ""))
    return tidy(text) + (_SOFT if soft else "")


def _readable(letter: str) -> str:
    if letter == "\0" or unicodedata.category(letter) in ("Co", "Cs", "Cn"):
        return UNREADABLE
    return letter


def drop_stray_marks(text: str) -> tuple[str, int]:
    """The text without superscript digits that no footnote belongs to, and how many there were.

    "m²" is no footnote.
    """
    dropped = 0

    def drop(found: re.Match[str]) -> str:
        nonlocal dropped
        before = text[: found.end()].rstrip(SUPERSCRIPTS).rsplit(maxsplit=1)
        if before and before[-1] in _UNITS:
            return found.group()
        dropped += 1
        return ""

    return _STRAY_MARK.sub(drop, text), dropped


def glue(before: str, after: str) -> str:
    """Two lines of one paragraph put together; a word broken by a hyphen grows whole again."""
    if before.endswith(_SOFT):
        return before[:-1] + after
    if not before.endswith("-") or not before[-2:-1].isalnum() or not after[:1].isalnum():
        return f"{before} {after}".rstrip()
    if not before[-2].isalpha() or not after[0].islower():
        return before + after
    left = re.split(r"[\W\d_]", before[:-1])[-1]
    right = re.split(r"[\W\d_]", after)[0]
    # "Lê-nin" keeps its hyphen, since its halves are syllables and the whole is none.
    halves = is_syllable(fold(left)) and is_syllable(fold(right))
    if halves and not is_syllable(fold(left + right)):
        return before + after
    return before[:-1] + after
