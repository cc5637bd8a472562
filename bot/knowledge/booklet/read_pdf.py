"""The lines of a PDF with what their print tells: size, weight, indent, raised figures.

PDFium opens a file whose owner only forbids printing or copying; one that asks for a password
before it is read stays shut.
"""

from __future__ import annotations

import ctypes
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from statistics import median

import pypdfium2
import pypdfium2.raw as pdfium

from bot.errors import InputRefused
from bot.knowledge.booklet.columns import Edges, margins_of
from bot.knowledge.booklet.letters import clean_line, raised
from bot.knowledge.booklet.model import Booklet, Line, Page

_MOST_PAGES = 5_000
_PASSWORD = 4
# Browsers print the tops of tall letters ("Ủ") at the foot of the page before their own.
_SLIVER = re.compile(r"(?:[^\x00-\x7f]\s)*[^\x00-\x7f]")
# PDFium sets one of these for the hyphen that breaks a word, and no end of line after it.
_LAST_HYPHEN = (0x02, 0xFFFE)
# PDFium must not be entered by two threads at once.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True)
class _Letter:
    sign: str
    left: float
    bottom: float
    right: float
    top: float

    @property
    def height(self) -> float:
        return self.top - self.bottom


@dataclass(frozen=True, slots=True)
class _Row:
    """One printed line; `edges` are left, bottom, right and top, `size` is that of its print."""

    letters: tuple[_Letter, ...]
    bold: bool
    edges: Edges
    size: float


def read_pdf(path: Path, progress: Callable[[int, int], None]) -> Booklet:
    """Every page of a PDF, one at a time, so that a long one needs little memory."""
    with _ONE_AT_A_TIME:
        try:
            document = pypdfium2.PdfDocument(path)
        except pypdfium2.PdfiumError as error:
            raise InputRefused(_explain(path.name, error)) from error
        try:
            return _read(document, path.name, progress)
        except pypdfium2.PdfiumError as error:
            raise InputRefused(f"Tệp {path.name} bị hỏng, không đọc được hết.") from error
        finally:
            document.close()


def _explain(name: str, error: pypdfium2.PdfiumError) -> str:
    if getattr(error, "err_code", None) == _PASSWORD:
        return f"Tệp {name} cần mật khẩu mới mở được. Hãy bỏ mật khẩu rồi nhập lại."
    return f"Tệp {name} không phải PDF hoặc đã bị hỏng."


def _read(
    document: pypdfium2.PdfDocument, name: str, progress: Callable[[int, int], None]
) -> Booklet:
    count = len(document)
    if count > _MOST_PAGES:
        raise InputRefused(f"Tệp {name} có {count} trang, tối đa {_MOST_PAGES}.")
    pages, blank = [], []
    for number in range(1, count + 1):
        page = document[number - 1]
        text = page.get_textpage()
        lines = tuple(_lines(text, number))
        text.close()
        page.close()
        pages.append(Page(number, lines))
        if not lines:
            blank.append(number)
        progress(number, count)
    if len(blank) == count:
        raise InputRefused(
            f"Tệp {name} chỉ có ảnh chụp, không có chữ. Hãy nhận dạng chữ (OCR) rồi nhập lại."
        )
    return Booklet(tuple(pages), (), tuple(_warn_blank(blank)))


def _warn_blank(blank: list[int]) -> Iterator[str]:
    if blank:
        shown = ", ".join(map(str, blank[:10])) + (", …" if len(blank) > 10 else "")
        yield f"{len(blank)} trang không có chữ (trang trắng hoặc ảnh): {shown}."


def _lines(text: pypdfium2.PdfTextPage, page: int) -> Iterator[Line]:
    rows = _in_order(_merged(list(_rows(text))))
    if not rows:
        return
    body = median(row.size for row in rows)
    prose = [row.edges for row in rows if row.size > 0.9 * body]
    margins = iter(margins_of(prose))
    page_margins = min(edges[0] for edges in prose), max(edges[2] for edges in prose)
    for row in rows:
        left, right = next(margins) if row.size > 0.9 * body else page_margins
        written = clean_line(_with_raised(row))
        if not written or (written.isupper() and _SLIVER.fullmatch(written)):
            continue
        yield Line(
            text=written,
            page=page,
            size=row.size,
            bold=row.bold,
            indented=row.edges[0] > left + 0.7 * row.size,
            full=row.edges[2] > right - 0.15 * (right - left),
        )


def _rows(text: pypdfium2.PdfTextPage) -> Iterator[_Row]:
    letters: list[_Letter] = []
    first = 0
    box = pdfium.FS_RECTF()
    for place in range(pdfium.FPDFText_CountChars(text.raw)):
        code = pdfium.FPDFText_GetUnicode(text.raw, place)
        if code in (10, 13):
            if row := _row(text, letters, first):
                yield row
            letters, first = [], place + 1
            continue
        pdfium.FPDFText_GetLooseCharBox(text.raw, place, ctypes.byref(box))
        letters.append(_Letter(chr(code), box.left, box.bottom, box.right, box.top))
        if code in _LAST_HYPHEN:
            if row := _row(text, letters, first):
                yield row
            letters, first = [], place + 1
    if row := _row(text, letters, first):
        yield row


def _row(text: pypdfium2.PdfTextPage, letters: list[_Letter], first: int) -> _Row | None:
    seen = [x for x in letters if not x.sign.isspace() and x.height > 0]
    if not seen:
        return None
    edges = (
        min(x.left for x in seen),
        median(x.bottom for x in seen),
        max(x.right for x in seen),
        median(x.top for x in seen),
    )
    ends = [i for i, x in enumerate(letters) if not x.sign.isspace()]
    bold = _is_bold(text, first + ends[0]) and _is_bold(text, first + ends[-1])
    return _Row(tuple(letters), bold, edges, _size(letters))


def _size(letters: Sequence[_Letter]) -> float:
    return median(x.height for x in letters if not x.sign.isspace())


def _is_bold(text: pypdfium2.PdfTextPage, place: int) -> bool:
    if pdfium.FPDFText_GetFontWeight(text.raw, place) >= 600:
        return True
    name = ctypes.create_string_buffer(256)
    flags = ctypes.c_int()
    size = pdfium.FPDFText_GetFontInfo(text.raw, place, name, 256, ctypes.byref(flags))
    return 0 < size <= 256 and b"bold" in name.value.lower()


def _merged(rows: list[_Row]) -> list[_Row]:
    """Pieces of one printed line put together: a raised figure or a tab may have cut it."""
    whole: list[_Row] = []
    for row in rows:
        if whole and _goes_on(whole[-1], row):
            before = whole.pop()
            _, bottom, right, top = before.edges if before.size >= row.size else row.edges
            edges = (before.edges[0], bottom, max(right, row.edges[2]), top)
            gap = row.edges[0] - before.edges[2]
            space = (_Letter(" ", 0, 0, 0, 0),) if gap > 0.15 * before.size else ()
            letters = before.letters + space + row.letters
            row = replace(before, letters=letters, edges=edges, size=_size(letters))
        whole.append(row)
    return whole


def _goes_on(before: _Row, row: _Row) -> bool:
    _, bottom, right, top = before.edges
    overlap = min(top, row.edges[3]) - max(bottom, row.edges[1])
    smaller = min(top - bottom, row.edges[3] - row.edges[1])
    return overlap > 0.5 * smaller and row.edges[0] >= right - 0.3 * before.size


def _in_order(rows: list[_Row]) -> list[_Row]:
    """Rows from top to bottom; where some stand side by side (columns), the file's order."""
    down = sorted(rows, key=lambda row: -row.edges[3])
    for upper, lower in pairwise(down):
        if upper.edges[1] + 0.5 * upper.size < lower.edges[3] - 0.2 * lower.size:
            return rows
    return down


def _with_raised(row: _Row) -> str:
    """The row's text; small figures above the line (marks of footnotes) become superscripts."""
    size, floor = row.size, row.edges[1]
    text = []
    for letter in row.letters:
        small = letter.sign.isdigit() and 0 < letter.height < 0.8 * size
        lifted = letter.bottom > floor + 0.1 * size
        text.append(raised(letter.sign) if small and lifted else letter.sign)
    return "".join(text)
