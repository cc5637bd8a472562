"""The Zalo bot at work: fetched or posted, stored first, answered in numbered lines."""

from __future__ import annotations

import asyncio

from sqlalchemy import func, select

from bot.channels.plain import PICK
from bot.channels.zalo_bot.channel import LONGEST, Webhook
from bot.channels.zalo_bot.quota import MonthlyCount
from bot.dialogue import sayings
from bot.dialogue.messages import Button, Reply
from bot.store.database import Database
from bot.store.tables import inbox
from tests.channels.conftest import Unwell, until
from tests.channels.zalo_bot.conftest import SECRET, NewHouse
from tests.fakes.misbehaviour import Answer
from tests.fakes.zalo_bot import FakeZaloBot

QUESTION = "mất thẻ cử tri thì làm sao"
ANSWERED = "Mất, rách hoặc quên thẻ cử tri"


async def test_a_question_is_answered_and_choices_are_picked_by_number(
    new_house: NewHouse, zalo: FakeZaloBot
) -> None:
    async with new_house():
        zalo.write("an", QUESTION)
        await until(lambda: len(zalo.texts("an")) == 1)
        (answer,) = zalo.texts("an")
        assert ANSWERED in answer
        assert "Căn cứ pháp lý:\n• " in answer
        assert f"{PICK}\n1. {sayings.MORE}\n2. " in answer
        zalo.write("an", "đáp án a")
        await until(lambda: len(zalo.texts("an")) == 2)
    assert ANSWERED in zalo.texts("an")[1]
    assert zalo.texts("an")[1] != answer


async def test_messages_of_many_people_are_answered_in_the_order_of_each(
    new_house: NewHouse, zalo: FakeZaloBot
) -> None:
    people = [f"người {n}" for n in range(6)]
    for text in ("danh mục", "hủy", QUESTION):
        for person in people:
            zalo.write(person, text)
    async with new_house():
        await until(lambda: len(zalo.sent) == 18)
    for person in people:
        first, second, third = zalo.texts(person)
        assert sayings.MENU_TEXT in first
        assert second.startswith(sayings.CANCELLED)
        assert ANSWERED in third


async def test_a_message_that_comes_twice_is_answered_once(
    new_house: NewHouse, zalo: FakeZaloBot
) -> None:
    async with new_house():
        zalo.waiting.extend([zalo.write("an", QUESTION)] * 3)
        zalo.write("an", "hủy")
        await until(lambda: len(zalo.sent) == 2)
    assert len(zalo.sent) == 2


async def test_what_zalo_may_not_tell_is_answered_politely_and_groups_are_left_alone(
    new_house: NewHouse, zalo: FakeZaloBot
) -> None:
    zalo.waiting.append(zalo.update("nhóm", "message.text.received", "GROUP", text=QUESTION))
    zalo.waiting.append(zalo.update("em", "message.unsupported.received"))
    zalo.waiting.append(zalo.update("an", "message.sticker.received", sticker="x"))
    async with new_house():
        await until(lambda: len(zalo.sent) == 2)
    assert sayings.UNSUPPORTED in zalo.texts("em")[0]
    assert sayings.NOT_TEXT in zalo.texts("an")[0]
    assert zalo.texts("nhóm") == []


async def test_a_long_reply_comes_in_parts_that_fit(new_house: NewHouse) -> None:

    reply = Reply("Một đoạn văn. " * 390, buttons=tuple(Button(f"Mục {n}", "m") for n in range(9)))
    async with new_house() as house:
        parts = house.channel.render(reply)
    assert len(parts) == 3
    assert all(len(part.text) <= LONGEST for part in parts)
    assert parts[-1].text.endswith("9. Mục 8")


async def test_an_update_that_cannot_be_stored_is_held_until_it_can(
    new_house: NewHouse, zalo: FakeZaloBot, unwell: Unwell
) -> None:
    async with new_house(over=unwell) as house:
        await until(lambda: house.channels.states()["zalo_bot"] == "ok")
        unwell.failures = 2
        zalo.write("an", QUESTION)
        await until(lambda: zalo.texts("an"))
    assert ANSWERED in zalo.texts("an")[0]


async def stored(database: Database) -> int:
    async with database.reading() as tx:
        return int(await tx.value(select(func.count()).select_from(inbox)))


async def test_what_comes_while_the_program_ends_is_kept_for_the_next_start(
    new_house: NewHouse, zalo: FakeZaloBot, database: Database
) -> None:
    async with new_house() as house:
        zalo.longest_poll = 2
        await until(lambda: house.channels.states()["zalo_bot"] == "ok")
        polls = zalo.calls.count("getUpdates")
        await until(lambda: zalo.calls.count("getUpdates") > polls)

        async def write_soon() -> None:
            await asyncio.sleep(0.3)
            zalo.write("an", QUESTION)

        writing = asyncio.create_task(write_soon())
    await writing
    assert (await stored(database), zalo.sent) == (1, [])
    async with new_house():
        await until(lambda: zalo.texts("an"))
    assert len(zalo.sent) == 1


async def test_failed_polls_are_gone_through(new_house: NewHouse, zalo: FakeZaloBot) -> None:
    zalo.script("getUpdates").add(Answer("<html>", status=502), Answer({"ok": False}))
    zalo.write("an", QUESTION)
    async with new_house() as house:
        await until(lambda: zalo.texts("an"))
        assert house.channels.states() == {"zalo_bot": "ok"}


async def test_a_refused_token_is_told_in_one_sentence_without_it(
    new_house: NewHouse, zalo: FakeZaloBot
) -> None:
    async with new_house(token="4321:sai-ma-truy-cap") as house:
        await until(lambda: house.channels.states()["zalo_bot"].startswith("ZALO_BOT_TOKEN: "))
        assert "sai-ma" not in house.channels.states()["zalo_bot"]
        calls = len(zalo.calls)
        await asyncio.sleep(0.1)
        assert len(zalo.calls) == calls


async def test_polling_takes_an_old_webhook_away_and_a_webhook_is_set_with_its_secret(
    new_house: NewHouse, zalo: FakeZaloBot
) -> None:
    async with new_house(Webhook("https://bot.example.vn/webhooks/zalo-bot", SECRET)) as house:
        await until(lambda: house.channels.states()["zalo_bot"] == "ok")
        assert zalo.webhook == {
            "url": "https://bot.example.vn/webhooks/zalo-bot",
            "secret": SECRET,
        }
        assert [route.path for route in house.channels.routes()] == ["/webhooks/zalo-bot"]  # type: ignore[attr-defined]
    assert "getUpdates" not in zalo.calls
    async with new_house() as house:
        await until(lambda: house.channels.states()["zalo_bot"] == "ok")
        assert zalo.webhook == {}
        assert house.channels.routes() == []


async def test_a_webhook_without_an_address_names_the_setting(new_house: NewHouse) -> None:
    async with new_house(Webhook("", SECRET)) as house:
        await until(lambda: house.channels.states()["zalo_bot"].startswith("BOT_PUBLIC_URL: "))


async def test_the_month_is_counted_over_starts_and_warned_of(
    new_house: NewHouse, zalo: FakeZaloBot
) -> None:
    async with new_house(quota=5) as house:
        for number in range(3):
            zalo.write("an", "hủy")
            await until(lambda n=number: len(zalo.sent) == n + 1)  # type: ignore[misc]
        assert house.channel.warning() == ""
    async with new_house(quota=5) as house:
        zalo.write("an", "hủy")
        await until(lambda: "4/5" in house.channel.warning())
        assert house.channels.states()["zalo_bot"].startswith("ok (Zalo Bot đã gửi 4/5 tin")


async def test_a_count_that_cannot_be_written_costs_no_message(unwell: Unwell) -> None:
    count = MonthlyCount(unwell, "4321", 10)
    unwell.failures = 1
    await count.add()
    await count.add()
    assert count.sent == 1
