"""The lines of a plain text file, in whichever of three encodings it was saved."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

from bot.errors import InputRefused
from bot.knowledge.booklet.letters import clean_line
from bot.knowledge.booklet.model import Booklet, Line, Page
from bot.language.fold import fold, has_marks
from bot.language.syllables import is_syllable

_WORD = re.compile(r"[^\W\d_]+")
_UNWRAPPED = 160
_FEWEST_PAGES = 3


def read_text(path: Path, progress: Callable[[int, int], None]) -> Booklet:
    """The pages of a text file, cut at form feeds or at lone page numbers, else one page."""
    text = decode(path.read_bytes(), path.name)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    parts = text.split("\f") if "\f" in text else _cut_at_numbers(text.split("\n"))
    pages = tuple(
        Page(number, tuple(_lines(part, number if len(parts) > 1 else 0)))
        for number, part in enumerate(parts, 1)
    )
    progress(len(pages), len(pages))
    return Booklet(pages)


def _cut_at_numbers(lines: list[str]) -> list[str]:
    """Pages told by their numbers, where a text has lines with nothing but 1, 2, 3 …"""
    bare = [(i, int(line)) for i, line in enumerate(lines) if re.fullmatch(r"\s*\d{1,4}\s*", line)]
    chain: list[tuple[int, int]] = []
    for place, number in bare:
        if not chain or number == chain[-1][1] + 1:
            chain.append((place, number))
        elif len(chain) < _FEWEST_PAGES:
            chain = [(place, number)]
    if len(chain) < _FEWEST_PAGES:
        return ["\n".join(lines)]
    starts = [0, *(place + 1 for place, _ in chain)]
    ends = [*starts[1:], len(lines)]
    return ["\n".join(lines[a:b]) for a, b in zip(starts, ends, strict=True)]


def decode(data: bytes, name: str) -> str:
    """The text of a file in UTF-8, UTF-16 or Windows-1258.

    Raises `InputRefused` where it is none of these: old fonts (TCVN3, VNI) look like Latin letters.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return _decoded(data, encoding, name)
    for encoding, parity in (("utf-16-le", 1), ("utf-16-be", 0)):
        if len(data) % 2 == 0 and data[parity:4_000:2].count(0) > len(data[:4_000]) * 0.15:
            return _decoded(data, encoding, name)
    if 0 in data:
        raise InputRefused(f"Tệp {name} không phải là tệp chữ.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = unicodedata.normalize("NFC", _decoded(data, "cp1258", name))
    if not _looks_vietnamese(text):
        raise InputRefused(_unknown(name))
    return text


def _decoded(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise InputRefused(_unknown(name)) from None


def _unknown(name: str) -> str:
    return f"Không đọc được bảng mã của tệp {name}. Hãy lưu lại với bảng mã UTF-8."


def _looks_vietnamese(text: str) -> bool:
    words = _WORD.findall(text[:50_000])
    known = sum(is_syllable(fold(word)) for word in words)
    marked = sum(has_marks(word) for word in words)
    return bool(words) and known > 0.85 * len(words) and marked > 0.2 * len(words)


def _lines(text: str, page: int) -> Iterator[Line]:
    raw = text.split("\n")
    lengths = sorted(len(line) for line in raw if line.strip())
    if not lengths:
        return
    width = lengths[int(0.95 * (len(lengths) - 1))]
    after_blank = True
    for line in raw:
        written = clean_line(line)
        if not written:
            after_blank = True
            continue
        yield Line(
            text=written,
            page=page,
            starts=after_blank or lengths[-1] > _UNWRAPPED,
            indented=line[:1].isspace(),
            full=len(line) > 0.8 * width,
        )
        after_blank = False
