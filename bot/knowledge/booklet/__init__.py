"""Import of a question-and-answer booklet: a file -> drafts with warnings, never approved entries.

apart        a file is read in a process of its own
read_file    .pdf, .docx, .txt -> lines
furniture    page numbers and running heads go
footnotes    footnotes go, and are kept beside
other_heads  "Hỏi 12:" and the like become "Câu 12."
split        lines -> questions, answers, parts
draft        -> drafts: citations, lost letters, doubles
write        -> YAML
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bot.errors import InputRefused
from bot.knowledge.booklet.draft import Drafter, Nearest, question_key
from bot.knowledge.booklet.footnotes import Footnotes
from bot.knowledge.booklet.furniture import strip_furniture
from bot.knowledge.booklet.model import Booklet, Draft, Imported, Line, summarise
from bot.knowledge.booklet.other_heads import spell_heads
from bot.knowledge.booklet.read_file import Progress, read_file
from bot.knowledge.booklet.split import split
from bot.knowledge.booklet.write import write_drafts
from bot.knowledge.model import Base

__all__ = ["Imported", "import_booklet", "write_drafts"]

_SURE = 0.5


def import_booklet(
    path: Path,
    base: Base,
    nearest: Nearest,
    progress: Progress = lambda _done, _all: None,
    read: Callable[[Path, Progress], Booklet] = read_file,
) -> Imported:
    """The drafts of a booklet.

    `nearest` gives the entry of the base that comes nearest to a question, with its score;
    `progress` hears of the pages read and of all pages. `read` is `read_apart` for a stranger's file.
    Raises `InputRefused` where the file cannot be read or holds no numbered questions.
    """
    booklet = read(path, progress)
    lines, notes, heads = _running_text(booklet)
    sections, contents = split(spell_heads(lines))
    if not sections:
        raise InputRefused(_nothing_found(path.name, contents))
    drafter = Drafter(base, notes, nearest)
    drafts = tuple(drafter.draft(section) for section in sections)
    return Imported(
        # A name from another system may hold bytes that are no letters.
        source=path.name.encode(errors="replace").decode(),
        part=_part(base, drafts),
        drafts=drafts,
        warnings=(*booklet.warnings, *_warn_heads(heads)),
        summary=summarise(drafts),
    )


def _running_text(booklet: Booklet) -> tuple[list[Line], Sequence[str], list[str]]:
    pages, heads = strip_furniture(booklet.pages)
    footnotes = Footnotes(pages, booklet.notes)
    lines = [line for page in pages for line in footnotes.strip(page).lines]
    return lines, footnotes.notes, heads


def _warn_heads(heads: Sequence[str]) -> Iterator[str]:
    if heads:
        shown = "; ".join(f"«{head}»" for head in heads[:12])
        yield f"Đã bỏ dòng lặp lại ở đầu hoặc cuối trang: {shown}."


def _nothing_found(name: str, contents: bool) -> str:
    if contents:
        return f"Tệp {name} chỉ có danh sách câu hỏi hoặc mục lục, không có câu trả lời."
    return f"Không thấy câu hỏi nào dạng «Câu 1. …?» trong tệp {name}."


def _part(base: Base, drafts: Sequence[Draft]) -> str:
    """The part of the base that most drafts come near to, or whose title theirs resembles."""
    near = Counter(
        base.entries[draft.nearest[0]].part
        for draft in drafts
        if draft.nearest and draft.nearest[1] >= _SURE and draft.nearest[0] in base.entries
    )
    for draft in drafts:
        title = set(question_key(draft.part).split())
        for part in base.service.parts:
            words = set(question_key(part.title).split())
            if words and words <= title:
                near[part.id] += 1
    if near:
        return near.most_common(1)[0][0]
    return base.service.parts[0].id if base.service.parts else "chung"
