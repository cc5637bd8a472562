"""Measures after a wrong question or a failure: proposed by one person, decided by another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select, update

from bot.store.contest_board_tables import measures
from bot.store.contest_tables import attempts, entrants, grants
from bot.store.database import Tx


@dataclass(frozen=True, slots=True)
class StoredMeasure:
    """A measure with its figures before and after; `version` is what its approval published."""

    id: int
    contest_id: str
    kind: str
    data: dict[str, Any]
    reason: str
    figures: dict[str, Any]
    state: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    version: int | None


_COLUMNS = tuple(measures.c[name] for name in StoredMeasure.__dataclass_fields__)


async def propose(tx: Tx, values: Mapping[str, Any]) -> int:
    """Keeps a proposal; gives its number."""
    return int(await tx.value(tx.insert(measures).values(**values).returning(measures.c.id)))


async def find(tx: Tx, measure_id: int, *, lock: bool = False) -> StoredMeasure | None:
    """A measure by its number; with `lock` nobody else decides on it meanwhile."""
    statement = select(*_COLUMNS).where(measures.c.id == measure_id)
    row = await tx.first(statement.with_for_update() if lock else statement)
    return StoredMeasure(**row) if row else None


async def list_measures(tx: Tx, contest_id: str) -> list[StoredMeasure]:
    """Every measure of a contest, oldest first."""
    rows = await tx.rows(
        select(*_COLUMNS).where(measures.c.contest_id == contest_id).order_by(measures.c.id)
    )
    return [StoredMeasure(**row) for row in rows]


async def decide(tx: Tx, measure_id: int, values: Mapping[str, Any]) -> None:
    """Keeps what was decided on a proposal."""
    await tx.change(update(measures).where(measures.c.id == measure_id).values(**values))


async def grant(
    tx: Tx, measure_id: int, entrant_ids: Sequence[int], round_number: int, extra: int
) -> None:
    """Gives these people more attempts in a round."""
    rows = [
        {"entrant_id": e, "round": round_number, "measure_id": measure_id, "extra": extra}
        for e in entrant_ids
    ]
    await tx.connection.execute(tx.insert(grants), rows)


async def void(tx: Tx, attempt_ids: Sequence[int]) -> int:
    """Takes attempts out of every count; their answers stay. Gives how many."""
    statement = update(attempts).where(attempts.c.id.in_(attempt_ids))
    return await tx.change(statement.values(status="void"))


async def known_attempts(tx: Tx, attempt_ids: Sequence[int], rounds: Sequence[int]) -> set[int]:
    """Which of these attempts are of the rounds."""
    rows = await tx.rows(
        select(attempts.c.id).where(attempts.c.id.in_(attempt_ids), attempts.c.round.in_(rounds))
    )
    return {row["id"] for row in rows}


async def known_entrants(tx: Tx, entrant_ids: Sequence[int], contest_id: str) -> set[int]:
    """Which of these people are in the contest."""
    rows = await tx.rows(
        select(entrants.c.id).where(
            entrants.c.id.in_(entrant_ids), entrants.c.contest_id == contest_id
        )
    )
    return {row["id"] for row in rows}


async def move_deadlines(tx: Tx, round_number: int, limit_ms: int, closes_ms: int) -> int:
    """Gives open attempts of a round the time that its later closing allows; gives how many."""
    full = attempts.c.started_ms + limit_ms
    return await tx.change(
        update(attempts)
        .where(
            attempts.c.round == round_number,
            attempts.c.status == "open",
            attempts.c.deadline_ms < full,
        )
        .values(deadline_ms=case((full < closes_ms, full), else_=closes_ms))
    )


async def count_open(tx: Tx, round_number: int) -> int:
    """How many attempts of a round are being played."""
    return int(
        await tx.value(
            select(func.count()).where(
                attempts.c.round == round_number, attempts.c.status == "open"
            )
        )
    )
