"""When a person who asked for it is reminded of an election: which milestones, how long before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.calculators.milestones import Dated, dated_milestones, election_at_hand
from bot.clock import VIETNAM, vietnam_date
from bot.knowledge.model import Base, Election

# What concerns every voter: the milestone, how many days before it, and the entry that explains it.
_PLAN: tuple[tuple[str, tuple[int, ...], str], ...] = (
    ("niem-yet-cu-tri", (0,), "niem-yet-danh-sach-cu-tri"),
    ("phat-xong-the", (1,), "cap-phat-the-cu-tri"),
    ("bo-phieu", (7, 1), "ngay-bau-cu"),
)
_SAID_AT = time(8, 0, tzinfo=VIETNAM)
_OVER_AT = time(19, 0, tzinfo=VIETNAM)


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder, the same for everybody: `key` is said once to a person.

    It may be said from `at` until `until`; after that the next one says more.
    """

    key: str
    at: datetime
    until: datetime
    milestone: Dated
    entry: str


def plan_reminders(base: Base, today: date) -> tuple[Reminder, ...]:
    """All reminders of the election at hand in their order; none where no election is called."""
    election = election_at_hand(base.elections, today)
    if election is None:
        return ()
    dated = {one.milestone.id: one for one in dated_milestones(base.elections, election)}
    planned = [
        reminder
        for milestone, days_before, entry in _PLAN
        if milestone in dated
        for reminder in _remind_of(election, dated[milestone], days_before, entry)
    ]
    return tuple(sorted(planned, key=lambda one: one.at))


def due_reminders(base: Base, now: datetime) -> tuple[Reminder, ...]:
    """The reminders that may be said now."""
    planned = plan_reminders(base, vietnam_date(now))
    return tuple(one for one in planned if one.at <= now < one.until)


def _remind_of(
    election: Election, dated: Dated, days_before: Sequence[int], entry: str
) -> list[Reminder]:
    starts = [_instant(dated.day - timedelta(days=days), _SAID_AT) for days in days_before]
    ends = [*starts[1:], _instant(dated.day, _OVER_AT)]
    return [
        Reminder(f"{election.id}:{dated.milestone.id}:{days}", at, until, dated, entry)
        for days, at, until in zip(days_before, starts, ends, strict=True)
    ]


def _instant(day: date, at: time) -> datetime:
    return datetime.combine(day, at)
