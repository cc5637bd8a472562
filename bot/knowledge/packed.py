"""Whether a packed workbook may be opened at all: a small file may unpack to more than the memory holds.

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
_AT_ONCE = 1 << 20
_ROW = re.compile(rb"<(?:[^\s<>/:]{1,100}:)?row[\s/>]")
_LONGEST_ROW_MARK = 106


def is_too_large(file: str | IO[bytes]) -> bool:
    """Whether opening the workbook would take too much. Raises `zipfile.BadZipFile`, `OSError`."""
    with zipfile.ZipFile(file) as inside:
        parts = inside.infolist()
        if sum(part.file_size for part in parts) > _LARGEST_INSIDE:
            return True
        marks = 0
        for part in parts:
            if part.filename.lower().endswith((".xml", ".rels")):
                marks += _marks_of(inside, part, MOST_MARKS - marks)
                if marks > MOST_MARKS:
                    return True
    return False


def _marks_of(inside: zipfile.ZipFile, part: zipfile.ZipInfo, most: int) -> int:
    """How many marks a part has; more than `most` as soon as it is too many, in all or in a row."""
    marks, before = 0, b""
    in_row: int | None = None
    try:
        with inside.open(part) as unpacked:
            while block := unpacked.read(_AT_ONCE):
                marks += block.count(b"<")
                in_row = _longest(before + block, in_row)
                if marks > most or (in_row or 0) > MOST_IN_A_ROW:
                    return MOST_MARKS + 1
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
