"""A contest as files to take away: a workbook, a table a file, or JSON lines for outsiders."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from pathlib import Path

from bot.contest.document import Published
from bot.contest.typed import Trees
from bot.contest.words import ExportFormat
from bot.errors import InputRefused, reason_of
from bot.reports.contest_jsonl import export_jsonl, open_source
from bot.reports.contest_tables import Desk, all_tables
from bot.reports.sheets import Table, write_csv, write_xlsx
from bot.sealing import Sealer
from bot.store.database import Tx

Progress = Callable[[str, int], None]
"""Told the table and how many of its rows are written."""


async def write_contest(
    tx: Tx,
    published: Published,
    sealer: Sealer,
    trees: Trees,
    as_format: ExportFormat,
    out: Path,
    *,
    full: bool = False,
    wanted: Collection[str] = (),
    progress: Progress = lambda _table, _rows: None,
) -> dict[str, int]:
    """Writes the contest to `out` (a workbook, or a folder of files); gives the rows of each table.

    Masked unless `full`; only the tables `wanted` where any are named. JSON lines name nobody.
    Raises `InputRefused` for a table that is not there, or where it cannot be written.
    """
    if as_format == "jsonl":
        return await export_jsonl(await open_source(tx, published), out, progress)
    tables = all_tables(Desk(await open_source(tx, published), sealer, trees, full))
    unknown = set(wanted) - {table.name for table in tables}
    if unknown:
        names = ", ".join(table.name for table in tables)
        raise InputRefused(f"Không có bảng {', '.join(sorted(unknown))}. Các bảng: {names}.")
    chosen = [table for table in tables if not wanted or table.name in wanted]
    return await _write_sheets(chosen, out, as_format, progress)


async def _write_sheets(
    tables: list[Table], out: Path, as_format: ExportFormat, progress: Progress
) -> dict[str, int]:
    try:
        if as_format == "xlsx":
            await asyncio.to_thread(out.parent.mkdir, parents=True, exist_ok=True)
            return await write_xlsx(tables, out, progress)
        await asyncio.to_thread(out.mkdir, parents=True, exist_ok=True)
        return {t.name: await write_csv(t, out / f"{t.name}.csv", progress) for t in tables}
    except OSError as error:
        raise InputRefused(f"Không ghi được {out}: {reason_of(error)}.") from error
