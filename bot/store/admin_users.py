"""Who may enter the editors' web."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from bot.store.admin_tables import admin_users
from bot.store.database import Tx


@dataclass(frozen=True, slots=True)
class User:
    """A person with a name to sign in by; `password` is an argon2 hash, `totp` is sealed."""

    id: int
    name: str
    full_name: str
    password: str
    roles: tuple[str, ...]
    is_disabled: bool
    must_change: bool
    totp: str | None
    totp_step: int
    created_by: str
    created_at: datetime
    seen_at: datetime | None


_COLUMNS = tuple(admin_users.c[name] for name in User.__dataclass_fields__)


def user_of(row: Any) -> User:
    """The user in a row that has all the columns of one."""
    values = {name: row[name] for name in User.__dataclass_fields__}
    return User(**{**values, "roles": tuple(values["roles"])})


async def add(
    tx: Tx,
    name: str,
    full_name: str,
    password: str,
    roles: Sequence[str],
    *,
    by: str,
    at: datetime,
    must_change: bool = True,
) -> bool:
    """Adds a user; False where somebody has that name already."""
    added = await tx.change(
        tx.insert(admin_users)
        .values(
            name=name,
            full_name=full_name,
            password=password,
            roles=list(roles),
            must_change=must_change,
            created_by=by,
            created_at=at,
        )
        .on_conflict_do_nothing(index_elements=[admin_users.c.name])
    )
    return added == 1


async def find(tx: Tx, name: str) -> User | None:
    """The user of that name."""
    row = await tx.first(select(*_COLUMNS).where(admin_users.c.name == name))
    return user_of(row) if row else None


async def list_all(tx: Tx) -> list[User]:
    """Every user, by name."""
    return [user_of(row) for row in await tx.rows(select(*_COLUMNS).order_by(admin_users.c.name))]


async def count(tx: Tx) -> int:
    """How many users there are, the disabled ones too."""
    return int(await tx.value(select(func.count()).select_from(admin_users)))


async def change(tx: Tx, user_id: int, **values: Any) -> None:
    """Changes columns of a user (`roles` as a list)."""
    await tx.change(update(admin_users).where(admin_users.c.id == user_id).values(**values))


async def use_step(tx: Tx, user_id: int, step: int) -> bool:
    """Uses up the code of a time step; False where that one or a later one was used before."""
    newer = admin_users.c.totp_step < step
    changed = await tx.change(
        update(admin_users).where(admin_users.c.id == user_id, newer).values(totp_step=step)
    )
    return changed == 1
