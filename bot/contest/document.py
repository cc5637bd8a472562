"""What is published of a contest: one immutable document from which everything can be recomputed.

A change makes a new version. Measures that two people approved (a key put right, a round extended)
are part of it, so the last version and the raw answers are all that a result needs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property

from bot.clock import VIETNAM
from bot.contest.bank import LETTERS, Choice, Question, Units
from bot.contest.draw import usable
from bot.contest.marking import Marking, mark_questions, split_options
from bot.contest.reading import from_json, to_json
from bot.contest.rules import Contest, Paper, Round
from bot.contest.words import FaultAction, Id, IncidentAction

_CHOICES_KEPT = 20_000
"""Orders of options that a version keeps at hand: four options in all orders of 800 questions."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One approved measure. For a question: what counts as right (`accepted`, sets of options).

    For a round: its new `closes_at`, or another window `opens_at`..`closes_at`. Attempts granted
    or voided stand in the tables; here is `count`, of how many.
    """

    id: int
    kind: FaultAction | IncidentAction
    question: Id | None = None
    version: int | None = None
    accepted: tuple[tuple[Id, ...], ...] = ()
    round: Id | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    count: int = 0


@dataclass(frozen=True)
class Document:
    """The whole of one version. `seed` decides the questions of fixed papers: keep it secret."""

    contest: Contest
    questions: tuple[Question, ...]
    units: Units
    seed: str
    rules_text: str = ""
    measures: tuple[Measure, ...] = ()

    def to_text(self) -> str:
        """The document as it is stored."""
        return to_json(self)

    @classmethod
    def from_text(cls, text: str) -> Document:
        """The document out of the store. Raises ValueError where it is damaged."""
        return from_json(cls, text)


@dataclass(frozen=True, slots=True)
class Window:
    """A span in which a round is open; `closes_at` exclusive, None for a practice without end."""

    opens_at: datetime
    closes_at: datetime | None

    def holds(self, at: datetime) -> bool:
        """Whether the instant lies inside."""
        return self.opens_at <= at and (self.closes_at is None or at < self.closes_at)


@dataclass(frozen=True)
class Published:
    """One version of a contest as it is played; immutable, so it may be kept and shared.

    `rounds` and `numbers` are the short numbers that the tables know rounds and questions by.
    """

    contest: Contest
    version: int
    sha256: str
    document: Document
    rounds: Mapping[str, int]
    numbers: Mapping[tuple[str, int], int]

    @property
    def id(self) -> str:
        """The id of the contest."""
        return self.contest.id

    @cached_property
    def round_ids(self) -> dict[int, str]:
        """The id of each round by its number."""
        return {number: round_id for round_id, number in self.rounds.items()}

    @cached_property
    def by_number(self) -> dict[int, Question]:
        """Every question that attempts may hold, by its number."""
        return {self.numbers[q.name]: q for q in self.document.questions}

    @cached_property
    def markings(self) -> dict[int, Marking]:
        """What counts as right, by the number of the question, after all approved measures."""
        marks = mark_questions(self.document.questions, self.document.measures)
        return {self.numbers[name]: marking for name, marking in marks.items()}

    @cached_property
    def current(self) -> tuple[Question, ...]:
        """The questions to draw from: of each the newest version."""
        newest: dict[str, Question] = {}
        for question in self.document.questions:
            known = newest.get(question.id)
            if known is None or known.version < question.version:
                newest[question.id] = question
        return tuple(newest.values())

    def round(self, number: int) -> Round | None:
        """The round with this number, its closing as measures extended it."""
        found = self.contest.round(self.round_ids.get(number, ""))
        return self.in_force(found) if found else None

    def in_force(self, one: Round) -> Round:
        """The round with its closing as measures extended it."""
        for measure in self.document.measures:
            if measure.kind == "extend_round" and measure.round == one.id:
                one = replace(one, closes_at=measure.closes_at)
        return one

    def paper(self, one: Round) -> Paper:
        """The paper of a round."""
        return self.contest.papers[one.paper]

    def pool(self, paper: Paper, day: date) -> list[Question]:
        """The questions that the paper may use on a day.

        A question given up after a fault is not drawn again; a fixed paper stays the same for all.
        """
        # Papers live as long as we do, so their identity names them.
        kept = self._pools.get((id(paper), day))
        if kept is None:
            kept = usable(paper, self.current, day)
            if paper.mode != "fixed":
                marks, numbers = self.markings, self.numbers
                kept = [q for q in kept if marks[numbers[q.name]].treatment == "normal"]
            self._pools[id(paper), day] = kept
        return kept

    @cached_property
    def _pools(self) -> dict[tuple[int, date], list[Question]]:
        return {}

    def choices(self, number: int, shown: str) -> tuple[Choice, ...]:
        """The options of the question with this number, in the order in which they are shown."""
        kept = self._choices.get((number, shown))
        if kept is None:
            texts = {str(option.id): option.text for option in self.by_number[number].options}
            kept = tuple(
                Choice(letter, option_id, texts[option_id])
                for letter, option_id in zip(LETTERS, split_options(shown), strict=False)
            )
            if len(self._choices) < _CHOICES_KEPT:
                self._choices[number, shown] = kept
        return kept

    @cached_property
    def _choices(self) -> dict[tuple[int, str], tuple[Choice, ...]]:
        return {}

    def windows(self, one: Round) -> list[Window]:
        """When the round is open, in order: its own span and those reopened for it."""
        own = self.in_force(one)
        found = [Window(own.opens_at, own.closes_at)]
        for measure in self.document.measures:
            if measure.kind == "reopen_window" and measure.round == one.id and measure.opens_at:
                found.append(Window(measure.opens_at, measure.closes_at))
        return sorted(found, key=lambda w: w.opens_at)

    def open_until(self, one: Round, at: datetime) -> datetime | None:
        """Until when the round that is open at an instant stays open; None without an end.

        Call it only where `is_open`. A daily window ends every evening.
        """
        ends = [w.closes_at for w in self.windows(one) if w.holds(at)]
        last = None if None in ends else max((end for end in ends if end), default=at)
        if one.daily_window is None:
            return last
        local = at.astimezone(VIETNAM)
        evening = datetime.combine(local.date(), one.daily_window.to, VIETNAM)
        return evening if last is None else min(last, evening)

    def is_open(self, one: Round, at: datetime) -> bool:
        """Whether an attempt may start in the round at an instant."""
        return any(w.holds(at) for w in self.windows(one)) and _in_hours(one, at)

    def next_opening(self, one: Round, at: datetime) -> datetime | None:
        """When the round opens next after an instant; None where it does not any more."""
        for window in self.windows(one):
            if window.closes_at is not None and window.closes_at <= at:
                continue
            for day in range(8):
                moment = max(window.opens_at, at) if day == 0 else _morning(one, window, at, day)
                moment = _first_in_hours(one, moment)
                if moment > at and window.holds(moment) and _in_hours(one, moment):
                    return moment
        return None

    def is_over(self, one: Round, at: datetime) -> bool:
        """Whether the round has closed for good."""
        return all(w.closes_at is not None and w.closes_at <= at for w in self.windows(one))


def fingerprint(text: str) -> str:
    """The SHA-256 of a document's text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def to_ms(at: datetime) -> int:
    """An instant as milliseconds since 1970, cut off."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


def from_ms(ms: int) -> datetime:
    """The instant of so many milliseconds since 1970."""
    return _EPOCH + timedelta(milliseconds=ms)


_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def merge_questions(old: Iterable[Question], new: Iterable[Question]) -> tuple[Question, ...]:
    """All questions of both; of one that is in both the new one."""
    found = {question.name: question for question in old}
    found |= {question.name: question for question in new}
    return tuple(found[name] for name in sorted(found))


def _in_hours(one: Round, at: datetime) -> bool:
    hours = one.daily_window
    if hours is None:
        return True
    local = at.astimezone(VIETNAM)
    return local.isoweekday() in hours.days and hours.from_ <= local.time() < hours.to


def _morning(one: Round, window: Window, at: datetime, days: int) -> datetime:
    start = one.daily_window.from_ if one.daily_window else time()
    day = (max(window.opens_at, at).astimezone(VIETNAM) + timedelta(days=days)).date()
    return datetime.combine(day, start, VIETNAM)


def _first_in_hours(one: Round, at: datetime) -> datetime:
    """The instant, or the opening of its day where it lies before that."""
    if one.daily_window is None:
        return at
    local = at.astimezone(VIETNAM)
    return max(local, datetime.combine(local.date(), one.daily_window.from_, VIETNAM))
