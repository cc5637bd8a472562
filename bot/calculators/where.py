"""Where a village votes, out of the lists of polling places.

A wrong place sends people astray, so a place is named only where the message gives the very name
of a village or commune that a list has. What is nearly such a name leads to a question, and
everything else to the entries of the base.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.calculators.where_asked import Asked, understand, understand_name
from bot.clock import show_date
from bot.knowledge.model import Base, Citation, Status
from bot.knowledge.place_names import readings
from bot.knowledge.places import Places, PollingPlace, Unit, village_key
from bot.language.fold import fold_word
from bot.language.read import LONGEST_QUESTION

_ENTRIES = ("dia-diem-bo-phieu", "xem-noi-bo-phieu-vneid")
_LAW = "luat-bau-cu"
_AREAS = Citation(_LAW, article=11, clause=4)
_NOTICE = Citation(_LAW, article=70)

_WHICH = "Bạn hỏi nơi nào dưới đây?"
_MOST_CHOICES = 10
_LONGEST_SLUG = 40
_LONGEST_LIST = 1_500
"""Letters; with citations a whole commune still fits one message."""

# A closing "ạ" typed without its mark is not the A of "Đồng Giảng A".
_POLITE = re.compile(r"(?<=\s)[aạàá][\s.?!,…]*$")
_COMMON_NOUN = re.compile(r"(Nhà|Trường|Trụ sở|Hội trường|Đình|Sân|Trạm|Trung tâm|Phòng|Điểm)\b")


@dataclass(frozen=True, slots=True)
class Choice:
    """A place to choose: a commune, or one of its villages by its `village_key`."""

    title: str
    unit: str
    village: str = ""

    @property
    def question(self) -> str:
        """The question that asks for this place alone."""
        return f"{self.title} bỏ phiếu ở đâu?"


@dataclass(frozen=True, slots=True)
class Where:
    """An answer on polling places.

    `entries` explain it further. Each of the `choices` is answered without doubt, whether it is
    asked as a question or taken by `find_chosen`.
    """

    text: str
    entries: tuple[str, ...]
    citations: tuple[Citation, ...]
    choices: tuple[Choice, ...] = ()


def find_place(text: str, base: Base, places: Places) -> Where | None:
    """Where to vote, if the message asks for it and names a village or a commune."""
    if len(text) > LONGEST_QUESTION:
        return None
    question: Where | None = None
    for words in readings(_POLITE.sub("", text.strip())):
        asked = understand(words, base, places)
        found = _Answerer(base, places).answer(asked) if asked else None
        if found and not found.choices:
            return found
        question = question or found
    return question


def find_named(text: str, base: Base, places: Places) -> Where | None:
    """What to ask where a message is the name of a village or commune and nothing else."""
    for words in readings(_POLITE.sub("", text.strip()[:LONGEST_QUESTION])):
        asked = understand_name(words, places)
        if asked is not None:
            return _Answerer(base, places).offer(asked)
    return None


def find_chosen(unit: str, village: str, base: Base, places: Places) -> Where | None:
    """The answer to a choice; None where its place is no longer in the lists."""
    known = places.by_code.get(unit)
    if known is None or known.valid_to is not None:
        return None
    answerer = _Answerer(base, places)
    if not village:
        return answerer.answer(Asked((), (known,), is_sure=True))
    found = [place for place in places.of_unit(known) if _slug(place.village) == village]
    return answerer.answer(Asked(tuple(found), (), is_sure=True)) if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class _Answerer:
    base: Base
    places: Places

    def answer(self, asked: Asked) -> Where:
        if asked.villages:
            return self._of_villages(asked)
        if len(asked.units) == 1 and asked.is_sure:
            return self._of_unit(asked)
        return self.offer(asked)

    def offer(self, asked: Asked) -> Where:
        """Ask which of the places is meant."""
        choices = [self._choose_village(place) for place in asked.villages]
        return self._ask(_WHICH, [*choices, *map(_choose_unit, asked.units)])

    def _of_villages(self, asked: Asked) -> Where:
        if len(asked.villages) == 1 and not asked.units and asked.is_sure:
            return self._of_place(asked.villages[0])
        names = {place.village.lower() for place in asked.villages}
        if len(names) == 1 and len(asked.villages) > 1:
            village = _capital(asked.villages[0].village)
            choices = [self._choose_village(place) for place in asked.villages]
            choices += map(_choose_unit, asked.units)
            return self._ask(f"{village} có ở nhiều xã, phường. Bạn ở xã, phường nào?", choices)
        return self.offer(asked)

    def _of_place(self, place: PollingPlace) -> Where:
        unit = self.places.by_code[place.unit_code]
        return self._tell(
            f"{_capital(place.village)}, {unit.title} bỏ phiếu tại {_in_sentence(place.at)} "
            f"(khu vực bỏ phiếu số {place.area}), {_by_list(place)}.",
            self._later(place, unit),
        )

    def _of_unit(self, asked: Asked) -> Where:
        unit = asked.units[0]
        listed = self.places.of_unit(unit)
        if not listed:
            return self._tell(
                f"Chúng tôi chưa có danh sách nơi bỏ phiếu của {unit.title}. "
                f"Bạn xem thẻ cử tri của mình, hoặc hỏi Ủy ban nhân dân {unit.title}.",
                "Trong 10 ngày trước ngày bầu cử, Tổ bầu cử thường xuyên thông báo ngày, giờ và "
                "nơi bỏ phiếu.",
            )
        in_area = [place for place in listed if place.area == asked.area]
        if in_area:
            return self._tell(
                f"{_area_line(in_area, unit.title)}, {_by_list(in_area[0])}.",
                self._later(in_area[0], unit),
            )
        return self._of_list(unit, listed, asked)

    def _of_list(self, unit: Unit, listed: Sequence[PollingPlace], asked: Asked) -> Where:
        """Every place of a commune, or where these are too many, which village is meant."""
        areas: dict[int, list[PollingPlace]] = {}
        for place in listed:
            areas.setdefault(place.area, []).append(place)
        head = f"{_missing(asked)}{_capital(unit.title)} có {len(areas)} khu vực bỏ phiếu, "
        lines = [f"- {_area_line(area)}" for area in areas.values()]
        told = "\n".join([f"{head}{_by_list(listed[0])}:", *lines])
        if len(told) <= _LONGEST_LIST:
            return self._tell(told, self._later(listed[0], unit))
        return self._tell(
            f"{head}{_by_list(listed[0])}. Bạn hãy hỏi lại, kèm tên thôn, khu phố của mình. "
            f"Ví dụ: {listed[0].village}, {unit.title} bỏ phiếu ở đâu?",
            self._later(listed[0], unit),
        )

    def _later(self, place: PollingPlace, unit: Unit) -> str:
        coming = self.base.elections.next
        if coming and coming.day <= place.election_day:
            return "Bạn bỏ phiếu ở khu vực ghi trên thẻ cử tri của mình."
        which = f"kỳ bầu cử {show_date(coming.day)}" if coming else "kỳ bầu cử sau"
        return (
            f"Đến {which}, nơi bỏ phiếu được thông báo lại. Khi đó bạn xem thẻ cử tri của mình, "
            f"hoặc hỏi Ủy ban nhân dân {unit.title}."
        )

    def _choose_village(self, place: PollingPlace) -> Choice:
        title = f"{_capital(place.village)}, {self.places.by_code[place.unit_code].title}"
        return Choice(title, place.unit_code, _slug(place.village))

    def _ask(self, text: str, choices: Iterable[Choice]) -> Where:
        offered = tuple(dict.fromkeys(choices))
        if len(offered) > _MOST_CHOICES:
            text = "Có nhiều nơi tên gần giống như vậy. Bạn hãy hỏi lại, kèm tên xã, phường."
            return Where(text, self._explained(), ())
        if len(offered) == 1:
            text = "Có phải bạn hỏi nơi này không?"
        return Where(text, self._explained(), (), offered)

    def _tell(self, *paragraphs: str) -> Where:
        citations = tuple(c for c in (_AREAS, _NOTICE) if c.law in self.base.laws)
        return Where("\n\n".join(paragraphs), self._explained(), citations)

    def _explained(self) -> tuple[str, ...]:
        said = (Status.STARTER, Status.APPROVED)
        entries = self.base.entries
        return tuple(i for i in _ENTRIES if i in entries and entries[i].status in said)


def _missing(asked: Asked) -> str:
    """What was asked for and stands in no list, said before the list."""
    if asked.area is not None:
        return f"Danh sách không có khu vực bỏ phiếu số {asked.area}. "
    return "Tên thôn, khu phố bạn hỏi không có trong danh sách. " if asked.is_unlisted else ""


def _choose_unit(unit: Unit) -> Choice:
    return Choice(f"{_capital(unit.title)}, {unit.province}", unit.code)


def _slug(village: str) -> str:
    """A village as a short code that stays the same when the list around it changes."""
    return "-".join(map(fold_word, village_key(village)))[:_LONGEST_SLUG]


def _area_line(places: Sequence[PollingPlace], unit_title: str = "") -> str:
    """One area with its place, and with its villages where the place does not name them."""
    first = places[0]
    at = _in_sentence(first.at)
    villages = [p.village for p in places if p.village.lower() not in first.at.lower()]
    of = ", ".join([*villages, *filter(None, [unit_title])])
    return f"Khu vực bỏ phiếu số {first.area}{f' ({of})' if of else ''}: {at}"


def _by_list(place: PollingPlace) -> str:
    return f"theo danh sách của kỳ bầu cử {show_date(place.election_day)}"


def _in_sentence(at: str) -> str:
    """A place inside a sentence: "Nhà văn hóa thôn" loses its capital, a name does not."""
    return at[0].lower() + at[1:] if _COMMON_NOUN.match(at) else at


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
