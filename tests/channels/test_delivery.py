"""What leaves: in order, as often as needed, and no oftener than it must."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.channels.outcomes import DOUBLES_AT_MOST, wait_before
from bot.errors import (
    ChannelStopped,
    ChatMoved,
    NotDelivered,
    OutcomeUnknown,
    OutsideWindow,
    PersonGone,
    RetryLater,
    Unsendable,
)
from bot.store import outbox, people
from bot.store.outbox import Lane
from tests.channels.conftest import House, said, until, written_down

UNKNOWN = OutcomeUnknown("Máy chủ không trả lời.")


async def deliver(house: House, *, sent: int) -> None:
    """Runs the channels until so many messages have left, then ends them in order."""
    async with house.rebuild().running():
        await until(lambda: len(house.paper.sent) >= sent)


async def try_once(house: House, person: str, error: NotDelivered | Exception) -> dict[str, Any]:
    """The outbox row of the person after one try that went wrong."""
    house.paper.failing[person].append(error)
    async with house.rebuild().running():
        await until(lambda: not house.paper.failing[person])
    return dict((await house.rows())[0])


async def test_one_persons_replies_leave_in_order_and_many_people_at_once(house: House) -> None:
    house.paper.slow = 0.02
    names = [f"người {n}" for n in range(20)]
    for name in names:
        await house.lay_out(name, *(f"{name}/{n}" for n in range(3)))
    await deliver(house, sent=60)
    assert all(house.texts_to(name) == [f"{name}/{n}" for n in range(3)] for name in names)
    assert house.paper.most_in_flight > 10
    assert {row["state"] for row in await house.rows()} == {"sent"}
    assert {row["attempts"] for row in await house.rows()} == {1}


@pytest.mark.parametrize(
    ("error", "state", "attempts", "doubt"),
    [
        (RetryLater("Máy chủ bận."), "waiting", 1, 0),
        (UNKNOWN, "waiting", 1, 1),
        (Unsendable("Tin quá dài."), "dead", 1, 0),
        (PersonGone("Người này đã chặn."), "cancelled", 1, 0),
        (OutsideWindow("Quá 7 ngày."), "waiting", 1, 0),
        (ChannelStopped("Mã sai.", "TELEGRAM_TOKEN"), "waiting", 0, 0),
        (ZeroDivisionError(), "dead", 1, 0),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
async def test_each_failure_has_its_way_on(
    house: House, error: Exception, state: str, attempts: int, doubt: int
) -> None:
    await house.lay_out("lan", "một")
    row = await try_once(house, "lan", error)
    assert (row["state"], row["attempts"], row["doubt"]) == (state, attempts, doubt)
    assert row["error"]
    assert house.paper.sent == []


async def test_a_reply_that_fails_is_not_overtaken_by_the_next_one(house: House) -> None:
    await house.lay_out("lan", "một", "hai")
    await house.lay_out("minh", "ba")
    house.paper.failing["lan"].append(RetryLater("Máy chủ bận.", 30))
    async with house.channels.running():
        await until(lambda: house.paper.sent)
        assert house.paper.sent == [("minh", "ba")]
        await written_down(house.database, "Máy chủ bận.")
        house.now += timedelta(seconds=29)
        house.channels._lines["telegram"].wake()
        await asyncio.sleep(0.05)
        assert house.texts_to("lan") == []
        house.now += timedelta(seconds=2)
        await until(lambda: len(house.paper.sent) == 3)
    assert house.texts_to("lan") == ["một", "hai"]


async def test_a_passing_failure_of_a_day_is_given_up(house: House) -> None:
    await house.lay_out("lan", "một")
    house.now += timedelta(hours=25)
    row = await try_once(house, "lan", RetryLater("Máy chủ bận."))
    assert (row["state"], row["error"]) == ("dead", "Máy chủ bận.")


async def test_a_reply_is_not_doubled_for_ever(house: House) -> None:
    await house.lay_out("lan", "một")
    for _ in range(DOUBLES_AT_MOST):
        assert (await try_once(house, "lan", UNKNOWN))["state"] == "waiting"
        house.now += timedelta(minutes=10)
    assert (await try_once(house, "lan", UNKNOWN))["state"] == "dead"


async def test_a_broadcast_of_unknown_outcome_is_not_sent_again(house: House) -> None:
    await house.lay_out("lan", "nhắc", lane="broadcast")
    assert (await try_once(house, "lan", UNKNOWN))["state"] == "dead"


async def test_nothing_more_goes_to_a_person_who_is_gone_until_he_writes(house: House) -> None:
    await house.lay_out("lan", "một", "hai")
    await house.lay_out("lan", "nhắc", lane="broadcast")
    house.paper.slow = 0.05
    house.paper.failing["lan"].extend([PersonGone("Đã chặn."), PersonGone("Đã chặn.")])
    async with house.channels.running():
        await until(lambda: len(house.paper.failing["lan"]) < 2)
        await asyncio.sleep(0.2)
        assert {row["state"] for row in await house.rows()} == {"cancelled"}
        house.paper.failing["lan"].clear()
        await house.channels.intake.take([said("danh mục")])
        await until(lambda: house.paper.sent)


async def test_what_is_outside_the_window_leaves_when_the_person_writes(house: House) -> None:
    await house.lay_out("lan", "giữ lại")
    house.paper.failing["lan"].append(OutsideWindow("Quá 7 ngày."))
    async with house.channels.running():
        await written_down(house.database, "Quá 7 ngày.")
        house.now += timedelta(days=30)
        await house.channels.intake.take([said("danh mục")])
        await until(lambda: len(house.paper.sent) == 2)
    assert house.texts_to("lan")[0] == "giữ lại"


async def test_who_writes_while_his_reply_is_refused_need_not_write_again(house: House) -> None:
    person = await house.lay_out("lan", "giữ lại")
    async with house.database.transaction() as tx:
        (row,) = await outbox.take_due(tx, "telegram", house.now, 10, "reply")
        await people.meet(tx, "telegram", "lan", house.now + timedelta(seconds=1))
        await outbox.hold(tx, row, house.now, "Quá 7 ngày.")
        assert await outbox.release_held(tx, [person], house.now) == 0
    await deliver(house, sent=1)


async def test_a_chat_that_moved_is_followed(house: House) -> None:
    await house.lay_out("-5", "một", "hai")
    house.paper.failing["-5"].append(ChatMoved("Nhóm đã đổi.", "-100"))
    await deliver(house, sent=2)
    assert house.paper.sent == [("-100", "một"), ("-100", "hai")]


async def test_two_chats_that_become_one_are_delivered_to_together(house: House) -> None:
    await house.lay_out("-5", "một")
    await house.lay_out("-100", "hai")
    house.paper.failing["-5"].append(ChatMoved("Nhóm đã đổi.", "-100"))
    await deliver(house, sent=2)
    assert sorted(house.paper.sent) == [("-100", "hai"), ("-100", "một")]
    async with house.database.reading() as tx:
        assert await people.find(tx, "telegram", "-5") is not None


async def test_of_a_long_reply_only_what_is_missing_is_sent_again(house: House) -> None:
    long = "\n\n".join(f"Đoạn {n}. " + "chữ " * 400 for n in range(4))
    await house.lay_out("lan", long)
    house.paper.failing["lan"].extend([None, None, RetryLater("Máy chủ bận.", 0)])  # type: ignore[list-item]
    async with house.channels.running():
        await written_down(house.database, "Máy chủ bận.")
        assert len(house.paper.sent) == 2
        house.now += timedelta(seconds=5)
        await until(lambda: len(house.paper.sent) >= 4)
    beginnings = [text[:6] for text in house.texts_to("lan")]
    assert beginnings == ["Đoạn 0", "Đoạn 1", "Đoạn 2", "Đoạn 3"]


async def test_after_a_kill_replies_are_sent_again_and_broadcasts_not(house: House) -> None:
    await house.lay_out("lan", "trả lời")
    await house.lay_out("lan", "nhắc", lane="broadcast")
    lanes: tuple[Lane, ...] = ("reply", "broadcast")
    async with house.database.transaction() as tx:
        for lane in lanes:
            await outbox.take_due(tx, "telegram", house.now, 10, lane)
    await deliver(house, sent=1)
    assert house.paper.sent == [("lan", "trả lời")]
    reply, reminder = await house.rows()
    assert (reply["state"], reply["doubt"]) == ("sent", 1)
    assert reminder["state"] == "dead"


async def test_what_is_on_its_way_at_the_end_is_settled(house: House) -> None:
    house.paper.slow = 0.3
    await house.lay_out("lan", "một", "hai")
    async with house.channels.running():
        await until(lambda: house.paper.in_flight)
    assert [row["state"] for row in await house.rows()] == ["sent", "waiting"]
    assert house.paper.sent == [("lan", "một")]


async def test_a_channel_that_asks_for_quiet_gets_it(house: House) -> None:
    house.paper.failing["an"].append(RetryLater("Hết lượt.", 1.5, everyone=True))
    await house.lay_out("an", "một")
    async with house.channels.running():
        await written_down(house.database, "Hết lượt.")
        await house.lay_out("binh", "hai")
        house.channels._lines["telegram"].wake()
        await asyncio.sleep(0.1)
        assert house.paper.sent == []
        house.now += timedelta(seconds=5)
        await until(lambda: len(house.paper.sent) == 2)


async def test_broadcasts_keep_their_pace_and_answers_do_not_wait_for_them(house: House) -> None:
    house.paper.per_second = {"broadcast": 4}
    for n in range(80):
        await house.lay_out(f"người {n}", "nhắc", lane="broadcast")
    async with house.channels.running():
        await until(lambda: len(house.paper.sent) >= 2)
        await house.channels.intake.take([said("danh mục", "lan")])
        await until(lambda: house.texts_to("lan"))
        reminded = len(house.paper.sent)
        assert reminded < 80
        await until(lambda: len(house.paper.sent) > reminded)


async def test_of_several_programs_each_sends_its_part_of_the_broadcasts(house: House) -> None:
    house.paper.per_second = {"broadcast": 8}
    (broadcasts,) = [
        lane for lane in house.channels._lines["telegram"].lanes if lane.lane != "reply"
    ]
    assert broadcasts._free() == 8
    house.database.programs = 4
    broadcasts._free()
    assert broadcasts._allowance.per_second == 2
    house.database.programs = 1
    broadcasts._free()
    assert broadcasts._allowance.per_second == 8


async def test_a_refused_channel_stops_and_says_so_while_another_goes_on(house: House) -> None:
    house.paper.refusals.append(ChannelStopped("mã truy cập bị từ chối.", "TELEGRAM_TOKEN"))
    await house.lay_out("lan", "một")
    async with house.channels.running():
        await until(lambda: house.channels.states()["telegram"] != "Đang mở kênh.")
        assert house.channels.states() == {"telegram": "TELEGRAM_TOKEN: mã truy cập bị từ chối."}
        await asyncio.sleep(0.05)
        assert house.paper.sent == []
    (row,) = await house.rows()
    assert (row["state"], row["attempts"]) == ("waiting", 0)


@pytest.mark.parametrize("error", [RetryLater("Không nối được."), ZeroDivisionError()])
async def test_a_service_that_is_down_at_the_start_is_tried_again(
    house: House, error: Exception
) -> None:
    house.paper.refusals.append(error)
    await house.lay_out("lan", "một")
    await deliver(house, sent=1)
    assert house.paper.opened == 2
    assert house.channels.states() == {"telegram": "ok"}


def test_the_waits_grow_and_are_never_alike() -> None:
    for attempts in range(1, 40):
        waits = {wait_before(attempts) for _ in range(20)}
        longest = min(300.0, 2.0 ** (attempts - 1))
        assert len(waits) > 10
        assert all(longest / 2 <= wait <= longest for wait in waits)
    assert 17 <= wait_before(1, 17) < 18
