"""The trail of what organizers did: rows are only added, each chained to the one before."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text

from bot.store.contest_board_tables import contest_audit
from bot.store.database import Tx

_LOCK = 2026_0316
_SELECT = select(contest_audit)


@dataclass(frozen=True, slots=True)
class Noted:
    """One row of the trail."""

    id: int
    contest_id: str
    at: datetime
    by: str
    action: str
    data: Any
    chain: str


async def note(tx: Tx, contest_id: str, by: str, action: str, data: Any, at: datetime) -> None:
    """Adds a row; `data` is plain JSON and must name no citizen otherwise than by number."""
    await take_turn(tx)
    last = await tx.value(
        select(contest_audit.c.chain)
        .where(contest_audit.c.contest_id == contest_id)
        .order_by(contest_audit.c.id.desc())
        .limit(1)
    )
    written = json.dumps(data, ensure_ascii=False, sort_keys=True)
    chain = _link(last or "", contest_id, at, by, action, written)
    row = {"contest_id": contest_id, "at": at, "by": by, "action": action, "data": written}
    await tx.change(tx.insert(contest_audit).values(**row, chain=chain))


async def take_turn(tx: Tx) -> None:
    """Lets organizers' deeds happen one after the other, until the transaction ends.

    Two who read the same last row would part the chain, or publish one version twice.
    """
    if tx.is_postgresql:
        await tx.value(text("SELECT pg_advisory_xact_lock(:lock)").bindparams(lock=_LOCK))


async def trail(tx: Tx, contest_id: str) -> list[Noted]:
    """Every row of a contest, oldest first."""
    rows = await tx.rows(
        _SELECT.where(contest_audit.c.contest_id == contest_id).order_by(contest_audit.c.id)
    )
    return [Noted(**{**row, "data": json.loads(row["data"])}) for row in rows]


async def count(tx: Tx, contest_id: str) -> int:
    """How many rows a contest has."""
    counted = select(func.count()).select_from(contest_audit)
    return int(await tx.value(counted.where(contest_audit.c.contest_id == contest_id)))


async def last_row(tx: Tx, contest_id: str) -> int:
    """The id of a contest's last row; 0 where there is none."""
    ids = select(func.coalesce(func.max(contest_audit.c.id), 0))
    return int(await tx.value(ids.where(contest_audit.c.contest_id == contest_id)))


async def newest(tx: Tx, contest_id: str, offset: int, limit: int) -> list[Noted]:
    """Rows of a contest, newest first, from a place in the list on."""
    rows = await tx.rows(
        _SELECT.where(contest_audit.c.contest_id == contest_id)
        .order_by(contest_audit.c.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [Noted(**{**row, "data": json.loads(row["data"])}) for row in rows]


async def first_broken_link(tx: Tx, contest_id: str) -> int | None:
    """The id of the first row that was changed or follows a row taken out; None where all hold."""
    rows = await tx.rows(
        _SELECT.where(contest_audit.c.contest_id == contest_id).order_by(contest_audit.c.id)
    )
    last = ""
    for row in rows:
        chain = _link(last, contest_id, row["at"], row["by"], row["action"], row["data"])
        if chain != row["chain"]:
            return int(row["id"])
        last = chain
    return None


def _link(last: str, contest_id: str, at: datetime, by: str, action: str, data: str) -> str:
    content = json.dumps([last, contest_id, int(at.timestamp()), by, action, data])
    return hashlib.sha256(content.encode()).hexdigest()
