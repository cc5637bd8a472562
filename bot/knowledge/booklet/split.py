"""The running text of a booklet -> its questions, each with its answer and its part."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.knowledge.booklet.align import Candidate, find_questions
from bot.knowledge.booklet.headings import (
    ANSWER_INSIDE,
    answer_begins,
    back_matter,
    has_dots,
    leader_at,
    part_head,
    question_head,
)
from bot.knowledge.booklet.letters import NOTE_MARK, glue
from bot.knowledge.booklet.model import Line

_LONGEST_QUESTION = 900
_TITLE_LINES = 4
_MOST_PARAGRAPHS = 3
_LOOK = 25
"""So many lines of a section may hold its question."""
_ASKS = re.compile(r"\?[)”\"»\ue000\ue001\d]*(?=\s|$)")
_ITEM = re.compile(r"(?:[-+*•–—]|\(?(?:[a-zđ]|\d{1,2}|[ivx]{1,4})[.)])\s")
_HOI = re.compile(r"(?:Hỏi|HỎI)\s*[:.]\s*")


@dataclass(frozen=True, slots=True)
class Section:
    """One question as it was found; `asked` tells whether a question mark or "Trả lời" ended it."""

    number: int
    page: int
    part: str
    question: str
    answer: str
    asked: bool


@dataclass(frozen=True, slots=True)
class _Part:
    place: int
    number: int
    title: str


def split(lines: Sequence[Line]) -> tuple[list[Section], bool]:
    """The questions in order, and whether a table of contents was passed over."""
    parts = _parts(lines)
    backs = [place for place, line in enumerate(lines) if back_matter(line.text)]
    questions, contents = find_questions(lines, [part.place for part in parts], backs)
    if contents:
        parts = [p for p in parts if not _among(p.place, contents, lines)]
    parts = _ordered(parts)
    ends = sorted(
        {
            *(q.place for q in questions),
            *(p.place for p in parts),
            *contents,
            *backs,
            len(lines),
        }
    )
    sections = []
    for question in questions:
        end = ends[bisect_right(ends, question.place)]
        title = next((p.title for p in reversed(parts) if p.place < question.place), "")
        sections.append(_section(question, lines[question.place : end], title))
    return sections, bool(contents)


def _among(place: int, contents: set[int], lines: Sequence[Line]) -> bool:
    """Whether a heading stands in a table of contents, or right above its first line."""
    first, last = min(contents), max(contents)
    if has_dots(lines[place].text) or first < place < last:
        return True
    return place < first <= place + _TITLE_LINES


def _parts(lines: Sequence[Line]) -> list[_Part]:
    """The headings of parts, those of a table of contents among them."""
    heads = [
        (place, head[0])
        for place, line in enumerate(lines)
        if (head := part_head(line.text)) and _stands_alone(lines, place)
    ]
    # Chapters count only in a booklet that has no parts.
    biggest = [h for h in heads if lines[h[0]].text.lower().startswith("ph")]
    return [_Part(place, number, _title(lines, place)) for place, number in biggest or heads]


def _ordered(parts: Sequence[_Part]) -> list[_Part]:
    """The headings that count on; "Phần thứ hai của Luật" in an answer does not."""
    found: list[_Part] = []
    for part in parts:
        before = found[-1].number if found else 0
        number = part.number or before + 1
        if before < number <= before + 2:
            found.append(replace(part, number=number))
    return found


def _stands_alone(lines: Sequence[Line], place: int) -> bool:
    """A heading is no piece of a sentence: the line before has ended, or was not full."""
    line = lines[place]
    if len(line.text) > 200:
        return False
    if line.text == line.text.upper():
        return True
    if line.text.endswith((",", ";")):
        return False
    if place == 0 or line.starts:
        return True
    before = lines[place - 1].text
    return before.endswith((".", "?", "!", ":", "”", ")")) or has_dots(before)


def _title(lines: Sequence[Line], place: int) -> str:
    text = lines[place].text
    text = text[: leader_at(text)] if has_dots(text) else text
    for count, line in enumerate(lines[place + 1 : place + 1 + _TITLE_LINES]):
        if question_head(line.text) or part_head(line.text) or has_dots(line.text):
            break
        capitals = line.text == line.text.upper() and any(c.isalpha() for c in line.text)
        if not capitals and not (count == 0 and line.bold and len(line.text) < 120):
            break
        head = part_head(text)
        is_bare = not count and head is not None and not head[1]
        text = f"{text.rstrip(' .:-')}. {line.text}" if is_bare else glue(text, line.text)
    return NOTE_MARK.sub("", text).strip()


def _section(question: Candidate, lines: Sequence[Line], part: str) -> Section:
    head = question_head(lines[0].text)
    rest = head[2] if head else ""
    first = Line(
        _HOI.sub("", rest, count=1), lines[0].page, lines[0].size, lines[0].bold,
        lines[0].starts, full=lines[0].full,
    )  # fmt: skip
    body = [line for line in (first, *lines[1:]) if line.text]
    asked, answer, certain = _halves(body)
    return Section(question.number, lines[0].page, part, asked, answer, certain)


def _halves(lines: Sequence[Line]) -> tuple[str, str, bool]:
    """Question and answer: cut at "Trả lời", at the end of bold print, or at the question mark."""
    for place, line in enumerate(lines[:_LOOK]):
        told = answer_begins(line.text)
        if told is not None:
            rest = [Line(told, line.page, starts=True, full=line.full)] if told else []
            return join(lines[:place], one=True), join([*rest, *lines[place + 1 :]]), True
        if inside := ANSWER_INSIDE.search(line.text):
            question = [*lines[:place], Line(line.text[: inside.start()])]
            rest = [Line(line.text[inside.end() :], line.page, starts=True, full=line.full)]
            return join(question, one=True), join([*rest, *lines[place + 1 :]]), True
    bold = next((i for i, line in enumerate(lines) if not line.bold), len(lines))
    if 0 < bold < len(lines):
        return join(lines[:bold], one=True), join(lines[bold:]), "?" in lines[bold - 1].text
    return _at_the_mark(lines)


def _at_the_mark(lines: Sequence[Line]) -> tuple[str, str, bool]:
    asked, paragraph = "", 0
    for place, line in enumerate(lines):
        marks = list(_ASKS.finditer(line.text))
        if place and begins(line, lines[place - 1]):
            paragraph += 1
        if paragraph and not NOTE_MARK.sub("", line.text).endswith("?"):
            # Past its first paragraph a question mark inside a line is one of the answer's own.
            marks = []
        if paragraph > _MOST_PARAGRAPHS:
            break
        if marks and len(asked) < _LONGEST_QUESTION:
            end = _last_mark(line.text, [m.end() for m in marks])
            more = _second_question(lines[place:], line.text[end:])
            if more:
                asking, tail = lines[: place + 1 + more], ""
            else:
                asking, tail = [*lines[:place], Line(line.text[:end])], line.text[end:].strip()
            rest = [Line(tail, line.page, starts=True, full=line.full)] if tail else []
            return join(asking, one=True), join([*rest, *lines[place + 1 + more :]]), True
        asked += line.text
    return _without_mark(lines)


def _last_mark(text: str, ends: Sequence[int]) -> int:
    """The end of the last question in a row: "Ai được bầu? Khi nào?" is asked together."""
    last = ends[0]
    for end in ends[1:]:
        if re.search(r"[.;:!]", text[last:end]):
            break
        last = end
    return last


def _second_question(lines: Sequence[Line], tail: str) -> int:
    """How many lines below the first hold a further question of its paragraph; mostly none."""
    text = tail
    for count, line in enumerate(lines[1:4], 1):
        if begins(line, lines[count - 1]):
            return 0
        text += " " + line.text
        if re.search(r"[.;:!]", text):
            return 0
        if line.text.endswith("?"):
            return count
    return 0


def _without_mark(lines: Sequence[Line]) -> tuple[str, str, bool]:
    """The first paragraph asks where nothing else tells the question from the answer."""
    for place in range(1, len(lines)):
        if begins(lines[place], lines[place - 1]) or lines[place - 1].text.endswith((".", ":")):
            return join(lines[:place], one=True), join(lines[place:]), False
    return join(lines, one=True), "", False


def begins(line: Line, before: Line) -> bool:
    """Whether a line opens a paragraph after the line before it."""
    if line.starts:
        return True
    ended = before.text.endswith(tuple(".;:?!”)…")) or NOTE_MARK.search(before.text[-8:])
    if _ITEM.match(line.text):
        return bool(ended) or not before.full
    if not (line.indented or not before.full):
        return False
    return bool(ended) and not line.text[:1].islower()


def join(lines: Sequence[Line], *, one: bool = False) -> str:
    """The lines as paragraphs, or as one paragraph."""
    text = ""
    for place, line in enumerate(lines):
        if place and not one and begins(line, lines[place - 1]):
            text += "\n" + line.text
        else:
            text = glue(text, line.text) if text else line.text
    return text.replace("\u00ad", "").strip()
