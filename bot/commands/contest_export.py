"""`contest export`: a contest's tables and files, for the board and for outsiders."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.clock import utc_now
from bot.commands.contest import ContestId, run
from bot.contest.words import ExportFormat
from bot.errors import InputRefused
from bot.knowledge.load import load
from bot.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.commands.contest import Session
    from bot.contest.document import Published
    from bot.reports.contest_files import Progress
    from bot.store.database import Tx


def export(
    contest_id: ContestId,
    out: Annotated[Path, typer.Option("--out", help="Tệp .xlsx, hoặc thư mục với csv và jsonl.")],
    as_format: Annotated[ExportFormat, typer.Option("--format", help="Dạng tệp.")] = "xlsx",
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
        from bot.contest.typed import Trees
        from bot.reports.contest_files import write_contest
        from bot.secret_key import open_sealer

        sealer = await open_sealer(load_settings(), opened.database)
        places = load(load_settings().knowledge_dir, utc_now().date()).base.places
        with _progress() as progress:

            async def look(tx: Tx, published: Published) -> dict[str, int]:
                return await write_contest(
                    tx,
                    published,
                    sealer,
                    Trees(places, published.document.units),
                    as_format,
                    out,
                    full=full,
                    wanted=sheets or (),
                    progress=progress,
                )

            written = await opened.read(contest_id, look)
        await _note(opened, contest_id, by, as_format, full, sheets or [])
        typer.echo(f"Đã ghi {out}:")
        for name, rows in written.items():
            typer.echo(f"  {name}: {rows} dòng")

    run(work)


async def _note(
    opened: Session,
    contest_id: str,
    by: str,
    as_format: ExportFormat,
    full: bool,
    wanted: list[str],
) -> None:
    from bot.store import contest_audit

    data = {"format": as_format, "full": full, "sheets": wanted}
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
