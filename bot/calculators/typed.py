"""A message as the calculators read it: folded words, and figures in one spelling.

The reading of the language room drops punctuation, which figures live by. So they are written out
before: "16/3/2008" as "ngay 16 thang 3 nam 2008", "48,5%" as "48 phay 5 phan tram", "480/1000" as
"480 xuyet 1000", "1.000" as "1000", "2k8" as "sinh nam 2008".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.language.fold import tidy
from bot.language.read import LONGEST_QUESTION, WordLists, read

_SHORT_YEAR_IN_DATE = re.compile(r"(?<=[/.\-])2k(\d{1,2})\b", re.IGNORECASE)
_SHORT_YEAR = re.compile(r"\b2k(\d{1,2})\b", re.IGNORECASE)
_THOUSANDS = re.compile(
    r"(?<![\d.,])[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})*(?!\d|[.,]\d| ?%| ?ph[aầ]n tr[aă]m)",
    re.IGNORECASE,
)
_ISO_DATE = re.compile(r"\b(\d{4}) ?[/.\-] ?(\d{1,2}) ?[/.\-] ?(\d{1,2})\b")
_DATE = re.compile(r"\b(\d{1,2}) ?[/.\-] ?(\d{1,2}) ?[/.\-] ?(\d{2,4})\b")
_DECIMAL = re.compile(r"\b(\d+)[.,](\d{1,4})(?= ?(?:%|ph[aầ]n tr[aă]m))", re.IGNORECASE)
_MONTH_AND_YEAR = re.compile(r"(?<![\d.,/\-])(\d{1,2}) ?[.\-] ?((?:19|20)\d\d)\b(?![.,/\-]?\d)")
_SLASH = re.compile(r"(?<=\d)( ?phi[eế]u)? ?/ ?(?=\d)", re.IGNORECASE)

_UNITS = ("khong", "mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Typed:
    """The folded words of a message as one line, and whether it holds a question mark."""

    line: str
    asks: bool


def read_typed(text: str, lists: WordLists) -> Typed:
    """Read a raw message; never fails, whatever was typed."""
    tidied = tidy(text[: LONGEST_QUESTION * 2])[:LONGEST_QUESTION]
    reading = read(_write_out(tidied), lists)
    # Whoever writes "ngày 16/3/2008" has the word already.
    return Typed(reading.line.replace("ngay ngay", "ngay"), "?" in tidied)


def _write_out(text: str) -> str:
    text = _SHORT_YEAR_IN_DATE.sub(lambda m: f"{2000 + int(m[1])}", text)
    text = _ISO_DATE.sub(r" ngày \3 tháng \2 năm \1 ", text)
    text = _DATE.sub(r" ngày \1 tháng \2 năm \3 ", text)
    text = _MONTH_AND_YEAR.sub(r"\1/\2", text)
    text = _SHORT_YEAR.sub(lambda m: f" sinh năm {2000 + int(m[1])} ", text)
    text = _THOUSANDS.sub(lambda m: m[0].replace(".", "").replace(",", ""), text)
    text = _DECIMAL.sub(r"\1 phẩy \2", text)
    return _SLASH.sub(r"\1 xuyệt ", text.replace("%", " phần trăm "))


def cut(line: str, found: re.Match[str]) -> str:
    """The line without what was found; a bar keeps the words around it from meeting."""
    return f"{line[: found.start()]} | {line[found.end() :]}"


def words_of(line: str) -> list[str]:
    """The words of a line, without the bars that `cut` left."""
    return [word for word in line.split() if word != "|"]


def has_number(line: str) -> bool:
    """Whether a line still holds a number in figures."""
    return _NUMBER.search(line) is not None


def vocabulary(words: str) -> frozenset[str]:
    """The folded words of a text as a set."""
    return frozenset(words.split())


def is_made_of(line: str, allowed: Iterable[str]) -> bool:
    """Whether every word of the line is one of those allowed."""
    return set(words_of(line)) <= set(allowed)


def _spoken_numbers() -> dict[str, int]:
    """Numbers from 1 to 99 as people say them, folded: "muoi bay", "hai muoi mot", "hai mot"."""
    spoken = {word: value for value, word in enumerate(_UNITS) if value}
    spoken["muoi"] = 10
    lasts = [*((word, value) for value, word in enumerate(_UNITS) if value), ("lam", 5), ("tu", 4)]
    for word, value in lasts:
        spoken[f"muoi {word}"] = 10 + value
        for tens, name in enumerate(_UNITS[2:], start=2):
            spoken[f"{name} muoi {word}"] = spoken[f"{name} {word}"] = tens * 10 + value
    for tens, name in enumerate(_UNITS[2:], start=2):
        spoken[f"{name} muoi"] = tens * 10
    return spoken


SPOKEN = _spoken_numbers()
_BY_LENGTH = "|".join(sorted(SPOKEN, key=len, reverse=True))
COUNT = rf"(?:\d{{1,3}}|{_BY_LENGTH})"
"""A pattern for a small number in figures or in words."""


_TOLD = re.compile(rf"\d|\b(?:{'|'.join(word for word in SPOKEN if ' ' not in word)})\b")


def tells_number(line: str) -> bool:
    """Whether a line holds a figure, or a word that people say for a number."""
    return _TOLD.search(line) is not None


def value_of(count: str) -> int:
    """The number that `COUNT` found."""
    return int(count) if count.isdigit() else SPOKEN[count]
