"""Reminders on the Official Account: within its window at once, else with the next message."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.clock import VIETNAM
from bot.dialogue import sayings
from bot.dialogue.snapshot import Snapshot
from tests.channels.conftest import until, with_election, written_down
from tests.channels.zalo_oa.conftest import NewHouse, Time
from tests.fakes.zalo_oa import FakeZaloOa

ELECTION = datetime(2027, 5, 23, 8, 0, tzinfo=VIETNAM)
WISH = "nhắc tôi ngày bầu cử"


@pytest.fixture
def snapshot(snapshot: Snapshot) -> Snapshot:
    """The knowledge on a day when the next election is called."""
    return with_election(snapshot, ELECTION.date())


@pytest.fixture
def time() -> Time:
    return Time(ELECTION - timedelta(days=9))


async def ask(new_house: NewHouse, zalo: FakeZaloOa) -> None:
    """A person asks to be reminded, and the program ends."""
    async with new_house() as house:
        await house.post(house.now(zalo.text("an", WISH)))
        await until(lambda: zalo.texts("an"))
        assert "16/5/2027" in zalo.texts("an")[0]


async def test_within_the_window_a_reminder_comes_by_itself(
    new_house: NewHouse, zalo: FakeZaloOa, time: Time
) -> None:
    time.pass_by(days=1)
    await ask(new_house, zalo)
    time.pass_by(days=1)
    async with new_house():
        await until(lambda: len(zalo.texts("an")) == 2)
    assert zalo.texts("an")[1].startswith(sayings.REMINDER_TITLE)
    assert zalo.buttons("an")[-1]["title"] == sayings.NO_MORE_REMINDERS


async def test_outside_the_window_a_reminder_comes_with_the_next_message(
    new_house: NewHouse, zalo: FakeZaloOa, time: Time
) -> None:
    await ask(new_house, zalo)
    time.pass_by(days=3)
    async with new_house() as house:
        await written_down(house.database, "48 giờ")
        assert len(zalo.texts("an")) == 1
        await house.post(house.now(zalo.text("an", "hủy")))
        await until(lambda: len(zalo.texts("an")) == 3)
    told = zalo.texts("an")[1:]
    assert [text.startswith(sayings.REMINDER_TITLE) for text in sorted(told, key=len)] == [
        False,
        True,
    ]
