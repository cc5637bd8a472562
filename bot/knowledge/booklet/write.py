"""Drafts -> one YAML file in the form of `entries/`, which `kb lint` accepts as it is.

What only an editor needs stands in comments above each entry. An answer that is too long is cut
between sentences: its beginning is the answer, what follows the detail, the rest a comment.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path

from bot.knowledge.booklet.letters import CAPITALS
from bot.knowledge.booklet.model import Doubt, Draft, Imported
from bot.knowledge.lint import LONGEST_ANSWER, LONGEST_DETAIL, LONGEST_QUESTION
from bot.knowledge.model import Citation
from bot.knowledge.writing import is_plain, write_whole

NO_ANSWER = "(Tài liệu không có câu trả lời cho câu này.)"
_WIDTH = 110
_SHORT_QUESTION = LONGEST_QUESTION - 80


def write_drafts(imported: Imported, out: Path) -> Path | None:
    """Write the drafts to `out`, whole or not at all.

    What stood there may hold an editor's work, so it is kept in a file beside, whose path is given.
    Raises `InputRefused` where the file cannot be written.
    """
    text = render(imported)
    before = out.read_bytes() if out.is_file() else b""
    kept = None
    if before.strip() and before != text.encode():
        kept = _free_name(out)
        kept.write_bytes(before)
    write_whole(out, text)
    return kept


def _free_name(out: Path) -> Path:
    names = (out.with_name(f"{out.name}.bak{number or ''}") for number in itertools.count())
    return next(path for path in names if not path.exists())


def render(imported: Imported) -> str:
    """The YAML text of all drafts."""
    head = [
        f"Bản nháp nhập từ {imported.source}. Bản nháp (draft) không được dùng để trả lời.",
        *str(imported.summary).splitlines(),
        *imported.warnings,
    ]
    lines = [comment for text in head for comment in _comment(text, "")]
    lines.append(f"part: {imported.part}")
    lines.append(f"title: {_scalar('Bản nháp nhập từ ' + imported.source)}")
    lines.append("entries:" if imported.drafts else "entries: []")
    for draft in imported.drafts:
        lines += ["", *_entry(draft)]
    return "\n".join(lines) + "\n"


def _entry(draft: Draft) -> Iterator[str]:
    answer, detail, rest = cut_answer(draft.answer or NO_ANSWER)
    for text in _remarks(draft, rest):
        yield from _comment(text, "  ")
    yield f"  - id: {draft.id}"
    yield from _question(draft)
    yield from _block("answer", answer)
    if detail:
        yield from _block("detail", detail)
    if draft.citations:
        yield "    citations:"
        yield from (f"      - {_citation(citation)}" for citation in draft.citations)
    yield "    status: draft"


def _remarks(draft: Draft, rest: str) -> Iterator[str]:
    place = [f"Câu {draft.number}", *([f"trang {draft.page}"] if draft.page else []), draft.part]
    yield ", ".join(filter(None, place)).rstrip(".") + "."
    if draft.nearest:
        score = f"{draft.nearest[1]:.2f}".replace(".", ",")
        yield f"Gần nhất trong kho: {draft.nearest[0]} ({score})."
    yield from (f"Cần xem: {warned.sentence}" for warned in draft.warnings)
    yield from (f"Chú thích: {note}" for note in draft.notes)
    if rest:
        yield "Phần cuối của câu trả lời, chưa đưa vào được:"
        yield from rest.splitlines()


def _question(draft: Draft) -> Iterator[str]:
    question = draft.question if any(map(str.isalnum, draft.question)) else ""
    same = any(warned.doubt is Doubt.SAME_QUESTION for warned in draft.warnings)
    if question and len(question) <= LONGEST_QUESTION and not same:
        yield f"    question: {_scalar(question)}"
        return
    # Lint takes no question twice; number and id keep them apart until an editor decides.
    short = f"{shorten_question(question)} (Câu {draft.number}, {draft.id})".strip()
    yield f"    question: {_scalar(short)}"
    if question and not same:
        yield "    phrasings:"
        yield f"      - {_scalar(question)}"


def shorten_question(question: str) -> str:
    """A question that leaves room for a remark: its last sentences, or its beginning."""
    if len(question) <= _SHORT_QUESTION:
        return question
    sentences = re.split(rf"(?<=[.?!])\s+(?=[{CAPITALS}])", question)
    short = ""
    for sentence in reversed(sentences):
        longer = f"{sentence} {short}".strip()
        if len(longer) > _SHORT_QUESTION:
            break
        short = longer
    if short.endswith("?") and len(short) > 20:
        return short
    return question[:_SHORT_QUESTION].rsplit(" ", 1)[0].rstrip(" ,;:") + " …?"


def cut_answer(answer: str) -> tuple[str, str, str]:
    """Answer, detail and what still is left over, cut between paragraphs or sentences."""
    first, rest = _cut(answer, LONGEST_ANSWER)
    detail, rest = _cut(rest, LONGEST_DETAIL)
    return first, detail, rest


def _cut(text: str, limit: int) -> tuple[str, str]:
    if len(text) <= limit:
        return text, ""
    head = text[: limit + 1]
    for pattern in (r"\n", r"(?<=[.;?!])\s", r"\s"):
        ends = [found.start() for found in re.finditer(pattern, head)]
        if ends and ends[-1] > limit // 3:
            return text[: ends[-1]].rstrip(), text[ends[-1] :].strip()
    return text[:limit], text[limit:].strip()


def _citation(citation: Citation) -> str:
    parts = [f"law: {citation.law}"]
    if citation.article is not None:
        parts.append(f"article: {citation.article}")
    if citation.clause is not None:
        parts.append(f"clause: {citation.clause}")
    if citation.point is not None:
        parts.append(f"point: {_scalar(citation.point, in_flow=True)}")
    return "{" + ", ".join(parts) + "}"


def _scalar(text: str, *, in_flow: bool = False) -> str:
    """A text as plain YAML where that says the same, else in quotes."""
    return text if is_plain(text, in_flow=in_flow) else json.dumps(text, ensure_ascii=False)


def _block(key: str, text: str) -> Iterator[str]:
    yield f"    {key}: |"
    yield from (f"      {line.strip()}".rstrip() for line in text.splitlines())


def _comment(text: str, indent: str) -> Iterator[str]:
    line = ""
    for word in text.split():
        if line and len(line) + len(word) >= _WIDTH:
            yield f"{indent}# {line}"
            line = word
        else:
            line = f"{line} {word}".strip()
    yield f"{indent}# {line}"
