"""What differs between two wordings of an entry, field by field and word by word."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff

from bot.admin.answers.status import STATUS_TITLES
from bot.clock import show_date
from bot.knowledge.citations import render_citations
from bot.knowledge.model import Entry, Law

_WORD = re.compile(r"\s+|[^\s]+")
_LONGEST = 4_000
"""Words; beyond this the two texts are shown whole."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words: "same", "del" (only before) or "ins" (only after)."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class FieldDiff:
    """A field that differs."""

    title: str
    pieces: tuple[Piece, ...]


def diff_entries(before: Entry, after: Entry, laws: Mapping[str, Law]) -> list[FieldDiff]:
    """The fields that differ, with their words; of a list the items that came or went."""
    return [
        FieldDiff(title, _ways[title](show(before), show(after)))
        for title, show in _shown_by(laws).items()
        if show(before) != show(after)
    ]


def diff_items(before: str, after: str) -> tuple[Piece, ...]:
    """The lines that stand in one of two lists alone."""
    old, new = before.split("\n"), after.split("\n")
    gone = [Piece("del", f"{line}\n") for line in old if line not in set(new)]
    come = [Piece("ins", f"{line}\n") for line in new if line not in set(old)]
    return (*gone, *come) or (Piece("same", "Chỉ đổi thứ tự."),)


def diff_whole(before: str, after: str) -> tuple[Piece, ...]:
    """Two short texts, one after the other."""
    pieces = (Piece("del", before), Piece("same", " "), Piece("ins", after))
    return tuple(piece for piece in pieces if piece.text)


def diff_words(before: str, after: str) -> tuple[Piece, ...]:
    """The words of two texts, those that stand in one of them alone marked."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    if len(old) + len(new) > _LONGEST:
        return (Piece("del", before), Piece("ins", after))
    pieces: list[Piece] = []
    for step, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if step == "equal":
            pieces.append(Piece("same", "".join(old[a:b])))
            continue
        if a < b:
            pieces.append(Piece("del", "".join(old[a:b])))
        if c < d:
            pieces.append(Piece("ins", "".join(new[c:d])))
    return tuple(pieces)


def diff_lines(before: str, after: str) -> list[Piece]:
    """The lines of two texts, with a few around each that differs."""
    kinds = {"+": "ins", "-": "del"}
    lines = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    return [
        Piece(kinds.get(line[:1], "same"), line[1:])
        for line in lines
        if not line.startswith(("---", "+++", "@@"))
    ]


def _cite(entry: Entry, laws: Mapping[str, Law]) -> list[str]:
    # An old wording may cite what is no longer in the list.
    known = [citation for citation in entry.citations if citation.law in laws]
    lost = [citation.law for citation in entry.citations if citation.law not in laws]
    return [*render_citations(known, laws), *lost]


def _shown_by(laws: Mapping[str, Law]) -> dict[str, Callable[[Entry], str]]:
    return {
        "Câu hỏi": lambda e: e.question,
        "Cách hỏi khác": lambda e: "\n".join(e.phrasings),
        "Câu trả lời": lambda e: e.answer,
        "Xem thêm": lambda e: e.detail,
        "Căn cứ": lambda e: "\n".join(_cite(e, laws)),
        "Liên quan": lambda e: "\n".join(e.related),
        "Người đọc": lambda e: ", ".join(e.audience),
        "Trạng thái": lambda e: STATUS_TITLES[e.status],
        "Duyệt": lambda e: f"{e.reviewed.by}, {show_date(e.reviewed.on)}" if e.reviewed else "",
        "Hiệu lực": lambda e: " – ".join(
            show_date(day) if day else "…" for day in (e.valid_from, e.valid_to)
        ),
    }


_ways: dict[str, Callable[[str, str], tuple[Piece, ...]]] = {
    "Câu hỏi": diff_words,
    "Cách hỏi khác": diff_items,
    "Câu trả lời": diff_words,
    "Xem thêm": diff_words,
    "Căn cứ": diff_items,
    "Liên quan": diff_items,
    "Người đọc": diff_whole,
    "Trạng thái": diff_whole,
    "Duyệt": diff_whole,
    "Hiệu lực": diff_whole,
}
