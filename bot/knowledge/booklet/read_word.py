"""The lines of a Word file: paragraphs and tables in their order, lists with their numbers."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.table import Table, _Row
from docx.text.paragraph import Paragraph

from bot.errors import InputRefused
from bot.knowledge.booklet.letters import clean_line, note_mark
from bot.knowledge.booklet.model import Booklet, Line, Page
from bot.knowledge.booklet.word_numbers import WordNumbers

_LARGEST_INSIDE = 60_000_000
"""Bytes of XML; pictures do not count."""
_SPEAKS = re.compile(r"\s*(câu\s|trả lời|đáp\s*:|hỏi\s*:)", re.IGNORECASE)
_FOOTNOTES = "/footnotes"
_PLAIN = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_OPEN, _CLOSE = "{{note", "}}"


def read_word(path: Path, progress: Callable[[int, int], None]) -> Booklet:
    """The whole of a .docx file as one page, since Word keeps no pages."""
    refused = InputRefused(f"Tệp {path.name} không phải Word (.docx) hoặc đã bị hỏng.")
    try:
        with zipfile.ZipFile(path) as inside:
            names = set(inside.namelist())
            xml = [item for item in inside.infolist() if item.filename.endswith((".xml", ".rels"))]
            size = sum(item.file_size for item in xml)
    except (zipfile.BadZipFile, OSError):
        raise refused from None
    if "word/document.xml" not in names:
        raise refused
    if size > _LARGEST_INSIDE:
        raise InputRefused(f"Tệp {path.name} khi mở ra quá lớn. Hãy tách thành các tệp nhỏ hơn.")
    try:
        reader = _Reader(docx.Document(str(path)))
        lines = tuple(reader.lines())
    # python-docx lets the errors of zip, XML and its own parts through, each of another kind.
    except Exception as error:
        raise refused from error
    progress(1, 1)
    return Booklet((Page(0, lines),), tuple(reader.notes))


class _Reader:
    """Goes through one document and gathers the footnotes on the way."""

    def __init__(self, document: Document) -> None:
        self.notes: list[str] = []
        self._document = document
        self._numbers = WordNumbers(document)
        self._footnotes = dict(_footnotes(document))

    def lines(self) -> Iterator[Line]:
        for block in self._document.iter_inner_content():
            if isinstance(block, Paragraph):
                yield from self._paragraph(block)
            else:
                yield from self._table(block)

    def _paragraph(self, paragraph: Paragraph) -> Iterator[Line]:
        number = self._numbers.next(paragraph)
        text = f"{number} {self._text(paragraph)}" if number else self._text(paragraph)
        bold = _is_bold(paragraph)
        for piece in text.split("\n"):
            written = self._marked(clean_line(piece))
            if written:
                yield Line(written, bold=bold, starts=True)

    def _table(self, table: Table) -> Iterator[Line]:
        for row in table.rows:
            cells = [list(self._cell(cell)) for cell in _cells(row)]
            if any(_SPEAKS.match(line.text) for lines in cells for line in lines[:1]):
                for lines in cells:
                    yield from lines
                continue
            joined = " | ".join(" ".join(line.text for line in lines) for lines in cells if lines)
            if joined:
                yield Line(joined, starts=True)

    def _cell(self, paragraphs: list[Paragraph]) -> Iterator[Line]:
        for paragraph in paragraphs:
            yield from self._paragraph(paragraph)

    def _text(self, paragraph: Paragraph) -> str:
        text = []
        for node in paragraph._p.iter():
            if node.tag == qn("w:t"):
                text.append(node.text or "")
            elif node.tag in _PLAIN:
                text.append(_PLAIN[node.tag])
            elif node.tag == qn("w:footnoteReference"):
                self.notes.append(self._footnotes.get(str(node.get(qn("w:id"))), ""))
                text.append(f"{_OPEN}{len(self.notes) - 1}{_CLOSE}")
        return "".join(text)

    def _marked(self, text: str) -> str:
        # Cleaning takes private letters out, so the marks of the notes are set after it.
        return re.sub(
            re.escape(_OPEN) + r"(\d+)" + re.escape(_CLOSE),
            lambda found: note_mark(int(found.group(1))),
            text,
        )


def _cells(row: _Row) -> Iterator[list[Paragraph]]:
    seen = set()
    for cell in row.cells:
        # A merged cell comes once for every column that it covers.
        if cell._tc not in seen:
            seen.add(cell._tc)
            yield cell.paragraphs


def _is_bold(paragraph: Paragraph) -> bool:
    name = (paragraph.style.name or "") if paragraph.style else ""
    if name.lower().startswith(("heading", "title")):
        return True
    runs = [run for run in paragraph.runs if run.text.strip()]
    styled = bool(paragraph.style and paragraph.style.font.bold)
    return bool(runs) and all(styled if run.bold is None else run.bold for run in runs)


def _footnotes(document: Document) -> Iterator[tuple[str, str]]:
    for relation in document.part.rels.values():
        if relation.reltype.endswith(_FOOTNOTES) and not relation.is_external:
            for note in parse_xml(relation.target_part.blob).iter(qn("w:footnote")):
                text = "".join(node.text or "" for node in note.iter(qn("w:t")))
                yield str(note.get(qn("w:id"))), clean_line(text)
