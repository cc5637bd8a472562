"""Whether a message asks where to vote, and for which village or commune.

Strict: besides the name of the place, every word must be one that such a question is made of.
"quê Lương Minh, làm ở Hạ Long thì bầu ở đâu" names communes and asks for the law.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any, TypeVar

from rapidfuzz.distance import OSA

from bot.knowledge.model import Base
from bot.knowledge.place_names import EXACT, FOLDED, VILLAGE_KINDS, WIDER, Found
from bot.knowledge.places import Places, PollingPlace, Unit, overlap, village_key
from bot.language.fold import fold_word
from bot.language.read import WordLists

T = TypeVar("T", Unit, PollingPlace)
Span = tuple[int, int]
Piece = tuple[int, list[str]]

_SIGNS = frozenset(["bau", "bo", "phieu", "bc", "kvbp"])
_PLACE_SIGNS = frozenset(
    ["dau", "mo", "nao", "dia", "diem", "noi", "cho", "phong", "khu", "may", "kvbp"]
)
"""Without one of both sorts of words nobody asks where to vote."""
_MOST_WORDS = 40
_NEARLY = 50.0
_LESS_FOR_WIDER = EXACT - 30
_LONGEST_UNLISTED = 4

_VOTE = re.compile(r"\b(?:bo (?:la )?phieu|bau)\b")
_WHERE = re.compile(
    r"\b(?:dau|(?:cho|noi|diem|khu vuc|khu|phong|nha van hoa) nao|dia diem|dia chi|so may"
    r"|khu vuc may|bao nhieu (?:khu vuc|diem|noi|cho)|(?:diem|noi|cho|phong|khu vuc) (?:di )?(?:bo phieu|bau))\b"
)
# Other things than the place: ballots, and the bodies that run an election.
_OTHER = re.compile(r"\bphieu bau\b|(?<!bo )(?<!la )\bphieu\b|\b(?:to|ban|hoi dong) bau cu\b")
_AREA = re.compile(r"\bkhu vuc(?: bo phieu| bau cu)?(?: so)? (\d{1,4})\b")
_COMMON = """
    bo la phieu bau cu di den toi ra tai o dau cho nao noi diem dia chi khu vuc phong so may vi tri
    nha van hoa to chuc dat trong thuoc tren ban nam gan thi ma la minh em chau con bac co chu anh
    chi ong ba me chung ta nguoi dan cu tri gia dinh ca xom lang thon pho xa phuong dac cua hoi xin
    duoc biet muon can xem tra cuu tim giup voi a ah vay the ha nhe nha nhi u thua da vang alo chao
    co bao nhieu nay lan ky dot sap sang sau moi cac nhung cai phai se deu chut tinh
"""
_WORDS = frozenset(_COMMON.split())
_SPEAKER = frozenset("em chau minh toi con nha o tai song dan nguoi ben".split())
_MOST_NAME_WORDS = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """The places that a question may mean.

    `is_sure` says that their very names were given; `area` is the number of a polling area;
    `is_unlisted` says that a village was named which no list has.
    """

    villages: tuple[PollingPlace, ...]
    units: tuple[Unit, ...]
    is_sure: bool
    area: int | None = None
    is_unlisted: bool = False


def understand(words: Sequence[str], base: Base, places: Places) -> Asked | None:
    """What a message asks for, if it asks where to vote in a known place."""
    folded = {fold_word(word) for word in words}
    if len(words) > _MOST_WORDS or not (_SIGNS & folded and _PLACE_SIGNS & folded):
        return None
    named = _Named(words, places)
    if not named.villages and not named.units:
        return None
    rest = list(_rest(words, named.spans))
    is_unlisted = False
    if not named.villages:
        rest, is_unlisted = _without_unlisted(rest, named)
    line = _line([piece for _, piece in rest], base.words.lists)
    area = _AREA.search(line)
    if area and len(named.units) == 1 and not named.villages:
        line = _AREA.sub(" noi bo phieu ", line, count=1)
    else:
        area = None
    if not _asks_where(_without_days(line, _days(base, places))):
        return None
    return named.asked(int(area[1]) if area else None, is_unlisted)


def understand_name(words: Sequence[str], places: Places) -> Asked | None:
    """The places that a message names where it says nothing else: "em ở thôn Khe Giấy"."""
    if len(words) > _MOST_NAME_WORDS or not places.are_named_in(words):
        return None
    named = _Named(words, places)
    if not named.has_exact_units and not named.has_exact_villages:
        return None
    if any(fold_word(w) not in _SPEAKER for _, piece in _rest(words, named.spans) for w in piece):
        return None
    asked = named.asked(None, is_unlisted=False)
    return replace(asked, is_sure=False)


class _Named:
    """The villages and communes that the words name, and where their names stand."""

    def __init__(self, words: Sequence[str], places: Places) -> None:
        self._words = words
        self._places = places
        units = [f for f in places.units_in(words) if f.item.valid_to is None]
        villages = places.villages_in(words)
        exact_units, exact_villages = _longest(_exact(units), _exact(villages))
        former = [f for f in units if f.kind == WIDER and f.score == _LESS_FOR_WIDER]
        provinces = [
            p for p in places.provinces_in(words) if not any(overlap(p, u) for u in exact_units)
        ]
        taken = [*_spans(exact_units), *_spans(exact_villages), *_spans(former), *_spans(provinces)]
        self.villages = exact_villages or self._nearly(villages, taken)
        if exact_units and not exact_villages:
            # A misspelt village is only believed where it lies in the commune that was named.
            within = {f.item.code for f in exact_units}
            self.villages = [f for f in self.villages if f.item.unit_code in within]
        taken += _spans(self.villages)
        codes = {f.item.unit_code for f in self.villages}
        nearly = [] if exact_units else self._nearly(units, taken)
        if self.villages:
            # A misspelt commune is only believed where it fits the village.
            nearly = [f for f in nearly if f.item.code in codes]
        self.units = exact_units or nearly
        self.spans = [*taken, *_spans(self.units)]
        self.has_exact_units = bool(exact_units)
        self.has_exact_villages = bool(exact_villages)
        self._of_provinces({p.item.name for p in provinces})

    def _of_provinces(self, provinces: set[str]) -> None:
        """Keep what lies in the provinces that were named."""
        if provinces:
            codes = {unit.code for unit in self._places.units if unit.province in provinces}
            self.units = [f for f in self.units if f.item.code in codes]
            self.villages = [f for f in self.villages if f.item.unit_code in codes]

    def _nearly(self, found: Iterable[Found[T]], taken: Sequence[Span]) -> list[Found[T]]:
        """The best finds that are not the very name, clear of what is taken.

        Words that every such question has are no misspelt name.
        """
        near = [
            f
            for f in found
            if _NEARLY < f.score < EXACT
            and f.kind != WIDER
            and not any(f.start < end and start < f.end for start, end in taken)
            and _has_own_word(self._words[f.start : f.end])
        ]
        best = max((f.score for f in near), default=0.0)
        return [f for f in near if f.score == best]

    def asked(self, area: int | None, is_unlisted: bool) -> Asked:
        """What is asked for, as far as the names tell."""
        villages = {f.item: f.score for f in self.villages}
        units = {f.item.code: f.item for f in self.units}
        if not villages:
            return Asked((), tuple(units.values()), self.has_exact_units, area, is_unlisted)
        inside = {place: score for place, score in villages.items() if place.unit_code in units}
        if not units or not inside:
            is_sure = not units and set(villages.values()) == {EXACT}
            # Every ward has its "Khu 1", also those whose list is missing.
            is_sure = is_sure and all(len(village_key(p.village)) > 2 for p in villages)
            return Asked(tuple(villages), tuple(units.values()), is_sure)
        # The list of a commune is whole: one name with other marks can mean one village only.
        enough = FOLDED if self.has_exact_units and len(inside) == 1 else EXACT
        return Asked(tuple(inside), (), min(inside.values()) >= enough)


def _exact(found: Iterable[Found[T]]) -> list[Found[T]]:
    return [f for f in found if f.score == EXACT]


def _longest(
    units: list[Found[Unit]], villages: list[Found[PollingPlace]]
) -> tuple[list[Found[Unit]], list[Found[PollingPlace]]]:
    """Both without names that are only a part of a longer one."""
    spans = {*_spans(units), *_spans(villages)}

    def is_longest(found: Found[Any]) -> bool:
        start, end = found.start, found.end
        return not any(s <= start and end <= e and (s, e) != (start, end) for s, e in spans)

    return [f for f in units if is_longest(f)], [f for f in villages if is_longest(f)]


def _spans(found: Iterable[Found[Any]]) -> list[Span]:
    return [(f.start, f.end) for f in found]


def _rest(words: Sequence[str], spans: Iterable[Span]) -> Iterator[Piece]:
    """The words outside of the names, in pieces, each with the place where it ends."""
    named = {at for start, end in spans for at in range(start, end)}
    for is_named, group in groupby(range(len(words)), key=named.__contains__):
        if not is_named:
            places = list(group)
            yield places[-1] + 1, [words[at] for at in places]


def _without_unlisted(pieces: list[Piece], named: _Named) -> tuple[list[Piece], bool]:
    """The pieces without a village that no list has: "thôn Nà Sa" of "thôn Nà Sa, xã Hà Tu".

    It must stand before the very name of a commune.
    """
    starts = {unit.start for unit in named.units} if named.has_exact_units else set()
    kept: list[Piece] = []
    is_unlisted = False
    for end, piece in pieces:
        cut = _unlisted_at(piece) if end in starts else len(piece)
        is_unlisted = is_unlisted or cut < len(piece)
        kept.append((end, piece[:cut]))
    return kept, is_unlisted


def _unlisted_at(piece: Sequence[str]) -> int:
    """Where the kind and name of a village begin, with which the piece ends."""
    for at in range(max(0, len(piece) - _LONGEST_UNLISTED), len(piece) - 1):
        if fold_word(piece[at]) in VILLAGE_KINDS and _has_own_word(piece[at + 1 :]):
            return at
    return len(piece)


def _has_own_word(words: Iterable[str]) -> bool:
    """Whether a word is none of those that every such question has."""
    return any(fold_word(word) not in _WORDS for word in words)


def _line(pieces: Sequence[Sequence[str]], lists: WordLists) -> str:
    """The words folded, abbreviations written out, without greeting and thanks."""
    spelled = [[s for word in piece for s in lists.short.get(word, (word,))] for piece in pieces]
    if spelled:
        first, last = spelled[0], spelled[-1]
        del first[: lists.openers.count_at_start(first)]
        del last[len(last) - lists.closers.backwards.count_at_start(last[::-1]) :]
    return " ".join(fold_word(word) for piece in spelled for word in piece)


def _days(base: Base, places: Places) -> set[date]:
    listed = {place.election_day for place in places.polling}
    spoken_of = (base.elections.reference, base.elections.next)
    return listed | {election.day for election in spoken_of if election}


def _without_days(line: str, days: Iterable[date]) -> str:
    """The line without the known election days, which an answer names anyway."""
    for day in days:
        of_year = rf"(?:(?:nam )?{day.year})"
        line = re.sub(rf"\b(?:ngay )?{day.day} (?:thang )?{day.month}(?: {of_year})?\b", " ", line)
        line = re.sub(rf"\b{of_year}\b", " ", line)
    return line


def _asks_where(line: str) -> bool:
    words = [_mend(word) for word in line.split()]
    if None in words:
        return False
    mended = " ".join(filter(None, words))
    has = _VOTE.search(mended) and _WHERE.search(mended)
    return has is not None and not _OTHER.search(mended)


def _mend(word: str) -> str | None:
    """The word of a question that is meant, None if it is no such word."""
    if word in _WORDS:
        return word
    # Only this one is mended: others lie too near to words that change the question.
    return "phieu" if word[0] == "p" and OSA.distance(word, "phieu") == 1 else None
