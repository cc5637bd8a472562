"""Whether a packed file (a workbook, a text of Word) may be opened at all.

A small one may unpack to more than the memory holds.

Every mark of XML becomes objects a hundred times its size, so marks are counted, as the parts are
unpacked bit by bit, before anything reads them.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import IO

MOST_MARKS = 6_000_000
"""In all parts; a list of fifty thousand people in eight columns has three million."""
MOST_IN_A_ROW = 100_000
"""A row is read whole; one of all the 16,384 columns that there are has sixty-five thousand."""
_LARGEST_INSIDE = 300 * 1024 * 1024
_MOST_PARTS = 10_000
_AT_ONCE = 1 << 20
_ROW = re.compile(rb"<(?:[^\s<>/:]{1,100}:)?row[\s/>]")
_LONGEST_ROW_MARK = 106
_FOREIGN = (".svg", ".htm", ".html", ".xhtml")
"""Pictures and pages that somebody put in as they were; they may declare what they are."""
_DECLARES = re.compile(rb"<!DOCTYPE|<\0!\0D\0O\0C\0T\0Y\0P\0E")


def is_too_large(file: str | IO[bytes], most: int | None = None) -> bool:
    """Whether opening it would take too much: more than `most` marks, or too many bytes or parts.

    Raises `zipfile.BadZipFile`, `OSError`; the first also for a part that declares a type of document of its
    own: no office program writes that, and it names what is outside, or doubles with every line.
    """
    most = MOST_MARKS if most is None else most
    with zipfile.ZipFile(file) as inside:
        parts = inside.infolist()
        if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _LARGEST_INSIDE:
            return True
        marks = 0
        # Whatever a part is called: what is read as XML another part tells.
        for part in parts:
            found = _marks_of(inside, part, most - marks)
            if found is None:
                return True
            marks += found
    return False


def _marks_of(inside: zipfile.ZipFile, part: zipfile.ZipInfo, most: int) -> int | None:
    """How many marks a part has; None as soon as it is more than `most`, or too many in a row."""
    marks, before = 0, b""
    in_row: int | None = None
    is_foreign = part.filename.lower().endswith(_FOREIGN)
    try:
        with inside.open(part) as unpacked:
            while block := unpacked.read(_AT_ONCE):
                marks += block.count(b"<")
                if not is_foreign and _DECLARES.search(before + block):
                    raise zipfile.BadZipFile("a document type is declared")
                in_row = _longest(before + block, in_row)
                if marks > most or (in_row or 0) > MOST_IN_A_ROW:
                    return None
                before = block[-_LONGEST_ROW_MARK:]
    except (zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        # A broken stream, a method of packing that nobody uses, a password.
        raise zipfile.BadZipFile from error
    return marks


def _longest(block: bytes, in_row: int | None) -> int | None:
    """The marks since the last row began, None before the first; or those of one that is too long."""
    begun = 0
    for found in _ROW.finditer(block):
        if in_row is not None:
            in_row += block.count(b"<", begun, found.start())
            if in_row > MOST_IN_A_ROW:
                return in_row
        in_row, begun = 0, found.start()
    return None if in_row is None else in_row + block.count(b"<", begun)
