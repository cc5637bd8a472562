"""`zalo`: link the Official Account, and see how its tokens stand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.clock import show_time
from bot.errors import InputRefused, SettingWrong
from bot.settings import Settings, load_settings

if TYPE_CHECKING:
    import httpx

    from bot.channels.zalo_oa.linking import Consent
    from bot.channels.zalo_oa.oauth import OAuth
    from bot.sealing import Sealer
    from bot.store.database import Database

app = typer.Typer(help="Liên kết và xem Zalo Official Account.", no_args_is_help=True)

_STEPS = """\
Liên kết Official Account với ứng dụng {app_id}.

Bước 1. Mở developers.zalo.me, chọn ứng dụng này, vào Official Account → Thiết lập chung. Điền hai ô
sau rồi bấm Lưu:

    Official Account Callback Url:  {callback}
    Code Challenge:                 {challenge}

Bước 2. Người quản trị Official Account mở liên kết sau, chọn Official Account rồi bấm Cho phép:

    {link}

Bước 3. Trình duyệt chuyển tới một địa chỉ có đoạn «code=…». Trong vòng 10 phút, chép toàn bộ địa chỉ
đó và dán vào đây.
"""
_ACTS = {
    "seeded": "nhận mã làm mới từ ZALO_OA_REFRESH_TOKEN",
    "linked": "liên kết bằng lệnh zalo link",
    "begun": "bắt đầu làm mới",
    "refreshed": "đã có cặp mã mới",
    "refused": "Zalo từ chối",
    "failed": "chưa làm mới được",
}


@app.command()
def link(
    answer: Annotated[
        str, typer.Option("--answer", help="Địa chỉ có «code=…»; bỏ trống thì lệnh sẽ hỏi.")
    ] = "",
    callback: Annotated[
        str, typer.Option("--callback", help="Callback Url; bỏ trống thì lấy BOT_PUBLIC_URL.")
    ] = "",
    anew: Annotated[
        bool, typer.Option("--new", help="Tạo Code Challenge mới thay cho cái đang dùng.")
    ] = False,
) -> None:
    """Dẫn từng bước liên kết Official Account, lưu mã truy cập."""
    settings = load_settings()
    callback = callback or settings.public_url
    _require(settings, callback)
    asyncio.run(_link(settings, callback, answer, anew))


@app.command()
def status() -> None:
    """Cho biết mã truy cập còn hạn đến bao giờ và nhật ký làm mới."""
    settings = load_settings()
    _require(settings, "-")
    asyncio.run(_status(settings))


async def _link(settings: Settings, callback: str, answer: str, anew: bool) -> None:
    from bot.channels.zalo_oa.linking import Linker
    from bot.channels.zalo_oa.pairs import Pairs

    async with _opened(settings) as (database, sealer, http, oauth):
        pairs = Pairs(database, sealer, oauth.app_id)
        linker = Linker(database, sealer, pairs, http, oauth, settings.zalo_oa_api_url)
        consent = await linker.prepare(anew=anew)
        if answer:
            code = consent.read_code(answer)
        else:
            typer.echo(_tell_steps(settings, consent, callback))
            code = _ask_code(consent)
        account = await linker.finish(consent, code)
    typer.echo(_tell_account(account))


def _ask_code(consent: Consent) -> str:
    """The code out of what the operator pastes, asked for until there is one."""
    while True:
        try:
            return consent.read_code(typer.prompt("Địa chỉ"))
        except InputRefused as refused:
            typer.echo(str(refused), err=True)


async def _status(settings: Settings) -> None:
    from bot.channels.zalo_oa.pairs import Pairs
    from bot.store import oauth as store

    async with _opened(settings) as (database, sealer, _http, oauth):
        pairs = Pairs(database, sealer, oauth.app_id)
        pair = await pairs.load()
        async with database.reading() as tx:
            notes = await store.last_notes(tx, pairs.service, 10)
    if pair is None:
        typer.echo("Chưa liên kết. Hãy chạy: python -m bot zalo link")
        raise typer.Exit(1)
    if pair.broken:
        typer.echo(pair.broken)
    typer.echo(f"Mã truy cập có hạn đến {show_time(pair.expires_at)}.")
    typer.echo(f"Sẽ tự làm mới lúc {show_time(pair.renew_at)}.")
    for note in notes:
        detail = f" ({note.detail})" if note.detail else ""
        typer.echo(f"  {show_time(note.at)}: {_ACTS.get(note.act, note.act)}{detail}")
    if pair.broken:
        raise typer.Exit(1)


@asynccontextmanager
async def _opened(
    settings: Settings,
) -> AsyncIterator[tuple[Database, Sealer, httpx.AsyncClient, OAuth]]:
    from bot.channels import wire
    from bot.channels.zalo_oa.oauth import OAuth
    from bot.secret_key import open_sealer
    from bot.server import open_database

    async with open_database(settings) as database, wire.new_client() as http:
        sealer = await open_sealer(settings, database)
        secret = settings.zalo_oa_app_secret.get_secret_value()
        oauth = OAuth(http, settings.zalo_oa_oauth_url, settings.zalo_oa_app_id, secret)
        yield database, sealer, http, oauth


def _require(settings: Settings, callback: str) -> None:
    """Raises `SettingWrong` for what linking cannot do without."""
    for name, value in (
        ("ZALO_OA_APP_ID", settings.zalo_oa_app_id),
        ("ZALO_OA_APP_SECRET", settings.zalo_oa_app_secret.get_secret_value()),
    ):
        if not value:
            raise SettingWrong(name, "còn trống; hãy chép từ trang ứng dụng ở developers.zalo.me.")
    if not callback:
        sentence = "còn trống; hãy đặt địa chỉ https của dịch vụ, hoặc thêm --callback."
        raise SettingWrong("BOT_PUBLIC_URL", sentence)


def _tell_steps(settings: Settings, consent: Consent, callback: str) -> str:
    app_id = settings.zalo_oa_app_id
    address = consent.link(settings.zalo_oa_oauth_url, app_id, callback)
    return _STEPS.format(
        app_id=app_id, callback=callback, challenge=consent.challenge, link=address
    )


def _tell_account(account: dict[str, Any]) -> str:
    lines = [f"Đã liên kết với Official Account «{account.get('name', '')}»."]
    lines.append(f"Mã số: {account.get('oaid', '')}")
    package = account.get("package_name") or "không rõ"
    until = account.get("package_valid_through_date") or "không rõ"
    lines.append(f"Gói dịch vụ: {package}, hạn đến {until}")
    if account.get("is_verified") is False:
        lines.append(
            "Lưu ý: Official Account chưa được xác thực nên Zalo có thể không cho gửi tin."
        )
    lines.append("Dịch vụ đang chạy sẽ tự dùng mã mới trong vòng 5 phút.")
    return "\n".join(lines)
