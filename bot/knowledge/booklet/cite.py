"""Citations that stand in an answer: "khoản 1 Điều 29 Luật Bầu cử …" -> places in known laws.

A law is named by its number or by its name; where two documents could be meant, none is taken.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.knowledge.model import Citation, Law
from bot.language.fold import fold

_AND = r"\s*(?:,\s*và|,|;|và|hoặc)\s*"
_LETTER = r"[a-zđ](?![^\W_])"
_NUMBER = r"\d{1,4}(?![\w/]|\.\d)"
_UNIT = re.compile(
    rf"(?<![^\W_])(?:các\s+)?(?:(?P<point>điểm)\s+{_LETTER}(?:{_AND}{_LETTER})*"
    rf"|(?P<clause>khoản)\s+{_NUMBER}(?:{_AND}{_NUMBER})*"
    rf"|(?P<article>điều)\s+\d{{1,4}}(?![\w/])(?:(?:{_AND}|\s*đến\s*)(?:điều\s+)?{_NUMBER})*)",
    re.IGNORECASE,
)
_JOINED = re.compile(rf"\s*|{_AND}")
_ONE_LETTER = re.compile(r"(?<![^\W\d_])[a-zđ](?![^\W\d_])")
_BETWEEN = re.compile(
    r"[\s,;]*(?:(?:(?:và|hoặc|của|thuộc|tại)\s+)+(?:[,;][\s,;]*)?)?", re.IGNORECASE
)
_LEADS = re.compile(r"\s*[(,:]?\s*(?:tại\s+|ở\s+)?", re.IGNORECASE)

_KINDS = (
    "Bộ luật|Luật|Hiến pháp|Nghị quyết|Nghị định|Thông tư|Chỉ thị|Quyết định|Hướng dẫn|Kế hoạch|"
    "Công văn|Pháp lệnh"
)
_DOCUMENT = re.compile(rf"(?<![^\W\d_])(?:{_KINDS})(?![^\W\d_])", re.IGNORECASE)
_LAW_NUMBER = re.compile(r"\d+/(?:\d{4}/)?[A-ZĐ][\wĐ-]*|\d+-[A-ZĐ]{2}/[A-ZĐ]+")
_YEAR = re.compile(r"[\s,(]*(sửa đổi, bổ sung\s+)?(?:năm\s+)?(\d{4})(?![\w/])", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_SHORT = {
    "hdnd": "hội đồng nhân dân",
    "dbqh": "đại biểu quốc hội",
    "ubtvqh": "ủy ban thường vụ quốc hội",
    "ubnd": "ủy ban nhân dân",
    "mttq": "mặt trận tổ quốc",
}
_FOLLOWS = frozenset(
    {
        "nam", "so", "va", "quy", "hien", "thi", "duoc", "da", "co", "cung", "khi", "hoac", "phai",
        "la", "ve", "do", "tai", "ngay",
    }
)  # fmt: skip
_FAR = 200


@dataclass(frozen=True, slots=True)
class _Mention:
    """A document named in the text; `law` is empty where it is none that we surely know."""

    start: int
    end: int
    law: str


@dataclass(frozen=True, slots=True)
class _Place:
    """Articles with the clauses and points that stand before the first of them."""

    start: int
    end: int
    written: str
    groups: tuple[tuple[tuple[str, ...], tuple[int, ...]], ...]
    articles: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Name:
    law: str
    words: tuple[str, ...]
    year: str


@dataclass(frozen=True, slots=True)
class Cited:
    """The citations of a text, and the places whose law could not be told."""

    citations: tuple[Citation, ...]
    unknown: tuple[str, ...]


class Citer:
    """Knows the laws of a base by their numbers and names."""

    def __init__(self, laws: Mapping[str, Law]) -> None:
        self._numbers = {law.number.upper(): law.id for law in laws.values()}
        self._names = [
            _Name(law.id, tuple(word for word, _ in _words(title)), _year_of(law))
            for law in laws.values()
            for title in dict.fromkeys((law.short, law.title))
        ]

    def cite(self, text: str) -> Cited:
        """Every place of a law that the text names, in order, each once."""
        text = re.sub(r"\s+", " ", text)
        mentions = list(self._mentions(text))
        places = list(_places(text))
        found: list[Citation] = []
        unknown: list[str] = []
        for place, law in zip(places, _laws_of(text, places, mentions), strict=True):
            if law:
                found += _citations(place, law)
            else:
                unknown.append(place.written)
        return Cited(tuple(dict.fromkeys(found)), tuple(dict.fromkeys(unknown)))

    def _mentions(self, text: str) -> Iterator[_Mention]:
        end = 0
        for kind in _DOCUMENT.finditer(text):
            if kind.start() < end:
                continue
            mention = self._mention(text, kind.start(), kind.end())
            end = mention.end
            yield mention

    def _mention(self, text: str, start: int, kind_end: int) -> _Mention:
        end, laws = self._by_name(text, start)
        end = max(end, kind_end)
        number = _LAW_NUMBER.search(text, end, end + _FAR)
        if number and _goes_on_to_number(text[end : number.start()]):
            return _Mention(start, number.end(), self._numbers.get(number.group().upper(), ""))
        year = _YEAR.match(text, end)
        if year:
            end = year.end()
            if not year.group(1):
                laws = {n.law for n in self._names if n.law in laws and n.year == year[2]}
        return _Mention(start, end, laws.pop() if len(laws) == 1 else "")

    def _by_name(self, text: str, start: int) -> tuple[int, set[str]]:
        """Where the longest known name ends, and the laws that bear it."""
        said = _words(text[start : start + _FAR])
        best, laws, whole = 0, set[str](), False
        for name in self._names:
            length = _common(said, name.words)
            full = length == len(name.words)
            if (length, full) > (best, whole):
                best, laws, whole = length, set(), full
            if length == best and full == whole:
                laws.add(name.law)
        # There is one constitution, while "Luật" or "Bộ luật" alone may be any.
        fewest = 2 if [word for word, _ in said[:2]] == ["hien", "phap"] else 3
        enough = whole or (best >= fewest and _name_ends(text[start:], said, best))
        if not best or not enough:
            return 0, set()
        return start + said[best - 1][1], laws


def _common(said: list[tuple[str, int]], words: tuple[str, ...]) -> int:
    length = 0
    for (one, _), other in zip(said, words, strict=False):
        if one != other:
            break
        length += 1
    return length


def _name_ends(text: str, said: list[tuple[str, int]], count: int) -> bool:
    """A name cut short is sure only where the text goes on with something else."""
    end = said[count - 1][1]
    if len(said) == count or not re.match(r"\s+[^\W_]", text[end:]):
        return True
    return said[count][0] in _FOLLOWS or bool(re.fullmatch(r"\d{4}", said[count][0]))


def _words(text: str) -> list[tuple[str, int]]:
    """Folded words with their ends; abbreviations are written out."""
    found = []
    for word in _WORD.finditer(text):
        folded = fold(word.group())
        for part in _SHORT.get(folded, folded).split():
            found.append((fold(part), word.end()))
    return found


def _year_of(law: Law) -> str:
    year = re.search(r"/(\d{4})/", law.number) or re.search(r"(\d{4})$", law.number)
    return year.group(1) if year else ""


def _goes_on_to_number(between: str) -> bool:
    """Whether the words from a document's name to a number still belong to the name."""
    written = re.fullmatch(r"[^.;()]*\s", between)
    return written is not None and not _DOCUMENT.search(between) and not _UNIT.search(between)


def _places(text: str) -> Iterator[_Place]:
    points: tuple[str, ...] = ()
    groups: list[tuple[tuple[str, ...], tuple[int, ...]]] = []
    start = end = 0
    for unit in _UNIT.finditer(text):
        if not (points or groups) or not _JOINED.fullmatch(text[end : unit.start()]):
            points, groups, start = (), [], unit.start()
        end = unit.end()
        if unit["point"]:
            letters = re.sub("điểm", " ", unit.group(), flags=re.IGNORECASE).lower()
            points += tuple(_ONE_LETTER.findall(letters))
        elif unit["clause"]:
            groups.append((points, tuple(_numbers(unit.group()))))
            points = ()
        else:
            articles = tuple(_numbers(unit.group()))
            yield _Place(start, end, text[start:end], tuple(groups), articles)
            points, groups = (), []


def _laws_of(text: str, places: list[_Place], mentions: list[_Mention]) -> list[str]:
    """For each place the law named right after it, or after the last of its row, or before it."""
    starts = [mention.start for mention in mentions]
    after: list[str | None] = [None] * (len(places) + 1)
    for index in range(len(places) - 1, -1, -1):
        end = places[index].end
        following = bisect_left(starts, end)
        named = mentions[following] if following < len(mentions) else None
        later = places[index + 1] if index + 1 < len(places) else None
        if named and _BETWEEN.fullmatch(text, end, named.start):
            after[index] = named.law
        elif later and _BETWEEN.fullmatch(text, end, later.start):
            after[index] = after[index + 1]
    laws = []
    for place, law in zip(places, after, strict=False):
        earlier = bisect_left(starts, place.start) - 1
        before = mentions[earlier] if earlier >= 0 else None
        near = before and _LEADS.fullmatch(text, before.end, place.start)
        laws.append(law if law is not None else before.law if before and near else "")
    return laws


def _citations(place: _Place, law: str) -> Iterator[Citation]:
    first, *others = place.articles
    for points, clauses in place.groups:
        for point in points:
            yield Citation(law, first, clauses[0], point)
        for clause in clauses[1:] if points else clauses:
            yield Citation(law, first, clause)
    if not place.groups:
        yield Citation(law, first)
    for article in others:
        yield Citation(law, article)


def _numbers(text: str) -> list[int]:
    """The numbers of a list; "4 đến 7" stands for each of them."""
    numbers: list[int] = []
    for found in re.finditer(r"(đến\s*(?:điều\s*)?)?(\d+)", text, re.IGNORECASE):
        number = int(found.group(2))
        if found.group(1) and numbers and 0 < number - numbers[-1] <= 20:
            numbers += range(numbers[-1] + 1, number)
        numbers.append(number)
    return numbers
