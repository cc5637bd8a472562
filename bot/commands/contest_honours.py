"""`contest certificates` and `contest notice`: what winners and the public get."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.clock import utc_now, vietnam_date
from bot.commands.contest import By, ContestId, RoundId, run
from bot.errors import InputRefused
from bot.knowledge.load import load
from bot.settings import load_settings

if TYPE_CHECKING:
    from bot.commands.contest import Session
    from bot.contest.document import Published
    from bot.reports.contest_papers import NoticeForm
    from bot.reports.honours import Winner
    from bot.store.contest_results import Result
    from bot.store.database import Tx


def certificates(
    contest_id: ContestId,
    out: Annotated[Path, typer.Option("--out", help="Tệp PDF.")],
    by: By,
    round_id: RoundId = None,
    place: Annotated[str, typer.Option("--place", help="Nơi ký.")] = "Quảng Ninh",
) -> None:
    """Làm giấy chứng nhận cho mọi người đoạt giải đã được xác minh, mỗi người một trang."""

    async def work(opened: Session) -> None:
        from bot.reports.contest_papers import certificates_pdf, honoured

        published, result, winners = await _look(opened, contest_id, round_id)
        root = load_settings().public_url
        people = honoured(winners, root)
        today = vietnam_date(utc_now())
        pdf = await asyncio.to_thread(certificates_pdf, published, result, people, place, today)
        await asyncio.to_thread(_write, out, pdf)
        await _note(opened, contest_id, by, "certificates", {"count": len(people)})
        typer.echo(f"Đã ghi {len(people)} giấy chứng nhận vào {out}.")
        if not root:
            typer.echo("Chưa đặt BOT_PUBLIC_URL nên mã QR chưa dẫn tới trang kiểm tra.", err=True)

    run(work)


def notice(
    contest_id: ContestId,
    out: Annotated[Path, typer.Option("--out", help="Tệp .docx hoặc .txt.")],
    by: By,
    round_id: RoundId = None,
) -> None:
    """Lập thông báo kết quả để đăng: chỉ có những mục thể lệ cho phép."""
    if out.suffix not in (".docx", ".txt"):
        raise InputRefused("Tệp thông báo phải có đuôi .docx hoặc .txt.")

    async def work(opened: Session) -> None:
        from bot.reports.contest_papers import notice_file

        published, result, winners = await _look(opened, contest_id, round_id)
        form: NoticeForm = "docx" if out.suffix == ".docx" else "txt"
        content = notice_file(published, round_id, result, winners, form)
        await asyncio.to_thread(_write, out, content)
        await _note(opened, contest_id, by, "notice", {"winners": len(winners)})
        typer.echo(f"Đã ghi thông báo vào {out}: {len(winners)} giải.")

    run(work)


async def _look(
    opened: Session, contest_id: str, round_id: str | None
) -> tuple[Published, Result, list[Winner]]:
    from bot.contest.typed import Trees
    from bot.reports.honours import winners_of
    from bot.secret_key import open_sealer

    settings = load_settings()
    sealer = await open_sealer(settings, opened.database)
    base = load(settings.knowledge_dir, vietnam_date(utc_now())).base

    async def look(tx: Tx, published: Published) -> tuple[Published, Result, list[Winner]]:
        trees = Trees(base.places, published.document.units)
        result, winners = await winners_of(tx, published, sealer, trees, round_id)
        return published, result, winners

    found: tuple[Published, Result, list[Winner]] = await opened.read(contest_id, look)
    return found


async def _note(opened: Session, contest_id: str, by: str, what: str, data: object) -> None:
    from bot.store import contest_audit

    async with opened.database.transaction() as tx:
        await contest_audit.note(tx, contest_id, by, what, data, utc_now())


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise InputRefused(f"Không ghi được {path}: {error.strerror}.") from error
