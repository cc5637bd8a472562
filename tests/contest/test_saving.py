"""Saving finds its places by their keys, however many answers there are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from bot.contest.saving import Save, save_answers
from bot.store import contest_attempts
from bot.store.database import Tx
from tests.contest.conftest import Arena, at

Asked = list[tuple[str, Any]]


@contextmanager
def overheard() -> Iterator[Asked]:
    """The statements that are carried out meanwhile, each with one set of its values."""
    found: Asked = []

    def note(_c: Any, _cursor: Any, statement: str, given: Any, _x: Any, many: bool) -> None:
        found.append((statement, given[0] if many else given))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
async def test_no_save_reads_through_the_answers_of_others(arena: Arena) -> None:
    await arena.register()
    seat = await arena.start()
    ids = (seat.attempt.entrant_id, seat.attempt.id)
    saves = [
        Save(arena.published, *ids, p.position, (p.choices[0].id,), at(1.01)) for p in seat.places
    ]
    with overheard() as asked:
        await arena.run(lambda tx: save_answers(tx, saves))
    mine = [(words, given) for words, given in asked if "answers" in words]
    assert len(mine) == 2

    async def explain(tx: Tx) -> str:
        plans = [
            str((await tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {s}", given)).all())
            for s, given in mine
        ]
        return "\n".join(plans)

    plan = await arena.run(explain)
    assert "SCAN answers" not in plan
    assert "SCAN attempts" not in plan


async def test_each_change_of_an_answer_counts_and_the_last_one_holds(arena: Arena) -> None:
    await arena.register()
    seat = await arena.start()
    ids = (seat.attempt.entrant_id, seat.attempt.id)
    first, second = ([choice.id for choice in place.choices] for place in seat.places[:2])

    async def save(*answers: tuple[int, str]) -> None:
        saves = [
            Save(arena.published, *ids, n, (one,) if one else (), at(1.01)) for n, one in answers
        ]
        await arena.run(lambda tx: save_answers(tx, saves))

    async def kept() -> list[tuple[str | None, int]]:
        papers = await arena.run(lambda tx: contest_attempts.paper_of(tx, ids[1]))
        return [(place.chosen, place.changes) for place in papers[:2]]

    await save((1, first[0]), (2, second[1]))
    await save((1, first[1]), (2, second[1]))
    assert await kept() == [(first[1], 1), (second[1], 0)]
    await save((1, first[0]), (2, ""), (1, first[2]))
    assert await kept() == [(first[2], 3), (None, 1)]
