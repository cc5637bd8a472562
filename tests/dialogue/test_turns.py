"""Whole turns against a real store: one reply to whatever comes, each message handled once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.dialogue import sayings
from bot.dialogue.messages import Message, Reply
from bot.dialogue.snapshot import Snapshot
from bot.dialogue.turn import Handler
from bot.store.tables import questions
from tests.conftest import NOW
from tests.databases import new_memory


class Talk:
    """A person at a channel, with a clock that can be moved."""

    def __init__(self, handler: Handler, person: str = "p1") -> None:
        self.handler = handler
        self.person = person
        self.now = NOW
        self.count = 0
        self.last = Reply("")

    async def say(self, text: str | None = None, press: str | None = None) -> Reply:
        self.count += 1
        external_id = f"{self.person}-{self.count}"
        message = Message("web", self.person, external_id, self.now, text=text, press=press)
        replies = await self.handler.handle(message)
        assert len(replies) == 1
        self.last = replies[0]
        assert self.last.text.strip()
        return self.last

    async def press(self, title: str) -> Reply:
        button = next(b for b in self.last.buttons if b.title == title)
        return await self.say(press=button.press)


@pytest_asyncio.fixture
async def handler(snapshot: Snapshot) -> AsyncIterator[Handler]:
    database = new_memory()
    yield Handler(database, lambda: snapshot)
    await database.close()


@pytest.fixture
def talk(handler: Handler) -> Talk:
    return Talk(handler)


async def _questions(handler: Handler) -> list[dict[str, object]]:
    async with handler.database.reading() as tx:
        return [dict(row) for row in await tx.rows(select(questions).order_by(questions.c.id))]


async def test_a_question_is_answered_with_its_law_and_the_first_time_with_a_notice(
    talk: Talk,
) -> None:
    reply = await talk.say("chua du 18t co dc di bau ko")
    assert reply.title == "Bao nhiêu tuổi thì được đi bầu cử?"
    assert any("Điều 2 Luật Bầu cử" in citation for citation in reply.citations)
    assert "máy" in reply.note
    again = await talk.say("mất thẻ cử tri thì làm sao")
    assert again.note == sayings.ANSWER_NOTE


async def test_detail_related_and_menu_are_a_press_away(talk: Talk) -> None:
    await talk.say("chua du 18t co dc di bau ko")
    assert (await talk.press(sayings.MORE)).text
    related = await talk.press(sayings.RELATED)
    assert len(related.buttons) >= 2
    menu = await talk.press(sayings.MENU)
    assert [b.title for b in menu.buttons] == [sayings.BY_PART, sayings.BY_AUDIENCE, sayings.TOOLS]
    parts = await talk.press(sayings.BY_PART)
    assert len(parts.buttons) == 7
    first = await talk.say(press=parts.buttons[2].press)
    assert sayings.NEXT_PAGE in [b.title for b in first.buttons]
    assert (await talk.press(sayings.NEXT_PAGE)).buttons != first.buttons


@pytest.mark.parametrize("choice", ["2", "b", "B.", "đáp án b", "chọn 2", "số 2 ạ"])
async def test_a_choice_may_be_typed(talk: Talk, choice: str) -> None:
    offered = await talk.say("danh sách")
    if not offered.title and offered.text == sayings.WHICH:
        assert (await talk.say(choice)).title == offered.buttons[1].title
    else:
        menu = await talk.say("danh mục")
        assert menu.buttons
        assert (await talk.say(choice)).text == sayings.AUDIENCE_TEXT


async def test_a_choice_is_forgotten_after_half_an_hour(talk: Talk) -> None:
    await talk.say("danh mục")
    talk.now += timedelta(minutes=31)
    assert (await talk.say("2")).text == sayings.EXPIRED_CHOICE


async def test_none_of_these_keeps_the_question_and_names_people_to_ask(
    talk: Talk, handler: Handler, snapshot: Snapshot
) -> None:
    await talk.say("ai được cái đó ở xã mình vậy danh sách phiếu")
    if talk.last.text == sayings.WHICH:
        reply = await talk.press(sayings.NONE_OF_THESE)
        assert snapshot.base.service.contact in reply.text
        assert (await _questions(handler))[0]["outcome"] == "choose-none"


async def test_what_is_not_known_is_refused_with_whom_to_ask(
    talk: Talk, snapshot: Snapshot
) -> None:
    reply = await talk.say("thủ tục làm sổ đỏ mất bao nhiêu tiền")
    assert "đất đai" in reply.text
    assert snapshot.base.service.contact in reply.text


async def test_feedback_counts_once_and_only_for_ones_own_question(
    talk: Talk, handler: Handler
) -> None:
    reply = await talk.say("mất thẻ cử tri thì làm sao")
    useful = next(b for b in reply.buttons if b.title == sayings.USEFUL)
    stranger = Talk(handler, "p2")
    assert (await stranger.say(press=useful.press)).text == sayings.FEEDBACK_GONE
    assert (await talk.say(press=useful.press)).text == sayings.THANKS_USEFUL
    assert (await _questions(handler))[0]["feedback"] == 1


async def test_numbers_of_persons_are_stored_masked(talk: Talk, handler: Handler) -> None:
    await talk.say("tôi số 0912345678, căn cước 022090001234, mất thẻ cử tri thì sao")
    stored = str(await _questions(handler))
    assert "0912345678" not in stored
    assert "022090001234" not in stored


async def test_the_same_message_twice_is_handled_once(handler: Handler) -> None:
    message = Message("web", "p1", "same", NOW, text="mất thẻ cử tri thì làm sao")
    first = await handler.handle(message)
    assert await handler.handle(message) == first
    assert len(await _questions(handler)) == 1


async def test_fifty_messages_at_once_are_all_answered(handler: Handler) -> None:
    messages = [Message("web", "p1", f"m{n}", NOW, text="tuổi đi bầu") for n in range(50)]
    replies = await asyncio.gather(*(handler.handle(m) for m in messages))
    assert all(len(reply) == 1 for reply in replies)
    assert len(await _questions(handler)) == 50


RUBBISH = [
    "", "   ", "👍👍", "\x00\x07", "\u202e\u200f", "<script>alert(1)</script>", "'; DROP TABLE people; --",
    "選挙はいつですか", "Привет, когда выборы", "ภาษาไทย", "a" * 5_000, "bầu " * 12_500, "99", "/khongco", "?",
    "\ud800", None,
]  # fmt: skip


@pytest.mark.parametrize("text", RUBBISH, ids=range(len(RUBBISH)))
@pytest.mark.parametrize("before", [None, "danh mục", "mất thẻ cử tri"])
async def test_whatever_comes_gets_one_polite_reply(
    talk: Talk, before: str | None, text: str | None
) -> None:
    if before:
        await talk.say(before)
    await talk.say(text)


@pytest.mark.parametrize(
    "code",
    [
        "",
        ":",
        "a:",
        "a:khong-co",
        "u:1:1",
        "c:x:y",
        "p:cu-tri:99",
        "p:cu-tri:-1",
        "m:x",
        "z" * 80,
        "n:1",
    ],
)
async def test_forged_and_stale_presses_are_answered(talk: Talk, code: str) -> None:
    await talk.say(press=code)


@pytest.mark.parametrize("text", ["/start", "/START", "bắt đầu", "/start u-06652-togap"])
async def test_start_works_anywhere(talk: Talk, snapshot: Snapshot, text: str) -> None:
    await talk.say("danh mục")
    reply = await talk.say(text)
    assert snapshot.base.service.notice in reply.text


@pytest.mark.parametrize("text", ["hủy", "huỷ", "/huy", "HUY", "thoát"])
async def test_cancel_works_anywhere(talk: Talk, text: str) -> None:
    await talk.say("danh mục")
    assert (await talk.say(text)).text == sayings.CANCELLED
    assert (await talk.say(text)).text == sayings.NOTHING_TO_CANCEL


@pytest.mark.parametrize(
    "text", ["nên bầu ai", "câm đi con bot ngu", "cảm ơn bạn nhiều", "xin chào"]
)
async def test_small_talk_and_politics_get_no_entry(
    talk: Talk, handler: Handler, text: str
) -> None:
    await talk.say(text)
    assert (await _questions(handler))[0]["outcome"] == "smalltalk"
