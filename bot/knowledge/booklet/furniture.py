"""Takes off the pages what belongs to the print alone: page numbers and running heads."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.knowledge.booklet.headings import (
    answer_begins,
    is_dots,
    leader_at,
    part_head,
    question_head,
)
from bot.knowledge.booklet.letters import SMALL_LETTERS, SUPERSCRIPTS
from bot.knowledge.booklet.model import Line, Page
from bot.language.fold import fold

_DEPTH = 3
"""So many lines at the top and at the foot of a page may be running heads."""
_NUMBER = re.compile(r"[\W_]*(?:trang\s+)?(\d{1,4})(?:\s*/\s*\d{1,4})?[\W_]*", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
# What ends or begins like this is a sentence or a footnote, were it ever so often the same.
_PROSE = re.compile(rf"[.,;:?!]$|^[{SMALL_LETTERS}]|^[(\[]\d|^[{SUPERSCRIPTS}]")
_FEWEST = 3
_DENSITY = 0.3


def strip_furniture(pages: Sequence[Page]) -> tuple[list[Page], list[str]]:
    """The pages without page numbers and running heads, and what the running heads said.

    A head that is the title of a part stays where it stands first, on its own page.
    """
    if len(pages) < _FEWEST:
        return [_without_numbers(page, None) for page in pages], []
    running = _running(pages)
    offset = _offset(pages)
    seen: set[int] = set()
    stripped = []
    for page in pages:
        edges = {id(line): place for place, line in _edges(page)}
        heads = {id(line) for place, line in _edges(page) if (_key(line), place) in running}
        lines = []
        for place, line in enumerate(page.lines):
            part = _part_of(page, place)
            again = part in seen and edges.get(id(line)) in (0, -1) and _in_capitals(line)
            if not (again or id(line) in heads) or (part is not None and part not in seen):
                lines.append(line)
            if part is not None:
                seen.add(part)
        stripped.append(_without_numbers(replace(page, lines=tuple(lines)), offset))
    return stripped, list(dict.fromkeys(running.values()))


def _in_capitals(line: Line) -> bool:
    """Whether the heading of a part has its title in capitals, as a sentence about it has not."""
    head = part_head(line.text)
    return head is not None and bool(head[1]) and head[1] == head[1].upper()


def _part_of(page: Page, place: int) -> int | None:
    """The number of the part whose heading a line is; not so in a table of contents."""
    text = page.lines[place].text
    below = page.lines[place + 1].text if place + 1 < len(page.lines) else ""
    head = part_head(text)
    if not head or is_dots(below) or (leader_at(text) is not None and len(text.split()) > 2):
        return None
    return head[0] or None


def _key(line: Line) -> str:
    """A running head is the same on each page, in print and in words, but for the page number."""
    text = line.text
    if question_head(text) or answer_begins(text) is not None or _PROSE.search(text):
        return ""
    print_ = f"{line.size:.0f}{line.bold}"
    if part_head(text) and len(text.split()) <= 2:
        return f"{print_} {fold(text)}"
    words = " ".join(_DIGITS.sub(" ", fold(text)).split())
    return f"{print_} {words}" if sum(c.isalpha() for c in words) >= 3 else ""


def _running(pages: Sequence[Page]) -> dict[tuple[str, int], str]:
    """Running heads by their keys and their place on the page, with what they say."""
    places: dict[tuple[str, int], list[int]] = defaultdict(list)
    said: dict[tuple[str, int], Line] = {}
    for number, page in enumerate(pages):
        for place, line in _edges(page):
            if key := _key(line):
                places[key, place].append(number)
                said.setdefault((key, place), line)
    return {
        where: said[where].text
        for where, found in places.items()
        if len(found) >= _fewest(said[where], len(pages))
        and len(found) / (found[-1] - found[0] + 1) >= _DENSITY
    }


def _fewest(line: Line, pages: int) -> int:
    """How often a line must come back: more often where it might be the line of a paragraph."""
    text = line.text
    like_a_head = not line.full or text == text.upper() or text[0].isdigit() or text[-1].isdigit()
    return _FEWEST if like_a_head else max(5, pages // 12)


def _edges(page: Page) -> Iterator[tuple[int, Line]]:
    """The outer lines with their places, from above 0, 1, 2, from below -1, -2, -3."""
    lines = [line for line in page.lines if _bare_number(line) is None]
    for place, line in enumerate(lines):
        if place < _DEPTH:
            yield place, line
        if place >= len(lines) - _DEPTH:
            yield place - len(lines), line


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
