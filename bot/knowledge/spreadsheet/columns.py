"""The columns of the sheet: how a field of an entry is shown in a cell, and read from one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.knowledge.model import Citation, Entry, Status
from bot.language.fold import tidy

SHEET = "Câu hỏi"
ORIGINAL = "Bản gốc"
"""A hidden sheet with every cell as it went out: it tells what the editor has changed."""
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_VIETNAMESE_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


class CellWrong(ValueError):
    """A cell cannot be understood; its text is the sentence for the editor."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the field of an entry, the heading for editors, the width in letters."""

    field: str
    label: str
    width: int


COLUMNS = (
    Column("id", "Mã", 24),
    Column("part", "Phần", 16),
    Column("question", "Câu hỏi", 40),
    Column("phrasings", "Cách hỏi khác", 45),
    Column("answer", "Câu trả lời", 60),
    Column("detail", "Xem thêm", 60),
    Column("citations", "Căn cứ", 28),
    Column("related", "Liên quan", 28),
    Column("audience", "Người đọc", 14),
    Column("status", "Trạng thái", 12),
    Column("valid_from", "Hiệu lực từ", 13),
    Column("valid_to", "Hiệu lực đến", 13),
)
LABELS = {column.field: column.label for column in COLUMNS}


def show(entry: Entry, field: str) -> str:
    """The text of one cell."""
    value = getattr(entry, field)
    if value is None:
        return ""
    if field == "citations":
        return "\n".join(map(_show_citation, value))
    if field == "phrasings":
        return "\n".join(value)
    if field in ("related", "audience"):
        return ", ".join(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _show_citation(citation: Citation) -> str:
    parts = (citation.law, citation.article, citation.clause, citation.point)
    return ":".join("" if part is None else str(part) for part in parts).rstrip(":")


def read(field: str, text: str) -> Any:
    """What a cell says, as the field of an entry holds it.

    Raises `CellWrong`.
    """
    if field == "phrasings":
        return tuple(filter(None, (tidy(line) for line in text.splitlines())))
    if field in ("answer", "detail"):
        lines = "\n".join(tidy(line) for line in text.splitlines())
        return re.sub(r"\n{3,}", "\n\n", lines).strip()
    if field == "citations":
        return tuple(_citation(line) for line in text.splitlines() if line.strip())
    if field in ("related", "audience"):
        return tuple(filter(None, re.split(r"[\s,;]+", text)))
    if field == "status":
        return _status(text)
    if field in ("valid_from", "valid_to"):
        return _day(text.strip())
    return _identifier(field, text) if field in ("id", "part") else tidy(text)


def _identifier(field: str, text: str) -> str:
    written = text.strip()
    if written and not _ID.fullmatch(written):
        raise CellWrong(
            f"{LABELS[field]} «{written}» chỉ được gồm chữ thường không dấu, số, gạch nối."
        )
    return written


def _status(text: str) -> Status:
    written = text.strip().lower() or Status.DRAFT.value
    if written not in list(Status):
        raise CellWrong(
            f"Trạng thái «{text.strip()}» không có. Các từ dùng được: {', '.join(Status)}."
        )
    return Status(written)


def _day(text: str) -> date | None:
    if not text:
        return None
    found = _VIETNAMESE_DATE.fullmatch(text)
    try:
        if found:
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(text[:10])
    except ValueError:
        raise CellWrong(f"«{text}» không phải là ngày. Hãy viết như 2026-03-15.") from None


def _citation(line: str) -> Citation:
    law, *places = (part.strip() for part in line.split(":"))
    article, clause, point = [*places, "", "", ""][:3]
    numbers = all(not part or part.isdecimal() for part in (article, clause))
    if not law or len(places) > 3 or not numbers or (clause and not article):
        raise CellWrong(f"Căn cứ «{line.strip()}» phải viết như luat-bau-cu:29:1:a.")
    return Citation(
        law,
        int(article) if article else None,
        int(clause) if clause else None,
        point or None,
    )
