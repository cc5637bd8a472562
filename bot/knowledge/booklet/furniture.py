"""Takes off the pages what belongs to the print and not to the text: page numbers, running heads."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from bot.knowledge.booklet.headings import LEADER, answer_begins, part_head, question_head
from bot.knowledge.booklet.model import Line, Page
from bot.language.fold import fold

_DEPTH = 3
"""So many lines at the top and at the foot of a page may be running heads."""
_NUMBER = re.compile(r"[\W_]*(?:trang\s+)?(\d{1,4})(?:\s*/\s*\d{1,4})?[\W_]*", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_FEWEST = 3
_DENSITY = 0.3


def strip_furniture(pages: Sequence[Page]) -> list[Page]:
    """The pages without page numbers and running heads.

    A head that is the title of a part stays where it stands first, on its own page.
    """
    if len(pages) < _FEWEST:
        return [_without_numbers(page, None) for page in pages]
    running = _running(pages)
    offset = _offset(pages)
    seen_parts: set[int] = set()
    stripped = []
    for page in pages:
        keep = _first_of_part(page, running, seen_parts)
        lines = [
            line
            for place, line in enumerate(page.lines)
            if place == keep or not (_at_edge(place, page) and _key(line.text) in running)
        ]
        seen_parts |= {p[0] for line in lines if (p := _part(line.text))}
        stripped.append(_without_numbers(replace(page, lines=tuple(lines)), offset))
    return stripped


def _part(text: str) -> tuple[int, str] | None:
    return None if LEADER.search(text) and not _short(text) else part_head(text)


def _short(text: str) -> bool:
    """Whether a line is only "PHẦN 3", whose number is not that of a page."""
    return len(text.split()) <= 2


def _first_of_part(page: Page, running: set[str], seen: set[int]) -> int:
    for place, line in enumerate(page.lines):
        part = _part(line.text)
        if part and part[0] not in seen and _key(line.text) in running:
            return place
    return -1


def _at_edge(place: int, page: Page) -> bool:
    return place < _DEPTH or place >= len(page.lines) - _DEPTH


def _key(text: str) -> str:
    """A running head is the same on each page but for the page number in it."""
    if question_head(text) or answer_begins(text) is not None:
        return ""
    if part_head(text) and _short(text):
        return fold(text)
    key = " ".join(_DIGITS.sub(" ", fold(text)).split())
    return key if sum(c.isalpha() for c in key) >= 3 else ""


def _running(pages: Sequence[Page]) -> set[str]:
    places: dict[str, list[int]] = defaultdict(list)
    for number, page in enumerate(pages):
        edge = {_key(x.text) for i, x in enumerate(page.lines) if _at_edge(i, page)}
        for key in edge - {""}:
            places[key].append(number)
    return {
        key
        for key, found in places.items()
        if len(found) >= _FEWEST and len(found) / (found[-1] - found[0] + 1) >= _DENSITY
    }


def _bare_number(line: Line) -> int | None:
    found = _NUMBER.fullmatch(line.text)
    return int(found.group(1)) if found else None


def _offset(pages: Sequence[Page]) -> int | None:
    """What to add to a page's place in the file to get the number printed on it."""
    found = Counter(
        number - place
        for place, page in enumerate(pages)
        for line in page.lines[:1] + page.lines[-1:]
        if (number := _bare_number(line)) is not None
    )
    if not found:
        return None
    offset, times = found.most_common(1)[0]
    return offset - pages[0].number if times >= _FEWEST else None


def _without_numbers(page: Page, offset: int | None) -> Page:
    lines = list(page.lines)
    for end in (-1, 0):
        number = _bare_number(lines[end]) if lines and page.number else None
        if number is not None and (offset is None or number == page.number + offset):
            del lines[end]
    return replace(page, lines=tuple(lines))
