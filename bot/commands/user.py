"""`user`: who may enter the editors' web, from the command line."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from bot.clock import show_time, utc_now
from bot.settings import load_settings

if TYPE_CHECKING:
    from bot.sealing import Sealer
    from bot.store.database import Database, Tx

app = typer.Typer(help="Người dùng trang quản trị: thêm, xem, khóa.", no_args_is_help=True)

BY = "dòng lệnh"

Name = Annotated[str, typer.Argument(help="Tên đăng nhập, ví dụ lan.nguyen.")]
Roles = Annotated[
    list[str],
    typer.Option("--role", help="Quyền: editor, approver, organizer, owner; ghi nhiều lần được."),
]


@app.command()
def add(
    name: Name,
    full_name: Annotated[str, typer.Option("--full-name", help="Họ và tên, đứng dưới câu duyệt.")],
    role: Roles,
) -> None:
    """Thêm một người dùng và in mật khẩu đầu tiên, chỉ một lần."""
    from bot.admin import people

    async def run(database: Database, _sealer: Sealer) -> None:
        password = await people.add_user(database, name, full_name, role, BY, utc_now())
        _tell_password(name.strip().lower(), password)

    _run(run)


@app.command(name="list")
def list_all() -> None:
    """Liệt kê người dùng."""
    from bot.admin.roles import titles_of
    from bot.store import admin_users

    async def run(database: Database, _sealer: Sealer) -> None:
        async with database.reading() as tx:
            users = await admin_users.list_all(tx)
        for user in users:
            seen = f"vào lần cuối {show_time(user.seen_at)}" if user.seen_at else "chưa vào"
            state = "đã khóa" if user.is_disabled else seen
            typer.echo(f"{user.name}\t{user.full_name}\t{titles_of(user.roles)}\t{state}")
        if not users:
            typer.echo("Chưa có ai. Lần chạy đầu tiên của dịch vụ tạo một chủ hệ thống.")

    _run(run)


@app.command()
def disable(name: Name) -> None:
    """Khóa một tài khoản và đăng xuất người đó ở mọi nơi."""
    _set_disabled(name, disabled=True)


@app.command()
def enable(name: Name) -> None:
    """Mở lại một tài khoản đã khóa."""
    _set_disabled(name, disabled=False)


@app.command()
def roles(name: Name, role: Roles) -> None:
    """Đổi quyền của một người dùng."""
    from bot.admin import people

    async def change(tx: Tx) -> None:
        await people.set_roles(tx, await people.need_user(tx, name), role, BY, utc_now())

    _run_in_transaction(change, "Đã lưu quyền mới.")


@app.command()
def password(name: Name) -> None:
    """Đặt lại mật khẩu, in mật khẩu mới một lần và mở khóa đăng nhập."""
    from bot.admin import people
    from bot.admin.gate import Gate

    async def run(database: Database, sealer: Sealer) -> None:
        async with database.reading() as tx:
            user = await people.need_user(tx, name)
        given = await people.reset_password(database, user, BY, utc_now())
        await Gate(database, sealer).unlock(user.name, BY, utc_now())
        _tell_password(user.name, given)

    _run(run)


@app.command()
def unlock(name: Name) -> None:
    """Mở khóa đăng nhập cho một tên đã nhập sai mật khẩu nhiều lần."""
    from bot.admin import people
    from bot.admin.gate import Gate

    async def run(database: Database, sealer: Sealer) -> None:
        async with database.reading() as tx:
            user = await people.need_user(tx, name)
        await Gate(database, sealer).unlock(user.name, BY, utc_now())
        typer.echo("Đã mở khóa đăng nhập.")

    _run(run)


@app.command(name="code-off")
def code_off(name: Name) -> None:
    """Tắt mã xác thực của người đã mất điện thoại."""
    from bot.admin import people

    async def change(tx: Tx) -> None:
        await people.drop_code(tx, await people.need_user(tx, name), BY, utc_now())

    _run_in_transaction(change, "Đã tắt mã xác thực.")


def _set_disabled(name: str, *, disabled: bool) -> None:
    from bot.admin import people

    async def change(tx: Tx) -> None:
        user = await people.need_user(tx, name)
        await people.set_disabled(tx, user, BY, utc_now(), disabled=disabled)

    _run_in_transaction(change, "Đã khóa tài khoản." if disabled else "Đã mở lại tài khoản.")


def _run_in_transaction(change: Callable[[Tx], Awaitable[None]], told: str) -> None:
    async def run(database: Database, _sealer: Sealer) -> None:
        async with database.transaction() as tx:
            await change(tx)
        typer.echo(told)

    _run(run)


def _run(work: Callable[[Database, Sealer], Awaitable[None]]) -> None:
    from bot.secret_key import open_sealer
    from bot.server import open_database

    async def run() -> None:
        settings = load_settings()
        async with open_database(settings) as database:
            await work(database, await open_sealer(settings, database))

    asyncio.run(run())


def _tell_password(name: str, password: str) -> None:
    typer.echo(f"Tên đăng nhập: {name}")
    typer.echo(f"Mật khẩu: {password}")
    typer.echo("Mật khẩu chỉ in ra một lần. Lần đăng nhập đầu tiên người này phải đổi.")
