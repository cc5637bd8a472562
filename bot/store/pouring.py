"""Rows by the thousand, as the driver takes them: past the library that would look at each value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, Table

from bot.store.database import Tx


async def pour(tx: Tx, table: Table, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Adds rows of numbers and plain texts; `names` are their columns, in the table's order."""
    values = [tuple(row) for row in rows]
    if not values:
        return
    if tx.is_postgresql:
        # The transaction has begun: what these rows belong to was read or written on it.
        raw = await tx.connection.get_raw_connection()
        driver = raw.driver_connection
        assert driver is not None  # noqa: S101 an open connection has one
        await driver.copy_records_to_table(table.name, records=values, columns=names)
        return
    words = _insert_words(table, tuple(names), tx.connection.dialect)
    await tx.connection.exec_driver_sql(words, values)


@lru_cache(maxsize=32)
def _insert_words(table: Table, names: tuple[str, ...], dialect: Dialect) -> str:
    order = tuple(column.name for column in table.columns if column.name in names)
    assert order == names  # noqa: S101 or values would land in other columns
    return str(table.insert().compile(dialect=dialect, column_keys=list(names)))


def as_kept(
    tx: Tx, table: Table, rows: Sequence[Mapping[str, Any]]
) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    """The columns that the rows fill, and their values as the columns' types keep them."""
    dialect = tx.connection.dialect
    filled = [column for column in table.columns if column.name in rows[0]]
    # PostgreSQL's driver takes instants as they are; SQLite's knows only what it is told.
    keeps = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in filled]
    names = [column.name for column in filled]
    columns = [
        [row[name] for row in rows] if keep is None else [keep(row[name]) for row in rows]
        for name, keep in zip(names, keeps, strict=True)
    ]
    return names, zip(*columns, strict=True)
