"""Marking anew what people have answered, once other answers count as right."""

from __future__ import annotations

from collections.abc import Mapping

from bot.contest.checks.bank import LEVELS
from bot.contest.document import Measure, Published
from bot.contest.marking import Marking, mark_questions, points_for
from bot.store import contest_marks
from bot.store.contest_marks import Marks, NewMarking, PaperPoints
from bot.store.database import Tx


def new_markings(published: Published, measure: Measure) -> dict[int, Marking]:
    """How the measure's question is marked after it, by the question's number."""
    if measure.question is None or measure.version is None:
        return {}
    name = (str(measure.question), measure.version)
    known = [m for m in published.document.measures if m.id != measure.id]
    marks = mark_questions(published.document.questions, [*known, measure])
    return {published.numbers[name]: marks[name]}


def marks_with(published: Published, new: Mapping[int, Marking]) -> Marks:
    """The marks that all attempts holding one of the questions would have, as a table."""
    as_stored = {n: NewMarking(m.treatment, m.accepted) for n, m in new.items()}
    return contest_marks.remarked(as_stored, points_by_round(published))


async def remark_all(tx: Tx, published: Published, new: Mapping[int, Marking]) -> int:
    """Marks every ended attempt that holds one of the questions anew; gives how many."""
    return await contest_marks.write_marks(tx, marks_with(published, new))


def points_by_round(published: Published) -> dict[int, PaperPoints]:
    """What answers earn in each round, by its number."""
    found = {}
    for one in published.contest.rounds:
        points = published.paper(one).points
        by_level = {level: points_for(points, level) for level in LEVELS}
        found[published.rounds[one.id]] = PaperPoints(by_level, points.wrong)
    return found
