"""Lists of polling places as editors have them: tables in CSV or Excel files.

A file is read whole or not at all, and nothing is guessed of its letters: a table in an unknown
encoding is refused with a reason, since wrong letters in an address send people astray.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from rapidfuzz.distance import OSA

from bot.errors import InputRefused, reason_of
from bot.knowledge.packed import is_too_large
from bot.knowledge.source import LARGEST_FILE, Faults
from bot.language.fold import fold, tidy
from bot.language.syllables import is_syllable

_HEADING_WITHIN = 15
_MOST_COLUMNS = 40
_MOST_ROWS = 100_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_WITH_MARK = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))

_LETTERS = re.compile(r"[^\W\d_]+")
_LOST_LETTER = re.compile(r"[^\W\d_]\?[^\W\d_]")
_WORD = re.compile(r"[a-z0-9]+")

# Headings as words in a row; the first column whose words stand in a heading takes it.
_HEADINGS = (
    ("at", ("dia diem", "noi bo phieu", "phong bo phieu", "dia chi", "noi dat")),
    ("day", ("ky bau cu", "ngay")),
    ("village", ("thon", "khu pho", "to dan pho", "khu dan cu", "tdp", "xom")),
    ("area", ("khu vuc", "kv", "kvbp")),
    ("commune", ("xa", "phuong", "dac khu", "don vi hanh chinh")),
)
_COLUMNS = {
    "commune": "xã/phường/đặc khu",
    "area": "khu vực số",
    "village": "thôn/khu phố",
    "at": "địa điểm",
    "day": "kỳ bầu cử",
}
_OTHER_TYPE = "Không đọc được loại tệp này. Hãy dùng tệp .yaml, .csv hoặc .xlsx."


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list of polling places, as it was written; nothing is checked yet."""

    file: str
    line: int
    commune: str
    area: str
    village: str
    at: str
    day: str


def read_table(path: Path, name: str, faults: Faults) -> list[Row]:
    """The rows of a CSV or Excel file; faults say what stands in the way."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise InputRefused("Tệp quá lớn, tối đa 20 MB.")
        data = path.read_bytes()
        if not data.strip():
            raise InputRefused("Tệp trống.")
        if path.suffix.lower() == ".csv":
            return _rows(_csv_lines(data), name, faults)
        if path.suffix.lower() == ".xlsx":
            return _sheets(data, name, faults)
        raise InputRefused(_OTHER_TYPE)
    except OSError as error:
        faults.add(1, "", f"Không đọc được tệp: {reason_of(error)}.")
    except InputRefused as error:
        faults.add(1, "", str(error))
    return []


# Text and its encoding


def decode(data: bytes) -> str:
    """The text of a CSV file in UTF-8, UTF-16 with its mark, or Windows-1258.

    Raises `InputRefused` where the letters cannot be trusted.
    """
    if data.startswith((_ZIP, _OLE)):
        raise InputRefused("Đây là tệp Excel mang đuôi .csv. Hãy lưu lại thành .xlsx.")
    text = _decode(data)
    if "\ufffd" in text or _LOST_LETTER.search(text):
        raise InputRefused("Tệp đã mất chữ có dấu (thành dấu hỏi). Hãy xuất lại với bảng mã UTF-8.")
    if any(map(_is_twice_encoded, text.split())):
        raise InputRefused("Chữ trong tệp đã bị sai bảng mã. Hãy xuất lại với bảng mã UTF-8.")
    return unicodedata.normalize("NFC", text)


def _decode(data: bytes) -> str:
    for mark, encoding in _WITH_MARK:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                raise InputRefused("Tệp bị hỏng: có chỗ không đúng bảng mã.") from None
    if b"\0" in data:
        raise InputRefused("Tệp không phải là văn bản CSV. Hãy lưu lại với bảng mã UTF-8.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_windows(data)


def _decode_windows(data: bytes) -> str:
    """Windows-1258, believed only where Vietnamese words come out.

    The older TCVN3 and VNI fonts, and Western encodings, are bytes that decode to something too.
    """
    refused = "Không nhận ra bảng mã của tệp. Hãy mở bằng Excel và lưu lại dạng CSV UTF-8."
    try:
        text = unicodedata.normalize("NFC", data.decode("cp1258"))
    except UnicodeDecodeError:
        raise InputRefused(refused) from None
    if any(unicodedata.combining(c) for c in text):
        raise InputRefused(refused)
    words = [word for word in _LETTERS.findall(text) if not word.isascii()]
    if not words or not all(is_syllable(fold(word)) for word in words):
        raise InputRefused(refused)
    # Signs grown to letters are letters of another encoding ("§Þa ®iÓm").
    if re.search(r"[¡-¿×÷][^\W\d_]|[^\W\d_][¡-ª¬-¿×÷][^\W\d_]", text):
        raise InputRefused(refused)
    return text


def _is_twice_encoded(word: str) -> bool:
    """Whether a word is UTF-8 that was once read as Windows-1252: "LÆ°Æ¡ng"."""
    if word.isascii():
        return False
    for encoding in ("cp1252", "cp1258", "latin-1"):
        try:
            word.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        return True
    return False


# Tables


def _csv_lines(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Each row with the number of its first line."""
    text = decode(data)
    head = text[:4_000]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    try:
        for cells in islice(reader, _MOST_ROWS + 1):
            yield line, [_clean(cell) for cell in cells]
            line = reader.line_num + 1
    except csv.Error:
        raise InputRefused(f"Từ dòng {line}, tệp CSV bị hỏng: hãy xem lại dấu ngoặc kép.") from None


def _sheets(data: bytes, name: str, faults: Faults) -> list[Row]:
    import openpyxl  # takes a tenth of a second, and most bases have no spreadsheet

    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise InputRefused("Tệp có mật khẩu. Hãy bỏ mật khẩu rồi lưu lại.")
        raise InputRefused("Đây là tệp Excel kiểu cũ (.xls). Hãy lưu lại dạng .xlsx.")
    try:
        if is_too_large(io.BytesIO(data)):
            raise InputRefused("Tệp quá lớn sau khi giải nén.")
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except InputRefused:
        raise
    except Exception:  # openpyxl raises whatever its parsers raise
        raise InputRefused("Tệp không phải là tệp Excel .xlsx, hoặc đã bị hỏng.") from None
    try:
        tables = [list(_sheet_lines(s)) for s in book.worksheets if s.sheet_state == "visible"]
    except Exception:  # the same, sheets being read only now
        raise InputRefused("Trang tính trong tệp đã bị hỏng.") from None
    finally:
        book.close()
    headed = [table for table in tables if _find_heading(table)]
    if not headed:
        return _rows(tables[0] if tables else [], name, faults)
    return [row for table in headed for row in _rows(table, name, faults)]


def _sheet_lines(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    # Programs write wrong dimensions; then rows would be missing.
    sheet.reset_dimensions()
    rows = sheet.iter_rows(max_col=_MOST_COLUMNS, values_only=True)
    for line, cells in enumerate(islice(rows, _MOST_ROWS + 1), start=1):
        yield line, [_cell(value) for value in cells]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _clean(str(value))


def _clean(text: str) -> str:
    """A tidy text; the lines of a cell stay apart, they may list villages."""
    return "\n".join(line for line in map(tidy, text.splitlines()) if line)


def _rows(lines: Iterable[tuple[int, Sequence[str]]], name: str, faults: Faults) -> list[Row]:
    table = [(line, cells) for line, cells in lines if any(cells)]
    if not table:
        raise InputRefused("Tệp không có dòng nào.")
    if len(table) > _MOST_ROWS:
        raise InputRefused(
            f"Tệp có quá nhiều dòng, tối đa {_MOST_ROWS} dòng. Hãy chia thành nhiều tệp."
        )
    heading = _find_heading(table)
    if heading is None:
        wanted = ", ".join(_COLUMNS.values())
        faults.add(table[0][0], "", f"Không thấy dòng tiêu đề. Cần các cột: {wanted}.")
        return []
    at, columns = heading
    missing = [title for key, title in _COLUMNS.items() if key not in columns]
    if missing:
        faults.add(table[at][0], "", f"Thiếu cột: {', '.join(missing)}.")
        return []
    return list(_below(table[at + 1 :], columns, name))


def _below(
    table: Iterable[tuple[int, Sequence[str]]], columns: dict[str, int], name: str
) -> Iterator[Row]:
    commune = day = ""
    for line, cells in table:
        taken = {key: cells[i] if i < len(cells) else "" for key, i in columns.items()}
        if not any(taken.values()):
            continue
        # Cells merged over many rows hold their value in the first one only.
        commune = taken["commune"] or commune
        day = taken["day"] or day
        at = tidy(taken["at"])
        yield Row(name, line, tidy(commune), taken["area"], taken["village"], at, tidy(day))


def _find_heading(table: Sequence[tuple[int, Sequence[str]]]) -> tuple[int, dict[str, int]] | None:
    """The place of the heading, which may stand below a title, and the column of each key."""
    for at, (_, cells) in enumerate(table[:_HEADING_WITHIN]):
        columns: dict[str, int] = {}
        for i, cell in enumerate(cells):
            key = _heading_of(cell)
            if key is not None:
                columns.setdefault(key, i)
        if len(columns) >= 3:
            return at, columns
    return None


def _heading_of(cell: str) -> str | None:
    words = _WORD.findall(fold(cell))
    if not words or len(words) > 12:
        return None
    line = " ".join(words)
    for key, phrases in _HEADINGS:
        if any(f" {phrase} " in f" {line} " for phrase in phrases):
            return key
    for key, title in _COLUMNS.items():
        if OSA.distance(line, " ".join(_WORD.findall(fold(title)))) <= 2:
            return key
    return None
