"""The ranking rules of a contest, and the same ranking once more in plain Python.

The database ranks by `bot.store.contest_ranking`; what stands here is written apart from it, so
that `contest verify` and the tests compare two independent computings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from bot.contest.rules import Contest
from bot.contest.words import Target
from bot.store.contest_ranking import THOUSANDTHS, Figures, Order, RankRules


@dataclass(frozen=True, slots=True)
class Played:
    """One counted attempt, marked; instants in milliseconds since 1970."""

    id: int
    entrant_id: int
    segment: str
    registered_at: int
    total: int
    correct: int
    score: int
    prediction: int | None
    started_at: int
    submitted_at: int

    @property
    def is_perfect(self) -> bool:
        """Whether every question is right."""
        return 0 < self.total == self.correct

    @property
    def duration_ms(self) -> int:
        """How long it took."""
        return self.submitted_at - self.started_at


@dataclass(frozen=True, slots=True)
class Ranked:
    """One person in a ranking with the value of every key; see `COLUMNS`."""

    entrant_id: int
    segment: str
    rank: int
    attempt_id: int
    correct: int
    score: int
    prediction: int | None
    prediction_distance: int | None
    duration_ms: int
    submitted_at: int
    started_at: int
    registered_at: int
    attempts_used: int
    perfect_attempts: int
    cumulative_score: int
    lot: int | None = None

    @property
    def line(self) -> str:
        """The row as one line, of which a digest of the whole ranking is made."""
        return "|".join("" if v is None else str(v) for v in (getattr(self, n) for n in _NAMES))


_NAMES = tuple(Ranked.__dataclass_fields__)


def rank_rules(contest: Contest, earlier: Sequence[int] = ()) -> RankRules:
    """The ranking rules of a contest; `earlier` are the results that count to the cumulative score."""
    ranking = contest.ranking
    keys = tuple(Order(k.key, k.order == "desc") for k in ranking.keys)
    named = {key.key: key for key in keys}
    best: list[Order] = []
    for word in contest.attempts.best_by:
        best += keys if word == "ranking" else [named[word]]
    return RankRules(
        keys=keys,
        best=tuple(dict.fromkeys(best)),
        counting=contest.attempts.counting,
        gate=ranking.gate.min_correct if ranking.gate else None,
        under_only=contest.prediction.distance == "under_only",
        earlier=tuple(earlier),
    )


def actual_of(found: Figures, target: Target) -> int:
    """The number that a prediction of this target guesses."""
    return {
        "persons": found.persons,
        "persons_all_correct": found.persons_all_correct,
        "attempts": found.attempts,
        "attempts_all_correct": found.attempts_all_correct,
    }[target]


def count_figures(attempts: Iterable[Played], rules: RankRules) -> Figures:
    """The numbers of a population; see `bot.store.contest_ranking.figures`."""
    persons = perfect_persons = count = perfect = 0
    for _, group in groupby(sorted(attempts, key=_by_person), key=attrgetter("entrant_id")):
        own = list(group)
        persons, count = persons + 1, count + len(own)
        perfect += sum(a.is_perfect for a in own)
        picked = {"first": own[:1], "last": own[-1:]}.get(rules.counting, own)
        perfect_persons += any(a.is_perfect for a in picked)
    return Figures(persons, count, perfect_persons, perfect)


def rank_people(
    attempts: Iterable[Played],
    rules: RankRules,
    actual: int | None,
    lots: Mapping[int, int] | None = None,
    earlier: Mapping[int, int] | None = None,
) -> list[Ranked]:
    """The ranking of counted attempts, segment by segment, best first.

    `lots` part equals, `earlier` holds what each person scored in the results before.
    """
    people = []
    for _, group in groupby(sorted(attempts, key=_by_person), key=attrgetter("entrant_id")):
        one = _person(list(group), rules, actual, lots or {}, earlier or {})
        if one is not None:
            people.append(one)
    return place_people(people, rules.keys)


def place_people(people: Iterable[Ranked], keys: Sequence[Order]) -> list[Ranked]:
    """The people in their order, each with his rank; equals on every key and lot share one."""

    def value(one: Ranked) -> tuple[object, ...]:
        return (one.segment, *sort_key(one, keys))

    placed: list[Ranked] = []
    segment, place = "", 0
    for one in sorted(people, key=lambda p: (value(p), p.entrant_id)):
        place = place + 1 if placed and one.segment == segment else 1
        segment = one.segment
        same = place > 1 and value(one) == value(placed[-1])
        placed.append(_with_rank(one, placed[-1].rank if same else place))
    return placed


def sort_key(one: Ranked, keys: Sequence[Order]) -> tuple[int, ...]:
    """What a person is sorted by: what is missing comes last, whatever the order."""
    values = [(getattr(one, key.key), key.descending) for key in keys] + [(one.lot, False)]
    # One flat row of numbers: a million people are sorted by them at once.
    found: list[int] = []
    for value, descending in values:
        found += (1, 0) if value is None else (0, -value if descending else value)
    return tuple(found)


def distance_of(prediction: int | None, actual: int | None, under_only: bool) -> int | None:
    """How far a guess is off; None where there is none, or where it is over and may not be."""
    if prediction is None or actual is None or (under_only and prediction > actual):
        return None
    return abs(prediction - actual)


def _person(
    own: list[Played],
    rules: RankRules,
    actual: int | None,
    lots: Mapping[int, int],
    earlier: Mapping[int, int],
) -> Ranked | None:
    used, perfect = len(own), sum(a.is_perfect for a in own)
    before = earlier.get(own[0].entrant_id, 0)
    rows = [
        Ranked(
            entrant_id=a.entrant_id,
            segment=a.segment,
            rank=0,
            attempt_id=a.id,
            correct=a.correct,
            score=a.score,
            prediction=a.prediction,
            prediction_distance=distance_of(a.prediction, actual, rules.under_only),
            duration_ms=a.duration_ms,
            submitted_at=a.submitted_at,
            started_at=a.started_at,
            registered_at=a.registered_at,
            attempts_used=used,
            perfect_attempts=perfect,
            cumulative_score=a.score + before,
            lot=lots.get(a.entrant_id),
        )
        for a in own
    ]
    if rules.counting in ("sum", "average"):
        return _summed(own, rows[-1], rules, before)
    if rules.counting == "best":
        best = [o for o in rules.best if o.key != "cumulative_score"]
        chosen = min(range(used), key=lambda n: (sort_key(rows[n], best), own[n].id))
    else:
        chosen = 0 if rules.counting == "first" else used - 1
    return rows[chosen] if _passes(own[chosen].total, rows[chosen].correct, rules.gate) else None


def _summed(own: list[Played], last: Ranked, rules: RankRules, before: int) -> Ranked | None:
    per, times = (1, 1) if rules.counting == "sum" else (len(own), THOUSANDTHS)
    correct, score, duration = (
        sum(getattr(a, name) for a in own) * times // per
        for name in ("correct", "score", "duration_ms")
    )
    if rules.gate == "all":
        passes = _passes(sum(a.total for a in own), sum(a.correct for a in own), "all")
    else:
        passes = rules.gate is None or correct >= rules.gate * times
    if not passes:
        return None
    values = {name: getattr(last, name) for name in _NAMES}
    return Ranked(
        **{
            **values,
            "correct": correct,
            "score": score,
            "duration_ms": duration,
            "submitted_at": max(a.submitted_at for a in own),
            "started_at": min(a.started_at for a in own),
            "cumulative_score": score + before,
        }
    )


def _passes(total: int, correct: int, gate: object) -> bool:
    if gate == "all":
        return 0 < total == correct
    return not isinstance(gate, int) or correct >= gate


def _by_person(one: Played) -> tuple[int, int]:
    return one.entrant_id, one.id


def _with_rank(one: Ranked, rank: int) -> Ranked:
    return Ranked(**{**{name: getattr(one, name) for name in _NAMES}, "rank": rank})
