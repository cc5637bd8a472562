"""When somebody was born, as far as a message tells it, and what follows for full years."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

from bot.calculators.typed import SPOKEN, cut
from bot.clock import show_date

OLDEST = 130
"""Years; whoever would be older has mistyped."""

_BETWEEN = "nhat|ngay|vao|hom|la|luc|cua|nam|sinh|em|chau|minh|toi|con|to|dung|mung|mong"
_BORN = rf"(?<!hoc )(?<!thi )(?<!phat )\b(?:sinh|de)(?: (?:{_BETWEEN})){{0,6}}"
_MONTHS = {**{w: n for w, n in SPOKEN.items() if n <= 12 and len(w.split()) < 3}, "tu": 4}
_MONTH = rf"(\d{{1,2}}|{'|'.join(sorted(_MONTHS, key=len, reverse=True))})"
_YEAR = r"(?: (?:nam|xuyet|tren|sinh)){0,2} (\d{4}|\d{2,3}(?! (?:tuoi|phay|xuyet|phan)))\b"
_DAY = rf"(\d{{1,2}}) (?:thang|xuyet) {_MONTH}{_YEAR}"
_FORMS = (
    re.compile(rf"{_BORN} {_DAY}"),
    re.compile(rf"{_BORN} (?:thang {_MONTH}|(\d{{1,2}})(?= xuyet \d{{4}})){_YEAR}"),
    re.compile(rf"{_BORN} (\d{{3,4}})\b(?! xuyet)"),
    re.compile(r"\b(?:sinh|de) nam (\d{2})\b(?! (?:thang|tuoi|xuyet))"),
)
_BARE = re.compile(rf"ngay {_DAY}")
_LEADING = re.compile(rf"^ngay {_DAY}(?= .*\b(?:bau|ung cu|du tuoi)\b)")
_ANY_BORN = re.compile(rf"{_BORN} (?:thang )?\d")


@dataclass(frozen=True, slots=True)
class Birth:
    """Somebody was born between two days, both included; `said` is how the message put it.

    Where the papers do not tell the day or the month, the law takes the first one.
    """

    first: date
    last: date
    said: str

    @property
    def is_exact(self) -> bool:
        """Whether the very day is known."""
        return self.first == self.last


@dataclass(frozen=True, slots=True)
class Mistyped:
    """A birth that cannot be; `sentence` tells the person why."""

    sentence: str


def find_birth(line: str, today: date) -> tuple[Birth | Mistyped, str] | None:
    """The one birth that a folded line tells with the rest of the line; None without one."""
    for form, pattern in enumerate(_FORMS):
        found = pattern.search(line)
        if found is None:
            continue
        rest = cut(line, found)
        if _ANY_BORN.search(rest):
            return None
        groups = [group for group in found.groups() if group is not None]
        if form == 0:
            return _known(_year(groups[2]), _month(groups[1]), int(groups[0]), today), rest
        if form == 1:
            return _known(_year(groups[1]), _month(groups[0]), None, today), rest
        return _known(_year(groups[0]), None, None, today), rest
    return None


def find_leading_date(line: str, today: date) -> tuple[Birth | Mistyped, str] | None:
    """The birth that opens a line without the word for it: "15/3/2008 bầu được không"."""
    found = _LEADING.match(line)
    if found is None or not is_young(_year(found[3]), today):
        return None
    return _known(_year(found[3]), _month(found[2]), int(found[1]), today), cut(line, found)


def is_young(year: int, today: date) -> bool:
    """Whether people born in a year ask about their age now; other years are rather history."""
    return 14 <= today.year - year <= 30


def read_bare_date(line: str, today: date) -> Birth | Mistyped | None:
    """The birth where the whole line is nothing but one date."""
    found = _BARE.fullmatch(line)
    if found is None:
        return None
    return _known(_year(found[3]), _month(found[2]), int(found[1]), today)


def _month(text: str) -> int:
    return int(text) if text.isdigit() else _MONTHS[text]


def _year(text: str) -> int:
    year = int(text)
    if len(text) > 2:
        return year
    # Whoever was born in "08" and asks about his age is young, in "65" he is old.
    return 2000 + year if year < 35 else 1900 + year


def _known(year: int, month: int | None, day: int | None, today: date) -> Birth | Mistyped:
    if not today.year - OLDEST <= year <= today.year:
        return Mistyped(f"Năm sinh {year} có lẽ gõ nhầm.")
    if month is None:
        return Birth(date(year, 1, 1), date(year, 12, 31), f"năm {year}")
    if not 1 <= month <= 12:
        return Mistyped(f"Một năm không có tháng {month}. Hãy viết theo thứ tự ngày, tháng, năm.")
    last = calendar.monthrange(year, month)[1]
    if day is None:
        birth = Birth(date(year, month, 1), date(year, month, last), f"tháng {month}/{year}")
    elif not 1 <= day <= last:
        return Mistyped(f"Tháng {month}/{year} không có ngày {day}.")
    else:
        birth = Birth(date(year, month, day), date(year, month, day), f"ngày {day}/{month}/{year}")
    if birth.first > today:
        return Mistyped(f"Đến hôm nay, {show_date(today)}, chưa ai sinh {birth.said}.")
    return birth


def day_of_turning(born: date, age: int) -> date:
    """The day on which somebody completes `age` full years.

    Who was born on 29 February completes a year on 1 March where the year has no 29 February: only
    then has the whole of 28 February passed. The law is silent on it, so the later day is the
    careful one.
    """
    year = born.year + age
    if (born.month, born.day) == (2, 29) and not calendar.isleap(year):
        return date(year, 3, 1)
    return born.replace(year=year)


def latest_birthday(day: date, age: int) -> date:
    """The last day on which one can have been born who is `age` full years old on `day`."""
    year = day.year - age
    if (day.month, day.day) == (2, 29) and not calendar.isleap(year):
        return date(year, 2, 28)
    return day.replace(year=year)


def is_of_age(birth: Birth, age: int, day: date) -> bool | None:
    """Whether the person is `age` full years old on `day`; None where the birthday decides."""
    latest = latest_birthday(day, age)
    if birth.last <= latest:
        return True
    return False if birth.first > latest else None
