"""Communes and villages with their polling places, and how they are found by name."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TypeVar

from bot.knowledge.place_names import (
    EXACT,
    VILLAGE_KINDS,
    Found,
    Name,
    Names,
    kind_at_start,
    kind_before,
    readings,
)

S = TypeVar("S", bound=Hashable)
T = TypeVar("T", bound=Hashable)
UNIT_TYPES = ("xã", "phường", "đặc khu")
_ANY_VILLAGE = tuple(dict.fromkeys(VILLAGE_KINDS.values()))
_OTHER_TYPE = 15.0
_OTHER_KIND = 30.0


@dataclass(frozen=True, slots=True)
class Province:
    """A province or a city of the same rank."""

    code: str
    type: str
    name: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A commune, ward or special zone; `valid_to` is set once it is no more.

    `old_names` are all other names and spellings people know it by.
    """

    code: str
    type: str
    name: str
    province: str
    valid_from: date
    valid_to: date | None = None
    old_names: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Its name as it is written in a sentence: "xã Lương Minh"."""
        return f"{self.type} {self.name}"


@dataclass(frozen=True, slots=True)
class PollingPlace:
    """Where the voters of a village went, or go, on an election day.

    `area` is the number of the polling area; several villages may share one.
    """

    unit_code: str
    area: int
    village: str
    at: str
    election_day: date


@dataclass(frozen=True)
class Places:
    """All that is known of places; immutable, swapped as one piece."""

    provinces: tuple[Province, ...] = ()
    units: tuple[Unit, ...] = ()
    polling: tuple[PollingPlace, ...] = ()

    @cached_property
    def by_code(self) -> dict[str, Unit]:
        """The units by their code."""
        return {unit.code: unit for unit in self.units}

    def of_unit(self, unit: Unit) -> tuple[PollingPlace, ...]:
        """The last known list of a unit, by area; empty where there is none."""
        return self._last_lists.get(unit.code, ())

    def find_units(self, text: str) -> tuple[Found[Unit], ...]:
        """The units that a text may name, the likeliest first, each once.

        A text that is a name and nothing else may be cut short or misspelt.
        """
        return _best(self.units_in(words, _name_at(words)) for words in readings(text))

    def find_villages(self, text: str) -> tuple[Found[PollingPlace], ...]:
        """The villages that a text may name, the likeliest first, each once in a unit."""
        return _best(self.villages_in(words, _name_at(words)) for words in readings(text))

    def units_in(self, words: Sequence[str], name_at: int | None = None) -> list[Found[Unit]]:
        """Every find of a unit in words that `readings` gave; see `Names.find`."""
        provinces = self.provinces_in(words)
        return [
            _weigh(_with_kind(found, words), (found.item.type,))
            for found in self._unit_names.find(words, name_at)
            # "Quảng Ninh" is no misspelt "Quang Hanh".
            if found.score == EXACT or not any(overlap(found, p) for p in provinces)
        ]

    def villages_in(
        self, words: Sequence[str], name_at: int | None = None
    ) -> list[Found[PollingPlace]]:
        """Every find of a village in words that `readings` gave; see `Names.find`."""
        # People call a village thôn, khu or bản as they like, but never xã.
        return [
            _weigh(_with_kind(found, words), _ANY_VILLAGE)
            for found in self._village_names.find(words, name_at)
        ]

    def provinces_in(self, words: Sequence[str]) -> list[Found[Province]]:
        """The provinces whose very names stand in the words."""
        return [_with_kind(f, words) for f in self._province_names.find_exact(words)]

    def are_named_in(self, words: Sequence[str]) -> bool:
        """Whether the very name of a unit or a village stands in the words."""
        named = self._unit_names.find_exact(words) or self._village_names.find_exact(words)
        return bool(named)

    @cached_property
    def _province_names(self) -> Names[Province]:
        return Names(Name(province, province.name) for province in self.provinces)

    @cached_property
    def _unit_names(self) -> Names[Unit]:
        return Names(Name(u, text) for u in self.units for text in (u.name, *u.old_names))

    @cached_property
    def _village_names(self) -> Names[PollingPlace]:
        last: dict[tuple[str, tuple[str, ...]], PollingPlace] = {}
        for place in sorted(self.polling, key=lambda p: p.election_day):
            last[place.unit_code, village_key(place.village)] = place
        return Names(name for place in last.values() for name in _names_of(place))

    @cached_property
    def _last_lists(self) -> dict[str, tuple[PollingPlace, ...]]:
        lists: dict[str, list[PollingPlace]] = {}
        for place in sorted(self.polling, key=lambda p: (p.election_day, p.area)):
            known = lists.setdefault(place.unit_code, [])
            if known and known[-1].election_day < place.election_day:
                known.clear()
            known.append(place)
        return {code: tuple(known) for code, known in lists.items()}


def village_key(village: str) -> tuple[str, ...]:
    """What makes two writings the same village: kind and name, case and tone place apart."""
    words = readings(village)[-1]
    kind, length = kind_at_start(words)
    return (kind, *words[length:])


def _names_of(place: PollingPlace) -> Iterator[Name[PollingPlace]]:
    """The writings of a village; one that is a number or one syllable only with its kind."""
    words = readings(place.village)[-1]
    kind, length = kind_at_start(words)
    bare = words[length:]
    if len(bare) > 1 or not kind:
        yield Name(place, " ".join(bare))
        return
    for written, meant in VILLAGE_KINDS.items():
        if meant == kind:
            yield Name(place, f"{written} {bare[0]}", has_parts=False)


def overlap(one: Found[S], other: Found[T]) -> bool:
    """Whether two finds share a word."""
    return one.start < other.end and other.start < one.end


def _name_at(words: Sequence[str]) -> int:
    return kind_at_start(words)[1]


def _best(finds: Iterable[list[Found[T]]]) -> tuple[Found[T], ...]:
    """The best find of each place, the surest first; of equals the longer comes first."""
    ranked = sorted(
        (found for some in finds for found in some),
        key=lambda f: (-f.score, f.start - f.end, f.start),
    )
    first: dict[T, Found[T]] = {}
    for found in ranked:
        first.setdefault(found.item, found)
    return tuple(first.values())


def _with_kind(found: Found[T], words: Sequence[str]) -> Found[T]:
    kind, length = kind_before(words, found.start)
    return replace(found, start=found.start - length, kind=kind)


def _weigh(found: Found[T], kinds: Sequence[str]) -> Found[T]:
    """Less sure where the word before the name says another sort of place."""
    if not found.kind or found.kind in kinds:
        return found
    less = _OTHER_TYPE if {found.kind, *kinds} <= set(UNIT_TYPES) else _OTHER_KIND
    return replace(found, score=max(1.0, found.score - less))
