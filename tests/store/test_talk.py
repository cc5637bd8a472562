from __future__ import annotations

from dataclasses import replace

import pytest

from bot.store import talk
from bot.store.database import Database
from bot.store.talk import QuestionAsked

from .conftest import AT, after

ASKED = QuestionAsked(
    person_id=0,
    channel="telegram",
    text="may tuoi dc di bau",
    normalised="may tuoi duoc di bau",
    outcome="answer",
    asked_at=AT,
    base_version="v1",
    entries=("tuoi-bau-cu",),
    score=0.97,
    ms=3.5,
)


async def test_a_state_is_empty_first_and_then_the_last_saved(db: Database, an: int) -> None:
    async with db.transaction() as tx:
        assert await talk.load_state(tx, an) == {}
        await talk.save_state(tx, an, {"form": "tên", "step": 1}, AT)
        await talk.save_state(tx, an, {"form": "tên", "step": 2}, after(1))
        assert await talk.load_state(tx, an) == {"form": "tên", "step": 2}


async def test_numbers_in_a_question_never_reach_the_disk(db: Database, an: int) -> None:
    asked = replace(ASKED, person_id=an, text="gọi 0912345678", normalised="goi 0912345678")
    async with db.transaction() as tx:
        await talk.record_question(tx, replace(asked, outcome="refuse"))
        (miss,) = await talk.misses(tx, 5)
    assert (miss.text, miss.normalised) == ("gọi [số đã che]", "goi [số đã che]")


async def test_only_the_asker_may_judge_a_question(db: Database, an: int, binh: int) -> None:
    async with db.transaction() as tx:
        question = await talk.record_question(tx, replace(ASKED, person_id=an))
        assert not await talk.give_feedback(tx, question, binh, -1, AT)
        assert not await talk.give_feedback(tx, question + 1, an, -1, AT)
        assert await talk.misses(tx, 5) == []
        assert await talk.give_feedback(tx, question, an, -1, AT)
        assert [miss.id for miss in await talk.misses(tx, 5)] == [question]
        assert await talk.give_feedback(tx, question, an, 1, after(1))
        assert await talk.misses(tx, 5) == []
        with pytest.raises(ValueError, match="feedback"):
            await talk.give_feedback(tx, question, an, 5, AT)


async def test_misses_are_what_an_editor_should_see_the_latest_first(
    db: Database, an: int, binh: int
) -> None:
    async with db.transaction() as tx:
        ids = [
            await talk.record_question(
                tx, replace(ASKED, person_id=an, outcome=outcome, asked_at=after(minute))
            )
            for minute, outcome in enumerate(["refuse", "answer", "choose", "smalltalk", "refuse"])
        ]
        assert [miss.id for miss in await talk.misses(tx, 5)] == [ids[4], ids[0]]
        assert not await talk.choose_none(tx, ids[2], binh)
        assert await talk.choose_none(tx, ids[2], an)
        found = await talk.misses(tx, 5)
        assert [miss.id for miss in found] == [ids[4], ids[2], ids[0]]
        assert found[1].entries == ("tuoi-bau-cu",)
        assert found[1].asked_at == after(2)
        assert await talk.mark_handled(tx, ids[4], "đã thêm mục mới")
        assert [miss.id for miss in await talk.misses(tx, 1)] == [ids[2]]


async def test_outcomes_are_counted_from_a_time_on(db: Database, an: int) -> None:
    async with db.transaction() as tx:
        for minute, outcome in enumerate(["refuse", "answer", "answer"]):
            await talk.record_question(
                tx, replace(ASKED, person_id=an, outcome=outcome, asked_at=after(minute))
            )
        assert await talk.count_since(tx, AT) == {"answer": 2, "refuse": 1}
        assert await talk.count_since(tx, after(2)) == {"answer": 1}
        assert await talk.count_since(tx, after(3)) == {}


async def test_a_purge_forgets_who_asked_what_and_keeps_the_figures(
    db: Database, an: int, binh: int
) -> None:
    async with db.transaction() as tx:
        for person, minute in ((an, 0), (binh, 10)):
            asked = replace(ASKED, person_id=person, outcome="refuse", asked_at=after(minute))
            await talk.record_question(tx, asked)
            await talk.save_state(tx, person, {"a": 1}, after(minute))
        assert await talk.purge(tx, after(5)) == talk.Purged(questions=1, states=1)
        assert await talk.purge(tx, after(5)) == talk.Purged(questions=0, states=0)
        assert await talk.load_state(tx, an) == {}
        assert await talk.load_state(tx, binh) == {"a": 1}
        assert [miss.asked_at for miss in await talk.misses(tx, 5)] == [after(10)]
        assert await talk.count_since(tx, AT) == {"refuse": 2}
