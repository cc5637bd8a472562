"""`contest complaints`, `contest complain`, `contest answer`: the board's register of complaints."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.clock import show_date, show_time, utc_now, vietnam_date
from bot.commands.contest import By, ContestId, Session, run
from bot.errors import InputRefused
from bot.settings import load_settings

if TYPE_CHECKING:
    from bot.contest.document import Published
    from bot.contest.words import ComplaintChannel
    from bot.sealing import Sealer
    from bot.store.contest_discipline import Complaint
    from bot.store.database import Tx

app = typer.Typer()

_LARGEST = 64_000


@app.command()
def complaints(
    contest_id: ContestId,
    full: Annotated[
        bool, typer.Option("--full", help="In cả lời khiếu nại; phải ghi --by.")
    ] = False,
    by: Annotated[str, typer.Option("--by", help="Ai xem; tên được ghi vào nhật ký.")] = "",
) -> None:
    """Liệt kê khiếu nại: ngày nhận, hạn trả lời, đã trả lời chưa."""
    if full and not by.strip():
        raise InputRefused("Lời khiếu nại là thông tin cá nhân. Hãy ghi ai xem bằng --by.")

    async def work(opened: Session) -> None:
        from bot.store import contest_audit, contest_discipline

        sealer = await _sealer(opened)

        async def look(tx: Tx, published: Published) -> list[Complaint]:
            if full:
                await contest_audit.note(tx, published.id, by, "read_complaints", {}, utc_now())
            return await contest_discipline.list_complaints(tx, published.id)

        found = await (opened.write if full else opened.read)(contest_id, look)
        for one in found:
            _tell(one, sealer if full else None)
        waiting = sum(one.answered_at is None for one in found)
        typer.echo(f"{len(found)} khiếu nại, {waiting} chưa trả lời.")

    run(work)


@app.command()
def complain(
    contest_id: ContestId,
    file: Annotated[Path, typer.Argument(help="Tệp chữ (.txt, UTF-8) chép lời khiếu nại.")],
    by: By,
    channel: Annotated[str, typer.Option("--channel", help="email hoặc post (thư giấy).")],
    entrant: Annotated[
        int | None, typer.Option("--entrant", help="Số của thí sinh, nếu biết.")
    ] = None,
) -> None:
    """Ghi một khiếu nại gửi bằng thư điện tử hoặc thư giấy vào sổ."""
    kinds: tuple[ComplaintChannel, ...] = ("email", "post")
    kind = next((name for name in kinds if name == channel), None)
    if kind is None:
        raise InputRefused(f"--channel phải là một trong: {', '.join(kinds)}.")
    text = _read(file)

    async def work(opened: Session) -> None:
        from bot.contest import discipline
        from bot.store import contest_audit

        sealer = await _sealer(opened)

        async def deed(tx: Tx, published: Published) -> int:
            at = utc_now()
            number = await discipline.complain(tx, published, sealer, entrant, kind, text, at)
            told = {"complaint": number, "channel": kind}
            await contest_audit.note(tx, published.id, by, "take_complaint", told, at)
            return number

        number = await opened.write(contest_id, deed)
        typer.echo(f"Đã ghi khiếu nại số {number}.")

    run(work)


@app.command()
def answer(
    contest_id: ContestId,
    number: Annotated[int, typer.Argument(help="Số của khiếu nại.")],
    file: Annotated[Path, typer.Argument(help="Tệp chữ (.txt, UTF-8) ghi câu trả lời.")],
    by: By,
) -> None:
    """Trả lời một khiếu nại; người khiếu nại qua tin nhắn được gửi ngay câu trả lời."""
    text = _read(file)

    async def work(opened: Session) -> None:
        from bot.contest import discipline

        await opened.write(
            contest_id,
            lambda tx, p: discipline.answer(tx, p, number, text, by, utc_now()),
        )
        typer.echo("Đã ghi trả lời.")

    run(work)


async def _sealer(opened: Session) -> Sealer:
    from bot.secret_key import open_sealer

    return await open_sealer(load_settings(), opened.database)


def _tell(one: Complaint, sealer: Sealer | None) -> None:
    state = (
        f"trả lời {show_time(one.answered_at)}, {one.answered_by}"
        if one.answered_at
        else f"hạn trả lời {show_date(vietnam_date(one.due_at))}"
        + (", ĐÃ QUÁ HẠN" if one.due_at < utc_now() else "")
    )
    who = f"thí sinh {one.entrant_id}" if one.entrant_id else "không rõ thí sinh"
    typer.echo(f"Khiếu nại {one.id}, {one.channel}, {who}, nhận {show_time(one.at)}; {state}.")
    if sealer is not None:
        typer.echo(f"  {sealer.open(one.sealed) if one.sealed else '(đã xóa theo yêu cầu)'}")
        if one.answer:
            typer.echo(f"  → {one.answer}")


def _read(file: Path) -> str:
    try:
        with file.open(encoding="utf-8-sig") as opened:
            return opened.read(_LARGEST)
    except (OSError, UnicodeDecodeError) as error:
        raise InputRefused(f"Không đọc được tệp chữ {file}.") from error
