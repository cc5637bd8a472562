"""`contest export`: a contest's tables and files, for the board and for outsiders."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.clock import utc_now
from bot.commands.contest import ContestId, run
from bot.errors import InputRefused
from bot.knowledge.load import load
from bot.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.commands.contest import Session
    from bot.contest.document import Published
    from bot.reports.sheets import Table
    from bot.sealing import Sealer
    from bot.store.database import Tx

Progress = Callable[[str, int], None]


class Format(StrEnum):
    """What a contest can be taken away as."""

    XLSX = "xlsx"
    CSV = "csv"
    JSONL = "jsonl"


def export(
    contest_id: ContestId,
    out: Annotated[Path, typer.Option("--out", help="Tệp .xlsx, hoặc thư mục với csv và jsonl.")],
    as_format: Annotated[Format, typer.Option("--format", help="Dạng tệp.")] = Format.XLSX,
    full: Annotated[
        bool, typer.Option("--full", help="Bản đầy đủ có thông tin cá nhân; phải ghi --by.")
    ] = False,
    by: Annotated[str, typer.Option("--by", help="Ai lấy dữ liệu; tên được ghi vào nhật ký.")] = "",
    sheets: Annotated[
        list[str] | None, typer.Option("--sheet", help="Chỉ lấy các bảng này, ví dụ xep_hang_w1.")
    ] = None,
) -> None:
    """Xuất dữ liệu cuộc thi: bảng tính, CSV, hoặc JSON cho người ngoài kiểm tra lại."""
    if full and not by.strip():
        raise InputRefused("Bản đầy đủ có thông tin cá nhân. Hãy ghi ai lấy dữ liệu bằng --by.")

    async def work(opened: Session) -> None:
        from bot.secret_key import open_sealer

        sealer = await open_sealer(load_settings(), opened.database)
        with _progress() as progress:

            async def look(tx: Tx, published: Published) -> dict[str, int]:
                if as_format is Format.JSONL:
                    return await _jsonl(tx, published, out, progress)
                tables = await _tables(tx, published, sealer, full, sheets or [])
                return await _spreadsheet(tables, out, as_format, progress)

            written = await opened.read(contest_id, look)
        await _note(opened, contest_id, by, as_format, full, sheets or [])
        typer.echo(f"Đã ghi {out}:")
        for name, rows in written.items():
            typer.echo(f"  {name}: {rows} dòng")

    run(work)


async def _jsonl(tx: Tx, published: Published, out: Path, progress: Progress) -> dict[str, int]:
    from bot.reports.contest_jsonl import export_jsonl, open_source

    return await export_jsonl(await open_source(tx, published), out, progress)


async def _tables(
    tx: Tx, published: Published, sealer: Sealer, full: bool, wanted: list[str]
) -> list[Table]:
    from bot.contest.typed import Trees
    from bot.reports.contest_jsonl import open_source
    from bot.reports.contest_tables import Desk, all_tables

    base = load(load_settings().knowledge_dir, utc_now().date()).base
    trees = Trees(base.places, published.document.units)
    tables = all_tables(Desk(await open_source(tx, published), sealer, trees, full))
    unknown = set(wanted) - {table.name for table in tables}
    if unknown:
        names = ", ".join(table.name for table in tables)
        raise InputRefused(f"Không có bảng {', '.join(sorted(unknown))}. Các bảng: {names}.")
    return [table for table in tables if not wanted or table.name in wanted]


async def _spreadsheet(
    tables: list[Table], out: Path, as_format: Format, progress: Progress
) -> dict[str, int]:
    from bot.reports.sheets import write_csv, write_xlsx

    try:
        if as_format is Format.XLSX:
            await asyncio.to_thread(out.parent.mkdir, parents=True, exist_ok=True)
            return await write_xlsx(tables, out, progress)
        await asyncio.to_thread(out.mkdir, parents=True, exist_ok=True)
        return {t.name: await write_csv(t, out / f"{t.name}.csv", progress) for t in tables}
    except OSError as error:
        raise InputRefused(f"Không ghi được {out}: {error.strerror or error}.") from error


async def _note(
    opened: Session, contest_id: str, by: str, as_format: Format, full: bool, wanted: list[str]
) -> None:
    from bot.store import contest_audit

    data = {"format": str(as_format), "full": full, "sheets": wanted}
    async with opened.database.transaction() as tx:
        await contest_audit.note(tx, contest_id, by or "dòng lệnh", "export", data, utc_now())


@contextmanager
def _progress() -> Iterator[Progress]:
    """A line on the terminal that says which table is being written and how far."""
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}: {task.completed:.0f} dòng"),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Đang ghi")
        yield lambda name, rows: bar.update(task, description=name, completed=rows)
