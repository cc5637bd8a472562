"""Variables in answers: what `elections.yaml` says, so that the next election is one edit.

They depend on the files alone, never on the day: the same question gets the same words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta

from bot.clock import show_date
from bot.knowledge.model import Election, Elections, Milestone

_VARIABLE = re.compile(r"\{([^{}]*)\}")
NOT_CALLED = "Kỳ bầu cử tiếp theo chưa được công bố ngày."


def names_in(text: str) -> list[str]:
    """The names of the variables that stand in a text."""
    return _VARIABLE.findall(text)


def fill(text: str, variables: Mapping[str, str]) -> str:
    """The text with its variables filled in; an unknown one stays as written (lint faults it)."""
    return _VARIABLE.sub(lambda found: variables.get(found.group(1), found.group()), text)


def milestone_day(milestone: Milestone, election: Election) -> date:
    """The day of a milestone at an election, counted from election day as the law has it."""
    return election.day - timedelta(days=milestone.days_before)


def variables_of(elections: Elections) -> dict[str, str]:
    """Every variable with its value; empty where no election is known."""
    values = {"ky_bau_cu_toi": _next_election(elections.next)}
    election = elections.reference
    if election is None:
        return values
    values |= {
        "ngay_bau_cu": show_date(election.day),
        "nam_bau_cu": str(election.day.year),
        "khoa_quoc_hoi": election.assembly_term,
        "nhiem_ky_hdnd": election.council_term,
        "ten_ky_bau_cu": election.name,
    }
    for milestone in elections.milestones:
        # A by-election has days of its own; the general one's date would mislead.
        if milestone.scope != "bau-bo-sung":
            name = "moc_" + milestone.id.replace("-", "_")
            values[name] = show_date(milestone_day(milestone, election))
    return values


def _next_election(election: Election | None) -> str:
    return f"Kỳ bầu cử tiếp theo: {show_date(election.day)}." if election else NOT_CALLED
