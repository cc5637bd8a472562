"""Booklets that say "Hỏi 12:", "12. Hỏi:", "Hỏi:" or just "12. …?" instead of "Câu 12."

The heads of such a booklet are written as "Câu 12." before anything else looks at them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.knowledge.booklet.headings import ANSWER_INSIDE, answer_begins, question_head
from bot.knowledge.booklet.letters import CAPITALS
from bot.knowledge.booklet.model import Line

_FEWEST = 3
_LOOK = 4
"""So many lines, the first among them, may hold the question of a bare number."""
_ASKED = re.compile(
    r"[\W_]*(?:(?P<before>\d{1,4})\s*[.:)\-–—]+\s*)?(?:Hỏi|HỎI)"
    r"(?:\s*(?:số\s*)?(?P<number>\d{1,4})\s*[.:)\-–—]+|\s*[.:])\s*(?P<rest>.*)"
)
_BARE = re.compile(rf"(?P<number>\d{{1,3}})\s*[.)]\s+(?P<rest>[{CAPITALS}].*)")

_Heads = dict[int, tuple[int, str]]
"""Places of lines with the number of the question and what follows it."""


def spell_heads(lines: Sequence[Line]) -> Sequence[Line]:
    """The lines with other heads written as "Câu 12.", where the booklet is made of such heads."""
    usual = sum(question_head(line.text) is not None for line in lines)
    for heads in (_asked(lines), _bare(lines)):
        # A reference at the begin of a line looks like a usual head, so a few of them may be there.
        if len(heads) >= max(_FEWEST, 2 * usual):
            return [
                replace(line, text="Câu {}. {}".format(*heads[place])) if place in heads else line
                for place, line in enumerate(lines)
            ]
    return lines


def _asked(lines: Sequence[Line]) -> _Heads:
    heads: _Heads = {}
    for place, line in enumerate(lines):
        found = _ASKED.fullmatch(line.text)
        if found:
            number = found["number"] or found["before"]
            heads[place] = int(number) if number else len(heads) + 1, found["rest"]
    return heads


def _bare(lines: Sequence[Line]) -> _Heads:
    found = ((place, _BARE.fullmatch(line.text)) for place, line in enumerate(lines))
    return {
        place: (int(head["number"]), head["rest"])
        for place, head in found
        if head and _opens_question(lines[place : place + _LOOK])
    }


def _opens_question(lines: Sequence[Line]) -> bool:
    """Whether a question or a heading in bold print begins here; the item of a list is neither."""
    for count, line in enumerate(lines):
        if count and answer_begins(line.text) is not None:
            return True
        if count and _BARE.fullmatch(line.text):
            return False
        if "?" in line.text or ANSWER_INSIDE.search(line.text):
            return True
        if count and lines[0].bold and not line.bold:
            return True
    return False
