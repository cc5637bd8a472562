"""What a person sees of his own result: as much as the rules show, when they show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import show_time
from bot.contest.document import Published
from bot.contest.marking import split_options
from bot.contest.play import sitting
from bot.contest.refusal import Refused
from bot.contest.rules import Round
from bot.contest.sitting import Place, Sitting
from bot.contest.words import AnswerKey, ShowWhat, ShowWhen
from bot.store.contest_attempts import Attempt
from bot.store.database import Tx

_LEVELS: tuple[ShowWhat, ...] = ("nothing", "score", "score_time", "right_wrong", "key")


@dataclass(frozen=True, slots=True)
class Judged:
    """One question of an ended paper. `key` holds the right options, where the rules show them."""

    place: Place
    is_right: bool
    key: tuple[str, ...] = ()

    @property
    def key_letters(self) -> str:
        """The letters of the right options, as this person saw them."""
        return "".join(c.letter for c in self.place.choices if c.id in self.key)


@dataclass(frozen=True, slots=True)
class Earned:
    """What an ended attempt earned. What the rules do not show (yet) is None or empty.

    `is_counted` is false for a discarded or voided attempt; `later` says in Vietnamese when more
    will be shown, empty where nothing more comes.
    """

    is_counted: bool
    total: int
    correct: int | None = None
    score: int | None = None
    has_passed: bool | None = None
    duration: timedelta | None = None
    later: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result(Earned):
    """A person's own result: what it earned, and question by question where the rules show that."""

    seat: Sitting
    judged: tuple[Judged, ...] = ()


async def result_of(
    tx: Tx, published: Published, entrant_id: int, attempt_id: int, at: datetime
) -> Result:
    """The entrant's own result of an ended attempt.

    Raises `Refused`: not_yours, or not_allowed while the attempt is open.
    """
    seat = await sitting(tx, published, entrant_id, attempt_id)
    if seat.is_open:
        raise Refused("not_allowed", "Bạn chưa nộp bài này.", attempt_id)
    found = earned(published, seat.attempt, at)
    level = _LEVELS.index(shown_level(published, seat.round, at)) if found.is_counted else 0
    known = {name: getattr(found, name) for name in Earned.__dataclass_fields__}
    return Result(**known, seat=seat, judged=_judged(published, seat, level))


def earned(published: Published, attempt: Attempt, at: datetime) -> Earned:
    """What the rules show of an ended attempt at an instant."""
    one = published.round(attempt.round)
    assert one is not None  # noqa: S101 attempts of other contests never come here
    level = _LEVELS.index(shown_level(published, one, at))
    counted = attempt.status in ("submitted", "timed_out")
    later = _later(published, one, at) if level < _LEVELS.index("score") else ""
    if not counted or not level:
        return Earned(counted, attempt.total, later=later)
    mark = published.paper(one).pass_mark
    has_time = level >= _LEVELS.index("score_time") and attempt.duration_ms is not None
    return Earned(
        counted,
        attempt.total,
        attempt.correct,
        attempt.score,
        None if mark is None else (attempt.score or 0) >= mark,
        timedelta(milliseconds=attempt.duration_ms or 0) if has_time else None,
        later,
    )


def shown_level(published: Published, one: Round, at: datetime) -> ShowWhat:
    """How much of an ended paper the rules show at an instant.

    Once the answer key is out, everything is.
    """
    shown = published.paper(one).show_result
    key = published.contest.results.answer_key
    if one.kind != "practice" and _has_come(published, one, key, at):
        return "key"
    return shown.what if _has_come(published, one, shown.when, at) else "nothing"


def _has_come(published: Published, one: Round, when: ShowWhen | AnswerKey, at: datetime) -> bool:
    if when == "after_round":
        return published.is_over(one, at)
    if when == "after_contest":
        return all(published.is_over(other, at) for other in published.contest.rounds)
    return when == "on_submit"


def _judged(published: Published, seat: Sitting, level: int) -> tuple[Judged, ...]:
    if level < _LEVELS.index("right_wrong"):
        return ()
    shows_key = level == _LEVELS.index("key")
    found = []
    for place in seat.places:
        marking = published.markings[published.numbers[place.question.name]]
        chosen = ",".join(sorted(place.chosen)) or None
        # After a measure several answers may be right; the union shows them all.
        key = {o for accepted in marking.accepted for o in split_options(accepted)}
        ids = tuple(str(o.id) for o in place.question.options if o.id in key)
        found.append(Judged(place, marking.is_right(chosen), ids if shows_key else ()))
    return tuple(found)


def _later(published: Published, one: Round, at: datetime) -> str:
    when = published.paper(one).show_result.when
    if when == "never" and published.contest.results.answer_key == "never":
        return ""
    ends = [w.closes_at for w in published.windows(one)]
    if when == "after_contest":
        ends = [w.closes_at for r in published.contest.rounds for w in published.windows(r)]
    last = max((end for end in ends if end is not None), default=None)
    if last is None or last <= at:
        return ""
    return f"Kết quả có sau {show_time(last)}."
