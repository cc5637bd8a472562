"""A result while it is computed: written aside in slices, put in place at once, swept away.

Writing a ranking of a million people takes many seconds, and SQLite lets nobody else write
meanwhile. So its rows are kept under a result whose round number is below zero, where no reader
looks, in one short transaction a slice; the last one only exchanges two rows.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, cast, delete, func, select, update

from bot.store.contest_board_tables import awards, rankings, results
from bot.store.contest_ranking import Ranking
from bot.store.contest_results import ROW, last
from bot.store.database import Tx
from bot.store.pouring import pour

SLICE = 1_000
"""Rows written or taken away in one transaction: some ten milliseconds."""


async def begin(tx: Tx, values: Mapping[str, Any]) -> int:
    """Begins a result aside; gives its id. `values` are its columns, the round's own number too."""
    aside = _aside(values["round"])
    own = (results.c.contest_id == values["contest_id"], results.c.round == aside)
    newest = await tx.value(select(func.coalesce(func.max(results.c.edition), 0)).where(*own))
    row = {**values, "round": aside, "edition": int(newest) + 1, "digest": ""}
    return int(await tx.value(tx.insert(results).values(**row).returning(results.c.id)))


async def read_ranking(tx: Tx, ranking: Ranking) -> AsyncIterator[Sequence[Sequence[Any]]]:
    """The rows of a ranking in slices, by segment, rank and entrant; columns as in `ROW`."""
    rows = ranking.subquery()
    # PostgreSQL's sums of big numbers are of another kind, which the table would turn back.
    columns = (
        rows.c[name] if name == "segment" else cast(rows.c[name], BigInteger) for name in ROW
    )
    statement = select(*columns).order_by(rows.c.segment, rows.c.rank, rows.c.entrant_id)
    found = await tx.connection.stream(statement)
    async for page in found.partitions(SLICE):
        yield [tuple(row) for row in page]


async def add_rows(tx: Tx, result_id: int, rows: Sequence[Sequence[Any]]) -> None:
    """Writes a slice of a result's rows."""
    await pour(tx, rankings, ["result_id", *ROW], [(result_id, *row) for row in rows])


async def put_in_place(
    tx: Tx, result_id: int, contest_id: str, round_number: int, digest: str
) -> int | None:
    """Makes what was written aside the round's result: over an undecided one, or as an edition.

    Gives the id of the result that gave way, which is aside now with its rows; None where none did.
    """
    before = await last(tx, contest_id, round_number)
    edition = 1 if before is None else before.edition + before.is_decided
    gave_way = before.id if before is not None and not before.is_decided else None
    if gave_way is not None:
        own = (results.c.contest_id == contest_id, results.c.round == _aside(round_number))
        free = int(await tx.value(select(func.max(results.c.edition)).where(*own))) + 1
        moved = {"round": _aside(round_number), "edition": free}
        await tx.change(update(results).where(results.c.id == gave_way).values(**moved))
        # Prizes that were verified or passed down stay with the round.
        await tx.change(
            update(awards).where(awards.c.result_id == gave_way).values(result_id=result_id)
        )
    placed = {"round": round_number, "edition": edition, "digest": digest}
    await tx.change(update(results).where(results.c.id == result_id).values(**placed))
    return gave_way


async def left_over(tx: Tx, contest_id: str, before: datetime) -> list[int]:
    """The results aside that were computed before an instant: of programs that ended half-way."""
    rows = await tx.rows(
        select(results.c.id).where(
            results.c.contest_id == contest_id,
            results.c.round < 0,
            results.c.computed_at < before,
        )
    )
    return [row["id"] for row in rows]


async def clear_some(tx: Tx, result_id: int) -> bool:
    """Takes away a slice of what is aside, at last the result itself; False where all is gone."""
    some = (
        select(rankings.c.entrant_id)
        .where(rankings.c.result_id == result_id)
        .order_by(rankings.c.entrant_id)
        .limit(SLICE)
    )
    own = (rankings.c.result_id == result_id, rankings.c.entrant_id.in_(some))
    if await tx.change(delete(rankings).where(*own)):
        return True
    await tx.change(delete(results).where(results.c.id == result_id, results.c.round < 0))
    return False


def _aside(round_number: int) -> int:
    return -1 - round_number
