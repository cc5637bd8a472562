"""Prizes as they are proposed, verified, passed down and granted; and what collectives are counted by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update

from bot.store.contest_board_tables import awards, rankings, results
from bot.store.contest_ranking import COUNTED
from bot.store.contest_tables import attempts, entrants
from bot.store.database import Tx

LIVING = ("proposed", "verified", "granted")
"""The states of a prize that is somebody's."""


@dataclass(frozen=True, slots=True)
class Award:
    """One prize of a result: a person's, or a unit's with the terms it was counted by."""

    id: int
    contest_id: str
    round: int
    result_id: int
    kind: str
    name: str
    place: int
    value: int
    segment: str
    entrant_id: int | None
    unit: str | None
    rank: int | None
    terms: dict[str, Any]
    state: str
    note: str
    by: str | None
    at: datetime
    code: str | None


@dataclass(frozen=True, slots=True)
class UnitCount:
    """What the people of a unit did over the counted rounds.

    `by_round` is how many of them have a counted attempt in each round.
    """

    unit: str | None
    persons: int
    attempts: int
    score: int
    by_round: dict[int, int]


_COLUMNS = tuple(awards.c[name] for name in Award.__dataclass_fields__)


async def replace(tx: Tx, result_id: int, kind: str, rows: Sequence[dict[str, Any]]) -> None:
    """Puts the prizes of a kind in place of those proposed before.

    Whoever wins the same again, also in a later edition, keeps what was verified and his code;
    those who were passed over stay noted.
    """
    before = {
        (a.entrant_id, a.unit, a.name): a
        for a in await _of_all_editions(tx, result_id)
        if a.kind == kind and a.state in ("verified", "granted")
    }
    await tx.change(
        delete(awards).where(
            awards.c.result_id == result_id,
            awards.c.kind == kind,
            awards.c.state.in_(("proposed", "verified")),
        )
    )
    kept = []
    for row in rows:
        old = before.get((row.get("entrant_id"), row.get("unit"), row["name"]))
        kept.append(
            {
                "entrant_id": None,
                "unit": None,
                "rank": None,
                "segment": "",
                "terms": {},
                "note": old.note if old else "",
                "by": old.by if old else None,
                "code": old.code if old and old.result_id == result_id else None,
                "state": "verified" if old else "proposed",
                **row,
                "result_id": result_id,
                "kind": kind,
            }
        )
    if kept:
        await tx.connection.execute(tx.insert(awards), kept)


async def of_result(tx: Tx, result_id: int) -> list[Award]:
    """The prizes of a result, by kind, list and place."""
    rows = await tx.rows(
        select(*_COLUMNS)
        .where(awards.c.result_id == result_id)
        .order_by(awards.c.kind.desc(), awards.c.segment, awards.c.place, awards.c.id)
    )
    return [Award(**row) for row in rows]


async def of_entrant(tx: Tx, entrant_id: int) -> list[Award]:
    """Every prize that was ever proposed for an entrant, oldest first."""
    rows = await tx.rows(
        select(*_COLUMNS).where(awards.c.entrant_id == entrant_id).order_by(awards.c.id)
    )
    return [Award(**row) for row in rows]


async def _of_all_editions(tx: Tx, result_id: int) -> list[Award]:
    """The prizes of a round in all editions of its result, oldest first."""
    own = select(results.c.contest_id, results.c.round).where(results.c.id == result_id).subquery()
    rows = await tx.rows(
        select(*_COLUMNS)
        .join(own, (awards.c.contest_id == own.c.contest_id) & (awards.c.round == own.c.round))
        .order_by(awards.c.id)
    )
    return [Award(**row) for row in rows]


async def find(tx: Tx, award_id: int) -> Award | None:
    """A prize by its number."""
    row = await tx.first(select(*_COLUMNS).where(awards.c.id == award_id))
    return Award(**row) if row else None


async def by_code(tx: Tx, code: str) -> Award | None:
    """The prize whose certificate carries the code."""
    row = await tx.first(select(*_COLUMNS).where(awards.c.code == code))
    return Award(**row) if row else None


_IN_FORCE = (
    select(func.max(results.c.id))
    .where(results.c.decided_at.is_not(None))
    .group_by(results.c.contest_id, results.c.round)
)
_DECIDED_OF = (
    select(*_COLUMNS)
    .where(
        awards.c.entrant_id == bindparam("entrant"),
        awards.c.state.in_(LIVING),
        awards.c.result_id.in_(_IN_FORCE),
    )
    .order_by(awards.c.id)
)


async def decided_of(tx: Tx, entrant_id: int) -> list[Award]:
    """The prizes of a person that the last decisions made his; a verified one has its code."""
    return [Award(**row) for row in await tx.rows(_DECIDED_OF, {"entrant": entrant_id})]


async def set_state(
    tx: Tx, award_id: int, state: str, note: str, by: str, at: datetime, code: str | None = None
) -> None:
    """Moves a prize on; a code is given once and stays."""
    values: dict[str, Any] = {"state": state, "note": note, "by": by, "at": at}
    if code is not None:
        values["code"] = func.coalesce(awards.c.code, code)
    await tx.change(update(awards).where(awards.c.id == award_id).values(**values))


async def passed_over(tx: Tx, result_id: int) -> set[int]:
    """The people who won a prize of the round, in any edition, and lost it to the next in line."""
    return {
        a.entrant_id
        for a in await _of_all_editions(tx, result_id)
        if a.kind == "individual" and a.state == "passed_down" and a.entrant_id is not None
    }


async def held_by_decision(tx: Tx, contest_id: str) -> dict[int, int]:
    """How many individual prizes each person holds by decisions already issued.

    Of a round that was decided more than once the last decision holds; while one is computed anew,
    its former prizes stand in nobody's way.
    """
    last = (
        select(func.max(results.c.id))
        .where(results.c.contest_id == contest_id)
        .group_by(results.c.round)
    )
    rows = await tx.rows(
        select(awards.c.entrant_id, func.count().label("n"))
        .join(results, results.c.id == awards.c.result_id)
        .where(
            awards.c.result_id.in_(last),
            awards.c.kind == "individual",
            awards.c.state.in_(LIVING),
            results.c.decided_at.is_not(None),
        )
        .group_by(awards.c.entrant_id)
    )
    return {row["entrant_id"]: row["n"] for row in rows}


async def line(tx: Tx, result_id: int, segment: str, limit: int) -> list[dict[str, Any]]:
    """The first of a ranking list up to a rank, equals of the last one included."""
    rows = await tx.rows(
        select(rankings.c.entrant_id, rankings.c.rank, entrants.c.standing)
        .join(entrants, entrants.c.id == rankings.c.entrant_id)
        .where(
            rankings.c.result_id == result_id,
            rankings.c.segment == segment,
            rankings.c.rank <= limit,
        )
        .order_by(rankings.c.rank, rankings.c.entrant_id)
    )
    return [dict(row) for row in rows]


async def unit_counts(tx: Tx, column: str, rounds: Sequence[int]) -> list[UnitCount]:
    """What each unit's people did; `column` is `unit`, `commune` or `province`."""
    unit = entrants.c[column]
    counted = (
        attempts.c.round.in_(rounds)
        & attempts.c.status.in_(COUNTED)
        & (entrants.c.standing != "disqualified")
    )
    joined = select(unit.label("unit")).join(attempts, attempts.c.entrant_id == entrants.c.id)
    whole = await tx.rows(
        joined.add_columns(
            func.count(entrants.c.id.distinct()).label("persons"),
            func.count().label("attempts"),
        )
        .where(counted)
        .group_by(unit)
    )
    each = await tx.rows(
        joined.add_columns(attempts.c.round, func.count(entrants.c.id.distinct()).label("persons"))
        .where(counted)
        .group_by(unit, attempts.c.round)
    )
    by_round: dict[str | None, dict[int, int]] = {}
    for row in each:
        by_round.setdefault(row["unit"], {})[row["round"]] = row["persons"]
    return [
        UnitCount(row["unit"], row["persons"], row["attempts"], 0, by_round.get(row["unit"], {}))
        for row in whole
    ]


async def unit_scores(tx: Tx, column: str, result_ids: Sequence[int]) -> dict[str | None, int]:
    """The scores of counting attempts, added up by unit over the results."""
    unit = entrants.c[column]
    rows = await tx.rows(
        select(unit.label("unit"), func.sum(rankings.c.score).label("score"))
        .join(rankings, rankings.c.entrant_id == entrants.c.id)
        .where(rankings.c.result_id.in_(result_ids))
        .group_by(unit)
    )
    return {row["unit"]: int(row["score"]) for row in rows}


async def unit_prizes(
    tx: Tx, column: str, result_ids: Sequence[int]
) -> list[tuple[str | None, str, int]]:
    """How many individual prizes of each name the people of each unit won."""
    unit = entrants.c[column]
    rows = await tx.rows(
        select(unit.label("unit"), awards.c.name, func.count().label("n"))
        .join(awards, awards.c.entrant_id == entrants.c.id)
        .where(
            awards.c.result_id.in_(result_ids),
            awards.c.kind == "individual",
            awards.c.state.in_(LIVING),
        )
        .group_by(unit, awards.c.name)
    )
    return [(row["unit"], row["name"], row["n"]) for row in rows]


async def referrers(tx: Tx, contest_id: str, rounds: Sequence[int]) -> list[dict[str, Any]]:
    """Who brought people that have a counted attempt, most first; the earlier registered first."""
    brought, who = entrants.alias("brought"), entrants.alias("who")
    played = (
        select(attempts.c.entrant_id)
        .where(attempts.c.round.in_(rounds), attempts.c.status.in_(COUNTED))
        .distinct()
        .subquery()
    )
    count = func.count()
    rows = await tx.rows(
        select(who.c.id.label("entrant_id"), who.c.standing, count.label("brought"))
        .join(brought, brought.c.referred_by == who.c.id)
        .join(played, played.c.entrant_id == brought.c.id)
        .where(
            who.c.contest_id == contest_id,
            brought.c.contest_id == contest_id,
            brought.c.standing != "disqualified",
        )
        .group_by(who.c.id, who.c.standing, who.c.registered_ms)
        .order_by(count.desc(), who.c.registered_ms, who.c.id)
        .limit(1_000)
    )
    return [dict(row) for row in rows]
