"""`migrate`, `backup` and `restore`: looking after the database."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.clock import utc_now
from bot.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.store.database import Database
    from bot.store.transfer import Progress


def migrate(
    source: Annotated[
        Path | None,
        typer.Option(
            "--from", help="Tệp SQLite cần chuyển vào cơ sở dữ liệu trong BOT_DATABASE_URL."
        ),
    ] = None,
) -> None:
    """Nâng cấp cơ sở dữ liệu; với --from thì chuyển cả một tệp SQLite sang cơ sở dữ liệu mới."""
    from bot.store.database import Database
    from bot.store.migrate import migrate as bring_on
    from bot.store.migrate import stored_revision

    async def run() -> None:
        database = Database(load_settings().database)
        try:
            await database.connect()
            if source is None:
                await bring_on(database)
                async with database.reading() as tx:
                    typer.echo(f"Cơ sở dữ liệu {database.place}: bản {await stored_revision(tx)}.")
                return
            rows = await _move(source, database)
            typer.echo(f"Đã chuyển và đối chiếu từng bảng: {_told(rows)}.")
        finally:
            await database.close()

    asyncio.run(run())


def backup(file: Annotated[Path, typer.Argument(help="Tệp bản sao lưu sẽ ghi ra.")]) -> None:
    """Sao lưu cơ sở dữ liệu ra một tệp, kể cả khi chương trình đang chạy."""
    from bot.store.backup import back_up
    from bot.store.database import Database

    async def run() -> None:
        database = Database(load_settings().database)
        try:
            await database.connect()
            rows = await back_up(database, file)
        finally:
            await database.close()
        typer.echo(f"Đã sao lưu vào {file}: {_told(rows)}.")
        typer.echo("Hãy giữ riêng khóa bí mật (BOT_SECRET_KEY hoặc tệp secret.key): thiếu khóa thì")
        typer.echo("không đọc được dữ liệu cá nhân trong bản sao lưu.")

    asyncio.run(run())


def restore(file: Annotated[Path, typer.Argument(help="Tệp bản sao lưu.")]) -> None:
    """Khôi phục cơ sở dữ liệu từ bản sao lưu; dữ liệu hiện có được cất sang một bên."""
    from bot.store.backup import restore as bring_back
    from bot.store.database import Database

    async def run() -> None:
        database = Database(load_settings().database)
        try:
            rows, aside = await bring_back(file, database, utc_now(), _progress())
        finally:
            await database.close()
        typer.echo(f"Đã khôi phục {database.place}: {_told(rows)}.")
        if aside is not None:
            typer.echo(f"Dữ liệu trước khi khôi phục nằm ở {aside}.")

    asyncio.run(run())


async def _move(source: Path, database: Database) -> Mapping[str, int]:
    from bot.errors import InputRefused
    from bot.store.backup import restore as bring_back

    if database.file is not None:
        raise InputRefused(
            "Lệnh này chuyển dữ liệu sang PostgreSQL; hãy đặt BOT_DATABASE_URL tới PostgreSQL trước."
        )
    rows, _ = await bring_back(source, database, utc_now(), _progress())
    return rows


def _progress() -> Progress:
    """Says now and then how far the copying has come, without a line a batch."""
    told: dict[str, int] = {}

    def tell(table: str, rows: int) -> None:
        if rows - told.get(table, 0) >= 100_000:
            told[table] = rows
            typer.echo(f"  {table}: {rows} dòng", err=True)

    return tell


def _told(rows: Mapping[str, int]) -> str:
    ours = {name: count for name, count in rows.items() if count and name != "alembic_version"}
    filled = [f"{name} {count}" for name, count in ours.items()]
    return ", ".join(filled) or "chưa có dữ liệu"
