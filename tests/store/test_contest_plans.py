"""What is read of a contest at its whole length comes in order, without a sort in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import pytest
from sqlalchemy import Select, text
from sqlalchemy.dialects import sqlite

from bot.store import contest_export, contest_raw
from bot.store.database import Database, Tx
from bot.store.migrate import migrate


class Caught(Exception):
    """The statement that would have been read."""

    def __init__(self, statement: Select[Any]) -> None:
        super().__init__()
        self.statement = statement


class Catcher:
    """Stands where a transaction does, and catches what is to be read on it."""

    @property
    def connection(self) -> Catcher:
        return self

    async def stream(self, statement: Select[Any]) -> None:
        raise Caught(statement)


READERS: list[Callable[[Tx], AsyncIterator[Any]]] = [
    lambda tx: contest_raw.papers(tx, 1),
    lambda tx: contest_export.attempt_rows(tx, [1, 2], [1]),
    lambda tx: contest_export.answer_rows(tx, [1, 2]),
    lambda tx: contest_export.entrant_rows(tx, "thu"),
]


@pytest.mark.parametrize("read", READERS)
async def test_nothing_is_sorted_in_memory(read: Callable[[Tx], AsyncIterator[Any]]) -> None:
    with pytest.raises(Caught) as caught:
        await anext(read(cast(Tx, Catcher())))
    words = str(
        caught.value.statement.compile(
            dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}
        )
    )
    database = Database.memory()
    await migrate(database)
    async with database.reading() as tx:
        plan = [row["detail"] for row in await tx.rows(text(f"EXPLAIN QUERY PLAN {words}"))]
    await database.close()
    assert plan
    assert not [step for step in plan if "TEMP B-TREE" in step]
