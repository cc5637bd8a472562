"""The raw papers of a round, attempt by attempt, for whoever computes everything anew."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from bot.store.contest_attempts import Attempt
from bot.store.contest_tables import answers, attempts, entrants
from bot.store.database import Tx

_PAGE = 10_000
_BREATH = 20
"""After so many papers whoever waits for a page has his turn."""
_ATTEMPT = tuple(Attempt.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class RawPaper:
    """An attempt as it is stored, its person's standing, and its answers (question, chosen)."""

    attempt: Attempt
    segment: str
    standing: str
    registered_ms: int
    answers: tuple[tuple[int, str | None], ...]


def of_rounds(*numbers: int) -> ColumnElement[bool]:
    """The attempts of rounds, for whoever reads them all by their ids.

    SQLite would find them by an index and then sort millions of rows in memory; so it goes through
    the table, which lies in that order.
    """
    return (attempts.c.round + 0).in_(numbers)


async def papers(tx: Tx, round_number: int) -> AsyncIterator[RawPaper]:
    """Every attempt of a round in the order of their ids, read page by page."""
    statement = (
        select(
            *(attempts.c[name] for name in _ATTEMPT),
            entrants.c.segment,
            entrants.c.standing,
            entrants.c.registered_ms,
            answers.c.question,
            answers.c.chosen,
        )
        .join(entrants, entrants.c.id == attempts.c.entrant_id)
        .join(answers, answers.c.attempt_id == attempts.c.id)
        .where(of_rounds(round_number))
        .order_by(attempts.c.id, answers.c.position)
    )
    found = await tx.connection.stream(statement)
    own: list[tuple[int, str | None]] = []
    last: tuple[object, ...] | None = None
    width, given = len(_ATTEMPT), 0
    async for page in found.partitions(_PAGE):
        for row in page:
            if last is not None and row[0] != last[0]:
                yield _paper(last, own, width)
                given += 1
                if given % _BREATH == 0:
                    await asyncio.sleep(0)
                own = []
            last = tuple(row)
            own.append((row[-2], row[-1]))
    if last is not None:
        yield _paper(last, own, width)


def _paper(row: tuple[object, ...], own: list[tuple[int, str | None]], width: int) -> RawPaper:
    segment, standing, registered_ms = row[width : width + 3]
    attempt = Attempt(*row[:width])  # type: ignore[arg-type]  # the columns are its fields
    return RawPaper(attempt, str(segment), str(standing), int(str(registered_ms)), tuple(own))
