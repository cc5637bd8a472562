"""The lines of a Word file: paragraphs and tables in their order, lists with their numbers."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import docx
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.oxml.table import CT_Row
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from bot.errors import InputRefused
from bot.knowledge.booklet.letters import clean_line, note_mark
from bot.knowledge.booklet.model import Booklet, Line, Page
from bot.knowledge.booklet.word_numbers import WordNumbers
from bot.knowledge.booklet.word_styles import WordStyle, WordStyles
from bot.knowledge.packed import is_too_large

_LARGEST_INSIDE = 60_000_000
"""Bytes of XML; pictures do not count."""
_MOST_MARKS = 3_000_000
"""A booklet of 340 pages with every change tracked has a third."""
_MOST_LETTERS = 20_000_000
_LONGEST_REPEATED = 300
"""Letters of a cell that is said again in each row that it covers."""
_SPEAKS = re.compile(r"\s*(câu\s|trả lời|đáp\s*:|hỏi\s*:)", re.IGNORECASE)
_FOOTNOTES = "/footnotes"
_PLAIN = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_OPEN, _CLOSE = "{{note", "}}"


def read_word(path: Path, progress: Callable[[int, int], None]) -> Booklet:
    """The whole of a .docx file as one page, since Word keeps no pages."""
    refused = InputRefused(f"Tệp {path.name} không phải Word (.docx) hoặc đã bị hỏng.")
    too_large = InputRefused(f"Tệp {path.name} khi mở ra quá lớn. Hãy tách thành các tệp nhỏ hơn.")
    try:
        with zipfile.ZipFile(path) as inside:
            names = set(inside.namelist())
            xml = [item for item in inside.infolist() if item.filename.endswith((".xml", ".rels"))]
            size = sum(item.file_size for item in xml)
        if "word/document.xml" not in names:
            raise refused
        if size > _LARGEST_INSIDE or is_too_large(str(path), _MOST_MARKS):
            raise too_large
    except (zipfile.BadZipFile, OSError):
        raise refused from None
    try:
        reader = _Reader(docx.Document(str(path)))
        lines = tuple(_within(reader.lines(), too_large))
    except InputRefused:
        raise
    # python-docx lets the errors of zip, XML and its own parts through, each of another kind.
    except Exception as error:
        raise refused from error
    progress(1, 1)
    return Booklet((Page(0, lines),), tuple(reader.notes))


def _within(lines: Iterable[Line], too_large: InputRefused) -> Iterator[Line]:
    """The lines, as long as they are no more than a booklet has."""
    letters = 0
    for line in lines:
        letters += len(line.text) + 1
        if letters > _MOST_LETTERS:
            raise too_large
        yield line


class _Reader:
    """Goes through one document and gathers the footnotes on the way."""

    def __init__(self, document: Document) -> None:
        self.notes: list[str] = []
        self._document = document
        self._styles = WordStyles(document)
        self._numbers = WordNumbers(document, self._styles)
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
        bold = _is_bold(paragraph, self._styles.of(paragraph))
        for piece in text.split("\n"):
            written = self._marked(clean_line(piece))
            if written:
                yield Line(written, bold=bold, starts=True)

    def _table(self, table: Table) -> Iterator[Line]:
        covering: dict[int, list[Line]] = {}
        for row in table._tbl.tr_lst:
            covering = self._row(row, table, covering)
            cells = list(covering.values())
            if any(_SPEAKS.match(line.text) for lines in cells for line in lines[:1]):
                for lines in cells:
                    yield from lines
                continue
            joined = " | ".join(" ".join(line.text for line in lines) for lines in cells if lines)
            if joined:
                yield Line(joined, starts=True)

    def _row(
        self, row: CT_Row, table: Table, above: Mapping[int, list[Line]]
    ) -> dict[int, list[Line]]:
        """The lines of each cell by its first column; one that goes on from above says it again."""
        found: dict[int, list[Line]] = {}
        column = row.grid_before
        for cell in row.tc_lst:
            if cell.vMerge == "continue":
                # python-docx looks for it row by row, up to the first, for every row.
                said = above.get(column, [])
                is_short = sum(len(line.text) for line in said) <= _LONGEST_REPEATED
                found[column] = said if is_short else []
            else:
                paragraphs = (Paragraph(one, _Cell(cell, table)) for one in cell.p_lst)
                found[column] = [line for one in paragraphs for line in self._paragraph(one)]
            # A span is only counted: written out, one number in the file would fill the memory.
            column += max(1, cell.grid_span)
        return found

    def _text(self, paragraph: Paragraph) -> str:
        text = []
        for node in paragraph._p.iter():
            if node.tag == qn("w:t"):
                text.append(node.text or "")
            elif node.tag in _PLAIN:
                text.append(_PLAIN[node.tag])
            elif node.tag == qn("w:footnoteReference"):
                # A footnote has one mark; were it said for each, a page could hold gigabytes.
                self.notes.append(self._footnotes.pop(str(node.get(qn("w:id"))), ""))
                text.append(f"{_OPEN}{len(self.notes) - 1}{_CLOSE}")
        return "".join(text)

    def _marked(self, text: str) -> str:
        # Cleaning takes private letters out, so the marks of the notes are set after it.
        return re.sub(
            re.escape(_OPEN) + r"(\d+)" + re.escape(_CLOSE),
            lambda found: note_mark(int(found.group(1))),
            text,
        )


def _is_bold(paragraph: Paragraph, style: WordStyle) -> bool:
    if style.name.lower().startswith(("heading", "title")):
        return True
    runs = [run for run in paragraph.runs if run.text.strip()]
    return bool(runs) and all(style.is_bold if run.bold is None else run.bold for run in runs)


def _footnotes(document: Document) -> Iterator[tuple[str, str]]:
    for relation in document.part.rels.values():
        if relation.reltype.endswith(_FOOTNOTES) and not relation.is_external:
            for note in parse_xml(relation.target_part.blob).iter(qn("w:footnote")):
                text = "".join(node.text or "" for node in note.iter(qn("w:t")))
                yield str(note.get(qn("w:id"))), clean_line(text)
            return
