"""Computing a result beside everybody who is playing: read at one moment, written aside, put in place.

SQLite has one writer at a time. Ranking a hundred thousand attempts inside a transaction made every
answer of the round that runs wait for seconds; here the longest time that one waits is a slice of
the ranking, or the prizes at the end. What was read is put in place only where no organizer did
anything meanwhile, else it is read again.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any

from bot.contest.document import Published
from bot.contest.publish import Shelf
from bot.contest.results import (
    Computed,
    Plan,
    announce,
    check_computable,
    compute,
    plan_for,
)
from bot.store import contest_audit, contest_drafts, contest_results
from bot.store.database import Database

_TRIES = 3
_IN_MEMORY = 4_000_000
"""Bytes of a ranking that are held in memory between reading and writing; more lie in a file."""
_ABANDONED = timedelta(days=1)
"""After that long nobody is at work any more on what lies aside."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A result as it was read: `trail` is the organizers' last deed by then, `rows` its ranking."""

    plan: Plan
    trail: int
    digest: str
    rows: IO[str]

    def slices(self) -> Iterator[list[list[Any]]]:
        """The rows of the ranking, as they were read."""
        self.rows.seek(0)
        for line in self.rows:
            yield json.loads(line)


async def compute_aside(
    database: Database,
    shelf: Shelf,
    contest_id: str,
    round_id: str | None,
    by: str,
    at: datetime,
) -> Computed:
    """As `bot.contest.results.compute`, with nobody kept from writing for long.

    Raises `Refused` (not_allowed) as that does.
    """
    async with database.transaction() as tx:
        published = await shelf.need(tx, contest_id)
        number = await check_computable(tx, published, round_id, at)
        abandoned = await contest_drafts.left_over(tx, contest_id, at - _ABANDONED)
    await _clear(database, *abandoned)
    for _ in range(_TRIES):
        with tempfile.SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="utf-8") as rows:
            read = await _read(database, published, round_id, at, rows)
            done = await _write(database, published, number, read, (round_id, by, at))
        if done is not None:
            return done
        async with database.reading() as tx:
            published = await shelf.need(tx, contest_id)
    # Organizers are busier than the computing is quick: they wait for once.
    async with database.transaction() as tx:
        return await compute(tx, published, round_id, by, at)


async def _read(
    database: Database, published: Published, round_id: str | None, at: datetime, rows: IO[str]
) -> _Read:
    digest = hashlib.sha256()
    async with database.reading() as tx:
        trail = await contest_audit.last_row(tx, published.id)
        plan = await plan_for(tx, published, round_id, at)
        if plan.ranking is not None:
            async for some in contest_drafts.read_ranking(tx, plan.ranking):
                digest.update(contest_results.lines_of(some))
                rows.write(json.dumps(some, ensure_ascii=False) + "\n")
    return _Read(plan, trail, digest.hexdigest(), rows)


async def _write(
    database: Database,
    published: Published,
    number: int,
    read: _Read,
    order: tuple[str | None, str, datetime],
) -> Computed | None:
    """Writes aside and puts in place; None where an organizer did something since it was read."""
    async with database.transaction() as tx:
        draft = await contest_drafts.begin(tx, read.plan.values)
    gave_way, done = None, None
    # Where this ends half-way, what lies aside is taken away by a later computing.
    for some in read.slices():
        async with database.transaction() as tx:
            await contest_drafts.add_rows(tx, draft, some)
    async with database.transaction() as tx:
        await contest_audit.take_turn(tx)
        if await contest_audit.last_row(tx, published.id) == read.trail:
            before = await contest_results.last(tx, published.id, number)
            gave_way = await contest_drafts.put_in_place(
                tx, draft, published.id, number, read.digest
            )
            done = Computed(await announce(tx, published, *order), before)
    if done is None:
        await _clear(database, draft)
    elif gave_way is not None:
        await _clear(database, gave_way)
    return done


async def _clear(database: Database, *result_ids: int) -> None:
    for result_id in result_ids:
        more = True
        while more:
            async with database.transaction() as tx:
                more = await contest_drafts.clear_some(tx, result_id)
