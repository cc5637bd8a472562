"""Takes footnotes off the foot of the pages and leaves their marks in the text for the drafts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from bot.knowledge.booklet.letters import (
    CAPITALS,
    SMALL_LETTERS,
    SUPERSCRIPTS,
    glue,
    lowered,
    note_mark,
)
from bot.knowledge.booklet.model import Line, Page

_SMALL = 0.92
_DEPTH = 15
"""So many lines at the foot of a page may be footnotes where their print is not smaller."""
_MARK = re.compile(
    rf"(?:([{SUPERSCRIPTS}]{{1,3}})|(\(\d{{1,3}}\))|(\[\d{{1,3}}\])|(\d{{1,3}})(?=[.)]?\s+[{CAPITALS}]))[.)]?\s*"
)
# "1. Hồ sơ …" in letters of full size is the item of a list.
_COUNTS = re.compile(r"\d{1,3}[.)]")


class Footnotes:
    """Goes through the pages in order; `notes` gathers what was taken off."""

    def __init__(self, pages: Sequence[Page], notes: Sequence[str]) -> None:
        self.notes = list(notes)
        sizes = [line.size for page in pages for line in page.lines for _ in line.text]
        self._body = median(sizes) if sizes else 0.0
        self._runs_on = False

    def strip(self, page: Page) -> Page:
        """The page without its footnotes, the text with a mark for each of them."""
        start = self._start(page.lines)
        if start is None or not page.number:
            self._runs_on = False
            return page
        body = list(page.lines[:start])
        for text in self._grouped(page.lines[start:]):
            found = _MARK.match(text)
            self.notes.append(text[found.end() :] if found else text)
            _set_mark(body, _figure(found) if found else "", len(self.notes) - 1)
        self._runs_on = page.lines[-1].text[-1] not in ".;!?”)"
        return replace(page, lines=tuple(body))

    def _start(self, lines: Sequence[Line]) -> int | None:
        if not lines:
            return None
        start = len(lines)
        while start and 0 < lines[start - 1].size < _SMALL * self._body:
            start -= 1
        if start == len(lines):
            return _start_by_marks(lines)
        for place in range(start, len(lines)):
            if _MARK.match(lines[place].text) or (place == start and self._runs_on):
                return place
        return None

    def _grouped(self, lines: Sequence[Line]) -> list[str]:
        """The lines of each footnote put together."""
        texts: list[str] = []
        for line in lines:
            goes_on = not _MARK.match(line.text)
            if goes_on and texts:
                texts[-1] = glue(texts[-1], line.text)
            elif goes_on and self.notes:
                # The page before ended in the midst of this one.
                self.notes[-1] = glue(self.notes[-1], line.text)
            else:
                texts.append(line.text)
        return texts


def _start_by_marks(lines: Sequence[Line]) -> int | None:
    """The first line at the foot whose mark was set in the text above it."""
    for place in range(max(1, len(lines) - _DEPTH), len(lines)):
        found = _MARK.match(lines[place].text)
        if found and _COUNTS.match(lines[place].text):
            continue
        if found and any(_in_text(_figure(found), line.text) for line in lines[:place]):
            return place
    return None


def _figure(mark: re.Match[str]) -> str:
    return next(group for group in mark.groups() if group)


def _in_text(mark: str, text: str) -> re.Match[str] | None:
    """Where a mark stands after a word; at the begin of a line it would count a list."""
    number = re.sub(r"\D", "", lowered(mark))
    if mark[0] in "([":
        return re.search(rf"(?<=\S)\s?{re.escape(mark)}(?=[\s.,;:?!)”]|$)", text)
    high = "".join(SUPERSCRIPTS[int(digit)] for digit in number)
    raised_mark = re.search(rf"\s?{high}(?![{SUPERSCRIPTS}])", text)
    return raised_mark or re.search(
        rf"(?<=[{SMALL_LETTERS}.,;:)”»]){number}(?=[\s.,;:?!)”]|$)", text
    )


def _set_mark(body: list[Line], mark: str, number: int) -> None:
    """Put the note's mark where the text has its figure, or else at the end of the page."""
    if not body:
        return
    for place, line in enumerate(body):
        found = _in_text(mark, line.text) if mark else None
        if found and found.start() > 0:
            text = line.text[: found.start()] + note_mark(number) + line.text[found.end() :]
            body[place] = replace(line, text=text)
            return
    body[-1] = replace(body[-1], text=body[-1].text + note_mark(number))
