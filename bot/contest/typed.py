"""What people type into the fields of a registration, read and checked one by one.

Nothing reaches the store that a spreadsheet would take for a formula, that hides letters, or that
no person can be called.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from rapidfuzz import fuzz, process

from bot.clock import show_date, vietnam_date
from bot.contest.bank import Units
from bot.contest.eligible import age_on
from bot.contest.fields import PLACES_TREE, label_of, options_of
from bot.contest.refusal import Refused
from bot.contest.rules import Field
from bot.knowledge.place_names import EXACT
from bot.knowledge.places import Places
from bot.language.fold import fold, tidy

_LONGEST = {"name": 80, "email": 120, "text": 200}
_LONGEST_READ = 400
_OLDEST = 120
_OFFERED = 5
_SURE = 90.0
_CLOSE = 60.0
_DATE = re.compile(r"(\d{1,2})\s*[/.\-\s]\s*(\d{1,2})\s*[/.\-\s]\s*(\d{4})")
_WRITTEN_DATE = re.compile(r"(?:ngay\s*)?(\d{1,2})\s*thang\s*(\d{1,2})\s*(?:nam\s*)?(\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_PHONE = re.compile(r"0(?:[35789]\d{8}|2\d{9})")
_ID_NUMBER = re.compile(r"0(?:[0-8]\d|9[0-6])[0-9]\d{8}")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", re.ASCII)


@dataclass(frozen=True, slots=True)
class UnitFound:
    """A unit that may be meant: its code and its name as people read it."""

    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Typed:
    """A value fit to be stored, and how it is shown to be confirmed.

    Where `offered` is not empty nothing is settled yet: the person must choose one of these units,
    and its code is what to give next.
    """

    value: str
    shown: str
    offered: tuple[UnitFound, ...] = ()


@dataclass(frozen=True, slots=True)
class Trees:
    """The unit trees that a contest's fields choose from."""

    places: Places
    own: Units

    def title(self, tree: str, code: str) -> str:
        """The name of a unit as people read it; the code itself where it is not known."""
        if tree == PLACES_TREE:
            unit = self.places.by_code.get(code)
            return unit.title if unit else code
        return next((u.name for u in self.own.units if u.id == code), code)

    def unit_title(self, code: str | None) -> str:
        """The name of a unit of the contest's own tree or of the communes; empty for none."""
        if not code:
            return ""
        own = self.title(self.own.tree, code)
        return own if own != code else self.title(PLACES_TREE, code)

    def find(self, tree: str, text: str) -> list[tuple[UnitFound, float]]:
        """The units that a text may name with how sure that is (100 is beyond doubt)."""
        if tree == PLACES_TREE:
            return [
                (UnitFound(f.item.code, f.item.title), f.score)
                for f in self.places.find_units(text)
                if f.item.valid_to is None
            ]
        return self._find_own(text)

    def _find_own(self, text: str) -> list[tuple[UnitFound, float]]:
        names = {
            (unit.id, n): fold(tidy(name))
            for unit in self.own.units
            for n, name in enumerate((unit.name, unit.id, *unit.aliases))
        }
        typed = fold(text)
        found: dict[str, float] = {}
        for name, score, (code, _) in process.extract(
            typed, names, scorer=fuzz.token_sort_ratio, limit=20, score_cutoff=_CLOSE / 2
        ):
            exact = EXACT if name == typed else min(score, EXACT - 1)
            found[code] = max(found.get(code, 0.0), exact)
        for (code, _), name in names.items():
            if len(typed) > 2 and typed in name:
                found[code] = max(found.get(code, 0.0), _CLOSE)
        ranked = sorted(found.items(), key=lambda item: -item[1])
        return [(UnitFound(c, self.title(self.own.tree, c)), s) for c, s in ranked if s >= _CLOSE]


def read_field(field: Field, text: str, trees: Trees, at: datetime) -> Typed:
    """The value that was typed into a field.

    An empty value is taken where the field is not required. Raises `Refused` (field) with what is
    wrong and how to write it; its `detail` is the field's key.
    """
    written = tidy(text[:_LONGEST_READ])
    if not written:
        if field.required:
            raise _wrong(field, "bạn chưa ghi gì.")
        return Typed("", "")
    if len(text) > _LONGEST_READ:
        raise _wrong(field, "dài quá. Bạn ghi ngắn lại giúp.")
    if field.type == "unit":
        return _read_unit(field, written, trees)
    value, shown = _READERS[field.type](field, text if field.type == "name" else written, at)
    return Typed(value, shown)


def _read_name(field: Field, text: str, _at: datetime) -> tuple[str, str]:
    # Not `tidy`: it moves tone marks, and a name is written as its owner writes it.
    composed = unicodedata.normalize("NFC", text)
    seen = "".join(c for c in composed if c.isspace() or unicodedata.category(c)[0] != "C")
    name = " ".join(seen.split())
    letters = [c for c in name if c.isalpha()]
    if len(name) > _LONGEST["name"]:
        raise _wrong(field, f"dài quá {_LONGEST['name']} chữ.")
    if len(letters) < 2 or not all(c.isalpha() or c in " '’.-" for c in name):
        raise _wrong(field, "chỉ ghi chữ cái, đúng như giấy tờ. Ví dụ: Nguyễn Văn An.")
    if not name[0].isalpha():
        raise _wrong(field, "phải bắt đầu bằng chữ cái.")
    return name, name


def _read_date(field: Field, text: str, at: datetime) -> tuple[str, str]:
    day = _day_in(field, text)
    today = vietnam_date(at)
    if day >= today:
        raise _wrong(field, f"{show_date(day)} chưa đến. Bạn xem lại năm sinh giúp.")
    if age_on(day, today) > _OLDEST:
        raise _wrong(field, f"{show_date(day)} là hơn {_OLDEST} năm trước. Bạn xem lại giúp.")
    return day.isoformat(), show_date(day)


def _day_in(field: Field, text: str) -> date:
    """The day that a text names. Raises `Refused` (field) where there is none in the calendar."""
    folded = fold(text)
    iso = _ISO.fullmatch(folded)
    found = _DATE.fullmatch(folded) or _WRITTEN_DATE.fullmatch(folded)
    numbers: Sequence[str] = iso.groups() if iso else found.groups()[::-1] if found else ()
    if not numbers:
        raise _wrong(field, "bạn ghi ngày/tháng/năm, ví dụ 5/9/1990.")
    year, month, day = map(int, numbers)
    try:
        return date(year, month, day)
    except ValueError:
        raise _wrong(field, _why_no_day(year, month, day)) from None


def _why_no_day(year: int, month: int, day: int) -> str:
    if month > 12 >= day >= 1:
        return f"không có tháng {month}. Bạn ghi ngày trước, tháng sau, ví dụ 25/9/1990."
    if not 1 <= month <= 12 or year < 1:
        return "bạn ghi ngày/tháng/năm, ví dụ 5/9/1990."
    if not 1 <= day <= 31:
        return f"không có ngày {day}. Bạn xem lại giúp."
    return f"tháng {month}/{year} không có ngày {day}. Bạn xem lại giúp."


def _read_choice(field: Field, text: str, _at: datetime) -> tuple[str, str]:
    options = options_of(field)
    if text.isdigit() and 1 <= int(text) <= len(options):
        return options[int(text) - 1], options[int(text) - 1]
    for option in options:
        if fold(tidy(option)) == fold(text):
            return option, option
    raise _wrong(field, f"bạn chọn một trong các mục: {', '.join(options)}.")


def _read_phone(field: Field, text: str, _at: datetime) -> tuple[str, str]:
    digits = re.sub(r"[\s.\-()]", "", text)
    number = re.sub(r"^(\+84|0084|84(?=\d{9,10}$))0?", "0", digits)
    if not number.isascii() or not _PHONE.fullmatch(number):
        raise _wrong(field, "không đúng dạng số ở Việt Nam, ví dụ 0912 345 678.")
    return number, number


def _read_id_number(field: Field, text: str, _at: datetime) -> tuple[str, str]:
    digits = re.sub(r"[\s.\-]", "", text)
    if not digits.isascii() or not _ID_NUMBER.fullmatch(digits):
        raise _wrong(field, "gồm 12 chữ số trên thẻ căn cước.")
    return digits, digits


def _read_email(field: Field, text: str, _at: datetime) -> tuple[str, str]:
    if len(text) > _LONGEST["email"] or not _EMAIL.fullmatch(text):
        raise _wrong(field, "không đúng dạng, ví dụ an.nguyen@example.vn.")
    return text.lower(), text.lower()


def _read_text(field: Field, text: str, _at: datetime) -> tuple[str, str]:
    if len(text) > _LONGEST["text"]:
        raise _wrong(field, f"dài quá {_LONGEST['text']} chữ.")
    if text[0] in "=+-@|":
        raise _wrong(field, "phải bắt đầu bằng chữ hoặc số.")
    return text, text


_READERS = {
    "name": _read_name,
    "date": _read_date,
    "enum": _read_choice,
    "phone": _read_phone,
    "id_number": _read_id_number,
    "email": _read_email,
    "text": _read_text,
}


def _read_unit(field: Field, text: str, trees: Trees) -> Typed:
    tree = field.tree or PLACES_TREE
    known = trees.title(tree, text)
    if known != text:
        return Typed(text, known)
    found = trees.find(tree, text)
    if not found:
        raise _wrong(field, "chưa tìm thấy. Bạn ghi tên xã, phường hoặc đơn vị, có dấu càng tốt.")
    best, score = found[0]
    rival = found[1][1] if len(found) > 1 else 0.0
    if score >= EXACT > rival or (score >= _SURE and score - rival > EXACT - _SURE):
        return Typed(best.code, best.title)
    return Typed("", "", tuple(unit for unit, _ in found[:_OFFERED]))


def _wrong(field: Field, why: str) -> Refused:
    return Refused("field", f"{label_of(field)}: {why}", field.key)
