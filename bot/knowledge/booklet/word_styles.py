"""The styles of a Word file, each looked at once: python-docx seeks through all of them every time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from docx.document import Document
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

_HIGHEST = 20
"""So many styles may stand one upon the other; Word itself allows eleven."""


@dataclass(frozen=True, slots=True)
class WordStyle:
    """What matters of a style: its name, its print, and the list that its paragraphs count in.

    `list_id` is empty where they count in none.
    """

    name: str = ""
    is_bold: bool = False
    list_id: str = ""
    depth: int = 0


class WordStyles:
    """The paragraph styles of one document by their ids."""

    def __init__(self, document: Document) -> None:
        self._nodes: dict[str, Any] = {}
        self._default = ""
        self._known: dict[str, WordStyle] = {}
        for node in document.styles.element.iter(qn("w:style")):
            style_id = str(node.get(qn("w:styleId")) or "")
            self._nodes.setdefault(style_id, node)
            is_default = node.get(qn("w:default")) in ("1", "true", "on")
            if is_default and node.get(qn("w:type")) == "paragraph":
                self._default = style_id

    def of(self, paragraph: Paragraph) -> WordStyle:
        """The style of a paragraph, or the document's usual one."""
        own = paragraph._p.style
        style_id = own if own in self._nodes else self._default
        found = self._known.get(style_id)
        if found is None:
            found = self._known[style_id] = self._read(style_id)
        return found

    def _read(self, style_id: str) -> WordStyle:
        node = self._nodes.get(style_id)
        if node is None:
            return WordStyle()
        list_id, depth = self._list_of(node)
        return WordStyle(_value(node, "name"), _is_on(node.find(qn("w:rPr"))), list_id, depth)

    def _list_of(self, node: Any) -> tuple[str, int]:
        """The list of a style, or of the next below it that has one; styles may go in a ring."""
        for _ in range(_HIGHEST):
            numbered = list_of(node.find(qn("w:pPr")))
            if numbered is not None:
                return numbered
            node = self._nodes.get(_value(node, "basedOn"))
            if node is None:
                break
        return "", 0


def list_of(shape: Any) -> tuple[str, int] | None:
    """The list and level that the properties of a paragraph or a style name; None without any."""
    numbered = None if shape is None else shape.find(qn("w:numPr"))
    list_id = "" if numbered is None else _value(numbered, "numId")
    if not list_id:
        return None
    depth = _value(numbered, "ilvl")
    return list_id, int(depth) if depth.isdigit() and len(depth) < 3 else 0


def _value(node: Any, name: str) -> str:
    child = node.find(qn(f"w:{name}"))
    return "" if child is None else str(child.get(qn("w:val")) or "")


def _is_on(shape: Any) -> bool:
    """Whether the properties of a print say that it is bold."""
    bold = None if shape is None else shape.find(qn("w:b"))
    return bold is not None and bold.get(qn("w:val")) not in ("0", "false", "off")
