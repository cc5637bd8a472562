"""Results of rounds: computed rankings, their editions, and the decisions that made them final."""

from __future__ import annotations

from sqlalchemy import select

from bot.store.contest_board_tables import rankings, results
from bot.store.database import Tx


async def decided_rank(tx: Tx, contest_id: str, round_number: int, entrant_id: int) -> int | None:
    """The entrant's rank in the last decided result of a round; None where he has none."""
    last = (
        select(results.c.id)
        .where(
            results.c.contest_id == contest_id,
            results.c.round == round_number,
            results.c.decided_at.is_not(None),
        )
        .order_by(results.c.edition.desc())
        .limit(1)
        .scalar_subquery()
    )
    found = await tx.value(
        select(rankings.c.rank).where(
            rankings.c.result_id == last, rankings.c.entrant_id == entrant_id
        )
    )
    return None if found is None else int(found)
