"""What only a winner is asked: after the decision, of him alone, kept like his registration."""

from __future__ import annotations

from typing import Any

import pytest

from bot.contest import prizes, results
from bot.contest.refusal import Refused
from bot.contest.registration import open_registration
from bot.contest.winning import Won, complete, won_by
from bot.store import contest_audit, contest_awards, contest_entrants
from bot.store.contest_entrants import Entrant
from tests.contest.conftest import AFTER, SEALER, Arena, NewArena, at

FIELDS = [
    {"key": "ho_ten", "type": "name"},
    {"key": "ngay_sinh", "type": "date"},
    {"key": "cccd", "type": "id_number", "ask_when": "at_award"},
    {"key": "tai_khoan", "type": "text", "ask_when": "at_award", "required": False},
]
NUMBER = "022090001234"


async def played(new_arena: NewArena, **changes: Any) -> Arena:
    """An has won the only prize, Bình has not; nothing is decided."""
    one: dict[str, Any] = {"individual": [{"name": "Nhất", "count": 1, "value": 5_000_000}]}
    one |= changes.pop("limits", {})
    arena = await new_arena(registration__fields=FIELDS, prizes__weekly=one, **changes)
    await arena.sit_through("an", 4, guess=1, began=at(1))
    await arena.sit_through("binh", 1, guess=1, began=at(1))
    await arena.compute()
    return arena


async def decide(arena: Arena) -> None:
    async with arena.tx() as tx:
        await results.decide(tx, arena.published, "w1", "12/QĐ", "Lan", AFTER)


async def now(arena: Arena, name: str) -> Entrant:
    async with arena.tx() as tx:
        found = await contest_entrants.get(tx, arena.people[name].id)
    assert found is not None
    return found


async def look(arena: Arena, name: str) -> Won:
    entrant = await now(arena, name)
    async with arena.tx() as tx:
        return await won_by(tx, arena.published, SEALER, entrant)


async def give(arena: Arena, name: str, **values: str) -> None:
    async with arena.tx() as tx:
        await complete(
            tx, arena.published, SEALER, arena.trees, arena.people[name].id, values, AFTER
        )


async def test_nothing_is_told_or_asked_before_the_decision(new_arena: NewArena) -> None:
    arena = await played(new_arena)
    assert await look(arena, "an") == Won()
    with pytest.raises(Refused, match="không cần thêm"):
        await give(arena, "an", cccd=NUMBER)


async def test_only_the_winner_is_asked_and_what_he_gives_is_sealed(new_arena: NewArena) -> None:
    arena = await played(new_arena)
    await decide(arena)
    won = await look(arena, "an")
    assert [award.name for award in won.awards] == ["Nhất"]
    assert [one.key for one in won.missing] == ["cccd", "tai_khoan"]
    assert await look(arena, "binh") == Won()
    before = await now(arena, "an")
    assert before.locked_at is not None
    await give(arena, "an", cccd=f" {NUMBER[:4]} {NUMBER[4:]} ", ho_ten="Kẻ Khác")
    entrant = await now(arena, "an")
    kept = open_registration(SEALER, entrant).values
    assert kept["cccd"] == NUMBER
    assert kept["ho_ten"] == "Nguyễn Văn An"
    assert NUMBER not in entrant.sealed
    async with arena.tx() as tx:
        marks = await contest_entrants.marks_of(tx, entrant.id)
        trail = await contest_audit.trail(tx, arena.published.id)
    assert marks["id_mark"] == SEALER.fingerprint(f"id:{NUMBER}")
    assert trail[-1].data == {"entrant": entrant.id, "fields": ["cccd"]}
    assert [one.key for one in (await look(arena, "an")).missing] == ["tai_khoan"]


async def test_a_field_left_empty_keeps_what_was_given(new_arena: NewArena) -> None:
    arena = await played(new_arena)
    await decide(arena)
    await give(arena, "an", cccd=NUMBER)
    await give(arena, "an", tai_khoan="Ngân hàng A 12345")
    kept = open_registration(SEALER, await now(arena, "an")).values
    assert (kept["cccd"], kept["tai_khoan"]) == (NUMBER, "Ngân hàng A 12345")


@pytest.mark.parametrize("text", ["", "12345", "=HYPERLINK(1)", "9" * 12, "1" * 5_000])
async def test_what_cannot_be_is_told_and_nothing_is_kept(new_arena: NewArena, text: str) -> None:
    arena = await played(new_arena)
    await decide(arena)
    before = (await now(arena, "an")).sealed
    with pytest.raises(Refused) as refused:
        await give(arena, "an", cccd=text, tai_khoan="Ngân hàng A 12345")
    assert (refused.value.reason, refused.value.detail) == ("field", "cccd")
    assert (await now(arena, "an")).sealed == before


async def test_who_lost_his_prize_is_asked_no_more(new_arena: NewArena) -> None:
    arena = await played(new_arena, ranking__gate=None)
    await decide(arena)
    assert (await look(arena, "an")).asked
    await arena.compute(now=AFTER)
    async with arena.tx() as tx:
        result = await results.need_result(tx, arena.published, "w1")
        (award,) = await contest_awards.of_result(tx, result.id)
        await prizes.pass_down(tx, arena.published, award.id, "Từ chối nhận giải.", "Lan", AFTER)
    assert (await look(arena, "an")).asked, "until the new edition is decided, the old one holds"
    await decide(arena)
    assert await look(arena, "an") == Won()
    assert [one.name for one in (await look(arena, "binh")).awards] == ["Nhất"]


async def test_a_prize_counts_once_however_often_its_round_is_decided(new_arena: NewArena) -> None:
    arena = await played(new_arena, limits={"max_per_person_contest": 1})
    await decide(arena)
    await arena.compute(now=AFTER)
    assert await arena.winners() == [("an", "Nhất")], "his own prize does not stand in his way"
    await decide(arena)
    assert await arena.winners() == [("an", "Nhất")]
