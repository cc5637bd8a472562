"""Words from which a bad font has lost letters ("ngh a", "đi u"): found, counted, never mended."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bot.knowledge.booklet.letters import UNREADABLE
from bot.language.fold import fold, has_marks
from bot.language.syllables import is_syllable

_TOKEN = re.compile(rf"[^\W\d_{UNREADABLE}]*{UNREADABLE}[^\W\d_]*|[^\W\d_]+")
_ALONE = frozenset("iuoaêăâư")
"""Vowels without a tone that are no word of their own; "y tế", "e ngại", "ô trống" are."""
_NAMES_LETTER = frozenset(
    {"điểm", "mục", "mẫu", "chữ", "vần", "nhóm", "loại", "bảng", "phụ", "khối"}
)
_NO_SYLLABLES = frozenset(
    {
        "km", "kg", "mm", "cm", "dm", "ml", "gr", "tr", "tp", "tx", "ths", "ts", "st", "m", "g",
        "h", "l", "kv", "kw", "mb", "gb", "px", "vs", "mr", "net", "top", "hot", "set", "tip",
        "test", "pop", "rap", "chip", "bit", "chat", "web", "app", "fax", "pdf", "wifi", "blog",
        "logo", "link", "like", "file", "zalo", "otp", "sms", "qr", "scan", "show", "clip",
    }
)  # fmt: skip
"""Units and foreign words that occur in Vietnamese print."""
_STOPS = ("c", "ch", "p", "t")
_SOUNDLESS = re.compile(r"[bcdđghklmnpqrstvx]{1,3}|qu")
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_SAMPLES = 4


@dataclass(frozen=True, slots=True)
class Losses:
    """How many places of a text seem to lack letters, with some of them."""

    count: int
    samples: tuple[str, ...]


def lost_letters(text: str) -> Losses:
    """The places of a text where letters seem to be missing.

    A text without any marks is typed so, and only its unreadable letters count.
    """
    marked = has_marks(text)
    tokens = list(_TOKEN.finditer(text))
    found = []
    counted = -1
    for place, token in enumerate(tokens):
        # "ngh a" is two pieces of one word.
        if counted == place - 1 >= 0 and token.group().lower() in _ALONE:
            continue
        if UNREADABLE in token.group() or (marked and _suspicious(text, tokens, place)):
            found.append(_around(text, tokens, place))
            counted = place
    return Losses(len(found), tuple(dict.fromkeys(found))[:_SAMPLES])


def _suspicious(text: str, tokens: list[re.Match[str]], place: int) -> bool:
    token = tokens[place]
    word = token.group()
    if (word.isupper() and not (len(word) == 1 and place == 0)) or _is_label(text, token):
        return False
    lower = word.lower()
    before = tokens[place - 1].group().lower() if place else ""
    if before in _NAMES_LETTER or lower in _NO_SYLLABLES:
        return False
    if lower in _ALONE:
        # A list of letters ("a, b và c") names points.
        return _gap(text, token) and len(before) > 1 and before != "và"
    if _SOUNDLESS.fullmatch(lower):
        return len(word) > 1 or (_gap(text, token) and len(before) != 1 and before != "và")
    return _toneless_stop(lower) or _no_word(word)


def _is_label(text: str, token: re.Match[str]) -> bool:
    """Whether a letter counts a list ("a)", "b.") or stands beside a figure or another sign."""
    after, before = text[token.end() : token.end() + 1], text[: token.start()][-1:]
    return after in tuple(")/-_@&0123456789²³") or before in tuple('/-_@&0123456789.(«“"')


def _gap(text: str, token: re.Match[str]) -> bool:
    after, before = text[token.end() : token.end() + 1], text[: token.start()][-1:]
    return (before == " " or after == " ") and after not in tuple(",;.")


def _toneless_stop(word: str) -> bool:
    """Whether a syllable ends in c, ch, p or t without the tone that it must have."""
    if not word.endswith(_STOPS) or not is_syllable(fold(word)) or len(word) < 3:
        return False
    return not any(tone in unicodedata.normalize("NFD", word) for tone in _TONES)


def _no_word(word: str) -> bool:
    """Whether a word is no syllable and yet no foreign one: it has marks, or is very short."""
    if word[0].isupper() or is_syllable(fold(word)):
        return False
    return has_marks(word) or 1 < len(word) <= 4


def _around(text: str, tokens: list[re.Match[str]], place: int) -> str:
    """The word with its neighbour, as "ngh a" or "đi u" stand in the text."""
    token = tokens[place]
    first = last = token
    alone = token.group().lower() in _ALONE
    if place and (alone or place + 1 == len(tokens)):
        first = tokens[place - 1]
    elif place + 1 < len(tokens):
        last = tokens[place + 1]
    return text[first.start() : last.end()].replace("\n", " ")[:40]
