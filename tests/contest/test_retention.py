"""Personal data of a contest is kept as long as its rules say, and no longer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.contest import results
from bot.contest.discipline import complain
from bot.contest.registration import open_registration
from bot.contest.retention import Trimmed, trim
from bot.store import contest_entrants, people
from bot.store.contest_entrants import Entrant
from tests.contest.conftest import AFTER, SEALER, Arena, NewArena, at

PHONE = "0912345678"


async def _trim(arena: Arena, days: float) -> Trimmed:
    return await arena.run(
        lambda tx: trim(tx, arena.published, SEALER, AFTER + timedelta(days=days))
    )


async def _kept(arena: Arena, name: str = "an") -> Entrant:
    async with arena.db.reading() as tx:
        found = await contest_entrants.get(tx, arena.people[name].id)
    assert found is not None
    return found


@pytest.fixture
async def decided(new_arena: NewArena) -> Arena:
    """A decided round in which one person played, who gave his phone."""
    arena = await new_arena()
    await arena.register("an", dien_thoai=PHONE)
    await arena.sit_through("an", right=4)
    await arena.compute()
    async with arena.tx() as tx:
        await results.decide(tx, arena.published, "w1", "12/QĐ", "An", AFTER)
    return arena


async def test_contact_data_go_so_many_days_after_the_award(decided: Arena) -> None:
    assert await _trim(decided, 89) == Trimmed()
    assert open_registration(SEALER, await _kept(decided)).values["dien_thoai"] == PHONE
    assert await _trim(decided, 91) == Trimmed(contacts=1)
    kept = open_registration(SEALER, await _kept(decided)).values
    assert "dien_thoai" not in kept
    assert kept["ho_ten"] == "Nguyễn Văn An"
    assert await _trim(decided, 91) == Trimmed()


async def test_names_go_later_and_the_ranking_stays_as_it_was(decided: Arena) -> None:
    before = await decided.ranking()
    assert (await _trim(decided, 380)).names == 1
    entrant = await _kept(decided)
    assert (entrant.person_id, entrant.sealed, entrant.standing) == (None, "", "active")
    assert await decided.ranking() == before
    assert (await decided.verify()).holds


async def test_nothing_goes_before_an_award(new_arena: NewArena) -> None:
    arena = await new_arena()
    await arena.register("an", dien_thoai=PHONE)
    assert await _trim(arena, 200) == Trimmed()


async def test_nothing_goes_while_a_complaint_waits(decided: Arena) -> None:
    entrant = decided.people["an"].id
    async with decided.tx() as tx:
        await complain(
            tx, decided.published, SEALER, entrant, "bot", "Bài của tôi bị tính thiếu.", AFTER
        )
    assert await _trim(decided, 500) == Trimmed()


async def test_a_person_whose_name_went_can_still_talk_to_us(decided: Arena) -> None:
    await _trim(decided, 380)
    async with decided.tx() as tx:
        person = await people.meet(tx, "web", "an", at(9_000))
    assert not person.is_new
