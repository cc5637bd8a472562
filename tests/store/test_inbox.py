from __future__ import annotations

import asyncio

from bot.store import inbox
from bot.store.database import Database

from .conftest import AT, after


async def test_a_message_delivered_fifty_times_at_once_is_claimed_once(db: Database) -> None:
    async def claim() -> int | None:
        async with db.transaction() as tx:
            return await inbox.claim(tx, "zalo_oa", "m1", AT)

    claims = await asyncio.gather(*(claim() for _ in range(50)))
    assert len([claimed for claimed in claims if claimed is not None]) == 1


async def test_the_same_id_on_two_channels_is_two_messages(db: Database) -> None:
    async with db.transaction() as tx:
        first = await inbox.claim(tx, "telegram", "1", AT)
        second = await inbox.claim(tx, "web", "1", AT)
    assert first is not None
    assert second is not None
    assert first != second


async def test_unfinished_messages_are_found_in_their_order(db: Database, an: int) -> None:
    async with db.transaction() as tx:
        for number in ("1", "2", "3"):
            await inbox.claim(tx, "telegram", number, AT, {"text": number})
        await inbox.claim(tx, "web", "4", AT)
        first = (await inbox.unfinished(tx, "telegram"))[0]
        await inbox.finish(tx, first.id, an)
        left = await inbox.unfinished(tx, "telegram")
    assert [(row.external_id, row.payload) for row in left] == [
        ("2", {"text": "2"}),
        ("3", {"text": "3"}),
    ]


async def test_only_old_handled_messages_are_pruned(db: Database, an: int) -> None:
    async with db.transaction() as tx:
        for number, minute in (("1", 0), ("2", 0), ("3", 10)):
            claimed = await inbox.claim(tx, "telegram", number, after(minute))
            assert claimed
            if number != "2":
                await inbox.finish(tx, claimed, an)
        assert await inbox.prune_done(tx, after(5)) == 1
        assert [row.external_id for row in await inbox.unfinished(tx, "telegram")] == ["2"]
        assert await inbox.claim(tx, "telegram", "3", after(11)) is None
