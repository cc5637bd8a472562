"""Prepared statements do the same on the spot as SQLAlchemy would do them."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import select

from bot.errors import DatabaseUnavailable
from bot.store import inbox, outbox, people, talk
from bot.store.batch import read_ahead, write_behind
from bot.store.database import Database
from bot.store.inbox import Arrived
from bot.store.migrate import migrate
from bot.store.tables import questions

from .conftest import AT, after, met

ODD = "Nguyễn 'Ân' \0\ud800?"
STATE = {"offered": [["a:1", 'Xem thêm \\ "x" \0 ạ']], "count": 3, "none": None}
QUICK = pytest.mark.parametrize("quick", [True, False])


def arrived(*names: str) -> list[Arrived]:
    return [Arrived("telegram", name, after(1), f"sealed {name}", ODD) for name in names]


@QUICK
async def test_messages_are_claimed_once_locked_and_finished(db: Database, quick: bool) -> None:
    async with db.transaction(quick=quick) as tx:
        one, two, again = await inbox.claim_all(tx, arrived("1", ODD, "1"))
    async with db.transaction(quick=quick) as tx:
        assert one
        assert two
        assert again is None
        repeated, three = await inbox.claim_all(tx, arrived(ODD, "3"))
        assert repeated is None
        assert three not in (None, one, two)
        assert await inbox.lock_new(tx, [one, two, 99]) == {one, two}
        await inbox.finish_all(tx, [(one, None)])
        assert await inbox.lock_new(tx, [one, two]) == {two}
    async with db.reading() as tx:
        left = await inbox.unfinished(tx, "telegram")
    assert [(row.id, row.payload) for row in left][:1] == [(two, "sealed Nguyễn 'Ân' ??")]


@QUICK
async def test_a_batch_reads_and_writes_values_as_they_are(db: Database, quick: bool) -> None:
    person = await met(db, ODD)
    async with db.transaction(quick=quick) as tx:
        await talk.save_state(tx, person, STATE, AT)
    async with db.transaction(quick=quick) as tx:
        await read_ahead(tx, [("telegram", ODD), ("telegram", "nobody")])
        known = await people.meet(tx, "telegram", ODD, after(5), "u-1")
        before = await talk.load_state(tx, person)
        numbers = [await talk.record_question(tx, asked(person, minute)) for minute in (2, 3)]
        await talk.save_state(tx, person, {**before, "count": 4}, after(5))
        await outbox.enqueue(tx, person, "telegram", None, [{"text": ODD}], after(5))
        await write_behind(tx)
    async with db.reading() as tx:
        rows = await tx.rows(select(questions).order_by(questions.c.id))
        found = await people.find(tx, "telegram", ODD)
        assert await talk.load_state(tx, person) == {**before, "count": 4}
    assert (known.id, known.first_seen, known.is_new, known.origin) == (person, AT, False, "u-1")
    assert before == {**STATE, "offered": [["a:1", 'Xem thêm \\ "x"  ạ']]}
    assert [row["id"] for row in rows] == numbers == [numbers[0], numbers[0] + 1]
    assert [(row["asked_at"], row["entries"]) for row in rows] == [
        (after(2), ["tuoi"]),
        (after(3), ["tuoi"]),
    ]
    assert found is not None
    assert found.origin == "u-1"


def asked(person: int, minute: int) -> talk.QuestionAsked:
    return talk.QuestionAsked(
        person, "telegram", f"câu {minute}", "cau", "answer", after(minute), "v1", ["tuoi"], 0.75
    )


@QUICK
async def test_rows_are_taken_and_marked_as_sent(db: Database, quick: bool) -> None:
    an, binh = await met(db, "an"), await met(db, "binh")
    async with db.transaction(quick=quick) as tx:
        for person, text in ((an, "1"), (an, "2"), (binh, ODD)):
            await outbox.enqueue(tx, person, "telegram", None, [{"text": text}], AT)
    async with db.transaction(quick=quick) as tx:
        taken = await outbox.take_due(tx, "telegram", after(1), 9, "reply")
        assert await outbox.take_due(tx, "telegram", after(1), 9, "reply") == []
        await outbox.mark_all_sent(tx, [(row, f"r{row.id}") for row in taken], after(2))
    assert [(row.channel_id, row.attempts, row.created_at) for row in taken] == [
        ("an", 1, AT),
        ("binh", 1, AT),
    ]
    async with db.transaction(quick=quick) as tx:
        (second,) = await outbox.take_due(tx, "telegram", after(3), 9, "reply")
        await outbox.hold(tx, second, after(3), "window")
        assert await outbox.release_held(tx, [an, binh], after(4)) == 1
        assert second.reply == {"text": "2"}


@QUICK
async def test_a_statement_of_each_kind_sees_the_others(db: Database, quick: bool) -> None:
    async with db.transaction(quick=quick) as tx:
        person = await people.meet(tx, "telegram", "an", AT)
        await talk.save_state(tx, person.id, {"n": 1}, AT)
        await people.mark_greeted(tx, person.id, after(1))
        await read_ahead(tx, [("telegram", "an")])
        assert (await people.meet(tx, "telegram", "an", after(2))).greeted_at == after(1)
        assert await talk.load_state(tx, person.id) == {"n": 1}
        await write_behind(tx)


@QUICK
async def test_what_breaks_a_rule_of_the_tables_is_a_fault_of_ours(
    db: Database, quick: bool
) -> None:
    with pytest.raises(Exception, match=r"(?i)foreign key") as raised:
        async with db.transaction(quick=quick) as tx:
            await talk.save_state(tx, 99, {}, AT)
    assert not isinstance(raised.value, DatabaseUnavailable)
    assert await met(db, "an")


async def test_a_full_disk_is_told_to_the_operator(tmp_path: object) -> None:
    db = Database(f"sqlite:///{tmp_path}/bot.db")
    await db.connect()
    await migrate(db)
    person = await met(db, "an")
    async with db.transaction() as tx:
        await tx.connection.exec_driver_sql("PRAGMA max_page_count=1")
    with pytest.raises(DatabaseUnavailable, match="ổ đĩa đã đầy") as raised:
        async with db.transaction(quick=True) as tx:
            await talk.save_state(tx, person, {"text": "x" * 10_000_000}, AT)
    assert isinstance(raised.value.__cause__, sqlite3.OperationalError)
    assert await met(db, "binh")
    await db.close()
