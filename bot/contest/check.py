"""Every check of a contest's files beyond their shape, gathered."""

from __future__ import annotations

from bot.contest.checks.outcome import check_outcome
from bot.contest.checks.papers import check_papers
from bot.contest.checks.people import check_people
from bot.contest.checks.rounds import check_rounds
from bot.contest.checks.subject import Subject
from bot.errors import Fault


def check_contest(on: Subject) -> list[Fault]:
    """Every fault of a contest that could be read, in file order, each once."""
    found = (*check_rounds(on), *check_papers(on), *check_people(on), *check_outcome(on))
    return sorted(set(found))
