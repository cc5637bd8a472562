"""Who of several programs on one database does what only one may do, and which programs there are.

A lease is held until a time and renewed before it. Its times are the database's own, so that no
machine's wrong clock takes it from another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, func, or_, select, update

from bot.clock import utc_now
from bot.store.database import Tx
from bot.store.tables import leases

_TOO_LONG = 4
"""So many times its length no lease has to run, whatever version of the program took it."""


@dataclass(frozen=True, slots=True)
class Lease:
    """What is held, by whom, with a note of the holder's."""

    name: str
    owner: str
    note: str


async def take(
    tx: Tx, name: str, owner: str, length: timedelta, is_gone: Callable[[str], bool], note: str = ""
) -> bool:
    """Holds or goes on holding the lease for `length`; False while somebody else does.

    A holder who `is_gone` for sure is not waited for, nor for a time so far off that nobody asks for
    it: the clock was wrong by which it was written.
    """
    now = await now_of(tx)
    held = {"owner": owner, "until": now + length, "note": note}
    too_far = now + _TOO_LONG * length
    free = or_(leases.c.owner == owner, leases.c.until <= now, leases.c.until > too_far)
    taken = await tx.change(
        tx.insert(leases)
        .values(name=name, **held)
        .on_conflict_do_update(index_elements=[leases.c.name], set_=held, where=free)
    )
    if taken:
        return True
    holder = await tx.value(select(leases.c.owner).where(leases.c.name == name))
    if holder is None or not is_gone(holder):
        return False
    same = and_(leases.c.name == name, leases.c.owner == holder)
    return await tx.change(update(leases).where(same).values(**held)) == 1


async def drop(tx: Tx, name: str, owner: str) -> None:
    """Lets the next one have it."""
    await tx.change(delete(leases).where(leases.c.name == name, leases.c.owner == owner))


async def held_under(tx: Tx, prefix: str, is_gone: Callable[[str], bool]) -> list[Lease]:
    """The leases whose names begin so, of holders that are still there."""
    now = await now_of(tx)
    rows = await tx.rows(
        select(leases.c.name, leases.c.owner, leases.c.note)
        .where(leases.c.name.startswith(prefix, autoescape=True), leases.c.until > now)
        .order_by(leases.c.name)
    )
    return [Lease(**row) for row in rows if not is_gone(row["owner"])]


async def clear_away(tx: Tx, before: timedelta) -> int:
    """Drops what ended so long ago."""
    return await tx.change(delete(leases).where(leases.c.until < await now_of(tx) - before))


async def now_of(tx: Tx) -> datetime:
    """The time by the database's clock; SQLite has none of its own."""
    if not tx.is_postgresql:
        return utc_now()
    now: datetime = await tx.value(select(func.clock_timestamp()))
    return now
