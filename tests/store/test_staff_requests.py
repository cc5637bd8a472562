"""An answer of the office on its way: sent, or held where the channel forbids writing first."""

from __future__ import annotations

from bot.store import outbox, people, staff, talk
from bot.store.database import Database
from bot.store.talk import QuestionAsked

from .conftest import AT, after


async def test_an_answer_out_of_the_window_is_held_until_its_person_writes(db: Database) -> None:
    async with db.transaction() as tx:
        lan = await people.meet(tx, "zalo_oa", "lan", AT)
        asked = QuestionAsked(lan.id, "zalo_oa", "xe buýt", "xe buýt", "refuse", AT, "v1")
        number = await talk.record_question(tx, asked)
        assert await staff.send_on(tx, number, lan.id, AT)
        assert await staff.send_on(tx, number, lan.id, after(1))
        assert not await staff.send_on(tx, number, lan.id + 1, AT)
        request = await staff.find(tx, number)
        assert request is not None
        assert (request.asked_at, request.sent) == (AT, None)
        assert await staff.answer(tx, request, {"text": "Có."}, "Có.", "mai", AT, direct=False)
    async with db.transaction() as tx:
        (row,) = await outbox.take_due(tx, "zalo_oa", AT, 5, "reply")
        await outbox.hold(tx, row, after(1), "ngoài cửa sổ")
        held = await staff.find(tx, number)
        assert held is not None
        assert (held.sent, held.is_held) == ("waiting", True)
        await outbox.release_held(tx, [lan.id], after(2))
        freed = await staff.find(tx, number)
        assert freed is not None
        assert not freed.is_held
        assert [
            r.question_id for r in await staff.list_requests(tx, answered=True, offset=0, limit=9)
        ] == [number]
        assert await staff.count(tx, answered=False) == 0
