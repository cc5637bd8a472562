"""How much a sender has used up, over all programs."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.store import leases, paces
from bot.store.database import Database

TEN = timedelta(seconds=10)


async def test_what_is_taken_adds_up_whoever_takes_it(db: Database) -> None:
    async def take(mark: str) -> timedelta:
        async with db.transaction() as tx:
            return await paces.take(tx, mark, TEN)

    taken = await asyncio.gather(*(take("lan") for _ in range(20)))
    # What was made up for meanwhile is the time that the test took.
    assert 10 * TEN < max(taken) <= 20 * TEN
    assert len(set(taken)) == 20
    assert await take("minh") == TEN


async def test_one_of_many_is_to_tell(db: Database) -> None:
    async def tell(teller: str, length: timedelta = TEN) -> bool:
        async with db.transaction() as tx:
            return await paces.tell(tx, "lan", teller, length)

    told = await asyncio.gather(*(tell(f"program {n}") for n in range(20)))
    assert told.count(True) == 1


async def test_what_is_long_over_is_cleared_away_and_nothing_else(db: Database) -> None:
    async with db.transaction() as tx:
        await paces.take(tx, "lan", timedelta(days=-3))
        await paces.tell(tx, "lan", "a", timedelta(days=-2))
        await paces.take(tx, "minh", TEN)
        assert await leases.clear_away(tx, timedelta(days=1)) == 2
        assert await leases.clear_away(tx, timedelta(days=1)) == 0
        assert await paces.take(tx, "minh", TEN) > TEN
