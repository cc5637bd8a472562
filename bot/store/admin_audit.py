"""What was done in the editors' web: who, when, what, and the fingerprints before and after."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select

from bot.store.admin_tables import admin_audit
from bot.store.database import Tx


@dataclass(frozen=True, slots=True)
class Line:
    """One act; `before` and `after` are fingerprints of the subject's content, or empty."""

    id: int
    at: datetime
    by: str
    act: str
    subject: str
    detail: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines are looked for; what is empty does not matter."""

    by: str = ""
    act: str = ""
    subject: str = ""


_COLUMNS = tuple(admin_audit.c[name] for name in Line.__dataclass_fields__)


def mark_of(content: str) -> str:
    """The fingerprint of a content, for `before` and `after`; empty for none."""
    return hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()[:16] if content else ""


async def note(
    tx: Tx,
    by: str,
    act: str,
    subject: str,
    at: datetime,
    *,
    detail: str = "",
    before: str = "",
    after: str = "",
) -> None:
    """Adds a line, in the transaction of the act itself."""
    values = {"by": by, "act": act, "subject": subject, "at": at, "detail": detail}
    await tx.change(tx.insert(admin_audit).values(**values, before=before, after=after))


async def count(tx: Tx, wanted: Wanted) -> int:
    """How many lines there are of that sort."""
    chosen = _choose(select(func.count()).select_from(admin_audit), wanted)
    return int(await tx.value(chosen))


async def lines(tx: Tx, wanted: Wanted, offset: int, limit: int) -> list[Line]:
    """Lines of that sort, newest first."""
    chosen = _choose(select(*_COLUMNS), wanted).order_by(admin_audit.c.id.desc())
    return [Line(**row) for row in await tx.rows(chosen.offset(offset).limit(limit))]


def _choose(statement: Select[*tuple[object, ...]], wanted: Wanted) -> Select[*tuple[object, ...]]:
    if wanted.by:
        statement = statement.where(admin_audit.c.by == wanted.by)
    if wanted.act:
        act = admin_audit.c.act
        statement = statement.where(or_(act == wanted.act, act.startswith(f"{wanted.act}.")))
    if wanted.subject:
        statement = statement.where(admin_audit.c.subject == wanted.subject)
    return statement
