"""The milestones of an election with their days, for the calendar, menus and reminders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.clock import show_date
from bot.knowledge.model import Base, Citation, Election, Elections, Milestone
from bot.knowledge.variables import milestone_day

PAST = "✓ đã qua"
DAY_LAW = Citation("luat-bau-cu", 5)
"""Who calls an election, when, and that it is on a Sunday."""
NEXT_ENTRY = "ky-bau-cu-toi-bao-gio"
_BY_ELECTION = "bau-bo-sung"


@dataclass(frozen=True, slots=True)
class Dated:
    """A milestone with its day at one election."""

    milestone: Milestone
    day: date


def election_at_hand(elections: Elections, today: date) -> Election | None:
    """The election to count to: the next one, or the reference while it is still to come."""
    if elections.next is not None and elections.next.day >= today:
        return elections.next
    last = elections.reference
    return last if last is not None and last.day >= today else None


def dated_milestones(elections: Elections, election: Election) -> list[Dated]:
    """Every milestone of a general election in the order of days; by-elections have their own."""
    dated = [
        Dated(milestone, milestone_day(milestone, election))
        for milestone in elections.milestones
        if milestone.scope != _BY_ELECTION
    ]
    return sorted(dated, key=lambda one: one.day)


def next_milestones(base: Base, today: date, count: int) -> list[Dated]:
    """The first `count` milestones from today on, of the next election or else the reference."""
    election = base.elections.next or base.elections.reference
    if election is None:
        return []
    dated = dated_milestones(base.elections, election)
    return [one for one in dated if one.day >= today][:count]


def show_milestone(one: Dated, today: date) -> str:
    """A milestone on one line with its date, marked where it is past."""
    mark = f" ({PAST})" if one.day < today else ""
    return f"{show_date(one.day)}{mark}: {one.milestone.what}."


def show_short(one: Dated, today: date) -> str:
    """The same with the bare tick, for a list whose head explains it."""
    return f"{'✓' if one.day < today else '-'} {show_date(one.day)}: {one.milestone.what}."


def cited(dated: Iterable[Dated]) -> list[Citation]:
    """The legal basis of the milestones, in their order."""
    return [citation for one in dated for citation in one.milestone.citations]
