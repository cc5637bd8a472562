"""`key`: change the secret key without losing what was sealed with the one before."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import typer

from bot.clock import utc_now
from bot.errors import InputRefused
from bot.settings import Settings, load_settings

if TYPE_CHECKING:
    from bot.dialogue.renewal import Renewed

app = typer.Typer(help="Khóa bí mật: đổi khóa mà không mất dữ liệu.", no_args_is_help=True)

_SET_IT = """\
Khóa mới (hãy cất ngay vào nơi giữ bí mật của bạn, lệnh này không in lại):

    {key}

Bước tiếp theo: ở mọi máy đặt BOT_SECRET_KEY là khóa mới, dấu phẩy, rồi khóa đang dùng; khởi động lại
tất cả dịch vụ; sau đó chạy «python -m bot key renew»."""
_ADDED = """\
Đã thêm một khóa mới vào {file}; khóa cũ vẫn còn trong đó.

Bước tiếp theo: khởi động lại dịch vụ; sau đó chạy «python -m bot key renew»."""
_PLACES = {
    "entrants.sealed": "Bản đăng ký dự thi",
    "complaints.sealed": "Khiếu nại",
    "disqualifications.appeal": "Ý kiến của người bị loại",
    "admin_users.totp": "Mã xác thực của cán bộ",
    "inbox.payload": "Tin chờ xử lý",
    "outbox.reply.sealed": "Tin trả lời riêng",
    "states.data.task.sealed": "Bản đăng ký viết dở",
    "oauth_tokens.access": "Mã truy cập Zalo",
    "oauth_tokens.refresh": "Mã làm mới Zalo",
    "meta.value": "Bước liên kết Zalo",
}


@app.command()
def new() -> None:
    """Tạo khóa mới, bước đầu của việc đổi khóa."""
    from bot.secret_key import add_key, file_of, new_key

    settings = load_settings()
    if settings.secret_key.get_secret_value():
        typer.echo(_SET_IT.format(key=new_key()))
        return
    file = file_of(settings)
    add_key(file)
    typer.echo(_ADDED.format(file=file))


@app.command()
def renew() -> None:
    """Niêm phong lại mọi dữ liệu bằng khóa mới nhất; ngắt giữa chừng thì chạy lại lệnh này."""
    asyncio.run(_renew(load_settings()))


async def _renew(settings: Settings) -> None:
    from bot.channels.duty import notes_of_others
    from bot.dialogue.renewal import renew as renew_all
    from bot.secret_key import (
        drop_old_keys,
        file_of,
        forget_old_keys,
        mark_of,
        open_sealer,
        read_keys,
    )
    from bot.server import open_database

    if len(read_keys(settings)) < 2:
        raise InputRefused("Mới có một khóa. Hãy chạy «python -m bot key new» trước.")
    async with open_database(settings) as database:
        sealer = await open_sealer(settings, database)
        if set(await notes_of_others(database)) - {mark_of(sealer)}:
            raise InputRefused(
                "Còn dịch vụ đang chạy với khóa cũ. Hãy khởi động lại mọi dịch vụ để dùng khóa mới rồi "
                "chạy lại lệnh này."
            )
        total = await renew_all(database, sealer, _tell_progress)
        _tell(total)
        if total.renewed:
            # Whatever was sealed with the old key while we were at it comes in now.
            await renew_all(database, sealer)
        await forget_old_keys(database, sealer)
    if settings.secret_key.get_secret_value():
        typer.echo("Xong. Bây giờ bỏ khóa cũ khỏi BOT_SECRET_KEY rồi khởi động lại dịch vụ.")
    else:
        aside = drop_old_keys(file_of(settings), utc_now())
        typer.echo(f"Xong. Khóa cũ được cất ở {aside}.")
    typer.echo("Bản sao lưu làm trước lúc này vẫn cần khóa cũ: hãy cất khóa cũ cùng các bản đó.")


def _tell_progress(place: str, rows: int) -> None:
    if rows % 10_000 == 0:
        typer.echo(f"  {_PLACES[place]}: đã xem {rows}", err=True)


def _tell(done: Renewed) -> None:
    for name, title in _PLACES.items():
        renewed, kept = done.renewed.get(name, 0), done.kept.get(name, 0)
        if renewed or kept:
            typer.echo(f"{title}: niêm phong lại {renewed}, đã theo khóa mới từ trước {kept}.")
        if done.unreadable.get(name):
            typer.echo(
                f"{title}: {done.unreadable[name]} dòng không khóa nào mở được; giữ nguyên.",
                err=True,
            )
    if not done.total:
        typer.echo("Không còn gì phải niêm phong lại.")
