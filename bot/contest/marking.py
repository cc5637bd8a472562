"""What counts as right, and what a paper earns by it.

Pure arithmetic: `contest verify` and the tests use the same functions on the raw answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from bot.contest.bank import Question
from bot.contest.rules import Points

if TYPE_CHECKING:
    from bot.contest.document import Measure

Treatment: TypeAlias = Literal["normal", "full_marks", "dropped"]


@dataclass(frozen=True, slots=True)
class Marking:
    """How a question is marked: every answer (as `join_options` writes it) that is right.

    `full_marks` gives the point to everybody who had the question, `dropped` takes the question
    out of every paper.
    """

    accepted: frozenset[str]
    level: int
    treatment: Treatment = "normal"

    def is_right(self, chosen: str | None) -> bool:
        """Whether an answer earns the point; None is no answer."""
        return self.treatment == "full_marks" or chosen in self.accepted


@dataclass(frozen=True, slots=True)
class Marked:
    """What a paper earned: `total` questions counted, `correct` of them right, and the points."""

    total: int
    correct: int
    score: int


def join_options(chosen: Iterable[str]) -> str:
    """Chosen options as one text, each once, in the order of the alphabet."""
    return ",".join(sorted(set(chosen)))


def split_options(text: str | None) -> tuple[str, ...]:
    """The options of a text that `join_options` wrote."""
    return tuple(text.split(",")) if text else ()


def mark_questions(
    questions: Iterable[Question], measures: Iterable[Measure] = ()
) -> dict[tuple[str, int], Marking]:
    """How each question (id, version) is marked after the measures, taken in their order."""
    found = {q.name: Marking(frozenset({join_options(q.key)}), q.level) for q in questions}
    for measure in measures:
        if measure.question is not None and measure.version is not None:
            name = (str(measure.question), measure.version)
            if name in found:
                found[name] = _after(found[name], measure)
    return found


def mark_paper(
    answers: Sequence[tuple[int, str | None]], markings: Mapping[int, Marking], points: Points
) -> Marked:
    """What a paper earns: its answers are (number of the question, chosen or None)."""
    total = correct = score = 0
    for number, chosen in answers:
        marking = markings[number]
        if marking.treatment == "dropped":
            continue
        total += 1
        if marking.is_right(chosen):
            correct += 1
            score += points_for(points, marking.level)
        elif chosen:
            score += points.wrong
    return Marked(total, correct, score)


def points_for(points: Points, level: int) -> int:
    """What a right answer to a question of this level earns."""
    return points.by_level[str(level)] if points.by_level else points.per_correct


def _after(marking: Marking, measure: Measure) -> Marking:
    given = frozenset(join_options(options) for options in measure.accepted)
    if measure.kind == "rekey":
        return Marking(given, marking.level)
    if measure.kind == "accept_several":
        return Marking(marking.accepted | given, marking.level, marking.treatment)
    treatment: Treatment = "full_marks" if measure.kind == "full_marks" else "dropped"
    return Marking(marking.accepted, marking.level, treatment)
