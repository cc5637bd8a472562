"""Complaints: taken once, answered in time, and the answer reaches whoever complained."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.contest import discipline, registration
from bot.contest.refusal import Refused
from bot.contest.registration import Form
from bot.store import contest_audit, contest_discipline, outbox, people
from bot.store.contest_entrants import Entrant
from bot.store.outbox import OutboxRow
from tests.contest.conftest import CONSENTS, SEALER, VALUES, Arena, NewArena, at
from tests.contest.test_commands import Run, played, run

__all__ = ["run"]

SAID = "Câu 3 của lượt thi thứ nhất chấm sai đáp án."


async def complain(arena: Arena, entrant: Entrant, text: str = SAID, hours: float = 2) -> int:
    async with arena.tx() as tx:
        return await discipline.complain(
            tx, arena.published, SEALER, entrant.id, "bot", text, at(hours)
        )


async def answer(arena: Arena, number: int, text: str) -> None:
    async with arena.tx() as tx:
        await discipline.answer(tx, arena.published, number, text, "Lan", at(3))


async def on_telegram(arena: Arena) -> Entrant:
    async with arena.tx() as tx:
        person = await people.meet(tx, "telegram", "42", at(0))
        return await registration.register(
            tx,
            arena.published,
            SEALER,
            arena.trees,
            person.id,
            "telegram",
            Form(VALUES, CONSENTS),
            at(0),
        )


async def due(arena: Arena) -> list[OutboxRow]:
    async with arena.tx() as tx:
        return await outbox.take_due(tx, "telegram", at(9), 9, "reply")


async def test_the_answer_is_sent_to_who_complained_in_a_chat(new_arena: NewArena) -> None:
    arena = await new_arena(channels=["web", "telegram"])
    number = await complain(arena, await on_telegram(arena))
    assert await due(arena) == []
    await answer(arena, number, "Ban tổ chức đã xem lại: đáp án đúng.")
    (row,) = await due(arena)
    assert row.channel_id == "42"
    assert row.reply["title"] == arena.published.contest.title
    assert f"khiếu nại số {number}" in row.reply["text"]
    assert row.reply["text"].endswith("Ban tổ chức đã xem lại: đáp án đúng.")
    async with arena.tx() as tx:
        trail = await contest_audit.trail(tx, arena.published.id)
    assert trail[-1].data == {"complaint": number, "in_time": True}


@pytest.mark.parametrize("left", ["reachable", "erased"])
async def test_who_left_is_written_to_no_more(new_arena: NewArena, left: str) -> None:
    arena = await new_arena(channels=["web", "telegram"])
    entrant = await on_telegram(arena)
    number = await complain(arena, entrant)
    async with arena.tx() as tx:
        assert entrant.person_id is not None
        if left == "erased":
            await people.erase(tx, entrant.person_id)
        else:
            await people.set_reachable(tx, entrant.person_id, False)
    await answer(arena, number, "Đã xem lại.")
    assert await due(arena) == []


async def test_an_answer_to_a_letter_or_to_the_page_is_sent_to_no_chat(arena: Arena) -> None:
    entrant = await arena.register("an")
    number = await complain(arena, entrant)
    await answer(arena, number, "Đã xem lại.")
    async with arena.tx() as tx:
        assert await outbox.count_unsent(tx) == {}


async def test_the_same_words_are_one_complaint_until_they_are_answered(arena: Arena) -> None:
    entrant = await arena.register("an")
    first = await complain(arena, entrant)
    assert await complain(arena, entrant, f"  {SAID} ") == first
    assert await complain(arena, entrant, "Một việc khác hẳn việc trên.") != first
    await answer(arena, first, "Đã xem lại.")
    assert await complain(arena, entrant) != first


async def test_nobody_buries_the_board_in_complaints(arena: Arena) -> None:
    entrant = await arena.register("an")
    for n in range(discipline.WAITING_AT_MOST):
        await complain(arena, entrant, f"Khiếu nại thứ {n} của tôi.")
    with pytest.raises(Refused, match="chờ ban tổ chức"):
        await complain(arena, entrant, "Một khiếu nại nữa của tôi.")
    binh = await arena.register("binh")
    assert await complain(arena, binh)


async def test_who_was_disqualified_objects_by_complaining(arena: Arena) -> None:
    entrant = await arena.register("an")
    async with arena.tx() as tx:
        await discipline.disqualify(tx, arena.published, entrant.id, "thi_ho", "", "Lan", at(1))
    await complain(arena, entrant)
    await complain(arena, entrant, "Tôi bổ sung giấy xác nhận của trường.")
    async with arena.tx() as tx:
        found = await contest_discipline.in_force(tx, entrant.id)
        assert found is not None
        assert found.appeal is not None
        assert SEALER.open(found.appeal) == SAID
        assert len(await contest_discipline.list_complaints(tx, arena.published.id)) == 2


async def test_nobody_complains_in_the_name_of_another_contest(arena: Arena) -> None:
    entrant = await arena.register("an")
    with pytest.raises(Refused, match="Không có thí sinh"):
        async with arena.tx() as tx:
            await discipline.complain(
                tx, arena.published, SEALER, entrant.id + 9, "bot", SAID, at(2)
            )


def test_the_board_keeps_its_register_at_the_command_line(run: Run, tmp_path: Path) -> None:
    letter, reply = tmp_path / "thu.txt", tmp_path / "tra-loi.txt"
    letter.write_text(SAID, encoding="utf-8")
    reply.write_text("Ban tổ chức đã xem lại.", encoding="utf-8")
    by = ("--by", "Lan")
    run("open", "thu", *by)
    asyncio.run(played(tmp_path))
    assert "--channel" in run("complain", "thu", str(letter), *by, "--channel", "fax", code=1)
    taken = ("complain", "thu", str(letter), *by, "--channel", "post", "--entrant", "1")
    assert "khiếu nại số 1" in run(*taken)
    told = run("complaints", "thu")
    assert "1 khiếu nại, 1 chưa trả lời" in told
    assert SAID not in told
    assert "--by" in run("complaints", "thu", "--full", code=1)
    assert SAID in run("complaints", "thu", "--full", *by)
    assert "Không đọc được" in run("answer", "thu", "1", str(tmp_path), *by, code=1)
    assert "Không có khiếu nại này" in run("answer", "thu", "9", str(reply), *by, code=1)
    assert "Đã ghi trả lời" in run("answer", "thu", "1", str(reply), *by)
    assert "0 chưa trả lời" in run("complaints", "thu")
