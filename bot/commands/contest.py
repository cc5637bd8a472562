"""`contest`: check, open, close and prove contests."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from bot.clock import utc_now, vietnam_date
from bot.contest.load import Contests, load_contests
from bot.knowledge.load import load
from bot.settings import load_settings

app = typer.Typer(help="Tổ chức thi: kiểm tra, mở, đóng, kết quả.", no_args_is_help=True)

Folder = Annotated[
    Path | None, typer.Argument(help="Thư mục kiến thức; bỏ trống thì lấy thư mục đang dùng.")
]
AsJson = Annotated[bool, typer.Option("--json", help="In ra dạng JSON.")]


@app.command()
def lint(folder: Folder = None, as_json: AsJson = False) -> None:
    """Kiểm tra mọi cuộc thi và ngân hàng câu hỏi; in từng lỗi kèm tệp và dòng."""
    contests = load_definitions(folder)
    if as_json:
        typer.echo(json.dumps([asdict(f) for f in contests.faults], ensure_ascii=False))
    else:
        for fault in contests.faults:
            typer.echo(str(fault))
        count = len(contests.definitions)
        typer.echo(f"{count} cuộc thi, {len(contests.faults)} lỗi.")
    if contests.faults:
        raise typer.Exit(1)


def load_definitions(folder: Path | None = None) -> Contests:
    """The contests of a knowledge folder, by default of the one in use, with their faults."""
    place, today = folder or load_settings().knowledge_dir, vietnam_date(utc_now())
    return load_contests(place, load(place, today).base, today)
