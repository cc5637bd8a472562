"""A number as people say it: "khoảng 3 nghìn rưỡi", "3k5", "hai trăm năm mươi người".

What is understood here is a reading, so whoever uses it asks the person whether it was meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from bot.language.fold import fold, tidy

_LONGEST = 80
_DIGITS = {
    "khong": 0, "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "lam": 5, "sau": 6,
    "bay": 7, "tam": 8, "chin": 9,
}  # fmt: skip
_SCALES = {
    "chuc": 10, "tram": 100, "nghin": 1_000, "ngan": 1_000, "k": 1_000, "van": 10_000,
    "trieu": 1_000_000, "tr": 1_000_000,
}  # fmt: skip
_AROUND = frozenset(
    "a nhe khoang chung co gan hon nguoi luot bai toi em minh doan du la chac o muc dung cung cau".split()
)
_WORDS = re.compile(r"\d{1,3}(?:\.\d{3})+(?!\d)|\d+(?:[.,]\d{1,2})?(?!\d)|[a-z]+")


def read_spoken(text: str) -> int | None:
    """The whole number that a text says; None where it says none, or anything else besides."""
    written = tidy(text[: _LONGEST + 1])
    if len(written) > _LONGEST:
        return None
    line = fold(written).rstrip(".!? ")
    words = _without_fillers(_WORDS.findall(line))
    if not words or re.sub(r"[\s,.]", "", _WORDS.sub("", line)):
        return None
    values = list(_values(words))
    if not values or None in values:
        return None
    number = _add_up([value for value in values if value is not None])
    return int(number) if number is not None and number.denominator == 1 else None


def _without_fillers(words: list[str]) -> list[str]:
    kept = [word for word in words if word not in _AROUND]
    # "tầm 3 nghìn", but "tám nghìn": without marks only what follows tells them apart.
    return kept[1:] if kept[:1] == ["tam"] and len(kept) > 1 and _is_number(kept[1]) else kept


def _is_number(word: str) -> bool:
    return word[0].isdigit() or word in _DIGITS or word == "muoi"


_Value = tuple[str, Fraction]


def _values(words: list[str]) -> Iterator[_Value | None]:
    """What each word stands for: a number, a scale, a half, or a joint."""
    for word in words:
        if word[0].isdigit():
            grouped = "." in word and len(word.rpartition(".")[2]) == 3
            yield "number", Fraction(word.replace(".", "") if grouped else word.replace(",", "."))
        elif word in _DIGITS:
            yield "number", Fraction(_DIGITS[word])
        elif word == "muoi":
            yield "ten", Fraction(10)
        elif word in _SCALES:
            yield "scale", Fraction(_SCALES[word])
        elif word == "ruoi":
            yield "half", Fraction(1, 2)
        elif word in ("linh", "le"):
            yield "joint", Fraction(0)
        else:
            yield None


def _add_up(values: list[_Value]) -> Fraction | None:
    """The sum of what was said, highest scale first; None where it makes no number."""
    total, group = Fraction(0), Fraction(0)
    part: Fraction | None = None
    scale, joined = Fraction(0), False
    for kind, value in values:
        if kind == "joint":
            joined = True
        elif kind == "half":
            if not scale or part is not None:
                return None
            group += scale / 2
        elif kind == "scale":
            said = part if part is not None else Fraction(0 if group else 1)
            if value < 1_000:
                group += said * value
            else:
                total, group = total + (group + said) * value, Fraction(0)
            part, scale, joined = None, value, False
        elif kind == "ten":
            part = (part or Fraction(1)) * 10
        elif part is None:
            part = value
        elif part and part % 10 == 0 and value < 10:
            part += value
        else:
            return None
    return total + group + _rest(part, scale, joined)


def _rest(part: Fraction | None, scale: Fraction, joined: bool) -> Fraction:
    """What follows the last scale: "3 nghìn 2" is 3.200, "3 nghìn linh 2" is 3.002."""
    if part is None:
        return Fraction(0)
    is_short = scale and part < 10 and part.denominator == 1 and not joined
    return part * scale / 10 if is_short else part
