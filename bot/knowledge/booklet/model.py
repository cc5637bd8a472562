"""What travels from a booklet's file to the drafts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.knowledge.model import Citation


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file as it stands on its page.

    `size` is 0 where the file does not tell it. `starts` is set where a paragraph certainly begins;
    `indented` and `full` (reaches the right margin) are the hints that a printed page gives.
    """

    text: str
    page: int = 0
    size: float = 0.0
    bold: bool = False
    starts: bool = False
    indented: bool = False
    full: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """One page; its number counts the pages of the file from 1, 0 where a file has no pages."""

    number: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Booklet:
    """The text of a whole file; `notes` holds footnotes that the file keeps apart."""

    pages: tuple[Page, ...]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class Doubt(StrEnum):
    """Why an editor should look at a draft with care."""

    NO_QUESTION_MARK = "không thấy dấu hỏi"
    NO_ANSWER = "không có câu trả lời"
    LONG_ANSWER = "câu trả lời quá dài"
    LONG_QUESTION = "câu hỏi quá dài"
    LOST_LETTERS = "nghi ngờ thiếu chữ"
    FOOTNOTES = "đã bỏ chú thích"
    SAME_NUMBER = "trùng số câu"
    SAME_QUESTION = "trùng câu hỏi"
    UNKNOWN_LAW = "căn cứ chưa rõ văn bản"
    BRACES = "đã đổi dấu ngoặc nhọn"


@dataclass(frozen=True, slots=True)
class Warned:
    """A doubt about one draft with the sentence that explains it."""

    doubt: Doubt
    sentence: str


@dataclass(frozen=True, slots=True)
class Draft:
    """One question of a booklet with its answer, for an editor to look through.

    `number` and `page` are the booklet's (page 0: the file has none), `part` is the title of its
    part, `nearest` the entry of the base that comes nearest, with its score.
    """

    id: str
    question: str
    answer: str
    number: int
    page: int
    part: str
    citations: tuple[Citation, ...] = ()
    notes: tuple[str, ...] = ()
    nearest: tuple[str, float] | None = None
    warnings: tuple[Warned, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """What an import found, in numbers; `str()` of it is the report for the editor."""

    drafts: int
    by_part: tuple[tuple[str, int], ...]
    gaps: tuple[str, ...]
    by_doubt: tuple[tuple[Doubt, int], ...]

    def __str__(self) -> str:
        lines = [f"Tách được {self.drafts} câu hỏi."]
        for part, count in self.by_part:
            lines.append(f"- {part or 'Không thuộc phần nào'}: {count} câu")
        if self.gaps:
            lines.append(f"Thiếu số câu: {', '.join(self.gaps)}.")
        if self.by_doubt:
            lines.append("Cần xem lại:")
            lines += [f"- {doubt.value}: {count} câu" for doubt, count in self.by_doubt]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Imported:
    """The drafts of a booklet; `part` is the part of the base where most of them seem to belong."""

    source: str
    part: str
    drafts: tuple[Draft, ...]
    warnings: tuple[str, ...]
    summary: Summary


def summarise(drafts: Sequence[Draft]) -> Summary:
    """Counts by part and by doubt, and the numbers that the booklet's counting leaves out."""
    parts: dict[str, list[int]] = {}
    for draft in drafts:
        parts.setdefault(draft.part, []).append(draft.number)
    doubts = Counter(doubt for d in drafts for doubt in {w.doubt for w in d.warnings})
    return Summary(
        drafts=len(drafts),
        by_part=tuple((part, len(numbers)) for part, numbers in parts.items()),
        gaps=tuple(_gaps([d.number for d in drafts])),
        by_doubt=tuple((doubt, doubts[doubt]) for doubt in Doubt if doubts[doubt]),
    )


def _gaps(numbers: Sequence[int]) -> list[str]:
    """The ranges left out; counting that begins anew is no gap."""
    found = []
    before = 0
    for number in numbers:
        if number > before + 1:
            found.append(_range(before + 1, number - 1))
        before = number
    return found


def _range(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"
