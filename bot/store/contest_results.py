"""Results of rounds: computed rankings, their editions, and the decisions that made them final."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, cast, delete, func, literal, null, select, update

from bot.store.contest_board_tables import lots, rankings, results
from bot.store.contest_ranking import COLUMNS, Order, Ranking, order_by
from bot.store.contest_tables import entrants
from bot.store.database import Tx

WHOLE = 0
"""The round number of the result over all rounds."""
ROW = ("entrant_id", "segment", "rank", "attempt_id", *COLUMNS, "lot")
_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Result:
    """One computing of a round's result; `round` 0 is the whole contest.

    `actual` is the number that the predictions guessed. Once decided it never changes: a new
    computing makes another edition.
    """

    id: int
    contest_id: str
    round: int
    edition: int
    version: int
    actual: int | None
    persons: int
    attempts: int
    all_correct: int
    computed_at: datetime
    digest: str
    decision_number: str | None
    decided_by: str | None
    decided_at: datetime | None

    @property
    def is_decided(self) -> bool:
        """Whether a decision was issued on it."""
        return self.decided_at is not None


_COLUMNS = tuple(results.c[name] for name in Result.__dataclass_fields__)


async def last(
    tx: Tx, contest_id: str, round_number: int, *, decided: bool = False
) -> Result | None:
    """The last result of a round, or the last decided one; None where there is none."""
    statement = select(*_COLUMNS).where(
        results.c.contest_id == contest_id, results.c.round == round_number
    )
    if decided:
        statement = statement.where(results.c.decided_at.is_not(None))
    row = await tx.first(statement.order_by(results.c.edition.desc()).limit(1))
    return Result(**row) if row else None


async def list_results(tx: Tx, contest_id: str) -> list[Result]:
    """Every result of a contest that is kept, by round and edition."""
    rows = await tx.rows(
        select(*_COLUMNS)
        # Below zero are those that are still computed; see `contest_drafts`.
        .where(results.c.contest_id == contest_id, results.c.round >= WHOLE)
        .order_by(results.c.round, results.c.edition)
    )
    return [Result(**row) for row in rows]


async def add(tx: Tx, values: Mapping[str, Any]) -> int:
    """Keeps a new result, over an undecided one or as the next edition; gives its id."""
    before = await last(tx, values["contest_id"], values["round"])
    if before is not None and not before.is_decided:
        await tx.change(delete(rankings).where(rankings.c.result_id == before.id))
        await tx.change(update(results).where(results.c.id == before.id).values(**values))
        return before.id
    edition = before.edition + 1 if before is not None else 1
    statement = tx.insert(results).values(**values, edition=edition, digest="")
    return int(await tx.value(statement.returning(results.c.id)))


async def seal_digest(tx: Tx, result_id: int) -> str:
    """Keeps the SHA-256 of the ranking's rows with the result, and gives it."""
    digest = await digest_of(tx, result_id)
    await tx.change(update(results).where(results.c.id == result_id).values(digest=digest))
    return digest


async def digest_of(tx: Tx, result_id: int) -> str:
    """The SHA-256 of the ranking's rows as they are stored."""
    found = hashlib.sha256()
    async for rows in _pages(tx, result_id):
        found.update(lines_of(rows))
    return found.hexdigest()


def lines_of(rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows of a ranking, columns as in `ROW`, as the lines of which the digest is made."""
    return "".join(_line(row) + "\n" for row in rows).encode()


def line_of(row: Mapping[str, Any]) -> str:
    """A row of a ranking as one line, of which the digest is made."""
    return _line([row[name] for name in ROW])


def _line(values: Iterable[Any]) -> str:
    return "|".join(["" if value is None else str(value) for value in values])


async def decide(tx: Tx, result_id: int, number: str, by: str, at: datetime) -> bool:
    """The decision on a result was issued; False where it was decided before."""
    statement = update(results).where(results.c.id == result_id, results.c.decided_at.is_(None))
    values = {"decision_number": number, "decided_by": by, "decided_at": at}
    return await tx.change(statement.values(**values)) == 1


async def stream(tx: Tx, result_id: int) -> AsyncIterator[Mapping[str, Any]]:
    """Every row of a ranking: by segment, rank and entrant; fetched page by page."""
    async for rows in _pages(tx, result_id):
        for row in rows:
            yield dict(zip(ROW, row, strict=True))


async def _pages(tx: Tx, result_id: int) -> AsyncIterator[Sequence[Sequence[Any]]]:
    statement = (
        select(*(rankings.c[name] for name in ROW))
        .where(rankings.c.result_id == result_id)
        .order_by(rankings.c.segment, rankings.c.rank, rankings.c.entrant_id)
    )
    found = await tx.connection.stream(statement)
    async for rows in found.partitions(_PAGE):
        yield rows


async def page(
    tx: Tx, result_id: int, segment: str, after: int, limit: int
) -> list[dict[str, Any]]:
    """Rows of one list of a ranking from a place on (0 is the first), with people's standing."""
    rows = await tx.rows(
        select(*(rankings.c[name] for name in ROW), entrants.c.standing)
        .join(entrants, entrants.c.id == rankings.c.entrant_id)
        .where(rankings.c.result_id == result_id, rankings.c.segment == segment)
        .order_by(rankings.c.rank, rankings.c.entrant_id)
        .limit(limit)
        .offset(after)
    )
    return [dict(row) for row in rows]


async def count_rows(tx: Tx, result_id: int, segment: str) -> int:
    """How many people are in one list of a ranking."""
    counted = select(func.count()).select_from(rankings)
    own = (rankings.c.result_id == result_id, rankings.c.segment == segment)
    return int(await tx.value(counted.where(*own)))


async def segments(tx: Tx, result_id: int) -> list[str]:
    """The lists of a ranking that have somebody in them."""
    rows = await tx.rows(
        select(rankings.c.segment)
        .where(rankings.c.result_id == result_id)
        .distinct()
        .order_by(rankings.c.segment)
    )
    return [row["segment"] for row in rows]


async def decided_rank(tx: Tx, contest_id: str, round_number: int, entrant_id: int) -> int | None:
    """The entrant's rank in the last decided result of a round; None where he has none."""
    result = await last(tx, contest_id, round_number, decided=True)
    if result is None:
        return None
    found = await tx.value(
        select(rankings.c.rank).where(
            rankings.c.result_id == result.id, rankings.c.entrant_id == entrant_id
        )
    )
    return None if found is None else int(found)


async def row_of(tx: Tx, result_id: int, entrant_id: int) -> dict[str, Any] | None:
    """One person's row of a ranking; None where he is not in it."""
    row = await tx.first(
        select(*(rankings.c[name] for name in ROW)).where(
            rankings.c.result_id == result_id, rankings.c.entrant_id == entrant_id
        )
    )
    return dict(row) if row else None


def added_up(result_ids: Sequence[int], keys: Sequence[Order], contest_id: str) -> Ranking:
    """The ranking over several results: numbers added up, the last instant, the first start."""
    sums = {"correct", "score", "duration_ms", "attempts_used", "perfect_attempts"}
    columns: dict[str, Any] = {name: func.sum(rankings.c[name]) for name in sums}
    columns |= {
        "prediction": cast(null(), BigInteger),
        "prediction_distance": func.sum(rankings.c.prediction_distance),
        "submitted_at": func.max(rankings.c.submitted_at),
        "started_at": func.min(rankings.c.started_at),
        "registered_at": func.min(rankings.c.registered_at),
        "cumulative_score": func.sum(rankings.c.score),
    }
    added = (
        select(
            rankings.c.entrant_id,
            func.max(rankings.c.segment).label("segment"),
            func.max(rankings.c.attempt_id).label("attempt_id"),
            *(columns[name].label(name) for name in COLUMNS),
            func.max(lots.c.lot).label("lot"),
        )
        .outerjoin(
            lots,
            (lots.c.contest_id == contest_id)
            & (lots.c.round == WHOLE)
            & (lots.c.entrant_id == rankings.c.entrant_id),
        )
        .where(rankings.c.result_id.in_(result_ids))
        .group_by(rankings.c.entrant_id)
        .cte("added")
    )
    order = [*order_by(added, keys), added.c.lot.asc().nulls_last()]
    rank = func.rank().over(partition_by=added.c.segment, order_by=order)
    return select(
        added.c.entrant_id,
        added.c.segment,
        rank.label("rank"),
        added.c.attempt_id,
        *(added.c[name] for name in COLUMNS),
        added.c.lot,
    )


async def write_ranking(tx: Tx, result_id: int, ranking: Ranking) -> int:
    """Keeps the ranking under a result; gives how many people are in it."""
    rows = ranking.subquery()
    return await tx.change(
        rankings.insert().from_select(
            ["result_id", *ROW],
            select(cast(literal(result_id), BigInteger), *(rows.c[name] for name in ROW)),
        )
    )


async def write_lots(
    tx: Tx,
    contest_id: str,
    round_number: int,
    places: Mapping[int, int],
    how: str,
    reason: str,
    by: str,
    at: datetime,
) -> None:
    """Keeps the lots drawn, or the places given by the board, smaller first; the last one holds."""
    for entrant_id, lot in places.items():
        values = {"lot": lot, "how": how, "reason": reason, "by": by, "at": at}
        await tx.change(
            tx.insert(lots)
            .values(contest_id=contest_id, round=round_number, entrant_id=entrant_id, **values)
            .on_conflict_do_update(
                index_elements=[lots.c.contest_id, lots.c.round, lots.c.entrant_id], set_=values
            )
        )


async def read_lots(tx: Tx, contest_id: str, round_number: int) -> dict[int, int]:
    """The lots of a round by entrant."""
    rows = await tx.rows(
        select(lots.c.entrant_id, lots.c.lot).where(
            lots.c.contest_id == contest_id, lots.c.round == round_number
        )
    )
    return {row["entrant_id"]: row["lot"] for row in rows}


async def scores_of(tx: Tx, result_ids: Iterable[int]) -> dict[int, int]:
    """What each person scored in the results together."""
    rows = await tx.rows(
        select(rankings.c.entrant_id, func.sum(rankings.c.score).label("score"))
        .where(rankings.c.result_id.in_(list(result_ids)))
        .group_by(rankings.c.entrant_id)
    )
    return {row["entrant_id"]: int(row["score"]) for row in rows}
