"""Made-up people and what they played, written many at once into a store that holds nobody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import exists, func, or_, select

from bot.store.contest_attempts import Answer, Attempt
from bot.store.contest_tables import answers, attempts, consents, entrants
from bot.store.database import Tx
from bot.store.pouring import as_kept, pour
from bot.store.tables import people
from bot.store.transfer import go_on_counting

CHANNEL = "mo-phong"
"""The channel that made-up people are known by; nobody can write to us on it."""
_ATTEMPT = tuple(Attempt.__dataclass_fields__)
_ANSWER = tuple(Answer.__dataclass_fields__)


async def is_anybody_real(tx: Tx) -> bool:
    """Whether anybody was ever met or registered who is not made up."""
    for channel in (people.c.channel, entrants.c.channel):
        # Not `!=`: an index finds those below and above at once, however many are made up.
        real = or_(channel < CHANNEL, channel > CHANNEL)
        if await tx.value(select(exists().where(real))):
            return True
    return False


async def last_numbers(tx: Tx) -> tuple[int, int]:
    """The highest number of a person and of an entrant so far."""
    return (
        int(await tx.value(select(func.coalesce(func.max(people.c.id), 0)))),
        int(await tx.value(select(func.coalesce(func.max(entrants.c.id), 0)))),
    )


async def add(
    tx: Tx,
    met: Sequence[Mapping[str, Any]],
    registered: Sequence[Mapping[str, Any]],
    agreed: Sequence[Mapping[str, Any]],
    played: Sequence[Attempt],
    papers: Sequence[Answer],
) -> None:
    """Adds people, entrants, consents, attempts and answers; people and entrants bring numbers."""
    for table, rows in ((people, met), (entrants, registered), (consents, agreed)):
        if rows:
            await pour(tx, table, *as_kept(tx, table, rows))
    await pour(tx, attempts, _ATTEMPT, map(attrgetter(*_ATTEMPT), played))
    await pour(tx, answers, _ANSWER, map(attrgetter(*_ANSWER), papers))


async def finish(tx: Tx) -> None:
    """Lets the database number on after the made-up people, and look at what it now holds."""
    if tx.is_postgresql:
        await go_on_counting(tx)
        await tx.connection.exec_driver_sql("ANALYZE")
