from __future__ import annotations

import asyncio

import pytest

from bot.store import oauth
from bot.store.database import Database

from .conftest import AT, after

APP = "zalo_oa/1"


async def seeded(db: Database, refresh: str = "hạt giống") -> None:
    async with db.transaction() as tx:
        assert await oauth.plant_seed(tx, APP, refresh, AT)


async def stored(db: Database) -> oauth.StoredPair:
    async with db.reading() as tx:
        pair = await oauth.read_pair(tx, APP)
    assert pair is not None
    return pair


async def keep(db: Database, generation: int, name: str) -> bool:
    async with db.transaction() as tx:
        return await oauth.store_pair(
            tx, APP, generation, f"a-{name}", f"r-{name}", at=after(1), expires_at=after(100)
        )


async def test_a_seed_is_planted_once_and_never_over_a_working_pair(db: Database) -> None:
    async with db.reading() as tx:
        assert await oauth.read_pair(tx, APP) is None
    await seeded(db)
    assert await keep(db, 0, "một")
    async with db.transaction() as tx:
        assert not await oauth.plant_seed(tx, APP, "hạt giống khác", after(2))
    pair = await stored(db)
    assert (pair.access, pair.refresh, pair.generation) == ("a-một", "r-một", 1)


async def test_a_seed_takes_the_place_of_a_broken_pair(db: Database) -> None:
    await seeded(db)
    async with db.transaction() as tx:
        assert await oauth.mark_broken(tx, APP, 0, "đã dùng rồi")
        assert await oauth.plant_seed(tx, APP, "hạt giống mới", after(2))
    pair = await stored(db)
    assert (pair.refresh, pair.access, pair.broken, pair.generation) == (
        "hạt giống mới",
        None,
        None,
        1,
    )


async def test_only_one_gets_the_lease_until_it_ends(db: Database) -> None:
    await seeded(db)

    async def take(owner: str, minute: float) -> bool:
        async with db.transaction() as tx:
            return (
                await oauth.take_lease(tx, APP, owner, after(minute), after(minute + 1)) is not None
            )

    got = await asyncio.gather(*(take(str(n), 0) for n in range(5)))
    assert sorted(got) == [False, False, False, False, True]
    assert not await take("x", 0.9)
    assert await take("y", 1)
    async with db.transaction() as tx:
        await oauth.drop_lease(tx, APP, "somebody else")
    assert not await take("z", 1.1)
    async with db.transaction() as tx:
        await oauth.drop_lease(tx, APP, "y")
    assert await take("z", 1.1)


async def test_a_pair_is_kept_by_whoever_follows_the_last_one(db: Database) -> None:
    await seeded(db)
    assert await keep(db, 0, "một")
    assert not await keep(db, 0, "muộn")
    async with db.transaction() as tx:
        assert not await oauth.mark_broken(tx, APP, 0, "muộn")
    assert (await stored(db)).access == "a-một"


async def test_a_new_consent_takes_the_place_of_anything(db: Database) -> None:
    for generation in (0, 1):
        async with db.transaction() as tx:
            await oauth.link_pair(tx, APP, "a", "r", at=after(1), expires_at=after(2))
        assert (await stored(db)).generation == generation
    pair = await stored(db)
    assert (pair.access, pair.obtained_at, pair.expires_at) == ("a", after(1), after(2))


async def test_the_audit_tells_what_happened_newest_first(db: Database) -> None:
    async with db.transaction() as tx:
        await oauth.add_note(tx, APP, AT, oauth.SEEDED, "mark-1")
        await oauth.add_note(tx, APP, after(1), oauth.REFUSED, "mark-2", "-14020")
        await oauth.add_note(tx, "zalo_oa/2", AT, oauth.SEEDED, "mark-3")
        notes = await oauth.last_notes(tx, APP, 10)
        assert [(note.act, note.mark, note.detail) for note in notes] == [
            ("refused", "mark-2", "-14020"),
            ("seeded", "mark-1", ""),
        ]
        assert await oauth.was_used(tx, APP, ["x", "mark-1"])
        assert not await oauth.was_used(tx, APP, ["mark-3"])


@pytest.mark.parametrize("generation", [0, 1])
async def test_services_do_not_touch_each_other(db: Database, generation: int) -> None:
    await seeded(db)
    async with db.transaction() as tx:
        assert not await oauth.mark_broken(tx, "zalo_oa/2", generation, "x")
        assert await oauth.take_lease(tx, "zalo_oa/2", "x", AT, after(1)) is None
