"""Reminders: asked for in plain words, said once at their time, and never to who did not ask."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta

import pytest

from bot.calculators.reminders import due_reminders, plan_reminders
from bot.channels.reminding import Reminding
from bot.clock import VIETNAM
from bot.dialogue import sayings
from bot.dialogue.messages import Notice, NoticeKind
from bot.dialogue.reminders import show_reminder, wish_in
from bot.dialogue.snapshot import Snapshot
from bot.dialogue.turn import Handler
from bot.errors import OutsideWindow
from bot.store import people
from tests.channels.conftest import House, said, until, with_election, written_down
from tests.databases import new_memory

ELECTION_DAY = date(2027, 5, 23)


@pytest.fixture
def called(snapshot: Snapshot) -> Snapshot:
    """The knowledge on a day when the next election is called."""
    return with_election(snapshot, ELECTION_DAY)


@pytest.fixture
async def called_house(called: Snapshot) -> AsyncIterator[House]:
    database = new_memory()
    yield House(database, Handler(database, lambda: called), now=at(1, hour=9))
    await database.close()


def at(days_before: int, hour: int = 8, minute: int = 0) -> datetime:
    day = ELECTION_DAY - timedelta(days=days_before)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    "text",
    [
        "nhắc tôi ngày bầu cử",
        "nhac toi ngay bau cu",
        "Nhắc tôi với nhé!",
        "nhớ nhắc mình đi bầu nha",
        "bạn nhắc em lịch bầu cử giúp",
        "đăng ký nhắc lịch bầu cử",
        "cho tôi đăng ký nhận nhắc",
        "nhắc tôi khi gần đến ngày bầu cử",
        "/nhac",
        "đặt lịch nhắc",
    ],
)
def test_a_wish_is_understood(text: str) -> None:
    assert wish_in(text) is True


@pytest.mark.parametrize(
    "text",
    ["thôi nhắc", "thoi nhac", "đừng nhắc tôi nữa", "không cần nhắc nữa", "hủy nhắc lịch bầu cử",
     "tắt nhắc", "thôi không nhắc nữa nhé", "/thoinhac", "ngừng nhắc", "huy dang ky nhac"],
)  # fmt: skip
def test_calling_off_is_understood(text: str) -> None:
    assert wish_in(text) is False


@pytest.mark.parametrize(
    "text",
    [
        "ai nhắc dân đi bỏ phiếu",
        "bầu cử ngày nào",
        "nhắc tôi ngày bầu cử là ngày nào",
        "gần hết giờ có phải nhắc cử tri không",
        "thôi",
        "nhắc",
        "không nhắc tên ứng cử viên có được không",
        "lịch bầu cử",
        "đăng ký bầu cử ở đâu",
    ],
)
def test_a_question_is_no_wish(text: str) -> None:
    assert wish_in(text) is (True if text == "nhắc" else None)


def test_the_plan_falls_on_mornings_before_election_day(called: Snapshot) -> None:
    planned = plan_reminders(called.base, date(2027, 1, 1))
    assert [one.key for one in planned] == [
        "bau-cu-thu:niem-yet-cu-tri:0",
        "bau-cu-thu:bo-phieu:7",
        "bau-cu-thu:phat-xong-the:1",
        "bau-cu-thu:bo-phieu:1",
    ]
    assert [one.at.astimezone(VIETNAM).hour for one in planned] == [8, 8, 8, 8]
    assert planned[1].at == at(7)
    assert planned[1].until == planned[3].at == at(1)
    assert planned[3].until == at(0, hour=19)


@pytest.mark.parametrize(
    ("now", "keys"),
    [
        (at(41), []),
        (at(40), ["niem-yet-cu-tri:0"]),
        (at(40, hour=19), []),
        (at(7, hour=7, minute=59), []),
        (at(7), ["bo-phieu:7"]),
        (at(4), ["bo-phieu:7", "phat-xong-the:1"]),
        (at(1), ["bo-phieu:1"]),
        (at(0, hour=18, minute=59), ["bo-phieu:1"]),
        (at(0, hour=19), []),
        (at(-1), []),
    ],
)
def test_what_is_due(called: Snapshot, now: datetime, keys: list[str]) -> None:
    assert [one.key.removeprefix("bau-cu-thu:") for one in due_reminders(called.base, now)] == keys


def test_without_an_election_nothing_is_due(snapshot: Snapshot) -> None:
    assert plan_reminders(snapshot.base, date(2026, 11, 23)) == ()


def test_a_reminder_says_the_day_and_its_legal_basis(called: Snapshot) -> None:
    (due,) = due_reminders(called.base, at(1))
    reply = show_reminder(called, due)
    assert reply.text.startswith("Chủ nhật, 23/5/2027: Ngày bỏ phiếu")
    assert "Luật Bầu cử" in reply.citations[0]
    assert reply.buttons[-1].title == sayings.NO_MORE_REMINDERS
    assert len(reply.buttons) == 2


async def ask(house: House, text: str, person: str = "lan") -> str:
    """What the person is answered."""
    before = len(house.texts_to(person))
    await house.channels.intake.take([said(text, person, at=house.now)])
    await until(lambda: len(house.texts_to(person)) > before)
    return house.texts_to(person)[before]


async def test_today_the_wish_is_kept_and_said_honestly(house: House) -> None:
    async with house.channels.running():
        told = await ask(house, "nhắc tôi ngày bầu cử")
        assert told.startswith(sayings.REMINDER_KEPT)
        assert "chưa được công bố" in told or "chưa" in told
        assert await ask(house, "thôi nhắc") == sayings.REMINDER_OFF
        assert await ask(house, "thôi nhắc") == sayings.REMINDER_NEVER_ON


async def test_who_asked_is_reminded_once_of_each(called_house: House, called: Snapshot) -> None:
    house = called_house
    house.now = at(30)
    async with house.channels.running():
        promised = await ask(house, "nhắc tôi ngày bầu cử")
        assert "- 08:00 ngày 16/5/2027: Ngày bỏ phiếu (23/5/2027).\n" in promised
        await ask(house, "xin chào", "minh")
        reminding = Reminding(house.database, lambda: called, lambda _: None, lambda: house.now)
        house.now = at(7)
        assert [await reminding.remind() for _ in range(3)] == [1, 0, 0]
        house.now = at(1)
        assert await reminding.remind() == 1
        house.channels._replied("telegram")
        await until(lambda: len(house.texts_to("lan")) >= 2)
    got = [text for text in house.texts_to("lan") if text.startswith(sayings.REMINDER_TITLE)]
    # The first one was not sent before the second came: it is not said any more.
    assert len(got) in (1, 2)
    assert [t for t in house.texts_to("minh") if t.startswith(sayings.REMINDER_TITLE)] == []


async def test_reminders_run_by_themselves(called_house: House) -> None:
    house = called_house
    async with house.channels.running():
        await ask(house, "nhắc tôi ngày bầu cử")
    async with house.rebuild().running():
        await until(lambda: len(house.texts_to("lan")) == 2)
    assert house.texts_to("lan")[1].startswith(sayings.REMINDER_TITLE)
    assert [row["lane"] for row in await house.rows()] == ["reply", "broadcast"]


async def test_who_calls_off_or_leaves_is_reminded_no_more(
    called_house: House, called: Snapshot
) -> None:
    house = called_house
    house.now = at(30)
    reminding = Reminding(house.database, lambda: called, lambda _: None, lambda: house.now)
    async with house.channels.running():
        for person in ("lan", "minh", "hoa"):
            await ask(house, "nhắc tôi ngày bầu cử", person)
        await ask(house, "đừng nhắc tôi nữa", "lan")
        gone = Notice(NoticeKind.UNFOLLOWED, "telegram", "minh", "n1", house.now)
        await house.channels.intake.take([gone])
        await ask(house, "xin chào", "hoa")
        house.now = at(7)
        assert await reminding.remind() == 1


async def test_outside_the_window_a_reminder_waits_but_not_beyond_its_time(
    called_house: House, called: Snapshot
) -> None:
    house = called_house
    house.now = at(30)
    async with house.channels.running():
        for person in ("lan", "minh"):
            await ask(house, "nhắc tôi ngày bầu cử", person)
            house.paper.failing[person].append(OutsideWindow("Quá 7 ngày."))
        house.now = at(7)
        await Reminding(
            house.database, lambda: called, house.channels._replied, lambda: house.now
        ).remind()
        await written_down(house.database, "Quá 7 ngày.")
        await until(lambda: not (house.paper.failing["lan"] or house.paper.failing["minh"]))
        house.now = at(5)
        await ask(house, "xin chào", "lan")
        await until(lambda: len(house.texts_to("lan")) == 3)
        house.now = at(-3)
        await ask(house, "xin chào", "minh")
        await written_down(house.database, "Tin đã hết ý nghĩa")
    assert any(t.startswith(sayings.REMINDER_TITLE) for t in house.texts_to("lan"))
    assert not any(t.startswith(sayings.REMINDER_TITLE) for t in house.texts_to("minh"))


async def test_what_a_person_asked_to_be_reminded_of_is_shown_and_erased(house: House) -> None:
    async with house.channels.running():
        await ask(house, "nhắc tôi ngày bầu cử")
    async with house.database.transaction() as tx:
        met = await people.meet(tx, "telegram", "lan", house.now)
        assert len((await people.export(tx, met.id))["reminders"]) == 1
        assert await people.erase(tx, met.id)
        again = await people.meet(tx, "telegram", "lan", house.now)
        assert (await people.export(tx, again.id))["reminders"] == []
