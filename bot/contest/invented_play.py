"""Made-up attempts for a rehearsal: when people start, what they know, how they end.

The papers are drawn, the limits kept and the answers marked by the contest's own rules.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from typing import TypeAlias

from bot.clock import VIETNAM, vietnam_date
from bot.contest.document import Published, from_ms, to_ms
from bot.contest.limits import check_limits
from bot.contest.marking import join_options, mark_paper
from bot.contest.refusal import Refused
from bot.contest.rules import Paper, Round
from bot.contest.starting import check_open, deadline_of, draw_paper
from bot.store.contest_attempts import Answer, Attempt, number_attempt

_BY_HOUR = (1, 0.4, 0.2, 0.1, 0.2, 0.6, 2, 4, 6, 7, 6, 5, 6, 5, 6, 6, 5, 4, 5, 8, 11, 10, 7, 3)
"""How many people play in each hour of the day, beside each other."""
_LAST_DAY = 2.0
_SERIES = 250
"""People so far apart share the seeds of their papers: a paper once drawn is used again."""
_KEPT = 60_000
_ABANDONS, _RUSHES, _SKIPS, _CHANGES = 0.025, 0.004, 0.008, 0.07
_LEARNS = 0.15

_Place: TypeAlias = tuple[int, str, tuple[str, ...]]
"""A place of a paper: the question's number, the options as shown, and those apart."""
_History: TypeAlias = tuple[tuple[str, object], ...]
"""The rounds of a person's attempts so far, each with the day where the pool depends on it."""


@dataclass(frozen=True, slots=True)
class Sat:
    """A made-up attempt with its answers."""

    attempt: Attempt
    answers: tuple[Answer, ...]

    @property
    def is_perfect(self) -> bool:
        """Whether every question is right."""
        return 0 < self.attempt.total == self.attempt.correct


class Timetable:
    """When people start in a round: more in the evening, most on the last day."""

    def __init__(self, published: Published, one: Round) -> None:
        closes = published.in_force(one).closes_at
        assert closes is not None  # noqa: S101 only a practice has no end
        step = min(timedelta(minutes=10), (closes - one.opens_at) / 50)
        count = int((closes - one.opens_at) / step)
        starts = [one.opens_at + n * step for n in range(count)]
        self._step_ms = step // timedelta(milliseconds=1)
        self._slots = [to_ms(at) for at in starts if published.is_open(one, at)]
        last = closes - timedelta(days=1)
        self._weights = list(accumulate(_crowd(from_ms(ms), last) for ms in self._slots))

    def pick(self, rng: Random) -> int:
        """A start, in milliseconds since 1970."""
        (slot,) = rng.choices(self._slots, cum_weights=self._weights)
        return slot + rng.randrange(self._step_ms)


class Papers:
    """Papers drawn from stored seeds; one that was drawn is kept for the next who gets its seed."""

    def __init__(self, published: Published, seed: str) -> None:
        self._published = published
        self._seed = seed
        self._kept: dict[tuple[int, _History], tuple[_Place, ...]] = {}

    def seed_of(self, series: int, attempt: int) -> str:
        """The seed of attempt `attempt` (from 0) of the people of a series."""
        text = f"{self._seed}/{series}/{attempt}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def draw(self, series: int, before: _History, one: Round, at: datetime) -> tuple[_Place, ...]:
        """The paper of the attempt that follows those `before`."""
        key = (series, (*before, self.mark(one, at)))
        if key not in self._kept:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            self._kept[key] = self._draw(series, before, one, at)
        return self._kept[key]

    def mark(self, one: Round, at: datetime) -> tuple[str, object]:
        """What of an attempt decides its paper, beside the seed."""
        by_day = self._published.paper(one).question_pool.valid_on != "round_open"
        return one.id, vietnam_date(at) if by_day else None

    def _draw(self, series: int, before: _History, one: Round, at: datetime) -> tuple[_Place, ...]:
        published = self._published
        seen = (
            sorted(self._seen(series, before))
            if published.paper(one).avoid_repeat_for_person
            else []
        )
        drawn = draw_paper(published, one, at, self.seed_of(series, len(before)), seen)
        return tuple(
            (published.numbers[d.question.name], ",".join(d.options), d.options) for d in drawn
        )

    def _seen(self, series: int, before: _History) -> Iterator[str]:
        for n, (round_id, day) in enumerate(before):
            one = self._published.contest.round(str(round_id))
            assert one is not None  # noqa: S101 it was played
            at = one.opens_at if day is None else datetime.fromisoformat(f"{day}T12:00:00+07:00")
            for number, _, _ in self.draw(series, before[:n], one, at):
                yield str(self._published.by_number[number].id)


class Play:
    """Plays a contest for made-up people; the same `Random` plays alike."""

    def __init__(self, published: Published, rounds: Sequence[Round], seed: str) -> None:
        self._published = published
        self._rounds = rounds
        self._times = {one.id: Timetable(published, one) for one in rounds}
        self._papers = Papers(published, seed)
        luck = Random(f"{seed}/questions")  # noqa: S311 nothing secret
        self._hardness = {
            number: published.markings[number].level - 2.6 + luck.gauss(0, 0.5)
            for number in sorted(published.markings)
        }
        self._key = {
            number: min(marking.accepted, default="")
            for number, marking in published.markings.items()
        }

    def play(self, rng: Random, number: int, entrant_id: int, count: int) -> list[Sat]:
        """At most `count` attempts of person `number`, one after the other, none guessed yet."""
        ability = rng.gauss(0.2, 1.1)
        chosen = [rng.randrange(len(self._rounds)) for _ in range(count)]
        starts = sorted((self._times[self._rounds[n].id].pick(rng), n) for n in chosen)
        sat: list[Sat] = []
        history: _History = ()
        free_ms = 0
        for start, n in starts:
            one = self._rounds[n]
            started_ms = max(start, free_ms)
            at = from_ms(started_ms)
            if not self._may_start(one, [s.attempt for s in sat], at):
                continue
            places = self._papers.draw(number % _SERIES, history, one, at)
            seed = self._papers.seed_of(number % _SERIES, len(history))
            sat.append(self._sit(rng, entrant_id, len(sat) + 1, one, at, seed, places, ability))
            history = (*history, self._papers.mark(one, at))
            ability += _LEARNS
            gap = self._published.contest.attempts.min_gap_s * 1_000
            free_ms = (sat[-1].attempt.submitted_ms or 0) + gap + rng.randrange(5_000, 900_000)
        return sat

    def _may_start(self, one: Round, before: Sequence[Attempt], at: datetime) -> bool:
        try:
            check_open(self._published, one, at)
            check_limits(self._published, one, before, 0, at)
        except Refused:
            return False
        return True

    def _sit(
        self,
        rng: Random,
        entrant_id: int,
        number: int,
        one: Round,
        at: datetime,
        seed: str,
        places: Sequence[_Place],
        ability: float,
    ) -> Sat:
        published = self._published
        paper = published.paper(one)
        started_ms, deadline_ms = to_ms(at), deadline_of(published, one, paper, at)
        span_ms = _duration(rng, paper)
        abandons = rng.random() < _ABANDONS
        is_late = abandons or started_ms + span_ms >= deadline_ms
        ended_ms = deadline_ms if is_late else started_ms + span_ms
        until_ms = started_ms + span_ms // 3 if abandons else ended_ms
        attempt_id = number_attempt(entrant_id, number)
        answers = tuple(
            self._answer(
                rng, paper, attempt_id, n, place, ability,
                started_ms + int(span_ms * (n - rng.random()) / len(places)), until_ms, is_late,
            )
            for n, place in enumerate(places, 1)
        )  # fmt: skip
        given = [(answer.question, answer.chosen) for answer in answers]
        marked = mark_paper(given, published.markings, paper.points)
        late = "timed_out" if paper.on_timeout == "submit_answered" else "discarded"
        attempt = Attempt(
            id=attempt_id,
            entrant_id=entrant_id,
            round=published.rounds[one.id],
            version=published.version,
            seed=seed,
            device=None,
            started_ms=started_ms,
            deadline_ms=deadline_ms,
            submitted_ms=ended_ms,
            status=late if is_late else "submitted",
            prediction=None,
            total=marked.total,
            correct=marked.correct,
            score=marked.score,
            duration_ms=ended_ms - started_ms,
        )
        return Sat(attempt, answers)

    def _answer(
        self,
        rng: Random,
        paper: Paper,
        attempt_id: int,
        position: int,
        place: _Place,
        ability: float,
        at_ms: int,
        until_ms: int,
        is_late: bool,
    ) -> Answer:
        number, shown, options = place
        skips = rng.random() < _SKIPS and (is_late or not paper.must_answer_all)
        if skips or at_ms >= until_ms:
            return Answer(attempt_id, position, number, shown, None, None, 0)
        knows = rng.random() * (1 + math.exp(self._hardness[number] - ability)) < 1
        if knows:
            chosen = self._key[number]
        elif paper.answer_kind == "single":
            chosen = options[int(rng.random() * len(options))]
        else:
            chosen = join_options(rng.sample(options, rng.randrange(1, len(options))))
        changes = int(rng.random() < _CHANGES)
        return Answer(attempt_id, position, number, shown, chosen, at_ms, changes)


def with_guesses(sat: Sequence[Sat], guesses: Sequence[int | None], device: str) -> list[Sat]:
    """The attempts with what was guessed in each, and the device they were played on."""
    return [
        replace(one, attempt=replace(one.attempt, prediction=guess, device=device))
        for one, guess in zip(sat, guesses, strict=True)
    ]


def _duration(rng: Random, paper: Paper) -> int:
    """How long a person works, in milliseconds; now and then longer than the paper lasts."""
    limit_ms = paper.time_limit_s * 1_000
    if rng.random() < _RUSHES:
        return int(limit_ms * rng.uniform(0.01, 0.04)) + 1
    return max(1_000, int(limit_ms * rng.lognormvariate(math.log(0.33), 0.55)))


def _crowd(at: datetime, last: datetime) -> float:
    return _BY_HOUR[at.astimezone(VIETNAM).hour] * (_LAST_DAY if at >= last else 1.0)
