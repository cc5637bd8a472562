"""Which of the lines that look like "Câu 12." are questions: those whose numbers go in order.

A reference inside an answer, broken so that it begins a line, looks like a question too. Each line
has a strength of its own, each step from number to number a price; the best chain is taken.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot.knowledge.booklet.headings import ANSWER_INSIDE, answer_begins, leader_at, question_head
from bot.knowledge.booklet.letters import NOTE_MARK
from bot.knowledge.booklet.model import Line

_REACH = 80
"""So many earlier candidates are looked at as the one before."""
_LOOK = 14
"""So many lines below a candidate may still hold its question."""
_TOC_RUN = 4
_TOC_LINES = 6
_BARE_LENGTH = 400
_FOOT = 300
"""Letters at the end of a line that may hold the number of a page."""
# A question mark or a row of dots, then the number of a page at the end of a line.
_PAGED = re.compile(r"(?:\?[)”\"»]?\s+(?:[.…·_]\s?)*\d{1,4}|(?:[.…·_]\s?){4,}\s*\d{1,4})\s*$")
_GOES_ON = ("(", ",", " xem", " tại", " ở", " và", " theo")
_ENDINGS = tuple('.?!:;…)”"»')


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line that may open a question: its place among the lines, its number, how likely."""

    place: int
    number: int
    strength: float
    bare: bool


def find_questions(
    lines: Sequence[Line], parts: Sequence[int], ends: Sequence[int]
) -> tuple[list[Candidate], set[int]]:
    """The questions in order, and the places of those that stand in a table of contents.

    `parts` are the places where a part begins: there, and only there, may counting begin anew
    without a doubt. `ends` are those where an appendix or the like begins.
    """
    candidates = _candidates(lines, [*parts, *ends])
    contents = _contents(candidates)
    real = [c for c in candidates if c.place not in contents]
    return _best_chain(real, parts), contents


def _candidates(lines: Sequence[Line], breaks: Sequence[int]) -> list[Candidate]:
    heads = [(i, head) for i, line in enumerate(lines) if (head := question_head(line.text))]
    stops = Counter(head[1] for _, head in heads)
    usual = stops.most_common(1)[0][0] if stops else ""
    bold = sum(lines[i].bold for i, _ in heads) > len(heads) / 2
    ends = sorted([*(i for i, _ in heads), *breaks, len(lines)])
    found = []
    for place, (number, stop, rest) in heads:
        end = ends[bisect_right(ends, place)]
        below = lines[place + 1 : end]
        strength = 3.0 + (1 if stop else 0) + (1 if stop == usual else 0)
        strength += _beginning(lines, place) + _asking(rest, below)
        strength += (1 if lines[place].bold else -2) if bold else 0
        strength -= 2 if rest[:1].islower() else 0
        found.append(Candidate(place, number, strength, _is_bare(rest, below)))
    return found


def _beginning(lines: Sequence[Line], place: int) -> float:
    """Whether the text before has come to an end, or goes on as in "xem / Câu 12."."""
    if place == 0 or lines[place].starts:
        return 1
    before = NOTE_MARK.sub("", lines[place - 1].text)
    if before.lower().endswith(_GOES_ON):
        return -4
    return 1 if before.endswith(_ENDINGS) or not lines[place - 1].full else -1.5


def _asking(rest: str, below: Sequence[Line]) -> float:
    """Whether a question and an answer follow, as they do below a true head."""
    near = [rest, *(line.text for line in below[:_LOOK])]
    asked = any("?" in text for text in near)
    told = any(answer_begins(t) is not None or ANSWER_INSIDE.search(t) for t in near)
    return (1.5 if asked else -1.0) + (1.5 if told else 0)


def _is_bare(rest: str, below: Sequence[Line]) -> bool:
    """Whether nothing but a question and the number of a page stands here."""
    texts = [rest, *(line.text for line in below)]
    if any(answer_begins(text) is not None or ANSWER_INSIDE.search(text) for text in texts):
        return False
    if any(_PAGED.search(text, max(0, len(text) - _FOOT)) for text in texts[:_TOC_LINES]):
        return True
    whole = " ".join(texts)
    if len(whole) > _BARE_LENGTH:
        return False
    leader = leader_at(whole)
    without = whole[:leader].rstrip(" .…·_")
    return without.endswith("?") or (leader is not None and "?" not in whole)


def _contents(candidates: Sequence[Candidate]) -> set[int]:
    """The places of long runs of questions that no answer stands between."""
    found: set[int] = set()
    run: list[Candidate] = []
    for candidate in candidates:
        if candidate.bare:
            run.append(candidate)
            continue
        if len(run) >= _TOC_RUN:
            found |= {c.place for c in run}
        run = []
    if len(run) >= _TOC_RUN:
        found |= {c.place for c in run}
    return found


def _best_chain(candidates: Sequence[Candidate], parts: Sequence[int]) -> list[Candidate]:
    totals: list[float] = []
    before: list[int | None] = []
    for i, now in enumerate(candidates):
        best, came_from = -_first(now), None
        for j in range(max(0, i - _REACH), i):
            total = totals[j] - _step(candidates[j], now, parts)
            if total > best:
                best, came_from = total, j
        totals.append(best + now.strength)
        before.append(came_from)
    if not totals:
        return []
    place: int | None = max(range(len(totals)), key=totals.__getitem__)
    chain = []
    while place is not None:
        chain.append(candidates[place])
        place = before[place]
    return chain[::-1]


def _first(candidate: Candidate) -> float:
    return 0.0 if candidate.number == 1 else min(3.0, 0.5 + 0.1 * candidate.number)


def _step(one: Candidate, other: Candidate, parts: Sequence[int]) -> float:
    """The price of going from one number to another: nothing for the next."""
    if other.number == one.number + 1:
        return 0.0
    if other.number > one.number:
        return min(3.0, 0.6 + 0.1 * (other.number - one.number))
    if other.number == one.number:
        return 3.0
    if other.number <= 2 and any(one.place < part <= other.place for part in parts):
        return 0.0 if other.number == 1 else 0.6
    return 4.5 if other.number == 1 else 6.0
