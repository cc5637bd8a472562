"""The window in which a person may be written to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.channels.zalo_oa.window import Window
from bot.errors import DatabaseUnavailable, OutsideWindow
from bot.store import people
from bot.store.database import Database
from tests.channels.zalo_oa.conftest import Time
from tests.databases import no_thread_is_left

HOURS = timedelta(hours=48)


async def test_the_window_opens_with_a_message_and_shuts_after_its_time(
    database: Database, time: Time
) -> None:
    window = Window(database, "zalo_oa", HOURS, time)
    async with database.transaction() as tx:
        await people.meet(tx, "zalo_oa", "an", time.at)
    time.pass_by(hours=48)
    await window.check("an")
    time.pass_by(seconds=1)
    with pytest.raises(OutsideWindow, match="48 giờ"):
        await window.check("an")
    window.heard("an", time.at)
    await window.check("an")


async def test_who_wrote_of_late_needs_no_look_into_the_store(time: Time) -> None:
    nowhere = Database("sqlite:////khong-co/bot.db")
    window = Window(nowhere, "zalo_oa", HOURS, time)
    window.heard("an", time.at)
    await window.check("an")
    with pytest.raises(DatabaseUnavailable):
        await window.check("bình")
    await nowhere.close()
    assert await no_thread_is_left()


async def test_another_program_may_have_heard_of_him_later(database: Database, time: Time) -> None:
    window = Window(database, "zalo_oa", HOURS, time)
    window.heard("an", time.at)
    time.pass_by(hours=40)
    async with database.transaction() as tx:
        await people.meet(tx, "zalo_oa", "an", time.at)
    time.pass_by(hours=40)
    await window.check("an")


async def test_of_somebody_unknown_zalo_knows_best(database: Database, time: Time) -> None:
    await Window(database, "zalo_oa", HOURS, time).check("người lạ")
