"""The handler and the database: everything of a message is stored, once, or nothing is."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import cast

import pytest
from sqlalchemy import func, select

from bot.dialogue.messages import Message
from bot.dialogue.packing import unpack
from bot.dialogue.snapshot import Snapshot
from bot.dialogue.turn import Handler
from bot.matching.find import Matcher
from bot.store.database import Database
from bot.store.tables import inbox, outbox, people, questions, states
from tests.conftest import NOW
from tests.dialogue.conftest import Talk, asked, in_doubt, laid_out, rows_of

LOST = "mất thẻ cử tri thì làm sao"
AGE = "mấy tuổi được đi bầu"


def message(
    text: str, external_id: str = "m-1", person: str = "lan", channel: str = "web"
) -> Message:
    return Message(channel, person, external_id, NOW, text=text)


async def test_one_message_delivered_ten_times_at_once_is_one_question(
    db: Database, handler: Handler
) -> None:
    answers = await asyncio.gather(*(handler.handle(message(LOST)) for _ in range(10)))
    assert all(answer == answers[0] for answer in answers)
    assert answers[0][0].citations
    assert len(await asked(db)) == 1
    assert len(await laid_out(db)) == 1


async def test_a_repeat_changes_no_state(handler: Handler) -> None:
    await handler.handle(message("danh mục", "one"))
    await handler.handle(message(LOST, "two"))
    await handler.handle(message("danh mục", "one"))
    # Had the menu come up again, 1 would open the parts and not the rest of the answer.
    (reply,) = await handler.handle(message("1", "three"))
    assert reply.title.startswith("Mất, rách")


async def test_fifty_messages_of_one_person_at_once_make_one_person_and_fifty_rows(
    db: Database, handler: Handler
) -> None:
    texts = [LOST, AGE, "danh mục", "1", "hủy"] * 10
    messages = [message(text, f"m-{n}") for n, text in enumerate(texts)]
    answers = await asyncio.gather(*(handler.handle(m) for m in messages))
    assert [len(replies) for replies in answers] == [1] * 50
    assert len(await asked(db)) == 20
    assert len(await laid_out(db)) == 50
    assert len(await rows_of(db, people)) == 1
    noted = [r for (r,) in answers if "đang trò chuyện với máy" in r.note]
    assert len(noted) == 1


class _Broken:
    """A matcher that fails in the middle of a message."""

    def find(self, _text: str) -> None:
        raise RuntimeError("broken on purpose")


async def test_a_failing_dialogue_leaves_nothing_stored_and_the_message_can_come_again(
    db: Database, snapshot: Snapshot
) -> None:
    served = [replace(snapshot, matcher=cast(Matcher, _Broken())), snapshot]
    handler = Handler(db, lambda: served[0])
    with pytest.raises(RuntimeError, match="broken on purpose"):
        await handler.handle(message(LOST))
    async with db.reading() as tx:
        for table in (people, inbox, states, questions, outbox):
            assert await tx.value(select(func.count()).select_from(table)) == 0
    served.pop(0)
    (reply,) = await handler.handle(message(LOST))
    assert reply.citations
    assert len(await asked(db)) == 1


async def test_two_people_stand_apart(handler: Handler) -> None:
    lan, hoa = Talk(handler, "lan"), Talk(handler, "hoa")
    await lan.say("danh mục")
    assert "không có lựa chọn" in (await hoa.say("1")).text
    assert "nội dung nào" in (await lan.say("1")).text


async def test_the_same_id_on_two_channels_is_two_people(db: Database, handler: Handler) -> None:
    await Talk(handler, "7", "web").say("danh mục")
    other = Talk(handler, "7", "telegram")
    assert "không có lựa chọn" in (await other.say("1")).text
    assert len(await rows_of(db, people)) == 2


@pytest.mark.parametrize(
    ("channel", "state"),
    [("web", "sent"), ("console", "sent"), ("telegram", "waiting"), ("zalo_oa", "waiting")],
)
async def test_only_direct_channels_count_as_sent(
    db: Database, handler: Handler, channel: str, state: str
) -> None:
    reply = await Talk(handler, channel=channel).say(LOST)
    (row,) = await laid_out(db)
    assert row["state"] == state
    assert (row["sent_at"] is not None) is (state == "sent")
    assert unpack(cast("dict[str, object]", row["reply"])) == reply


async def test_a_question_is_stored_with_all_that_editors_need(
    db: Database, snapshot: Snapshot, handler: Handler
) -> None:
    await Talk(handler).say(f"dạ cho em hỏi {LOST}")
    (row,) = await asked(db)
    assert row["base_version"] == snapshot.base.version
    assert row["base_version"]
    assert row["outcome"] == "answer"
    assert row["entries"] == ["mat-the-cu-tri"]
    assert row["score"] == 1
    assert cast(float, row["ms"]) > 0
    assert row["normalised"] == "mat the cu tri thi lam sao"
    assert row["feedback"] is None
    assert (await rows_of(db, inbox))[0]["payload"] is None


async def test_a_choice_keeps_what_was_offered_and_that_none_was_right(
    db: Database, snapshot: Snapshot
) -> None:
    unsure = in_doubt(snapshot, "choose")
    talk = Talk(Handler(db, lambda: unsure))
    await talk.say("bị mất cái thẻ cử tri rồi tính sao đây")
    (row,) = await asked(db)
    assert row["outcome"] == "choose"
    assert len(cast("list[str]", row["entries"])) == 3
    await talk.press_titled("Không phải các câu trên")
    assert (await asked(db))[0]["outcome"] == "choose-none"


async def test_a_thumb_is_the_askers_own_and_the_last_one_counts(
    db: Database, handler: Handler
) -> None:
    lan, hoa = Talk(handler, "lan"), Talk(handler, "hoa")
    await lan.say(LOST)
    down, up = lan.button("Chưa đúng ý tôi"), lan.button("Hữu ích")
    await hoa.press(down.press)
    assert (await asked(db))[0]["feedback"] is None
    await lan.press(down.press)
    assert (await asked(db))[0]["feedback"] == -1
    await lan.press(up.press)
    await lan.press(up.press)
    assert (await asked(db))[0]["feedback"] == 1


async def test_a_whole_turn_sees_one_version_of_the_base(db: Database, snapshot: Snapshot) -> None:
    taken: list[str] = []

    def serve() -> Snapshot:
        version = f"v{len(taken)}"
        taken.append(version)
        return replace(snapshot, base=replace(snapshot.base, version=version))

    await Talk(Handler(db, serve)).say(LOST)
    assert taken == ["v0"]
    assert (await asked(db))[0]["base_version"] == "v0"


async def test_people_and_messages_with_odd_ids_are_served(db: Database, handler: Handler) -> None:
    for odd in ("", "a" * 500, "\x00", "\ud800", "'; --", "李"):
        replies = await handler.handle(message(LOST, external_id=f"x{odd}", person=odd))
        assert len(replies) == 1
    assert len(await asked(db)) == len(await rows_of(db, inbox))


@pytest.mark.parametrize("code", ["u-06652-togap", " U-06652-ToGap ", "u-06652-togap\n"])
async def test_the_code_of_a_leaflet_tells_how_a_person_came(
    db: Database, handler: Handler, code: str
) -> None:
    (reply,) = await handler.handle(message(code, channel="zalo_oa"))
    (again,) = await handler.handle(message("/start", "m-2", person="minh", channel="zalo_oa"))
    assert reply == again
    came = {row["channel_id"]: row["origin"] for row in await rows_of(db, people)}
    assert came == {"lan": "u-06652-togap", "minh": None}


@pytest.mark.parametrize("text", ["u-66-togap", "u 06652", "xu-06652", "u-06652-", "u-06652 thẻ"])
async def test_other_words_are_no_code(db: Database, handler: Handler, text: str) -> None:
    await handler.handle(message(text))
    assert [row["origin"] for row in await rows_of(db, people)] == [None]
