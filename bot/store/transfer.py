"""Everything from one database into another, of the same kind or not, proved to be all of it.

Moving a SQLite file to PostgreSQL, and a PostgreSQL database into a file that can be kept, are the
same act. Rows go over in batches, so a million people need no more memory than ten.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Table, func, insert, select, text

from bot.errors import InputRefused
from bot.store.database import Database, Tx
from bot.store.migrate import migrate
from bot.store.schema import metadata

_BATCH = 2_000
Progress = Callable[[str, int], None]
"""Told the table and how many of its rows have gone over so far."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a table holds: the number of its rows, and a mark that differs if any value does."""

    rows: int
    mark: str


class NotTheSame(InputRefused):
    """The copy differs from its source; nothing of it may be used."""

    def __init__(self, table: str, source: Content, target: Content) -> None:
        super().__init__(
            f"Bản chép không khớp ở bảng «{table}»: nguồn có {source.rows} dòng, bản chép có "
            f"{target.rows} dòng. Bản chép đã bị bỏ; hãy chạy lại lệnh."
        )


async def copy_all(
    source: Database, target: Database, progress: Progress = lambda _table, _rows: None
) -> dict[str, Content]:
    """Copies every table into an empty database and compares both; gives what each table holds.

    Both are brought to the tables of this program first. All at once or not at all: raises
    `InputRefused` where the target is not empty, `NotTheSame` where the copy differs.
    """
    await migrate(source)
    await migrate(target)
    async with source.reading() as reading, target.transaction() as writing:
        await _require_empty(writing, target.place)
        contents = {}
        for table in metadata.sorted_tables:
            contents[table.name] = await _copy(reading, writing, table, progress)
            copied = await content_of(writing, table)
            if copied != contents[table.name]:
                raise NotTheSame(table.name, contents[table.name], copied)
        if writing.is_postgresql:
            await go_on_counting(writing)
    return contents


async def content_of(tx: Tx, table: Table) -> Content:
    """What a table holds, whatever the order in which the database gives its rows."""
    tally = _Tally()
    async for rows in _batches(tx, table):
        tally.add(rows)
    return tally.content


async def _copy(source: Tx, target: Tx, table: Table, progress: Progress) -> Content:
    tally = _Tally()
    async for rows in _batches(source, table):
        tally.add(rows)
        await target.connection.execute(insert(table), rows)
        progress(table.name, tally.content.rows)
    return tally.content


async def _batches(tx: Tx, table: Table) -> AsyncIterator[list[dict[str, Any]]]:
    async with tx.connection.stream(select(table)) as result:
        async for rows in result.mappings().partitions(_BATCH):
            yield [dict(row) for row in rows]


class _Tally:
    """Adds rows up to a mark that does not depend on their order."""

    def __init__(self) -> None:
        self._rows = 0
        self._sum = 0

    def add(self, rows: Sequence[dict[str, Any]]) -> None:
        for row in rows:
            told = json.dumps(row, sort_keys=True, default=_plain, ensure_ascii=False)
            digest = hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16)
            self._sum = (self._sum + int.from_bytes(digest.digest(), "big")) % (1 << 128)
        self._rows += len(rows)

    @property
    def content(self) -> Content:
        return Content(self._rows, f"{self._sum:032x}")


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no way to write {type(value).__name__}")


async def _require_empty(tx: Tx, place: str) -> None:
    for table in metadata.sorted_tables:
        if await tx.value(select(func.count()).select_from(table)):
            raise InputRefused(
                f"Cơ sở dữ liệu đích {place} đã có dữ liệu (bảng «{table.name}»). Hãy chọn một cơ "
                "sở dữ liệu trống."
            )


async def go_on_counting(tx: Tx) -> None:
    """PostgreSQL gives numbers from a counter of its own, which rows with numbers do not move."""
    for table in metadata.sorted_tables:
        key = table.autoincrement_column
        if key is None:
            continue
        counter = await tx.value(select(func.pg_get_serial_sequence(table.name, key.name)))
        if counter is None:
            continue
        last = await tx.value(select(func.max(key)))
        if last is not None:
            await tx.value(
                text("SELECT setval(CAST(:counter AS regclass), :last)").bindparams(
                    counter=counter, last=last
                )
            )
