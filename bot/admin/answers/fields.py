"""The fields of an entry as a form: shown, and read back from what was posted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest
from typing import Any

from bot.admin.form import Form
from bot.errors import Fault
from bot.knowledge.model import Base, Citation, Entry
from bot.knowledge.spreadsheet.columns import CellWrong, read
from bot.language.fold import tidy

SPARE_ROWS = 3
"""Empty rows for more citations; saving gives more."""

_FIELDS_OF = (
    ("phrasings", ("Cách hỏi", "Có một cách hỏi")),
    ("answer", ("Câu trả lời", "Không có biến", "Có dấu ngoặc nhọn")),
    ("detail", ("Phần xem thêm",)),
    ("question", ("Câu hỏi",)),
    ("related", ("Mục liên quan", "Nhóm «")),
    ("audience", ("Không có nhóm người đọc",)),
    ("valid", ("Đã hết hiệu lực", "Ngày hết hiệu lực")),
    ("citations", ("Chưa có căn cứ", "Không có văn bản", "Điều ", "Luật", "Nghị quyết")),
)


@dataclass(frozen=True, slots=True)
class CitationRow:
    """One citation as it was typed."""

    law: str = ""
    article: str = ""
    clause: str = ""
    point: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """The form as it is shown: what a person typed, or what the entry holds."""

    question: str = ""
    phrasings: str = ""
    answer: str = ""
    detail: str = ""
    citations: tuple[CitationRow, ...] = ()
    related: tuple[str, ...] = ()
    more_related: str = ""
    audience: tuple[str, ...] = ()
    valid_from: str = ""
    valid_to: str = ""


@dataclass(slots=True)
class Read:
    """What a form says: fields as `Entry` holds them, and faults by field."""

    values: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)

    def fault(self, name: str, sentence: str) -> None:
        """Notes what is wrong with a field."""
        self.faults.setdefault(name, []).append(sentence)


def fill_from(entry: Entry) -> Filled:
    """The form of an entry."""
    return Filled(
        question=entry.question,
        phrasings="\n".join(entry.phrasings),
        answer=entry.answer,
        detail=entry.detail,
        citations=tuple(_row(citation) for citation in entry.citations),
        related=entry.related,
        audience=entry.audience,
        valid_from=_iso(entry.valid_from),
        valid_to=_iso(entry.valid_to),
    )


def fill_again(form: Form) -> Filled:
    """The form as it was posted."""
    columns = [form.all(name) for name in ("law", "article", "clause", "point")]
    rows = (CitationRow(*map(str.strip, row)) for row in zip_longest(*columns, fillvalue=""))
    return Filled(
        question=form.raw("question"),
        phrasings=form.raw("phrasings"),
        answer=form.raw("answer"),
        detail=form.raw("detail"),
        citations=tuple(row for row in rows if row != CitationRow()),
        related=form.all("related"),
        more_related=form.text("more_related"),
        audience=form.all("audience"),
        valid_from=form.text("valid_from"),
        valid_to=form.text("valid_to"),
    )


def read_fields(filled: Filled, base: Base) -> Read:
    """The fields of an entry in a filled form; what it points at must stand in the base."""
    found = Read()
    found.values["question"] = tidy(filled.question)
    for name in ("phrasings", "answer", "detail"):
        found.values[name] = read(name, getattr(filled, name))
    for name in ("question", "answer"):
        if not found.values[name]:
            found.fault(name, "Chỗ này đang bỏ trống.")
    found.values["citations"] = tuple(
        citation for row in filled.citations if (citation := _read_row(row, base, found))
    )
    found.values["related"] = _read_related(filled, base, found)
    found.values["audience"] = tuple(filled.audience)
    for name in ("valid_from", "valid_to"):
        found.values[name] = _read_day(getattr(filled, name), found)
    start, end = found.values["valid_from"], found.values["valid_to"]
    if start and end and end < start:
        found.fault("valid", "Ngày hết hiệu lực đứng trước ngày bắt đầu.")
    return found


def changes_of(entry: Entry, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that the entry does not have yet."""
    return {name: value for name, value in values.items() if getattr(entry, name) != value}


def place_faults(faults: Iterable[Fault]) -> dict[str, list[str]]:
    """Faults of the whole base by the field that they are shown beside; "" for none."""
    placed: dict[str, list[str]] = {}
    for fault in faults:
        placed.setdefault(_field_of(fault.sentence), []).append(fault.sentence)
    return placed


def join_faults(*several: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Faults by field, each field's in one text."""
    joined: dict[str, list[str]] = {}
    for faults in several:
        for name, sentences in faults.items():
            joined.setdefault(name, []).extend(sentences)
    return {name: " ".join(dict.fromkeys(sentences)) for name, sentences in joined.items()}


def _field_of(sentence: str) -> str:
    for name, starts in _FIELDS_OF:
        if sentence.startswith(starts):
            return name
    return ""


def _row(citation: Citation) -> CitationRow:
    parts = (citation.law, citation.article, citation.clause, citation.point)
    return CitationRow(*("" if part is None else str(part) for part in parts))


def _read_row(row: CitationRow, base: Base, found: Read) -> Citation | None:
    if not row.law:
        if row.article or row.clause or row.point:
            found.fault("citations", "Có điều khoản nhưng chưa chọn văn bản.")
        return None
    if row.law not in base.laws:
        found.fault("citations", "Văn bản đã chọn không còn trong danh mục.")
        return None
    numbers = (row.article, row.clause)
    if not all(re.fullmatch("([1-9][0-9]{0,4})?", number) for number in numbers):
        found.fault("citations", "Số điều và số khoản phải là số từ 1 trở lên.")
        return None
    if row.clause and not row.article:
        found.fault("citations", "Có khoản thì phải có điều.")
    article, clause = (int(n) if n else None for n in numbers)
    return Citation(row.law, article, clause, tidy(row.point) or None)


def _read_related(filled: Filled, base: Base, found: Read) -> tuple[str, ...]:
    related = list(filled.related)
    for word in filled.more_related.replace(",", " ").split():
        if word not in base.entries:
            found.fault("related", f"Không có câu nào mang mã «{word}».")
        related.append(word)
    return tuple(dict.fromkeys(related))


def _read_day(text: str, found: Read) -> date | None:
    try:
        day = read("valid_from", text)
    except CellWrong as wrong:
        found.fault("valid", str(wrong))
        return None
    return day if isinstance(day, date) else None


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
