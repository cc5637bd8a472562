"""Who is in the editors' web now, and how often a wrong password was tried."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, select, update

from bot.store.admin_tables import admin_failures, admin_sessions, admin_users
from bot.store.admin_users import User, user_of
from bot.store.database import Tx

OPEN, CODE = "open", "code"
"""Stages: in, and still to give the second factor."""


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that has signed in; `message` waits to be shown once."""

    key: str
    stage: str
    browser: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    message: str | None


_COLUMNS = tuple(admin_sessions.c[name] for name in Session.__dataclass_fields__)


async def begin(
    tx: Tx, key: str, user_id: int, stage: str, browser: str, at: datetime, until: datetime
) -> None:
    """Keeps a new session, and takes those away whose time is over."""
    await tx.change(delete(admin_sessions).where(admin_sessions.c.expires_at <= at))
    await tx.change(
        tx.insert(admin_sessions).values(
            key=key,
            user_id=user_id,
            stage=stage,
            browser=browser,
            created_at=at,
            seen_at=at,
            expires_at=until,
        )
    )


async def find(tx: Tx, key: str, at: datetime, idle: timedelta) -> tuple[Session, User] | None:
    """The session and its user; None where it is over, or the user may no longer enter."""
    users = [admin_users.c[name].label(f"user_{name}") for name in User.__dataclass_fields__]
    valid = and_(
        admin_sessions.c.key == key,
        admin_sessions.c.expires_at > at,
        admin_sessions.c.seen_at > at - idle,
        admin_users.c.is_disabled.is_(False),
    )
    row = await tx.first(
        select(*_COLUMNS, *users)
        .join(admin_users, admin_sessions.c.user_id == admin_users.c.id)
        .where(valid)
    )
    if row is None:
        return None
    user = {name: row[f"user_{name}"] for name in User.__dataclass_fields__}
    return Session(**{name: row[name] for name in Session.__dataclass_fields__}), user_of(user)


async def list_of(tx: Tx, user_id: int, at: datetime) -> list[Session]:
    """Every session of a user, the last used first."""
    rows = await tx.rows(
        select(*_COLUMNS)
        .where(admin_sessions.c.user_id == user_id, admin_sessions.c.expires_at > at)
        .order_by(admin_sessions.c.seen_at.desc())
    )
    return [Session(**row) for row in rows]


async def see(tx: Tx, key: str, at: datetime) -> None:
    """The browser was here."""
    await tx.change(update(admin_sessions).where(admin_sessions.c.key == key).values(seen_at=at))


async def leave_message(tx: Tx, key: str, message: str | None) -> None:
    """What the next page says once; None where it was said."""
    await tx.change(
        update(admin_sessions).where(admin_sessions.c.key == key).values(message=message)
    )


async def end(tx: Tx, key: str) -> None:
    """Signs one browser out."""
    await tx.change(delete(admin_sessions).where(admin_sessions.c.key == key))


async def end_all(tx: Tx, user_id: int, but: str = "") -> int:
    """Signs the user out everywhere, save the session `but`; how many were ended."""
    return await tx.change(
        delete(admin_sessions).where(
            admin_sessions.c.user_id == user_id, admin_sessions.c.key != but
        )
    )


async def try_once(
    tx: Tx, key: str, at: datetime, at_most: int, lasts: timedelta
) -> datetime | None:
    """Counts a try before it is looked at; gives until when the key is locked, None where it is not.

    Counted first, a hundred tries at once cannot all pass the look at the count.
    """
    # The row is there before it is locked, so that the very first tries stand in line as well.
    await tx.change(
        tx.insert(admin_failures).values(key=key, failures=0, last_at=at).on_conflict_do_nothing()
    )
    own = admin_failures.c.key == key
    row = await tx.first(select(admin_failures).where(own).with_for_update())
    locked: datetime | None = row["locked_until"] if row else None
    if row is None or (locked and locked > at):
        return locked
    is_fresh = locked is not None or row["last_at"] <= at - lasts
    failures = 1 if is_fresh else row["failures"] + 1
    until = at + lasts if failures >= at_most else None
    await tx.change(
        update(admin_failures).where(own).values(failures=failures, last_at=at, locked_until=until)
    )
    return None


async def forgive(tx: Tx, key: str) -> None:
    """The right password was given: nothing is counted against the key any more."""
    await tx.change(delete(admin_failures).where(admin_failures.c.key == key))


async def take_back(tx: Tx, key: str) -> None:
    """One try fewer: it was no wrong one, but those before it stay counted."""
    await tx.change(
        update(admin_failures)
        .where(admin_failures.c.key == key)
        .values(failures=admin_failures.c.failures - 1, locked_until=None)
    )
