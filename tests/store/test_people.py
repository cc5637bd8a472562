from __future__ import annotations

import asyncio
import json

import pytest
from sqlalchemy import select

from bot.store import inbox, outbox, people, talk
from bot.store.database import Database
from bot.store.tables import inbox as inbox_table
from bot.store.tables import people as people_table
from bot.store.tables import questions as questions_table

from .conftest import AT, after


async def test_a_person_is_new_once(db: Database) -> None:
    async with db.transaction() as tx:
        first = await people.meet(tx, "web", "an", AT, origin="to-roi")
        again = await people.meet(tx, "web", "an", after(5), origin="khac")
        elsewhere = await people.meet(tx, "telegram", "an", after(5))
        row = await tx.first(select(people_table).where(people_table.c.id == first.id))
    assert first.is_new
    assert not again.is_new
    assert again.id == first.id
    assert elsewhere.is_new
    assert elsewhere.id != first.id
    assert row
    assert (row["first_seen"], row["last_seen"], row["origin"]) == (AT, after(5), "to-roi")


async def test_a_late_message_does_not_set_the_last_meeting_back(db: Database) -> None:
    async with db.transaction() as tx:
        await people.meet(tx, "web", "an", after(5))
        await people.meet(tx, "web", "an", AT)
        assert await tx.value(select(people_table.c.last_seen)) == after(5)


async def test_many_first_messages_at_once_make_one_person(db: Database) -> None:
    async def meet() -> people.Person:
        async with db.transaction() as tx:
            return await people.meet(tx, "web", "an", AT)

    met = await asyncio.gather(*(meet() for _ in range(20)))
    assert len({person.id for person in met}) == 1
    assert sum(person.is_new for person in met) == 1


async def test_a_greeting_is_remembered(db: Database, an: int) -> None:
    async with db.transaction() as tx:
        await people.mark_greeted(tx, an, after(1))
        person = await people.find(tx, "telegram", "an")
    assert person
    assert person.greeted_at == after(1)


async def test_who_writes_is_reachable_again(db: Database, an: int) -> None:
    reachable = select(people_table.c.reachable).where(people_table.c.id == an)
    async with db.transaction() as tx:
        await people.set_reachable(tx, an, False)
        assert await tx.value(reachable) is False
        await people.meet(tx, "telegram", "an", after(1))
        assert await tx.value(reachable) is True


@pytest.fixture
async def turn(db: Database, an: int, binh: int) -> int:
    """One whole turn of each of two people; gives An's question."""
    ids = {}
    async with db.transaction() as tx:
        for name, person in (("an", an), ("binh", binh)):
            received = await inbox.claim(tx, "telegram", name, AT, {"text": name})
            assert received
            ids[name] = await talk.record_question(
                tx,
                talk.QuestionAsked(
                    person_id=person,
                    channel="telegram",
                    text=f"{name} hỏi bầu cử, gọi 0912 345 678",
                    normalised=f"{name} hoi bau cu goi 0912 345 678",
                    outcome="refuse",
                    asked_at=AT,
                    base_version="v1",
                    inbox_id=received,
                ),
            )
            await talk.save_state(tx, person, {"at": name}, AT)
            await outbox.enqueue(tx, person, "telegram", received, [{"text": name}], AT)
            await inbox.finish(tx, received, person)
    return ids["an"]


async def test_an_export_holds_everything_of_the_person_and_of_nobody_else(
    db: Database, an: int, turn: int
) -> None:
    async with db.reading() as tx:
        held = await people.export(tx, an)
        assert await people.export(tx, 999) == {}
    assert held["person"]["channel_id"] == "an"
    assert held["person"]["first_seen"] == "2026-03-01T02:00:00+00:00"
    assert held["state"]["data"] == {"at": "an"}
    assert [row["id"] for row in held["questions"]] == [turn]
    assert [row["reply"] for row in held["outbox"]] == [{"text": "an"}]
    assert [row["external_id"] for row in held["inbox"]] == ["an"]
    written = json.dumps(held, ensure_ascii=False)
    assert "binh" not in written
    assert "0912" not in written


async def test_an_erased_person_is_gone_and_the_figures_stay(
    db: Database, an: int, binh: int, turn: int
) -> None:
    async with db.transaction() as tx:
        before = await people.export(tx, binh)
        assert await people.erase(tx, an)
        assert not await people.erase(tx, an)
        assert await people.export(tx, an) == {}
        assert await people.find(tx, "telegram", "an") is None
        question = await tx.first(select(questions_table).where(questions_table.c.id == turn))
        message = await tx.first(select(inbox_table).where(inbox_table.c.external_id == "an"))
        assert await inbox.claim(tx, "telegram", "an", after(1)) is None
        assert await talk.count_since(tx, AT) == {"refuse": 2}
        assert await people.export(tx, binh) == before
    assert question
    assert question["person_id"] is question["inbox_id"] is None
    assert question["text"] == question["normalised"] == ""
    assert message
    assert message["person_id"] is message["payload"] is None


async def test_an_id_never_comes_to_mean_somebody_else(db: Database, an: int) -> None:
    async with db.transaction() as tx:
        await people.erase(tx, an)
        assert (await people.meet(tx, "telegram", "an", after(1))).id != an
