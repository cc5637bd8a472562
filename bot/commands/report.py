"""`report` and `leaflets`: whom the service reached, what was asked in vain, and what to print."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.clock import show_date, utc_now, vietnam_date
from bot.errors import InputRefused, reason_of
from bot.settings import Settings, load_settings

if TYPE_CHECKING:
    from bot.knowledge.model import Base
    from bot.reports.participation import Participation, Row

app = typer.Typer(help="Báo cáo: ai đã hỏi, hỏi gì, ở đâu chưa có ai.", no_args_is_help=True)

First = Annotated[
    str, typer.Option("--from", help="Ngày đầu, dạng 2026-03-01; bỏ trống là 30 ngày trước.")
]
Last = Annotated[str, typer.Option("--to", help="Ngày cuối; bỏ trống là hôm nay.")]
Channel = Annotated[
    str, typer.Option("--channel", help="Chỉ một kênh: web, telegram, zalo_bot, zalo_oa.")
]
UnitCode = Annotated[str, typer.Option("--unit", help="Chỉ một xã, phường, đặc khu (mã 5 số).")]
AsJson = Annotated[bool, typer.Option("--json", help="In ra dạng JSON.")]
Campaign = Annotated[str, typer.Option("--campaign", help="Tên đợt, ví dụ to-roi-2026.")]
_MONTH = re.compile(r"(\d{4})-(\d{2})")


@app.command()
def participation(
    first: First = "",
    last: Last = "",
    channel: Channel = "",
    unit: UnitCode = "",
    as_json: AsJson = False,
) -> None:
    """In số người, số câu hỏi, tỷ lệ trả lời theo kênh, theo xã, theo đợt."""
    from bot.reports.participation import look, slice_of
    from bot.server import open_database

    settings = load_settings()
    base = _base(settings)
    _need_unit(base, unit)
    since, until = _days(first, last)
    cut = slice_of(since, until, channel, unit)

    async def run() -> Participation:
        async with open_database(settings) as database, database.reading() as tx:
            return await look(tx, base, cut)

    found = asyncio.run(run())
    if as_json:
        typer.echo(json.dumps(_plain(found), ensure_ascii=False))
    else:
        _print(found)


@app.command()
def monthly(
    out: Annotated[Path, typer.Option("--out", help="Tệp .xlsx hoặc .pdf.")],
    month: Annotated[
        str, typer.Option("--month", help="Tháng, dạng 2026-03; bỏ trống là tháng trước.")
    ] = "",
) -> None:
    """Lập báo cáo tháng: sổ tính .xlsx hoặc bản in .pdf."""
    from bot.reports import monthly as reports
    from bot.reports.participation import slice_of
    from bot.server import open_database

    if out.suffix not in (".xlsx", ".pdf"):
        raise InputRefused("Tệp báo cáo phải có đuôi .xlsx hoặc .pdf.")
    settings = load_settings()
    base = _base(settings)
    today = vietnam_date(utc_now())
    cut = slice_of(*_month(month, today))

    async def run() -> None:
        async with open_database(settings) as database, database.reading() as tx:
            report = await reports.look(tx, base, cut)
        if out.suffix == ".pdf":
            _write(out, reports.print_report(report, base, today))
            return
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            await reports.write_workbook(report, out)
        except OSError as error:
            raise InputRefused(f"Không ghi được {out}: {reason_of(error)}.") from error

    asyncio.run(run())
    typer.echo(f"Đã ghi báo cáo {show_date(cut.first)} đến {show_date(cut.last)} vào {out}.")


@app.command()
def misses(first: First = "", last: Last = "", as_json: AsJson = False) -> None:
    """In những câu chưa trả lời được, câu gần nghĩa gộp lại, hỏi nhiều đứng trước."""
    from bot.reports.monthly import gather
    from bot.server import open_database
    from bot.store.misses import list_vain

    since, until = _days(first, last)
    settings = load_settings()

    async def run() -> None:
        async with open_database(settings) as database, database.reading() as tx:
            found = gather(await list_vain(tx, since, until))
        if as_json:
            typer.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False))
            return
        for one in found:
            typer.echo(f"{one.questions:6}  {one.text}")
        typer.echo(f"{len(found)} nhóm câu hỏi chưa có câu trả lời.", err=True)

    asyncio.run(run())


@app.command()
def links(
    out: Annotated[Path, typer.Option("--out", help="Thư mục để ghi mã QR và bảng đường dẫn.")],
    campaign: Campaign = "",
) -> None:
    """Ghi mã QR (SVG, PNG) và đường dẫn riêng của từng xã, phường, đặc khu trên từng kênh."""
    from bot.adapters.doors import doors_of
    from bot.reports.campaign import write_links

    settings = load_settings()
    today = vietnam_date(utc_now())
    count = write_links(_base(settings), doors_of(settings), campaign, out, today)
    typer.echo(f"Đã ghi {count} mã QR và bảng duong-dan.csv vào {out}.")


def leaflets(
    out: Annotated[Path, typer.Option("--out", help="Tệp PDF.")],
    units: Annotated[
        str, typer.Option("--units", help="Mã các xã cách nhau bằng dấu phẩy; bỏ trống là tất cả.")
    ] = "",
    entries: Annotated[
        str,
        typer.Option(
            "--entries", help="Mã các câu cách nhau bằng dấu phẩy; bỏ trống thì theo base.yaml."
        ),
    ] = "",
    campaign: Campaign = "to-roi",
) -> None:
    """In tờ rơi A4 gấp ba cho từng xã, phường, đặc khu: câu trả lời đã duyệt, căn cứ, mã QR riêng."""
    from bot.adapters.doors import doors_of
    from bot.reports.leaflet import choose_answers, choose_copies, make_leaflets

    settings = load_settings()
    base = _base(settings)
    today = vietnam_date(utc_now())
    answers = choose_answers(base, _listed(entries), say_starters=settings.say_starters)
    copies = choose_copies(base, doors_of(settings), _listed(units), campaign, today)
    _write(out, make_leaflets(base.service, answers, copies, today))
    typer.echo(f"Đã ghi tờ rơi của {len(copies)} đơn vị, mỗi tờ 2 trang, vào {out}.")
    typer.echo("In hai mặt, lật theo cạnh ngắn, tỷ lệ 100%; bìa ở mặt ngoài, bên phải.")


def _base(settings: Settings) -> Base:
    from bot.knowledge.load import load_or_refuse

    return load_or_refuse(settings.knowledge_dir, vietnam_date(utc_now()))


def _need_unit(base: Base, code: str) -> None:
    if code and code not in base.places.by_code:
        raise InputRefused(f"Không có xã, phường, đặc khu nào mang mã «{code}».")


def _days(first: str, last: str) -> tuple[date, date]:
    until = _day(last) if last else vietnam_date(utc_now())
    since = _day(first) if first else until - timedelta(days=29)
    if since > until:
        raise InputRefused("Ngày đầu phải đứng trước ngày cuối.")
    return since, until


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputRefused(f"Ngày «{text}» không đọc được; hãy ghi như 2026-03-01.") from error


def _month(text: str, today: date) -> tuple[date, date]:
    from bot.reports.participation import month_around

    if not text:
        return month_around(today.replace(day=1) - timedelta(days=1))
    found = _MONTH.fullmatch(text)
    if found is None or not 1 <= int(found[2]) <= 12 or int(found[1]) < 1970:
        raise InputRefused(f"Tháng «{text}» không đọc được; hãy ghi như 2026-03.")
    return month_around(date(int(found[1]), int(found[2]), 1))


def _listed(text: str) -> list[str]:
    return [piece.strip() for piece in text.split(",") if piece.strip()]


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise InputRefused(f"Không ghi được {path}: {reason_of(error)}.") from error


def _plain(found: Participation) -> dict[str, object]:
    total = found.total
    return {
        "from": found.cut.first.isoformat(),
        "to": found.cut.last.isoformat(),
        "people": found.askers,
        "new_people": found.newcomers,
        **asdict(total),
        "questions": total.questions,
        "answered_share": total.share,
        "units_reached": len(found.units) - len(found.unreached),
        "days": [{"day": day.isoformat(), **asdict(tally)} for day, tally in found.days],
        "channels": [asdict(row) for row in found.channels],
        "units": [asdict(row) for row in (*found.units, found.elsewhere)],
        "campaigns": [asdict(row) for row in found.campaigns],
        "topics": [asdict(topic) for topic in found.topics],
    }


def _print(found: Participation) -> None:
    console = Console()
    total = found.total
    share = "–" if total.share is None else f"{total.share:.1%}"
    console.print(f"{show_date(found.cut.first)} đến {show_date(found.cut.last)}")
    console.print(
        f"{found.askers} người hỏi ({found.newcomers} người mới), {total.questions} câu hỏi"
    )
    console.print(
        f"{total.answered} câu có trả lời, {total.offered} câu đưa lựa chọn, "
        f"{total.missed} câu chưa trả lời được; tỷ lệ có trả lời {share}"
    )
    _print_rows(console, "Theo kênh", found.channels)
    _print_rows(console, "Theo đợt", found.campaigns)
    _print_rows(console, "Theo xã, phường, đặc khu", [*found.units, found.elsewhere])
    console.print(f"Chưa có ai: {', '.join(row.title for row in found.unreached) or 'không còn'}")


def _print_rows(console: Console, title: str, rows: Sequence[Row]) -> None:
    if not rows:
        return
    table = Table(title=title)
    for heading in ("", "Người hỏi", "Đã biết", "Câu hỏi", "Tỷ lệ"):
        table.add_column(heading, justify="right" if heading else "left")
    for row in rows:
        share = "–" if row.tally.share is None else f"{row.tally.share:.0%}"
        figures = (row.askers, row.known, row.tally.questions)
        table.add_row(row.title, *map(str, figures), share)
    console.print(table)
