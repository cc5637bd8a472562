"""Takes off the pages what belongs to the print alone: page numbers and running heads."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from bot.knowledge.booklet.headings import DOTS, LEADER, answer_begins, part_head, question_head
from bot.knowledge.booklet.letters import SUPERSCRIPTS
from bot.knowledge.booklet.model import Line, Page
from bot.language.fold import fold

_DEPTH = 3
"""So many lines at the top and at the foot of a page may be running heads."""
_NUMBER = re.compile(r"[\W_]*(?:trang\s+)?(\d{1,4})(?:\s*/\s*\d{1,4})?[\W_]*", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
# What ends or begins like this is a sentence or a footnote, were it ever so often the same.
_PROSE = re.compile(rf"[.,;:?!]$|^[a-zà-ỹđ]|^[(\[]\d|^[{SUPERSCRIPTS}]")
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
    seen: set[int] = set()
    stripped = []
    for page in pages:
        lines = []
        for place, line in enumerate(page.lines):
            part = _part_of(page, place)
            new = part is not None and part not in seen
            if new or not (_at_edge(place, page) and _key(line) in running):
                lines.append(line)
            if part is not None:
                seen.add(part)
        stripped.append(_without_numbers(replace(page, lines=tuple(lines)), offset))
    return stripped


def _part_of(page: Page, place: int) -> int | None:
    """The number of the part whose heading a line is; not so in a table of contents."""
    text = page.lines[place].text
    below = page.lines[place + 1].text if place + 1 < len(page.lines) else ""
    head = part_head(text)
    if not head or DOTS.match(below) or (LEADER.search(text) and len(text.split()) > 2):
        return None
    return head[0]


def _at_edge(place: int, page: Page) -> bool:
    return place < _DEPTH or place >= len(page.lines) - _DEPTH


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


def _running(pages: Sequence[Page]) -> set[str]:
    places: dict[str, list[int]] = defaultdict(list)
    for number, page in enumerate(pages):
        edge = {_key(line) for i, line in enumerate(page.lines) if _at_edge(i, page)}
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
