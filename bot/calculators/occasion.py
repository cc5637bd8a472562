"""Which election a message means: by its year, the next one, or the one of the answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from bot.calculators.milestones import election_at_hand
from bot.knowledge.model import Election, Elections

NEXT = re.compile(r"\b(?:ky|lan|dot|bau cu) (?:bau cu )?(?:toi|sau|tiep(?: theo)?)\b|\bsap toi\b")
YEAR = re.compile(r"\b(?:(?:ky|nam|bau cu) )*(20\d\d)\b")


@dataclass(frozen=True, slots=True)
class Meant:
    """The election that is meant; None where it is a coming one that nobody has called yet."""

    election: Election | None


def meant_election(line: str, elections: Elections, today: date) -> Meant | None:
    """The election that a folded line means; None where that is one the base does not know."""
    year, last = YEAR.search(line), elections.reference
    if year is not None:
        number = int(year[1])
        for election in elections.all:
            if election.day.year == number:
                return Meant(election)
        return Meant(None) if last is not None and number > last.day.year else None
    is_this_year = "nam nay" in line and (last is None or last.day.year != today.year)
    if is_this_year or NEXT.search(line):
        return Meant(election_at_hand(elections, today))
    chosen = elections.next or last
    return Meant(chosen) if chosen is not None else None
