from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import pytest

from bot.store import inbox, outbox, people
from bot.store.database import Database, Tx
from bot.store.migrate import migrate
from bot.store.outbox import Lane, OutboxRow

from .conftest import AT, FILES, NewUrl, after, met


async def put(tx: Tx, person: int, *texts: str, at: datetime = AT, lane: Lane = "reply") -> None:
    replies: list[dict[str, Any]] = [{"text": text} for text in texts]
    await outbox.enqueue(tx, person, "telegram", None, replies, at, lane)


async def take(tx: Tx, at: datetime = AT, limit: int = 10, lane: Lane = "reply") -> list[OutboxRow]:
    return await outbox.take_due(tx, "telegram", at, limit, lane)


def texts_of(rows: list[OutboxRow]) -> list[str]:
    return [row.reply["text"] for row in rows]


async def test_one_persons_rows_leave_one_at_a_time_in_order(
    db: Database, an: int, binh: int
) -> None:
    async with db.transaction() as tx:
        await put(tx, an, "an 1", "an 2")
        await put(tx, binh, "bình 1")
        await put(tx, an, "an 3")
        taken = await take(tx)
        assert texts_of(taken) == ["an 1", "bình 1"]
        assert taken[0].channel_id == "an"
        assert await take(tx) == []
        await outbox.mark_sent(tx, taken[0], AT, remote_id="77")
        (second,) = await take(tx)
        assert (second.reply, second.position, second.attempts) == ({"text": "an 2"}, 1, 1)
        await outbox.mark_sent(tx, second, AT)
        assert texts_of(await take(tx)) == ["an 3"]


async def test_a_row_waiting_for_another_try_is_not_overtaken(db: Database, an: int) -> None:
    async with db.transaction() as tx:
        await put(tx, an, "1", "2")
        (row,) = await take(tx)
        await outbox.retry_later(tx, row, after(5), "máy chủ bận", doubtful=True)
        assert await take(tx, after(4)) == []
        (again,) = await take(tx, after(5))
    assert again.id == row.id
    assert (again.attempts, again.doubt, again.error) == (2, 1, "máy chủ bận")


async def test_a_buried_row_lets_the_next_one_leave_and_stays_in_sight(
    db: Database, an: int
) -> None:
    async with db.transaction() as tx:
        await put(tx, an, "1", "2")
        (row,) = await take(tx)
        await outbox.bury(tx, row, "bị từ chối")
        assert texts_of(await take(tx)) == ["2"]
        (dead,) = await outbox.dead_letters(tx)
    assert (dead.id, dead.error) == (row.id, "bị từ chối")


async def test_a_waiting_broadcast_does_not_hold_up_an_answer(db: Database, an: int) -> None:
    async with db.transaction() as tx:
        await put(tx, an, "nhắc lịch", lane="broadcast")
        await put(tx, an, "trả lời")
        assert texts_of(await take(tx)) == ["trả lời"]
        assert texts_of(await take(tx, lane="broadcast")) == ["nhắc lịch"]


async def test_only_so_many_due_rows_of_the_channel_are_taken(
    db: Database, an: int, binh: int
) -> None:
    others = [await met(db, f"person {n}") for n in range(3)]
    async with db.transaction() as tx:
        await outbox.enqueue(tx, binh, "web", None, [{"text": "web"}], AT)
        for person in others:
            await put(tx, person, "a")
        await put(tx, an, "later", at=after(1))
        assert len(await take(tx, limit=2)) == 2
        assert len(await take(tx, limit=2)) == 1
        assert await take(tx) == []
        assert texts_of(await take(tx, after(1))) == ["later"]


@pytest.mark.parametrize("kind", FILES)
async def test_several_senders_never_take_the_same_row(new_url: NewUrl, kind: str) -> None:
    url = new_url(kind)
    senders = [Database(url), Database(url)]
    await senders[0].connect()
    await migrate(senders[0])
    for name in range(10):
        person = await met(senders[0], str(name))
        async with senders[0].transaction() as tx:
            await put(tx, person, *(f"{name}/{n}" for n in range(3)))
    sent: list[str] = []

    async def send_all(db: Database) -> None:
        for _ in range(60):
            async with db.transaction() as tx:
                rows = await take(tx, limit=3)
            await asyncio.sleep(0)
            sent.extend(texts_of(rows))
            async with db.transaction() as tx:
                for row in rows:
                    await outbox.mark_sent(tx, row, AT)
            if len(sent) == 30:
                return

    await asyncio.gather(*(send_all(db) for db in senders))
    assert len(sent) == len(set(sent)) == 30
    for name in range(10):
        own = [text for text in sent if text.startswith(f"{name}/")]
        assert own == sorted(own)
    for db in senders:
        await db.close()


async def test_after_a_kill_replies_are_sent_again_and_broadcasts_are_not(
    db: Database, an: int, binh: int
) -> None:
    async with db.transaction() as tx:
        await put(tx, an, "1", "2")
        await put(tx, binh, "nhắc lịch", lane="broadcast")
        (reply,) = await take(tx)
        await take(tx, lane="broadcast")
    async with db.transaction() as tx:  # the program starts again
        assert await outbox.recover_interrupted(tx, "web") == outbox.Recovered(0, 0)
        assert await outbox.recover_interrupted(tx, "telegram") == outbox.Recovered(1, 1)
        assert await outbox.recover_interrupted(tx, "telegram") == outbox.Recovered(0, 0)
        (again,) = await take(tx)
        assert (again.id, again.doubt, again.attempts) == (reply.id, 1, 2)
        assert texts_of(await outbox.dead_letters(tx)) == ["nhắc lịch"]


async def test_what_another_machine_has_just_taken_is_spared(db: Database, an: int) -> None:
    async with db.transaction() as tx:
        await put(tx, an, "1")
        await take(tx, after(5))
        recovered = await outbox.recover_interrupted(tx, "telegram", taken_before=after(5))
        assert recovered == outbox.Recovered(0, 0)
        recovered = await outbox.recover_interrupted(tx, "telegram", taken_before=after(6))
        assert recovered == outbox.Recovered(1, 0)


async def test_a_late_failure_does_not_reopen_what_another_machine_has_sent(
    db: Database, an: int
) -> None:
    async with db.transaction() as tx:
        await put(tx, an, "1")
        (slow,) = await take(tx)
        await outbox.recover_interrupted(tx, "telegram")
        (quick,) = await take(tx)
        await outbox.mark_sent(tx, quick, AT)
        await outbox.retry_later(tx, slow, AT, "quá giờ")
        await outbox.bury(tx, slow, "quá giờ")
        assert await take(tx, after(9)) == []
        assert await outbox.dead_letters(tx) == []


async def test_what_was_answered_to_a_message_is_found_in_order(db: Database, an: int) -> None:
    async with db.transaction() as tx:
        message = await inbox.claim(tx, "telegram", "1", AT)
        assert message
        replies: list[dict[str, Any]] = [{"text": "một", "buttons": []}, {"text": "hai"}]
        await outbox.enqueue(tx, an, "telegram", message, replies, AT)
        await put(tx, an, "ba")
        await outbox.enqueue(tx, an, "telegram", message, [], AT)
        assert await outbox.replies_of(tx, message) == replies


async def test_cancelling_withdraws_what_waits_for_the_person(
    db: Database, an: int, binh: int
) -> None:
    async with db.transaction() as tx:
        await put(tx, an, "1", "2")
        await put(tx, an, "3", lane="broadcast")
        await put(tx, binh, "4")
        assert await outbox.cancel(tx, an) == 3
        assert texts_of(await take(tx)) == ["4"]


async def test_only_old_rows_that_are_over_are_pruned(db: Database, an: int, binh: int) -> None:
    async with db.transaction() as tx:
        await put(tx, an, "sent", "dead", "waiting")
        (row,) = await take(tx)
        await outbox.mark_sent(tx, row, after(1))
        await put(tx, binh, "cancelled")
        await outbox.cancel(tx, binh)
        await put(tx, binh, "sent later", at=after(10))
        (late,) = [row for row in await take(tx, after(10)) if row.person_id == binh]
        await outbox.mark_sent(tx, late, after(10))
        assert await outbox.prune_sent(tx, after(5)) == 2
        assert len((await people.export(tx, an))["outbox"]) == 2
        assert len((await people.export(tx, binh))["outbox"]) == 1
