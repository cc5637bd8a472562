"""The Official Account at work: events in, buttons out, staff and windows respected."""

from __future__ import annotations

import asyncio

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import func, select

from bot.channels.base import Outgoing
from bot.channels.metrics import Outcome
from bot.dialogue import sayings
from bot.errors import OutsideWindow
from bot.store import people
from bot.store.tables import outbox
from bot.store.tables import people as people_table
from tests.channels.conftest import until, written_down
from tests.channels.zalo_oa.conftest import House, NewHouse, Time
from tests.fakes.misbehaviour import Answer
from tests.fakes.zalo_oa import FakeZaloOa

QUESTION = "mất thẻ cử tri thì làm sao"
ANSWERED = "Mất, rách hoặc quên thẻ cử tri"


async def test_a_question_is_answered_with_buttons_and_a_press_goes_on(
    house: House, zalo: FakeZaloOa
) -> None:
    assert await house.post(zalo.text("an", QUESTION)) == 200
    await until(lambda: len(zalo.texts("an")) == 1)
    assert ANSWERED in zalo.texts("an")[0]
    assert zalo.buttons("an")[0]["title"] == sayings.MORE
    await house.post(zalo.press("an", sayings.MORE))
    await until(lambda: len(zalo.texts("an")) == 2)
    assert ANSWERED in zalo.texts("an")[1]
    # An older button of the same person still works; it is his own.
    await house.post(zalo.text("an", zalo.sent[0]["buttons"][-2]["payload"]))
    await until(lambda: len(zalo.texts("an")) == 3)
    assert zalo.texts("an")[2].startswith(sayings.THANKS_USEFUL)


async def test_a_button_of_somebody_else_changes_nothing_of_his(
    house: House, zalo: FakeZaloOa
) -> None:
    await house.post(zalo.text("an", QUESTION))
    await until(lambda: zalo.texts("an"))
    useful = zalo.buttons("an")[-2]
    assert useful["title"] == sayings.USEFUL
    await house.post(zalo.text("bình", useful["payload"]))
    await until(lambda: zalo.texts("bình"))
    assert sayings.THANKS_USEFUL not in zalo.texts("bình")[0]


async def test_many_choices_are_numbered_and_picked_by_number(
    house: House, zalo: FakeZaloOa
) -> None:
    for text in ("danh mục", "1", "3"):
        await house.post(zalo.text("an", text))
    await until(lambda: len(zalo.texts("an")) == 3)
    _, parts, listed = zalo.texts("an")
    assert "\n7. " in parts
    assert "Cử tri và danh sách cử tri" in listed


async def test_an_event_that_is_delivered_again_is_answered_once(
    house: House, zalo: FakeZaloOa
) -> None:
    event = zalo.text("an", QUESTION)
    assert {await house.post(event, num_retry=str(n)) for n in range(4)} == {200}
    await house.post(zalo.text("an", "hủy"))
    await until(lambda: len(zalo.sent) == 2)
    assert zalo.texts("an")[1].startswith(sayings.CANCELLED)


async def test_a_follower_is_greeted_once(house: House, zalo: FakeZaloOa) -> None:
    await house.post(zalo.follow("an"))
    await until(lambda: zalo.texts("an"))
    assert "máy trả lời tự động" in zalo.texts("an")[0]
    await house.post(zalo.event("unfollow", "an"))
    await house.post(zalo.follow("an") | {"timestamp": "1795402800999"})
    await house.post(zalo.text("an", "hủy"))
    await until(lambda: len(zalo.texts("an")) == 2)


async def test_our_own_messages_come_back_and_are_nothing(house: House, zalo: FakeZaloOa) -> None:
    echo = zalo.by_staff("an", "chào bạn")
    echo["sender"].pop("admin_id")
    assert await house.post(echo) == 200
    assert await house.post(zalo.event("user_seen_message", "an")) == 200
    async with house.database.reading() as tx:
        assert await people.find(tx, "zalo_oa", "an") is None


async def test_the_bot_keeps_still_while_staff_talks(
    house: House, zalo: FakeZaloOa, time: Time
) -> None:
    await house.post(zalo.text("an", "hủy"))
    await until(lambda: len(zalo.sent) == 1)
    await house.post(house.now(zalo.by_staff("an", "Chào bạn, tôi là cán bộ.")))
    await house.post(house.now(zalo.text("an", QUESTION)))
    await house.post(house.now(zalo.text("bình", QUESTION)))
    await until(lambda: zalo.texts("bình"))
    assert len(zalo.texts("an")) == 1
    time.pass_by(minutes=31)
    await house.post(house.now(zalo.text("an", QUESTION)))
    await until(lambda: len(zalo.texts("an")) == 2)
    assert ANSWERED in zalo.texts("an")[1]


async def test_a_person_who_withdraws_is_erased(house: House, zalo: FakeZaloOa) -> None:
    await house.post(zalo.text("an", QUESTION))
    await until(lambda: zalo.texts("an"))
    await house.post(zalo.event("user_withdraw", "an"))
    await house.post(zalo.text("bình", "hủy"))
    await until(lambda: zalo.texts("bình"))
    async with house.database.reading() as tx:
        assert await people.find(tx, "zalo_oa", "an") is None
        left = await tx.value(select(func.count()).select_from(outbox))
    assert left == 1


async def test_a_form_with_personal_data_is_not_kept(house: House, zalo: FakeZaloOa) -> None:
    await house.post(zalo.text("an", "hủy"))
    info = {"name": "Nguyễn Văn Thử", "phone": "84912345678"}
    await house.post(zalo.event("user_submit_info", "an", info=info))
    await until(lambda: len(zalo.texts("an")) == 2)
    assert zalo.texts("an")[1].startswith(sayings.INFO_NOT_KEPT)


async def test_somebody_without_an_account_is_answered_in_plain_lines(
    house: House, zalo: FakeZaloOa
) -> None:
    message = {"text": QUESTION, "msg_id": "t-1", "conversation_id": "hội-thoại-1"}
    await house.post(zalo.event("anonymous_send_text", "ẩn-danh", message=message))
    await until(lambda: zalo.texts("ẩn-danh"))
    (sent,) = zalo.sent
    assert sent["body"]["recipient"] == {
        "anonymous_id": "ẩn-danh",
        "conversation_id": "hội-thoại-1",
    }
    assert sent["buttons"] == []
    assert f"1. {sayings.MORE}" in sent["text"]


async def test_buttons_that_zalo_refuses_go_as_numbered_lines(
    house: House, zalo: FakeZaloOa
) -> None:
    zalo.takes_buttons = False
    await house.post(zalo.text("an", QUESTION))
    await until(lambda: zalo.texts("an"))
    assert f"1. {sayings.MORE}" in zalo.texts("an")[0]
    await house.post(zalo.text("an", "1"))
    await until(lambda: len(zalo.texts("an")) == 2)


async def test_a_token_that_runs_out_in_the_middle_is_renewed(
    house: House, zalo: FakeZaloOa
) -> None:
    await house.post(zalo.text("an", "hủy"))
    await until(lambda: len(zalo.sent) == 1)
    zalo.expire()
    for person in ("an", "bình", "chi", "dũng"):
        await house.post(zalo.text(person, "hủy"))
    await until(lambda: len(zalo.sent) == 5)
    assert len(zalo.refreshes) == 2


async def reachable(house: House, person: str) -> bool:
    async with house.database.reading() as tx:
        there = people_table.c.channel_id == person
        return bool(await tx.value(select(people_table.c.reachable).where(there)))


async def test_somebody_who_blocked_us_is_left_alone_until_he_writes(
    house: House, zalo: FakeZaloOa
) -> None:
    zalo.blocked.add("an")
    await house.post(zalo.text("an", QUESTION))
    for _ in range(500):
        if not await reachable(house, "an"):
            break
        await asyncio.sleep(0.01)
    assert not await reachable(house, "an")
    zalo.blocked.clear()
    await house.post(zalo.text("an", "hủy"))
    await until(lambda: zalo.texts("an"))
    assert await reachable(house, "an")


async def test_nobody_is_written_to_outside_the_window(
    house: House, zalo: FakeZaloOa, time: Time
) -> None:
    await house.post(house.now(zalo.text("an", "hủy")))
    await until(lambda: len(zalo.sent) == 1)
    time.pass_by(hours=47, minutes=59)
    await house.channel.send("an", Outgoing("Nhắc bạn ngày bầu cử."))
    time.pass_by(minutes=2)
    with pytest.raises(OutsideWindow, match="48 giờ"):
        await house.channel.send("an", Outgoing("Nhắc bạn ngày bầu cử."))
    assert len(zalo.sent) == 2


async def test_what_waits_for_the_window_leaves_when_the_person_writes(
    house: House, zalo: FakeZaloOa
) -> None:
    zalo.sends.add(Answer({"error": -230, "message": "no interaction"}))
    await house.post(zalo.text("an", QUESTION))
    await written_down(house.database, "-230")
    assert zalo.sent == []
    await house.post(zalo.text("an", "hủy"))
    await until(lambda: len(zalo.sent) == 2)
    assert ANSWERED in zalo.texts("an")[0]


async def test_a_wrong_tier_stops_the_channel_and_is_told(house: House, zalo: FakeZaloOa) -> None:
    zalo.sends.add(Answer({"error": -224, "message": "tier"}))
    await house.post(zalo.text("an", QUESTION))
    await until(lambda: "-224" in house.channels.states()["zalo_oa"])
    # Events are still taken in; they wait for better days.
    assert await house.post(zalo.text("an", "hủy")) == 200


async def test_silence_is_noticed_and_called_off(
    house: House, zalo: FakeZaloOa, time: Time
) -> None:
    assert house.channel.warning() == ""
    time.pass_by(hours=24)
    assert "24 giờ qua không có sự kiện" in house.channel.warning()
    assert house.channels.states()["zalo_oa"].startswith("ok (24 giờ qua")
    await house.post(zalo.event("user_seen_message", "an"))
    assert house.channel.warning() == ""


async def test_silence_goes_on_over_a_new_start(
    new_house: NewHouse, zalo: FakeZaloOa, time: Time
) -> None:
    async with new_house() as house:
        await house.post(house.now(zalo.text("an", "hủy")))
        await until(lambda: len(zalo.sent) == 1)
        time.pass_by(hours=23)
    async with new_house() as house:
        await until(lambda: house.channels.states()["zalo_oa"] == "ok")
        time.pass_by(hours=1)
        assert "24 giờ" in house.channel.warning()


async def test_without_a_link_the_channel_says_what_to_do(
    new_house: NewHouse, zalo: FakeZaloOa
) -> None:
    async with new_house(seed="") as house:
        await until(
            lambda: house.channels.states()["zalo_oa"].startswith("ZALO_OA_REFRESH_TOKEN: chưa")
        )
        assert await house.post(zalo.text("an", QUESTION)) == 200


async def test_what_came_before_the_link_is_answered_after_it(
    new_house: NewHouse, zalo: FakeZaloOa
) -> None:
    async with new_house(seed="") as house:
        await house.post(zalo.text("an", QUESTION))
    async with new_house():
        await until(lambda: zalo.texts("an"))
    assert ANSWERED in zalo.texts("an")[0]


@pytest.mark.parametrize("missing", ["app_secret", "oa_secret"])
async def test_a_missing_secret_names_its_setting(
    new_house: NewHouse, zalo: FakeZaloOa, missing: str
) -> None:
    setattr(zalo, missing, "")
    name = {"app_secret": "ZALO_OA_APP_SECRET", "oa_secret": "ZALO_OA_SECRET"}[missing]
    async with new_house() as house:
        await until(lambda: house.channels.states()["zalo_oa"].startswith(f"{name}: còn trống"))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 200),
        (b"{}", 200),
        (b'{"event_name": "user_send_text", "message": {"text": "x", "msg_id": "1"}}', 401),
        (b'{"event_name"', 401),
        (b"\xff", 401),
    ],
)
async def test_unsigned_probes_pass_and_unsigned_events_do_not(
    house: House, body: bytes, status: int
) -> None:
    outcome = Outcome.PROBE if status == 200 else Outcome.REFUSED
    before = counted(outcome)
    answer = await house.web.post("/webhooks/zalo-oa", content=body)
    assert answer.status_code == status
    assert counted(outcome) == before + 1


def counted(outcome: Outcome) -> float:
    labels = {"channel": "zalo_oa", "outcome": str(outcome)}
    return REGISTRY.get_sample_value("bot_messages_total", labels) or 0.0


async def test_the_console_may_look_at_the_address(house: House) -> None:
    assert (await house.web.get("/webhooks/zalo-oa")).status_code == 200


async def test_no_secret_is_told_by_the_channel_that_is_not_blacked_out(
    house: House, zalo: FakeZaloOa
) -> None:
    known = set(house.channel.secrets())
    assert {zalo.app_secret, zalo.oa_secret, zalo.access, zalo.refresh} <= known
