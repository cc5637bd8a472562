"""`data`: what is held about a person, shown, given away, erased; and what was kept long enough."""

from __future__ import annotations

import asyncio
import getpass
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.clock import utc_now
from bot.errors import InputRefused
from bot.settings import Settings, load_settings

if TYPE_CHECKING:
    from bot.sealing import Sealer
    from bot.store.database import Database, Tx

app = typer.Typer(help="Dữ liệu cá nhân: xem, xuất, xóa, dọn theo hạn.", no_args_is_help=True)

Who = Annotated[
    str,
    typer.Argument(help="Kênh và mã của người đó trên kênh (telegram:12345), hoặc số thứ tự."),
]
By = Annotated[
    str,
    typer.Option("--by", help="Ai làm việc này; bỏ trống thì lấy tên người dùng của máy."),
]


@dataclass(frozen=True, slots=True)
class _Open:
    settings: Settings
    database: Database
    sealer: Sealer


@app.command()
def show(person: Who) -> None:
    """In tóm tắt những gì đang giữ về một người, số điện thoại và số giấy tờ được che."""

    async def run() -> None:
        async with _opened() as our:
            held = await _held(our, person)
        typer.echo(f"Người số {held['person']['id']}, kênh {held['person']['channel']}.")
        typer.echo(f"Gặp lần đầu: {held['person']['first_seen']}")
        for name, title in (
            ("questions", "Câu hỏi"),
            ("inbox", "Tin nhận"),
            ("outbox", "Tin trả lời"),
            ("reminders", "Lời nhờ nhắc lịch bầu cử"),
        ):
            typer.echo(f"{title}: {len(held[name])}")
        for part in held["contests"]:
            typer.echo(
                f"Cuộc thi {part['contest_id']}: {len(part['attempts'])} lượt thi, "
                f"{len(part['registered'])} mục đăng ký, {len(part['consents'])} lần hỏi đồng ý"
            )

    asyncio.run(run())


@app.command()
def export(
    person: Who,
    out: Annotated[
        Path | None, typer.Option("--out", help="Tệp để ghi; bỏ trống thì in ra.")
    ] = None,
    by: By = "",
) -> None:
    """Xuất toàn bộ dữ liệu của một người ra JSON, đã mở niêm phong, để trao cho chính người đó."""

    async def run() -> None:
        async with _opened() as our:
            held = await _held(our, person)
            async with our.database.transaction() as tx:
                await _note(tx, held, by, "export")
        text = json.dumps(held, ensure_ascii=False, indent=2)
        if out is None:
            typer.echo(text)
            return
        out.write_text(text + "\n", encoding="utf-8")
        out.chmod(0o600)
        typer.echo(f"Đã ghi {out}. Tệp này có dữ liệu cá nhân: trao xong thì xóa.")

    asyncio.run(run())


@app.command()
def erase(
    person: Who,
    yes: Annotated[bool, typer.Option("--yes", help="Không hỏi lại.")] = False,
    by: By = "",
) -> None:
    """Xóa mọi dữ liệu của một người; bài thi chỉ còn là con số không tên."""
    from bot.store import people

    async def run() -> None:
        async with _opened() as our:
            held = await _held(our, person)
            number = int(held["person"]["id"])
            contests = ", ".join(part["contest_id"] for part in held["contests"]) or "không có"
            typer.echo(f"Sẽ xóa người số {number}. Cuộc thi đã đăng ký: {contests}.")
            if not yes:
                typer.confirm("Không lấy lại được. Bạn chắc chắn muốn xóa?", abort=True)
            async with our.database.transaction() as tx:
                await _note(tx, held, by, "erase")
                await people.erase(tx, number)
        typer.echo("Đã xóa.")

    asyncio.run(run())


@app.command()
def purge() -> None:
    """Xóa những gì đã hết hạn giữ; dịch vụ đang chạy tự làm việc này mỗi ngày một lần."""
    from bot.dialogue.contest.hall import Hall
    from bot.dialogue.retention import sweep

    async def run() -> None:
        async with _opened() as our:
            keep = timedelta(days=our.settings.keep_days)
            swept = await sweep(
                our.database,
                Hall(our.sealer),
                keep,
                utc_now(),
                lambda name: typer.echo(f"Đang xem cuộc thi {name}", err=True),
            )
        typer.echo(
            f"Câu hỏi tách khỏi người hỏi: {swept.questions}. Trạng thái bỏ dở: {swept.states}. "
            f"Tin đã gửi: {swept.replies}. Mã tin đã nhận: {swept.messages}. "
            f"Lời nhờ nhắc: {swept.wishes}. "
            f"Đăng ký bỏ số liên hệ: {swept.contests.contacts}, bỏ tên: {swept.contests.names}."
        )

    asyncio.run(run())


@asynccontextmanager
async def _opened() -> AsyncIterator[_Open]:
    from bot.secret_key import open_sealer
    from bot.server import open_database

    settings = load_settings()
    async with open_database(settings) as database:
        yield _Open(settings, database, await open_sealer(settings, database))


async def _note(tx: Tx, held: dict[str, Any], by: str, deed: str) -> None:
    """Who gave away or erased the data of which number, in the log and in each contest's trail.

    The trail of a contest names an entrant by number only, which stays after he is erased.
    """
    from bot.store import admin_audit, contest_audit

    who, at = by.strip() or getpass.getuser(), utc_now()
    number = held["person"]["id"]
    await admin_audit.note(tx, who, f"data.{deed}", f"{held['person']['channel']} {number}", at)
    for part in held["contests"]:
        told = {"entrant": part["id"]}
        await contest_audit.note(tx, part["contest_id"], who, f"data_{deed}", told, at)


async def _held(our: _Open, person: str) -> dict[str, Any]:
    """Everything held about the person, with the seals opened. Raises `InputRefused` for nobody."""
    from bot.store import people

    async with our.database.reading() as tx:
        number = await _number_of(tx, person)
        held = await people.export(tx, number) if number is not None else {}
    if not held:
        raise InputRefused(
            f"Không có ai là «{person}». Hãy ghi kênh và mã, ví dụ telegram:12345, hoặc số thứ tự."
        )
    for part in held["contests"]:
        sealed = part.pop("sealed")
        part["registered"] = json.loads(our.sealer.open(sealed)) if sealed else {}
        for complaint in part["complaints"]:
            text = complaint.pop("sealed")
            complaint["text"] = our.sealer.open(text) if text else ""
    task = ((held["state"] or {}).get("data") or {}).get("task", {})
    if task.get("sealed"):
        task["draft"] = json.loads(our.sealer.open(task.pop("sealed")))
    return held


async def _number_of(tx: Tx, person: str) -> int | None:
    from bot.store import people

    if person.isascii() and person.isdigit():
        return int(person[:18])
    channel, _, name = person.partition(":")
    found = await people.find(tx, channel, name)
    return found.id if found else None
