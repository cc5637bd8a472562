"""A batch leaves behind what its messages would have left one by one."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.store import outbox, people, talk
from bot.store.batch import read_ahead, write_behind
from bot.store.database import Database, Tx
from bot.store.migrate import migrate
from bot.store.tables import outbox as outbox_table
from bot.store.tables import people as people_table
from bot.store.tables import questions, states

from .conftest import AT, after

NAMES = ("an", "binh", "chi\ud800")
Act = tuple[str, str, int]

_acts = st.tuples(
    st.sampled_from(["say", "say", "ask", "ask", "scold", "forget"]),
    st.sampled_from(NAMES),
    st.integers(0, 50),
)


async def carry_out(tx: Tx, act: Act) -> None:
    """What handling a message does with the store."""
    kind, name, minute = act
    origin = f"u-{minute}" if minute % 2 else None
    person = await people.meet(tx, "telegram", name, after(minute), origin)
    if kind == "forget":
        await people.erase(tx, person.id)
        return
    if kind in ("ask", "scold"):
        await ask(tx, person, minute, scolds=kind == "scold")
    if person.greeted_at is None:
        await people.mark_greeted(tx, person.id, after(minute))
    before = await talk.load_state(tx, person.id)
    told = {
        "count": before.get("count", 0) + 1,
        "was_greeted": person.greeted_at is not None,
        "origin": person.origin,
    }
    await talk.save_state(tx, person.id, told, after(minute))
    await outbox.enqueue(tx, person.id, "telegram", None, [{"text": name}], after(minute))


async def ask(tx: Tx, person: people.Person, minute: int, *, scolds: bool) -> None:
    """A question; who scolds says at once that the answer was no good."""
    asked = talk.QuestionAsked(
        person.id, "telegram", f"câu {minute}", "cau", "answer", after(minute), "v1", ["tuoi"]
    )
    number = await talk.record_question(tx, asked)
    if scolds:
        assert await talk.give_feedback(tx, number, person.id, -1, after(minute))


async def left_behind(db: Database) -> list[Any]:
    """What lies in the tables, with names instead of numbers."""
    async with db.reading() as tx:
        found = [dict(row) for row in await tx.rows(select(people_table))]
        names = {row.pop("id"): row["channel_id"] for row in found}
        told = [dict(row) for row in await tx.rows(select(states))]
        laid_out = [dict(row) for row in await tx.rows(select(outbox_table).order_by("id"))]
        asked = [dict(row) for row in await tx.rows(select(questions).order_by("id"))]
    for row in told + laid_out + asked:
        row["person_id"] = names.get(row["person_id"])
    for row in laid_out:
        row.pop("id")
    return [
        sorted(found, key=lambda row: row["channel_id"]),
        sorted(told, key=lambda row: row["person_id"]),
        laid_out,
        asked,
    ]


async def run(acts: list[Act], size: int) -> list[Any]:
    """The tables after these acts, so many in one transaction; 0 is without batches."""
    db = Database.memory()
    await migrate(db)
    step = size or 1
    for start in range(0, len(acts), step):
        together = acts[start : start + step]
        async with db.transaction(quick=True) as tx:
            if size:
                await read_ahead(tx, [("telegram", name) for _, name, _ in together])
            for act in together:
                await carry_out(tx, act)
            await write_behind(tx)
    found = await left_behind(db)
    await db.close()
    return found


@settings(max_examples=20)
@given(st.lists(_acts, max_size=12), st.integers(1, 5))
async def test_a_batch_is_like_its_messages_one_by_one(acts: list[Act], size: int) -> None:
    assert await run(acts, size) == await run(acts, 0)


async def test_a_batch_works_on_each_kind_of_database(db: Database) -> None:
    for _ in range(2):
        async with db.transaction(quick=True) as tx:
            await read_ahead(tx, [("telegram", name) for name in NAMES])
            for name in (*NAMES, *NAMES):
                await carry_out(tx, ("say", name, 5))
            await write_behind(tx)
            assert tx.ahead is None
    found, told, laid_out, asked = await left_behind(db)
    assert [row["channel_id"] for row in found] == ["an", "binh", "chi?"]
    assert [row["data"]["count"] for row in told] == [4, 4, 4]
    assert len(laid_out) == 12
    assert asked == []


async def test_questions_of_many_batches_keep_their_numbers_apart(db: Database) -> None:
    numbers: list[int] = []
    for _ in range(3):
        async with db.transaction(quick=True) as tx:
            await read_ahead(tx, [("telegram", name) for name in NAMES])
            person = await people.meet(tx, "telegram", "an", AT)
            for minute in range(20):
                asked = talk.QuestionAsked(
                    person.id, "telegram", str(minute), "", "refuse", after(minute), "v1"
                )
                numbers.append(await talk.record_question(tx, asked))
            await write_behind(tx)
        async with db.transaction() as tx:
            alone = talk.QuestionAsked(person.id, "web", "riêng", "", "refuse", AT, "v1")
            numbers.append(await talk.record_question(tx, alone))
    assert len(set(numbers)) == 63
    async with db.reading() as tx:
        kept = [row["id"] for row in await tx.rows(select(questions.c.id).order_by("id"))]
    assert kept == sorted(numbers)


async def test_a_person_of_another_batch_is_met_all_the_same(db: Database) -> None:
    async with db.transaction(quick=True) as tx:
        await read_ahead(tx, [("telegram", "an")])
        met = await people.meet(tx, "telegram", "binh", AT)
        assert met.is_new
        assert not (await people.meet(tx, "telegram", "binh", AT)).is_new
        await write_behind(tx)
