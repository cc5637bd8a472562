"""Prizes for units, and for those who brought others: counted, compared, handed out.

Every term of a unit's number is kept with the prize, so that it can be worked out by hand. A unit
with nobody in it stands in the table with zero. Where more people took part than a unit's head-count
says, it counts as 100 %, and the table marks the head-count as doubtful.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

from bot.contest.awards import InLine, hand_out
from bot.contest.document import Published
from bot.contest.fields import PLACES_TREE
from bot.contest.outcome import Collective, PrizeSet, Tier
from bot.contest.words import CollectiveMetric
from bot.store import contest_awards, contest_results
from bot.store.contest_awards import UnitCount
from bot.store.database import Tx

_NAMES = ("Nhất", "Nhì", "Ba", "Khuyến khích")
_HUNDRED = Fraction(100)


@dataclass(slots=True)
class UnitTerms:
    """What a unit's people did together, and what its number is made of."""

    unit: str
    headcount: int | None = None
    persons: int = 0
    attempts: int = 0
    score: int = 0
    by_round: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    prizes: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def is_doubtful(self) -> bool:
        """Whether more people took part than the head-count says there are."""
        return self.headcount is not None and self.persons > self.headcount


@dataclass(frozen=True, slots=True)
class UnitStanding:
    """A unit in the table of a collective prize; `value` is what it is ranked by."""

    unit: str
    rank: int
    value: Fraction
    terms: UnitTerms


async def collective_table(
    tx: Tx, published: Published, collective: Collective
) -> list[UnitStanding]:
    """Every unit of the level with its terms, best first; equals share a rank."""
    units = await _terms(tx, published, collective)
    rounds = len(_rounds(published))
    values = {u.unit: metric_value(u, collective.metric, published, rounds) for u in units}
    ordered = sorted(units, key=lambda u: (-values[u.unit], u.unit))
    table: list[UnitStanding] = []
    for place, one in enumerate(ordered, 1):
        value = values[one.unit]
        same = table and table[-1].value == value
        table.append(UnitStanding(one.unit, table[-1].rank if same else place, value, one))
    return table


def metric_value(
    unit: UnitTerms, metric: CollectiveMetric, published: Published, rounds: int
) -> Fraction:
    """The number that a unit is ranked by, exact; what the board judges has none (0)."""
    points = published.contest.prizes.composite
    won = sum(points.prize_points.get(name, 0) * n for name, n in unit.prizes.items())
    if metric == "composite":
        mean = Fraction(sum(unit.by_round.values()), max(rounds, 1))
        # Through its text, since 0.1 as a binary number is not a tenth.
        return _percent(mean, unit.headcount) * Fraction(str(points.ratio_percent)) + won
    simple: dict[CollectiveMetric, Fraction] = {
        "persons": Fraction(unit.persons),
        "attempts": Fraction(unit.attempts),
        "ratio_to_headcount": _percent(Fraction(unit.persons), unit.headcount),
        "total_score": Fraction(unit.score),
        "mean_score": Fraction(unit.score, unit.persons) if unit.persons else Fraction(0),
        "prize_winners": Fraction(sum(unit.prizes.values())),
        "prize_points": Fraction(won),
        "judged": Fraction(0),
    }
    return simple[metric]


async def collective_rows(tx: Tx, published: Published, at: datetime) -> list[dict[str, Any]]:
    """The prizes for units, ready to be stored; equal units share what they win."""
    rows: list[dict[str, Any]] = []
    for number, collective in enumerate(published.contest.prizes.collective):
        if collective.metric == "judged":
            continue
        table = await collective_table(tx, published, collective)
        able = [s for s in table if s.terms.persons >= collective.min_persons and s.value > 0]
        line = [InLine(place, one.rank) for place, one in enumerate(able)]
        for prize in hand_out(line, _as_prizes(collective), "share").prizes:
            one = able[prize.entrant_id]
            rows.append(
                {
                    "contest_id": published.id,
                    "round": contest_results.WHOLE,
                    "segment": f"{collective.tree}/{collective.metric}/{number}",
                    "name": prize.name,
                    "place": prize.place,
                    "value": prize.value,
                    "unit": one.unit,
                    "rank": one.rank,
                    "terms": terms_of(one, collective.metric),
                    "at": at,
                }
            )
    return rows


async def spread_rows(tx: Tx, published: Published, at: datetime) -> list[dict[str, Any]]:
    """The prizes for those who brought most other people who played, ready to be stored."""
    spread = published.contest.prizes.spread
    if spread is None:
        return []
    found = await contest_awards.referrers(tx, published.id, _rounds(published))
    able = [row for row in found if row["standing"] == "active"][: spread.count]
    return [
        {
            "contest_id": published.id,
            "round": contest_results.WHOLE,
            "name": "Lan tỏa",
            "place": place,
            "value": spread.value,
            "entrant_id": row["entrant_id"],
            "rank": place,
            "terms": {"brought": row["brought"]},
            "at": at,
        }
        for place, row in enumerate(able, 1)
    ]


def terms_of(one: UnitStanding, metric: CollectiveMetric) -> dict[str, Any]:
    """Every term of a unit's number, fit for JSON and for working it out by hand."""
    unit = one.terms
    return {
        "metric": metric,
        "value": str(one.value),
        "persons": unit.persons,
        "attempts": unit.attempts,
        "score": unit.score,
        "headcount": unit.headcount,
        "is_doubtful": unit.is_doubtful,
        "by_round": {str(number): n for number, n in sorted(unit.by_round.items())},
        "prizes": dict(sorted(unit.prizes.items())),
    }


async def _terms(tx: Tx, published: Published, collective: Collective) -> list[UnitTerms]:
    column, unit_of, units = _level(published, collective)
    found = {unit: UnitTerms(unit, headcount) for unit, headcount in units.items()}

    def term(raw: str | None) -> UnitTerms | None:
        unit = unit_of.get(raw or "", raw if not unit_of else None)
        return None if unit is None else found.setdefault(unit, UnitTerms(unit))

    for count in await contest_awards.unit_counts(tx, column, _rounds(published)):
        if (one := term(count.unit)) is not None:
            _add(one, count)
    results = [
        result.id
        for number in _rounds(published)
        if (result := await contest_results.last(tx, published.id, number)) is not None
    ]
    for raw, score in (await contest_awards.unit_scores(tx, column, results)).items():
        if (one := term(raw)) is not None:
            one.score += score
    for raw, name, n in await contest_awards.unit_prizes(tx, column, results):
        if (one := term(raw)) is not None:
            one.prizes[name] += n
    return list(found.values())


def _level(
    published: Published, collective: Collective
) -> tuple[str, Mapping[str, str], Mapping[str, int | None]]:
    """The column of entrants that tells the unit, each unit's unit of the level, and head-counts.

    Communes and provinces need no mapping. In the contest's own tree people of a unit below count
    for the unit of the level above where the field rolls up.
    """
    units = published.document.units
    if collective.tree == PLACES_TREE:
        heads: dict[str, int | None] = dict(units.headcounts)
        return ("province" if collective.level == "tinh" else "commune"), {}, heads
    asked = [f for f in published.contest.registration.fields if f.tree == collective.tree]
    rolls_up = any(f.rolls_up for f in asked)
    by_id = {unit.id: unit for unit in units.units}
    of_level = {u.id: u.headcount for u in units.units if collective.level in (None, u.level)}
    unit_of: dict[str, str] = {}
    for unit in units.units:
        above, seen = unit, {unit.id}
        while rolls_up and above.id not in of_level and above.parent in by_id:
            above = by_id[above.parent]
            if above.id in seen:
                break
            seen.add(above.id)
        if above.id in of_level:
            unit_of[unit.id] = above.id
    return "unit", unit_of, {str(k): v for k, v in of_level.items()}


def _add(one: UnitTerms, count: UnitCount) -> None:
    one.persons += count.persons
    one.attempts += count.attempts
    for number, n in count.by_round.items():
        one.by_round[number] += n


def _percent(part: Fraction, whole: int | None) -> Fraction:
    return min(part * 100 / whole, _HUNDRED) if whole else Fraction(0)


def _as_prizes(collective: Collective) -> PrizeSet:
    names: Iterable[str] = collective.names or _NAMES
    names = [*names, *("Khuyến khích" for _ in collective.tiers)]
    values = [*collective.values, *(0 for _ in collective.tiers)]
    tiers = zip(names, collective.tiers, values, strict=False)
    return PrizeSet(tuple(Tier(name, count, value) for name, count, value in tiers))


def _rounds(published: Published) -> list[int]:
    return [published.rounds[r.id] for r in published.contest.rounds if r.kind != "practice"]
