"""The wish to be reminded: shown with a person's data, erased with it, and not kept for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.dialogue import mydata, sayings
from bot.dialogue.contest.hall import Hall
from bot.dialogue.retention import sweep
from bot.dialogue.snapshot import Snapshot
from bot.dialogue.turn import Handler
from bot.store import people, reminders
from bot.store.database import Database
from bot.store.tables import people as people_table
from bot.store.tables import reminded
from bot.store.tables import reminders as wishes
from tests.conftest import NOW, SEALER
from tests.dialogue.conftest import Talk, rows_of

WISH = "nhắc tôi ngày bầu cử"
YEAR = timedelta(days=365)


@pytest.fixture
def handler(db: Database, snapshot: Snapshot) -> Handler:
    return Handler(db, lambda: snapshot, hall=Hall(SEALER))


@pytest.fixture
def talk(handler: Handler) -> Talk:
    return Talk(handler, channel="telegram")


async def test_the_wish_stands_among_a_persons_data_and_goes_with_them(talk: Talk) -> None:
    await talk.say(WISH)
    assert mydata.REMINDED.partition("{")[0] in (await talk.say("/dulieu")).text
    await talk.press_titled(mydata.ERASE)
    await talk.press_titled(mydata.ERASE_ALL)
    assert await rows_of(talk.handler.database, wishes) == []
    assert mydata.REMINDED.partition("{")[0] not in (await talk.say("/dulieu")).text


async def test_asked_twice_is_asked_once_and_called_off_by_the_button(talk: Talk) -> None:
    await talk.say(WISH)
    assert (await talk.say("nhac toi voi nhe")).text.startswith(sayings.REMINDER_KEPT)
    assert len(await rows_of(talk.handler.database, wishes)) == 1
    assert (await talk.press_titled(sayings.NO_MORE_REMINDERS)).text == sayings.REMINDER_OFF
    assert await rows_of(talk.handler.database, wishes) == []


async def test_a_wish_lasts_for_years_but_not_of_whom_nothing_reaches(talk: Talk) -> None:
    db = talk.handler.database
    for person in ("lan", "minh"):
        await Talk(talk.handler, person, "telegram").say(WISH)
    async with db.transaction() as tx:
        gone = await people.meet(tx, "telegram", "minh", NOW)
        await people.set_reachable(tx, gone.id, False)
        await reminders.remind(tx, "bau-cu:bo-phieu:1", {}, NOW, 10)
    almost = await sweep(db, Hall(SEALER), YEAR, NOW + YEAR)
    assert (almost.wishes, len(await rows_of(db, reminded))) == (0, 1)
    swept = await sweep(db, Hall(SEALER), YEAR, NOW + 4 * YEAR)
    assert (swept.wishes, len(await rows_of(db, reminded))) == (1, 0)
    (kept,) = await rows_of(db, wishes)
    (lan,) = [row for row in await rows_of(db, people_table) if row["channel_id"] == "lan"]
    assert kept["person_id"] == lan["id"]


async def test_what_was_said_is_remembered_as_long_as_it_could_be_said_again(talk: Talk) -> None:
    db = talk.handler.database
    await talk.say(WISH)
    async with db.transaction() as tx:
        await reminders.remind(tx, "bau-cu:bo-phieu:7", {}, NOW, 10)
    await sweep(db, Hall(SEALER), timedelta(days=1), NOW + timedelta(days=6))
    async with db.transaction() as tx:
        assert await reminders.remind(tx, "bau-cu:bo-phieu:7", {}, NOW, 10) == {}
