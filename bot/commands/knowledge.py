"""`kb`: look after the knowledge base."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from bot.clock import utc_now, vietnam_date
from bot.commands import exchange
from bot.contest.load import load_contests
from bot.knowledge.citations import render_citations
from bot.knowledge.load import load, load_or_refuse
from bot.knowledge.model import Status
from bot.knowledge.variables import fill, variables_of
from bot.settings import load_settings

app = typer.Typer(help="Kiểm tra, xuất, nhập kho câu hỏi.", no_args_is_help=True)
app.command(name="import")(exchange.take_booklet)
app.command(name="import-xlsx")(exchange.take_sheet)

Folder = Annotated[
    Path | None, typer.Argument(help="Thư mục kiến thức; bỏ trống thì lấy thư mục đang dùng.")
]
AsJson = Annotated[bool, typer.Option("--json", help="In ra dạng JSON.")]


@app.command()
def lint(
    folder: Folder = None,
    as_json: AsJson = False,
    drafts: Annotated[
        bool, typer.Option("--drafts", help="Liệt kê thêm các mục còn là bản nháp.")
    ] = False,
) -> None:
    """Kiểm tra mọi tệp; in từng lỗi kèm tệp và dòng."""
    place, today = folder or load_settings().knowledge_dir, vietnam_date(utc_now())
    loaded = load(place, today)
    faults = (*loaded.faults, *load_contests(place, loaded.base, today).faults)
    if as_json:
        typer.echo(json.dumps([asdict(f) for f in faults], ensure_ascii=False))
    else:
        for fault in faults:
            typer.echo(str(fault))
        said = len(loaded.base.spoken)
        typer.echo(f"{len(loaded.base.entries)} mục, {said} mục đang dùng, {len(faults)} lỗi.")
        if drafts:
            for entry in loaded.base.entries.values():
                if entry.status is Status.DRAFT:
                    typer.echo(f"{entry.place.file}:{entry.place.line}: {entry.id}: bản nháp.")
    if faults:
        raise typer.Exit(1)


@app.command()
def export(
    xlsx: Annotated[
        Path | None,
        typer.Option("--xlsx", help="Ghi mọi mục ra bảng tính này để sửa bằng Excel."),
    ] = None,
) -> None:
    """In mỗi mục đang dùng thành một dòng JSON, hoặc ghi cả kho ra bảng tính."""
    base = load_or_refuse(load_settings().knowledge_dir, vietnam_date(utc_now()))
    if xlsx is not None:
        exchange.give_sheet(base, xlsx)
        return
    variables = variables_of(base.elections)
    for entry in base.spoken:
        line = {
            "id": entry.id,
            "questions": list(entry.questions),
            "answer": fill(entry.answer, variables),
            "citations": render_citations(entry.citations, base.laws),
        }
        typer.echo(json.dumps(line, ensure_ascii=False))
