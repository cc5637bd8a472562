"""Making users and changing them: the same acts for the owner's page and the command line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from bot.admin.passwords import hash_aside, make_password
from bot.admin.roles import Role
from bot.errors import InputRefused
from bot.store import admin_audit, admin_sessions, admin_users
from bot.store.admin_users import User
from bot.store.database import Database, Tx

FIRST_OWNER = "quan-tri"
NAME_RULE = "Tên đăng nhập gồm 3 đến 40 chữ thường không dấu, chữ số, dấu chấm hoặc gạch nối."
NO_ROLE = "Bạn chọn ít nhất một quyền."
LAST_OWNER = "Đây là chủ hệ thống cuối cùng còn dùng được, nên không bỏ được. Hãy thêm người khác."

_NAME = re.compile(r"[a-z0-9][a-z0-9.\-]{1,38}[a-z0-9]")
_SYSTEM = "chương trình"


async def add_user(
    database: Database,
    name: str,
    full_name: str,
    roles: Iterable[str],
    by: str,
    at: datetime,
) -> str:
    """Adds a user; his first password, which he must change. Raises `InputRefused`."""
    name, full_name = name.strip().lower(), " ".join(full_name.split())
    kept = known_roles(roles)
    if not _NAME.fullmatch(name):
        raise InputRefused(NAME_RULE)
    if not full_name or len(full_name) > 100:
        raise InputRefused("Bạn ghi họ và tên của người này, nhiều nhất 100 ký tự.")
    password = make_password()
    hashed = await hash_aside(password)
    async with database.transaction() as tx:
        if not await admin_users.add(tx, name, full_name, hashed, kept, by=by, at=at):
            raise InputRefused(f"Đã có người dùng tên «{name}». Bạn chọn tên đăng nhập khác.")
        await admin_audit.note(tx, by, "user.add", name, at, detail=", ".join(kept))
    return password


async def add_first_owner(database: Database, at: datetime) -> str:
    """The password of the first owner, made now; empty where there are users already."""
    async with database.reading() as tx:
        if await admin_users.count(tx):
            return ""
    password = make_password()
    hashed = await hash_aside(password)
    roles = [Role.OWNER.value]
    async with database.transaction() as tx:
        added = not await admin_users.count(tx) and await admin_users.add(
            tx, FIRST_OWNER, "Người quản trị", hashed, roles, by=_SYSTEM, at=at
        )
        if not added:  # another process was faster
            return ""
        await admin_audit.note(tx, _SYSTEM, "user.add", FIRST_OWNER, at, detail=", ".join(roles))
    return password


async def reset_password(database: Database, user: User, by: str, at: datetime) -> str:
    """A new first password; whoever used the old one is signed out."""
    password = make_password()
    hashed = await hash_aside(password)
    async with database.transaction() as tx:
        await admin_users.change(tx, user.id, password=hashed, must_change=True)
        await admin_sessions.end_all(tx, user.id)
        await admin_audit.note(tx, by, "user.reset", user.name, at)
    return password


async def set_disabled(tx: Tx, user: User, by: str, at: datetime, *, disabled: bool) -> None:
    """Shuts a user out, or lets him in again. Raises `InputRefused` for the last owner."""
    if disabled:
        await _require_other_owner(tx, user)
        await admin_sessions.end_all(tx, user.id)
    await admin_users.change(tx, user.id, is_disabled=disabled)
    await admin_audit.note(tx, by, "user.disable" if disabled else "user.enable", user.name, at)


async def set_roles(tx: Tx, user: User, roles: Iterable[str], by: str, at: datetime) -> None:
    """Gives a user other roles. Raises `InputRefused` for none, or for the last owner."""
    kept = known_roles(roles)
    if Role.OWNER not in kept:
        await _require_other_owner(tx, user)
    await admin_users.change(tx, user.id, roles=kept)
    told = f"{', '.join(user.roles)} → {', '.join(kept)}"
    await admin_audit.note(tx, by, "user.roles", user.name, at, detail=told)


async def drop_code(tx: Tx, user: User, by: str, at: datetime) -> None:
    """Takes the second factor away, of somebody who has lost his phone."""
    await admin_users.change(tx, user.id, totp=None)
    await admin_audit.note(tx, by, "user.code_off", user.name, at)


async def need_user(tx: Tx, name: str) -> User:
    """The user of that name. Raises `InputRefused` where there is none."""
    user = await admin_users.find(tx, name.strip().lower())
    if user is None:
        raise InputRefused(f"Không có người dùng «{name}».")
    return user


def known_roles(roles: Iterable[str]) -> list[str]:
    """The roles in the order they are shown. Raises `InputRefused` for an unknown one, or none."""
    given = set(roles)
    if not given:
        raise InputRefused(NO_ROLE)
    if unknown := given - set(Role):
        known = ", ".join(Role)
        raise InputRefused(f"Không có quyền «{sorted(unknown)[0]}». Các quyền: {known}.")
    return [role.value for role in Role if role in given]


async def _require_other_owner(tx: Tx, user: User) -> None:
    if Role.OWNER not in user.roles or user.is_disabled:
        return
    owners = [
        one
        for one in await admin_users.list_all(tx)
        if Role.OWNER in one.roles and not one.is_disabled and one.id != user.id
    ]
    if not owners:
        raise InputRefused(LAST_OWNER)
