"""`check`: everything that keeps this installation from serving, all of it at once, before it starts."""

from __future__ import annotations

import asyncio
import difflib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import typer
from dotenv import dotenv_values

from bot.clock import utc_now, vietnam_date
from bot.errors import BotError, InputRefused
from bot.settings import Settings, faults_of_settings, load_settings

_TELEGRAM_TOKEN = re.compile(r"\d+:[\w-]+", re.ASCII)
_OURS = ("BOT_", "TELEGRAM_", "ZALO_")
_NO_SETTINGS = {"BOT_RUN"}
"""Names that begin like ours and mean something to others."""


def check() -> None:
    """Kiểm tra mọi cài đặt, cơ sở dữ liệu, khóa, kho câu hỏi; in từng lỗi; mã thoát 1 nếu có lỗi."""
    faults = [*faults_of_settings(), *_unknown_names()]
    if not faults:
        settings = load_settings()
        _show(settings)
        faults = [*_contradictions(settings), *_unusable(settings)]
        faults += asyncio.run(_look_inside(settings))
    for fault in faults:
        typer.echo(f"LỖI  {fault}", err=True)
    if faults:
        raise InputRefused(f"Có {len(faults)} lỗi cần sửa.")
    typer.echo("Mọi thứ sẵn sàng.")


def _show(settings: Settings) -> None:
    """The settings that differ from their defaults; secrets only as being there."""
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        if value == field.default:
            continue
        is_secret = hasattr(value, "get_secret_value")
        shown = "(đã đặt)" if is_secret else value
        if name == "database_url":
            shown = "(đã đặt)"  # it may hold a password; the database itself is looked at below
        typer.echo(f"{field.alias}: {shown}")


def _unknown_names() -> Iterator[str]:
    """Variables that look like settings and are none: most likely a slip."""
    known = {str(field.alias) for field in Settings.model_fields.values()} | _NO_SETTINGS
    given = {*os.environ, *dotenv_values(".env")} if Path(".env").is_file() else set(os.environ)
    for name in sorted(given - known):
        if name.startswith(_OURS):
            near = difflib.get_close_matches(name, known, 1)
            meant = f" Có phải bạn muốn viết {near[0]}?" if near else ""
            yield f"{name}: không có cài đặt nào tên như vậy.{meant}"


def _contradictions(settings: Settings) -> Iterator[str]:
    """Settings that are right one by one and do not go together."""
    has = {
        "TELEGRAM": bool(settings.telegram_token.get_secret_value()),
        "ZALO_BOT": bool(settings.zalo_bot_token.get_secret_value()),
    }
    modes = {"TELEGRAM": settings.telegram_mode, "ZALO_BOT": settings.zalo_bot_mode}
    for name, is_on in has.items():
        if is_on and modes[name] == "webhook" and not settings.public_url.startswith("https://"):
            yield f"BOT_PUBLIC_URL: {name}_MODE=webhook cần địa chỉ https để dịch vụ bên kia gọi đến."
        if not is_on and modes[name] == "webhook":
            yield f"{name}_TOKEN: còn trống nên {name}_MODE=webhook không có tác dụng."
    if settings.zalo_oa_app_id:
        for name, secret in (
            ("ZALO_OA_APP_SECRET", settings.zalo_oa_app_secret),
            ("ZALO_OA_SECRET", settings.zalo_oa_secret),
        ):
            if not secret.get_secret_value():
                yield f"{name}: còn trống trong khi ZALO_OA_APP_ID đã đặt."
    elif settings.zalo_oa_app_secret.get_secret_value():
        yield "ZALO_OA_APP_ID: còn trống trong khi ZALO_OA_APP_SECRET đã đặt."
    if not settings.database.startswith("sqlite") and not settings.secret_key.get_secret_value():
        yield "BOT_SECRET_KEY: nhiều máy dùng chung PostgreSQL thì phải dùng chung một khóa; hãy đặt ở đây."


def _unusable(settings: Settings) -> Iterator[str]:
    """Values of a right form that nothing can be done with: a token, an address, a proxy."""
    from bot.channels.proxies import proxy_for
    from bot.server import open_port

    token = settings.telegram_token.get_secret_value()
    if token and not _TELEGRAM_TOKEN.fullmatch(token):
        yield (
            "TELEGRAM_TOKEN: không giống mã mà @BotFather đưa ra, dạng 123456789:AAF…; hãy chép lại "
            "cả dòng."
        )
    if settings.zalo_oa_app_id and not settings.zalo_oa_app_id.isdecimal():
        yield "ZALO_OA_APP_ID: phải là dãy số của ứng dụng ở developers.zalo.me."
    told: set[str] = set()
    for place in (settings.telegram_api_url, settings.zalo_bot_api_url, settings.zalo_oa_api_url):
        parts = urlsplit(place)
        try:
            proxy_for(parts.scheme, parts.hostname or "")
        except BotError as error:
            told.add(str(error))
    yield from sorted(told)
    try:
        # Any free port: the one of the settings may be in use by the very program that is checked.
        open_port(settings.host, 0).close()
    except BotError as error:
        yield str(error)


async def _look_inside(settings: Settings) -> list[str]:
    """What only shows when it is tried: the database, the key, the knowledge."""
    from bot.knowledge.load import load
    from bot.secret_key import open_sealer
    from bot.server import open_database

    faults: list[str] = []
    try:
        async with open_database(settings) as database:
            await open_sealer(settings, database)
    except BotError as error:
        faults.append(str(error))
    if not settings.knowledge_dir.is_dir():
        return [*faults, f"BOT_KNOWLEDGE_DIR: không có thư mục {settings.knowledge_dir}."]
    loaded = load(settings.knowledge_dir, vietnam_date(utc_now()))
    return [*faults, *(str(fault) for fault in loaded.faults if fault.blocking)]
