"""Loads `knowledge/places/`: provinces, communes, and lists of polling places.

YAML files are told apart by their key: `provinces`, `units` (communes) or `places` (the polling
places of one commune at one election). A list may be a CSV or Excel file instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from bot.clock import show_date
from bot.errors import Fault
from bot.knowledge.place_files import Row, read_table
from bot.knowledge.place_names import UNIT_KINDS, kind_at_start, readings
from bot.knowledge.places import (
    UNIT_TYPES,
    Places,
    PollingPlace,
    Province,
    Unit,
    village_key,
)
from bot.knowledge.source import Faults, Mapping, Value, open_source
from bot.language.fold import fold

_PROVINCE_TYPES = ("tỉnh", "thành phố")
_LONGEST_TEXT = 200
_SUNDAY = 6
_ANY_TIME = date(1, 1, 1)

_NUMBER = re.compile(r"\d+")
_DAY = re.compile(
    r"(?<!\d)(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}))(?!\d)"
)
_LINES = re.compile(r"[;\n]")
_LISTED = re.compile(r"(?:,|\bvà)\s*(?=(?:thôn|khu|tổ|bản|xóm|ấp|làng)\b)", re.IGNORECASE)


def load_places(folder: Path) -> tuple[Places, list[Fault]]:
    """The places of a folder, with every fault found; a faulty line is left out.

    A folder that is not there holds no places.
    """
    reader = _Reader()
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            if path.is_file() and not path.name.startswith((".", "~$")) and path.suffix != ".md":
                reader.read(path, f"{folder.name}/{path.name}")
    return reader.check()


class _Reader:
    """Gathers what the files hold; what one file says of another is checked at the end."""

    def __init__(self) -> None:
        self.files: dict[str, Faults] = {}
        self.provinces: dict[str, Province] = {}
        self.units: list[tuple[Unit, str, int]] = []
        self.rows: list[Row] = []

    def read(self, path: Path, name: str) -> None:
        faults = self.files[name] = Faults(name)
        if path.suffix.lower() not in (".yaml", ".yml"):
            self.rows += read_table(path, name, faults)
            return
        root = open_source(path, name, faults)
        if root is None:
            return
        keys = root.mapping()
        if "provinces" in keys.values:
            self._read_provinces(keys)
        elif "units" in keys.values:
            self._read_units(keys)
        elif "places" in keys.values:
            self._read_list(keys)
        else:
            root.fault("Tệp phải có khóa «provinces», «units» hoặc «places».")

    def _read_provinces(self, keys: Mapping) -> None:
        keys.allow("provinces")
        for item in _items(keys):
            of = item.mapping()
            of.allow("code", "type", "name")
            name = _text(of, "name")
            if name in self.provinces:
                item.fault(f"«{name}» viết hai lần.")
            self.provinces[name] = Province(_text(of, "code"), _one(of, _PROVINCE_TYPES), name)

    def _read_units(self, keys: Mapping) -> None:
        keys.allow("province", "valid", "units")
        province = _text(keys, "province")
        since, until = _period(keys.get("valid"))
        for item in _items(keys):
            of = item.mapping()
            of.allow("code", "type", "name", "valid", "old")
            valid, old = of.get("valid"), of.get("old")
            start, end = _period(valid)
            unit = Unit(
                code=_text(of, "code"),
                type=_one(of, UNIT_TYPES),
                name=_text(of, "name"),
                province=province,
                valid_from=start or since or _ANY_TIME,
                valid_to=end or until,
                old_names=old.texts() if old else (),
            )
            self.units.append((unit, item.faults.file, item.line))

    def _read_list(self, keys: Mapping) -> None:
        keys.allow("commune", "election_day", "places")
        commune = _text(keys, "commune")
        written = keys.need("election_day")
        day = written.day() if written else None
        if day is None:
            return
        for item in _items(keys):
            of = item.mapping()
            of.allow("area", "village", "at")
            area = of.need("area")
            self.rows.append(
                Row(
                    file=item.faults.file,
                    line=item.line,
                    commune=commune,
                    area=str(area.whole()) if area else "",
                    village=_text(of, "village"),
                    at=_text(of, "at"),
                    day=day.isoformat(),
                )
            )

    def check(self) -> tuple[Places, list[Fault]]:
        self._check_units()
        lists = _Lists(tuple(unit for unit, _, _ in self.units), self.files)
        for row in self.rows:
            lists.add(row)
        provinces = tuple(self.provinces.values())
        faults = sorted(fault for file in self.files.values() for fault in file.found)
        return Places(provinces, lists.units, tuple(lists.found)), faults

    def _check_units(self) -> None:
        codes: dict[str, Unit] = {}
        names: dict[tuple[str, str, str], Unit] = {}
        for unit, file, line in self.units:
            faults = self.files[file]
            if unit.province not in self.provinces:
                faults.add(line, "", f"Không có tỉnh, thành phố nào tên «{unit.province}».")
            if codes.setdefault(unit.code, unit) is not unit:
                faults.add(line, "", f"Mã {unit.code} đã dùng cho {codes[unit.code].title}.")
            key = (unit.province, unit.type, fold(unit.name))
            other = names.setdefault(key, unit)
            if other is not unit and unit.valid_to is None and other.valid_to is None:
                faults.add(line, "", f"«{unit.title}» viết hai lần.")


class _Lists:
    """Lines of lists -> polling places; each line is checked against those before it."""

    def __init__(self, units: tuple[Unit, ...], files: dict[str, Faults]) -> None:
        self.units = units
        self.found: list[PollingPlace] = []
        self._files = files
        self._search = Places(units=units)
        self._areas: dict[tuple[str, date, int], Row] = {}
        self._villages: dict[tuple[str, date, tuple[str, ...]], Row] = {}
        self._said: set[tuple[str, str]] = set()

    def add(self, row: Row) -> None:
        """Take the places of a line, or note what is wrong with it."""
        day = self._day(row)
        area = self._area(row)
        unit = self._unit(row, day)
        villages = _villages_of(row.village)
        for text, what in ((row.village, "thôn, khu phố"), (row.at, "địa điểm")):
            if not text or len(text) > _LONGEST_TEXT:
                self._fault(row, f"Ô {what} phải có chữ, tối đa {_LONGEST_TEXT} chữ cái.")
                return
        if day is None or area is None or unit is None:
            return
        first = self._areas.setdefault((unit.code, day, area), row)
        if first is not row:
            place = f"{first.file}:{first.line}"
            self._fault(row, f"Khu vực số {area} của {unit.title} đã có ở {place}.")
            return
        for village in villages:
            self._add_village(row, unit, PollingPlace(unit.code, area, village, row.at, day))

    def _add_village(self, row: Row, unit: Unit, place: PollingPlace) -> None:
        key = (unit.code, place.election_day, village_key(place.village))
        first = self._villages.setdefault(key, row)
        if first is not row:
            self._fault(
                row,
                f"«{place.village}» của {unit.title} đã có ở {first.file}:{first.line}. "
                "Nếu thôn chia nhiều khu vực, hãy ghi rõ phần nào của thôn.",
            )
            return
        self.found.append(place)

    def _fault(self, row: Row, sentence: str, *, once: bool = False) -> None:
        # The same mistake stands in every line of a commune; one fault tells it.
        if once and (row.file, sentence) in self._said:
            return
        self._said.add((row.file, sentence))
        self._files[row.file].add(row.line, "", sentence)

    def _day(self, row: Row) -> date | None:
        found = _DAY.search(row.day)
        parts = found.groups() if found else ()
        try:
            if not found:
                raise ValueError
            year, month, day = parts[:3] if parts[0] else parts[:2:-1]
            election_day = date(int(year), int(month), int(day))
        except ValueError:
            self._fault(row, f"«{row.day}» không phải là ngày. Hãy viết như 15/3/2026.", once=True)
            return None
        if election_day.weekday() != _SUNDAY:
            shown = show_date(election_day)
            self._fault(row, f"Ngày bầu cử {shown} không phải là Chủ nhật.", once=True)
            return None
        return election_day

    def _area(self, row: Row) -> int | None:
        numbers = _NUMBER.findall(row.area)
        if len(numbers) == 1 and len(numbers[0]) <= 4 and int(numbers[0]) > 0:
            return int(numbers[0])
        self._fault(row, f"Số khu vực «{row.area}» phải là một số từ 1 trở lên.")
        return None

    def _unit(self, row: Row, day: date | None) -> Unit | None:
        named = self._named(row.commune) or self._named(re.split(r"[,(]", row.commune)[0])
        if not named:
            near = self._search.find_units(row.commune)[:1]
            meant = f" Có phải ý bạn là «{near[0].item.title}»?" if near else ""
            self._fault(row, f"Không có xã, phường nào tên «{row.commune}».{meant}", once=True)
            return None
        on = [unit for unit in named if day is None or _is_valid(unit, day)]
        if len(on) == 1:
            return on[0]
        if on:
            self._fault(row, f"Có nhiều nơi tên «{row.commune}». Hãy ghi mã đơn vị.", once=True)
        elif day:
            title, shown = named[0].title, show_date(day)
            self._fault(row, f"Ngày {shown} không có đơn vị hành chính {title}.", once=True)
        return None

    def _named(self, text: str) -> list[Unit]:
        """The units of just this name or code; a list must be right, so nothing is guessed."""
        words = readings(text)[-1]
        kind, length = kind_at_start(words)
        wanted = fold(" ".join(words[length:]))
        unit_type = kind if kind in UNIT_KINDS.values() else ""
        if kind and not unit_type:
            return []
        return [
            unit
            for unit in self.units
            if text.strip() == unit.code
            or (wanted in _folded_names(unit) and unit_type in ("", unit.type))
        ]


def _folded_names(unit: Unit) -> Iterable[str]:
    return (fold(" ".join(readings(name)[-1])) for name in (unit.name, *unit.old_names))


def _is_valid(unit: Unit, day: date) -> bool:
    return unit.valid_from <= day and (unit.valid_to is None or day <= unit.valid_to)


def _villages_of(cell: str) -> list[str]:
    """The villages that a cell lists: one a line, or behind semicolons."""
    parts = [part.strip(" ,.") for part in _LINES.split(cell)]
    if "(" not in cell:
        parts = [piece.strip(" ,.") for part in parts for piece in _LISTED.split(part)]
    return [part for part in parts if part]


def _items(keys: Mapping) -> list[Value]:
    for name in ("provinces", "units", "places"):
        if name in keys.values:
            return keys.values[name].items()
    return []


def _text(keys: Mapping, key: str) -> str:
    value = keys.need(key)
    return value.line_text() if value else ""


def _one(keys: Mapping, allowed: Sequence[str]) -> str:
    value = keys.need("type")
    return value.one_of(list(allowed)) if value else allowed[0]


def _period(value: Value | None) -> tuple[date | None, date | None]:
    if value is None:
        return None, None
    keys = value.mapping()
    keys.allow("from", "to")
    since, until = keys.get("from"), keys.get("to")
    start = since.day() if since else None
    end = until.day() if until else None
    if start and end and end < start:
        value.fault("Ngày hết hiệu lực đứng trước ngày bắt đầu.")
    return start, end
