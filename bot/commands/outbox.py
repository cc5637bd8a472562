"""`outbox`: what waits to be sent, and what was given up and why."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.clock import show_time, utc_now
from bot.errors import InputRefused
from bot.settings import load_settings

if TYPE_CHECKING:
    from bot.store.database import Tx
    from bot.store.outbox import OutboxRow

T = TypeVar("T")
app = typer.Typer(help="Hàng chờ gửi: xem, gửi lại hoặc bỏ.", no_args_is_help=True)

_STATES = {"waiting": "đang chờ", "sending": "đang gửi", "dead": "không gửi được"}
_LANES = {"reply": "trả lời", "broadcast": "nhắc việc"}

Numbers = Annotated[list[int] | None, typer.Argument(help="Số của tin, lấy từ «outbox dead».")]


@app.command()
def show() -> None:
    """Đếm các tin đang chờ, đang gửi và không gửi được của từng kênh."""
    from bot.store import outbox

    counts = _in_transaction(outbox.count_unsent)
    if not counts:
        typer.echo("Không có tin nào đang chờ gửi.")
    for (channel, lane, state), count in sorted(counts.items()):
        typer.echo(f"{channel}, {_LANES[lane]}, {_STATES[state]}: {count}")


@app.command()
def dead(
    limit: Annotated[int, typer.Option("--limit", min=1, help="Số tin nhiều nhất.")] = 100,
) -> None:
    """Liệt kê các tin không gửi được, tin mới nhất trước, kèm lý do."""
    from bot.store import outbox

    rows = _in_transaction(lambda tx: outbox.dead_letters(tx, limit))
    if not rows:
        typer.echo("Không có tin nào bị bỏ lại.")
    for row in rows:
        typer.echo(_told(row))


@app.command()
def retry(
    numbers: Numbers = None,
    everything: Annotated[bool, typer.Option("--all", help="Tất cả các tin.")] = False,
) -> None:
    """Gửi lại các tin không gửi được; chương trình đang chạy sẽ gửi ngay."""
    from bot.store import outbox

    now = utc_now()
    done = _for_each(numbers, everything, lambda tx, number: outbox.revive(tx, number, now))
    typer.echo(f"Đã đưa {done} tin vào hàng chờ để gửi lại.")


@app.command()
def drop(
    numbers: Numbers = None,
    everything: Annotated[bool, typer.Option("--all", help="Tất cả các tin.")] = False,
) -> None:
    """Bỏ hẳn các tin không gửi được."""
    from bot.store import outbox

    done = _for_each(numbers, everything, outbox.drop_dead)
    typer.echo(f"Đã bỏ {done} tin.")


def _for_each(
    numbers: list[int] | None, everything: bool, act: Callable[[Tx, int], Awaitable[bool]]
) -> int:
    """Does something to each named dead row, or to all; gives to how many.

    Raises `InputRefused` where none is named, or one is not a dead row; nothing is done then.
    """
    from bot.store import outbox

    if bool(numbers) == everything:
        raise InputRefused("Hãy ghi số của các tin (xem bằng «outbox dead»), hoặc --all.")

    async def run(tx: Tx) -> int:
        chosen = numbers or [row.id for row in await outbox.dead_letters(tx, 1_000_000)]
        for number in chosen:
            if not await act(tx, number):
                raise InputRefused(f"Không có tin số {number} trong các tin không gửi được.")
        return len(chosen)

    return _in_transaction(run)


def _told(row: OutboxRow) -> str:
    beginning = " ".join(str(row.reply.get("title") or row.reply.get("text", "")).split())[:60]
    return (
        f"{row.id}  {show_time(row.created_at)}  {row.channel}, {_LANES[row.lane]}, "
        f"{row.attempts} lần gửi\n"
        f"    lý do: {row.error or 'không rõ'}\n"
        f"    nội dung: {beginning or '(đã niêm phong)'}"
    )


def _in_transaction(act: Callable[[Tx], Awaitable[T]]) -> T:
    from bot.server import open_database

    async def run() -> T:
        async with open_database(load_settings()) as database, database.transaction() as tx:
            return await act(tx)

    return asyncio.run(run())
