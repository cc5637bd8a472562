"""The base's ways in and out: booklets become drafts, spreadsheets go out and come back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bot.clock import utc_now, vietnam_date
from bot.errors import InputRefused
from bot.knowledge.load import load_or_refuse
from bot.knowledge.model import Base
from bot.settings import load_settings

Pages = Callable[[int, int], None]


def take_booklet(
    file: Annotated[Path, typer.Argument(help="Tập hỏi đáp: tệp .pdf, .docx hoặc .txt.")],
    out: Annotated[Path, typer.Option("--out", help="Tệp YAML để ghi các bản nháp.")],
) -> None:
    """Tách một tập hỏi đáp thành các bản nháp để biên tập."""
    from bot.knowledge.booklet import import_booklet, write_drafts
    from bot.knowledge.booklet.apart import read_apart

    if not out.parent.is_dir():
        raise InputRefused(f"Không có thư mục {out.parent} để ghi tệp {out.name}.")
    folder = load_settings().knowledge_dir
    base = load_or_refuse(folder, vietnam_date(utc_now()))
    with _progress() as pages:
        imported = import_booklet(file, base, _nearest(base, folder), pages, read_apart)
    kept = write_drafts(imported, out)
    typer.echo(str(imported.summary))
    for warning in imported.warnings:
        typer.echo(warning)
    if kept is not None:
        typer.echo(f"Tệp cũ được giữ lại ở {kept}.")
    typer.echo(f"Đã ghi {len(imported.drafts)} bản nháp vào {out}. Chưa mục nào được dùng trả lời.")


@contextmanager
def _progress() -> Iterator[Pages]:
    """A bar on the terminal, beside the command's own words; nothing where nobody looks on."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Đọc các trang", total=None)

        def show(done: int, total: int) -> None:
            if done < total:
                progress.update(task, completed=done, total=total)
            else:
                progress.update(task, description="Tách câu hỏi", total=None)

        yield show


def _nearest(base: Base, folder: Path) -> Callable[[str], tuple[str, float] | None]:
    from bot.dialogue.snapshot import build_snapshot

    matcher = build_snapshot(base, folder).matcher

    def nearest(question: str) -> tuple[str, float] | None:
        found = matcher.find(question).candidates
        return (found[0].entry, found[0].score) if found else None

    return nearest


def give_sheet(base: Base, path: Path) -> None:
    """Write the whole base as a spreadsheet, and say so."""
    from bot.knowledge.spreadsheet import export_xlsx

    if path.suffix.lower() != ".xlsx":
        raise InputRefused(f"Tên tệp {path.name} phải có đuôi .xlsx.")
    export_xlsx(base, path)
    typer.echo(
        f"Đã ghi {len(base.entries)} mục vào {path}. Sửa xong, nhập lại bằng kb import-xlsx."
    )


def take_sheet(
    file: Annotated[Path, typer.Argument(help="Bảng tính đã xuất bằng kb export --xlsx.")],
    apply: Annotated[
        bool, typer.Option("--apply", help="Ghi các thay đổi vào kho; không có thì chỉ xem trước.")
    ] = False,
    by: Annotated[
        str, typer.Option("--by", help="Tên người duyệt, khi sửa chữ của câu đang dùng.")
    ] = "",
) -> None:
    """Xem bảng tính sẽ thay đổi gì trong kho; thêm --apply để ghi vào kho."""
    from bot.knowledge.spreadsheet import apply_plan, describe, plan_import

    folder, today = load_settings().knowledge_dir, vietnam_date(utc_now())
    plan = plan_import(file, load_or_refuse(folder, today), today)
    typer.echo(describe(plan))
    if plan.faults:
        raise typer.Exit(1)
    if not apply:
        if plan.changes or plan.new:
            typer.echo("Chưa ghi gì vào kho. Thêm --apply để ghi.")
        return
    files = apply_plan(plan, folder, today, by)
    typer.echo(f"Đã ghi: {', '.join(files)}." if files else "Không có gì để ghi.")
