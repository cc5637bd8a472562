"""A booklet's file -> its lines, or one sentence that says why it cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bot.errors import InputRefused, reason_of
from bot.knowledge.booklet.model import Booklet
from bot.knowledge.booklet.read_text import read_text

Progress = Callable[[int, int], None]
_MB = 1_000_000
LARGEST_FILE = 100 * _MB
LARGEST_TEXT = 20 * _MB
"""Bytes, and letters of any file; what is longer is no booklet, and would take more memory than a small machine has."""
_OLD_WORD = b"\xd0\xcf\x11\xe0"
_KINDS = (".pdf", ".docx", ".txt")


def read_file(path: Path, progress: Progress) -> Booklet:
    """The lines of a .pdf, .docx or .txt file; `progress` hears of pages done and of all pages.

    Raises `InputRefused` where the file is not what it seems or has no text in it.
    """
    check_file(path)
    booklet = _reader_of(path.suffix.lower())(path, progress)
    letters = sum(len(line.text) for page in booklet.pages for line in page.lines)
    if not letters:
        raise InputRefused(f"Tệp {path.name} không có chữ nào.")
    if letters + sum(map(len, booklet.notes)) > LARGEST_TEXT:
        raise InputRefused(f"Tệp {path.name} khi mở ra quá lớn. Hãy tách thành các tệp nhỏ hơn.")
    return booklet


def _reader_of(kind: str) -> Callable[[Path, Progress], Booklet]:
    """The reader of a kind of file; its library is slow to import, and no start needs it."""
    if kind == ".pdf":
        from bot.knowledge.booklet.read_pdf import read_pdf

        return read_pdf
    if kind == ".docx":
        from bot.knowledge.booklet.read_word import read_word

        return read_word
    return read_text


def check_file(path: Path) -> None:
    """Whether the file is there and is what its name says. Raises `InputRefused`."""
    name = path.name
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(1024)
    except IsADirectoryError:
        raise InputRefused(f"{name} là một thư mục. Hãy chọn một tệp.") from None
    except OSError as error:
        raise InputRefused(f"Không mở được tệp {name}: {reason_of(error)}.") from error
    kind = path.suffix.lower()
    most = LARGEST_TEXT if kind == ".txt" else LARGEST_FILE
    if size > most:
        raise InputRefused(f"Tệp {name} lớn quá {most // _MB} MB. Hãy tách thành các tệp nhỏ hơn.")
    if size == 0:
        raise InputRefused(f"Tệp {name} trống.")
    if kind not in _KINDS:
        allowed = "Chỉ nhập được tệp .pdf, .docx hoặc .txt."
        other = " Bảng tính của kho thì nhập bằng kb import-xlsx." if kind == ".xlsx" else ""
        raise InputRefused(f"Không nhập được tệp {name}. {allowed}{other}")
    _check_inside(name, kind, head)


def _check_inside(name: str, kind: str, head: bytes) -> None:
    if kind == ".docx" and head.startswith(_OLD_WORD):
        raise InputRefused(
            f"Tệp {name} có mật khẩu hoặc là Word kiểu cũ. Hãy bỏ mật khẩu, lưu lại thành .docx."
        )
    found = _kind_of(head)
    if found != kind:
        raise InputRefused(f"Tệp {name} mang đuôi {kind} nhưng bên trong không phải loại tệp ấy.")


def _kind_of(head: bytes) -> str:
    if b"%PDF-" in head:
        return ".pdf"
    if head.startswith(b"PK\x03\x04"):
        return ".docx"
    others = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"\x7fELF", b"Rar!", _OLD_WORD)
    return "" if head.startswith(others) else ".txt"
