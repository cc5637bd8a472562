"""A question sent to the office: only the asker's own, and its answer comes back to him."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.dialogue import compose, presses, sayings
from bot.dialogue.packing import pack
from bot.dialogue.snapshot import Snapshot
from bot.store import history, people, staff
from bot.store.database import Database
from bot.store.talk import purge
from tests.conftest import NOW

from .conftest import Talk, in_doubt


@pytest.fixture
def refusing(talk: Talk, snapshot: Snapshot) -> Talk:
    """A talk in which the bot knows nothing unless it is entirely sure."""
    unsure = in_doubt(snapshot, "refuse")
    talk.handler = replace(talk.handler, snapshot=lambda: unsure)
    return talk


async def sent_to_staff(talk: Talk) -> list[staff.Request]:
    async with talk.handler.database.reading() as tx:
        return await staff.list_requests(tx, answered=False, offset=0, limit=10)


async def test_a_refused_question_reaches_the_office_masked(refusing: Talk) -> None:
    await refusing.say("bị mất thẻ cử tri, gọi tôi 0912345678")
    await refusing.press_titled(sayings.TO_STAFF)
    (request,) = await sent_to_staff(refusing)
    assert "0912345678" not in request.text
    assert "mất thẻ cử tri" in request.text


async def test_nobody_sends_on_what_another_asked(refusing: Talk) -> None:
    await refusing.say("bị mất thẻ cử tri rồi sao đây")
    refusing.person = "ke-khac"
    await refusing.say("xin chào")
    for code in (presses.to_staff(1), presses.to_staff(999), "s:", "s:x", "s:1:2:3"):
        await refusing.press(code)
    assert await sent_to_staff(refusing) == []


async def test_the_answer_stands_in_the_talk_of_the_web(refusing: Talk, snapshot: Snapshot) -> None:
    await refusing.say("bị mất thẻ cử tri rồi sao đây")
    await refusing.press_titled(sayings.TO_STAFF)
    (request,) = await sent_to_staff(refusing)
    reply = compose.show_staff_answer(snapshot, request.text, NOW.date(), "Bạn báo Tổ bầu cử.")
    database: Database = refusing.handler.database
    async with database.transaction() as tx:
        packed = pack(reply)
        assert await staff.answer(tx, request, packed, "Báo.", "lan", NOW, direct=True)
        assert not await staff.answer(tx, request, packed, "Báo.", "mai", NOW, direct=True)
        last = (await history.last_replies(tx, request.person_id, 1))[0]
        assert last["text"] == "Bạn báo Tổ bầu cử."
        found = await staff.find(tx, request.question_id)
    assert found is not None
    assert (found.sent, found.answered_by, found.is_held) == ("sent", "lan", False)


async def test_erasing_and_retention_take_it_away(refusing: Talk) -> None:
    database: Database = refusing.handler.database
    await refusing.say("bị mất thẻ cử tri rồi sao đây")
    await refusing.press_titled(sayings.TO_STAFF)
    (request,) = await sent_to_staff(refusing)
    async with database.transaction() as tx:
        held = await people.export(tx, request.person_id)
        assert held["sent_to_staff"][0]["question_id"] == request.question_id
        await people.erase(tx, request.person_id)
        assert await staff.count(tx, answered=False) == 0
    await refusing.say("bị mất thẻ cử tri rồi sao đây")
    await refusing.press_titled(sayings.TO_STAFF)
    async with database.transaction() as tx:
        await purge(tx, NOW.replace(year=NOW.year + 1))
        assert await staff.count(tx, answered=False) == 0
