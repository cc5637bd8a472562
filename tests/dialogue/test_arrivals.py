"""By which leaflet a person came is his to see, and goes with his data."""

from __future__ import annotations

from bot.dialogue import mydata
from bot.dialogue.contest.hall import Hall
from bot.dialogue.snapshot import Snapshot
from bot.dialogue.turn import Handler
from bot.store.database import Database
from tests.conftest import SEALER
from tests.dialogue.conftest import Talk


async def test_a_person_sees_by_which_leaflet_he_came(db: Database, snapshot: Snapshot) -> None:
    talk = Talk(Handler(db, lambda: snapshot, hall=Hall(SEALER)), channel="zalo_oa")
    await talk.say("u-06652-togap")
    assert mydata.CAME_BY.format("u-06652-togap") in (await talk.say("/dulieu")).text
    await talk.press_titled(mydata.ERASE)
    await talk.press_titled(mydata.ERASE_ALL)
    assert "u-06652" not in (await talk.say("/dulieu")).text
