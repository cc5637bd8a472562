"""How much of what he may a sender has used up, counted over all programs on one database.

A count is one instant: when all that was taken will have been made up for. It lies among the leases,
whose times are the database's own, under a mark from which nobody can tell whose it is.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update

from bot.store import leases as leasing
from bot.store.database import Tx
from bot.store.tables import leases

_COUNT, _TOLD = "pace/", "told/"


async def take(tx: Tx, mark: str, much: timedelta) -> timedelta:
    """Takes so much more, in the time that makes up for it; gives how much is to be made up for."""
    name, now = _COUNT + mark, await leasing.now_of(tx)
    await tx.change(
        tx.insert(leases)
        .values(name=name, owner="", until=now)
        .on_conflict_do_nothing(index_elements=[leases.c.name])
    )
    # Whoever comes second waits here, and counts on from what the first one wrote.
    mine = leases.c.name == name
    taken: datetime = await tx.value(select(leases.c.until).where(mine).with_for_update())
    until = max(taken, now) + much
    await tx.change(update(leases).where(mine).values(until=until))
    return until - now


async def tell(tx: Tx, mark: str, teller: str, again_after: timedelta) -> bool:
    """Whether it falls to `teller` to tell the sender; nobody else is to for that time."""
    return await leasing.take(tx, _TOLD + mark, teller, again_after, lambda _: False)
