"""The numbers that Word sets before the paragraphs of a list ("Câu 12."), which no text holds."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from docx.document import Document
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from bot.knowledge.booklet.word_styles import WordStyles, list_of

_LEVELS = 9
_LONGEST_PATTERN = 60
_HIGHEST_ROMAN = 400
"""Word has so many levels. Of the rest nobody writes more, but a file may ask for millions."""
_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


@dataclass(frozen=True, slots=True)
class _Level:
    pattern: str
    form: str
    start: int


class WordNumbers:
    """Counts the lists of one document as Word does when it shows them."""

    def __init__(self, document: Document, styles: WordStyles) -> None:
        self._styles = styles
        self._levels: dict[tuple[str, int], _Level] = {}
        self._lists: dict[str, str] = {}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        relations = document.part.rels.values()
        if any(relation.reltype.endswith("/numbering") for relation in relations):
            self._take(document.part.numbering_part.element)

    def _take(self, root: Any) -> None:
        for shape in root.iter(qn("w:abstractNum")):
            shape_id = str(shape.get(qn("w:abstractNumId")))
            for level in shape.iter(qn("w:lvl")):
                depth = int(level.get(qn("w:ilvl")) or 0)
                if 0 <= depth < _LEVELS:
                    self._levels[shape_id, depth] = _Level(
                        _value(level, "w:lvlText")[:_LONGEST_PATTERN],
                        _value(level, "w:numFmt"),
                        int(_value(level, "w:start") or 1),
                    )
        for listed in root.iter(qn("w:num")):
            self._lists[str(listed.get(qn("w:numId")))] = _value(listed, "w:abstractNumId")

    def next(self, paragraph: Paragraph) -> str:
        """The number before a paragraph; a dash for a bullet, nothing where there is no list."""
        own = list_of(paragraph._p.pPr)
        style = self._styles.of(paragraph)
        list_id, depth = own if own is not None else (style.list_id, style.depth)
        shape = self._lists.get(list_id, "")
        level = self._levels.get((shape, depth))
        if level is None:
            return ""
        if level.form == "bullet":
            return "-"
        counts = self._counts[shape]
        counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in [d for d in counts if d > depth]:
            del counts[deeper]
        return re.sub(
            "%([1-9])", lambda found: self._shown(shape, int(found.group(1)) - 1), level.pattern
        )

    def _shown(self, shape: str, depth: int) -> str:
        level = self._levels.get((shape, depth))
        start = level.start if level else 1
        return _written(self._counts[shape].get(depth, start), level.form if level else "decimal")


def _value(node: Any, name: str) -> str:
    child = node.find(qn(name))
    return "" if child is None else str(child.get(qn("w:val")) or "")


def _written(number: int, form: str) -> str:
    if form in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (number - 1) % 26)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("lowerRoman", "upperRoman") and number <= _HIGHEST_ROMAN:
        roman = ""
        for value, sign in _ROMAN:
            while number >= value:
                roman += sign
                number -= value
        return roman.lower() if form == "lowerRoman" else roman
    return str(number)
