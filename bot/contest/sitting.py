"""An attempt as the person sees it: the paper as it was drawn, what is answered, the time left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.contest.bank import Choice, Question
from bot.contest.document import Published, from_ms
from bot.contest.marking import split_options
from bot.contest.rules import Paper, Round
from bot.store import contest_attempts
from bot.store.contest_attempts import Answer, Attempt
from bot.store.database import Tx


@dataclass(frozen=True, slots=True)
class Place:
    """One question of a paper, `position` from 1, and the ids chosen so far."""

    position: int
    question: Question
    choices: tuple[Choice, ...]
    chosen: tuple[str, ...]

    @property
    def letters(self) -> str:
        """The letters chosen so far, like "A" or "AC"; empty where there is no answer yet."""
        return "".join(c.letter for c in self.choices if c.id in self.chosen)


@dataclass(frozen=True, slots=True)
class Sitting:
    """An attempt as the person sees it: the paper, what is answered, how long it still runs.

    `is_new` is true where this very call started it. `deadline` is the end of the paper's time.
    """

    attempt: Attempt
    round: Round
    paper: Paper
    places: tuple[Place, ...]
    deadline: datetime
    is_new: bool = False

    @property
    def is_open(self) -> bool:
        """Whether answers are still taken."""
        return self.attempt.status == "open"

    @property
    def answered(self) -> int:
        """How many questions have an answer."""
        return sum(bool(place.chosen) for place in self.places)

    def left(self, at: datetime) -> timedelta:
        """The time left; zero once it is over."""
        return max(self.deadline - at, timedelta())

    def next_place(self) -> Place | None:
        """The first question without an answer."""
        return next((place for place in self.places if not place.chosen), None)


async def sit_at(tx: Tx, published: Published, attempt: Attempt) -> Sitting:
    """The attempt with its paper; the caller has made sure that its round is known."""
    return seat_of(published, attempt, await contest_attempts.paper_of(tx, attempt.id))


def seat_of(
    published: Published, attempt: Attempt, answers: Iterable[Answer], *, is_new: bool = False
) -> Sitting:
    """The attempt with its paper, whose places are at hand already."""
    one = published.round(attempt.round)
    assert one is not None  # noqa: S101 see above
    places = tuple(_place(published, answer) for answer in answers)
    deadline = from_ms(attempt.deadline_ms)
    return Sitting(attempt, one, published.paper(one), places, deadline, is_new)


def _place(published: Published, answer: Answer) -> Place:
    question = published.by_number[answer.question]
    choices = published.choices(answer.question, answer.shown)
    return Place(answer.position, question, choices, split_options(answer.chosen))
