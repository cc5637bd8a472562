"""Flags: what deserves a second look, and what does not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.contest import watch
from bot.contest.refusal import Refused
from bot.store import contest_entrants, contest_flags
from bot.store.contest_flags import Flag
from tests.contest.conftest import AFTER, Arena, NewArena, at


async def flags(arena: Arena, *kinds: str) -> list[Flag]:
    """The flags of some kinds; everybody in the arena has one name and one birth date."""
    async with arena.tx() as tx:
        await watch.watch(tx, arena.published, AFTER)
        found = await contest_flags.list_flags(tx, "thu")
    return [flag for flag in found if not kinds or flag.kind in kinds]


def names(arena: Arena, found: list[Flag]) -> list[str]:
    by_id = {entrant.id: name for name, entrant in arena.people.items()}
    return [by_id[flag.entrant_id] for flag in found]


@pytest.mark.parametrize(("seconds", "is_flagged"), [(29.9, True), (30, False), (600, False)])
async def test_a_paper_that_nobody_can_read_so_fast(
    arena: Arena, seconds: float, is_flagged: bool
) -> None:
    seat = await arena.sit_through("an", 4, seconds=seconds)
    found = await flags(arena)
    assert [(f.kind, f.attempt_id) for f in found] == [("too_fast", seat.attempt.id)] * is_flagged


@pytest.mark.parametrize(("people", "flagged"), [(3, 0), (4, 4)])
async def test_many_people_on_one_device(arena: Arena, people: int, flagged: int) -> None:
    for n in range(people):
        await arena.start(f"nguoi-{n}", at(1 + n), device="máy-1")
    await arena.start("khac", device="máy-2")
    found = await flags(arena, "same_device_many")
    assert len(found) == flagged
    assert all(f.detail == {"people": people} for f in found)


async def test_contacts_of_several_people(arena: Arena) -> None:
    for name, phone in (("an", "0912345678"), ("binh", "+84912345678"), ("chi", "0912345679")):
        await arena.register(name, dien_thoai=phone, ho_ten=f"Người {name}")
    await arena.register("dung", ho_ten="Người chi")
    found = await flags(arena)
    assert sorted(zip(names(arena, found), (f.detail["what"] for f in found), strict=True)) == [
        ("an", "phone"),
        ("binh", "phone"),
        ("chi", "person"),
        ("dung", "person"),
    ]


async def test_the_same_mistakes_within_minutes(new_arena: NewArena) -> None:
    arena = await new_arena(papers__main__mode="fixed")
    for n in range(6):
        # The last one comes when the others have gone home.
        began = at(1) + timedelta(minutes=n if n < 5 else 60)
        seat = await arena.start(f"nguoi-{n}", began)
        for place in seat.places:
            chosen = "a" if place.question.id in _first_two(seat.places) else "b"
            await arena.answer(seat, place.position, chosen, now=began)
        await arena.predict(seat, 1, began)
        await arena.submit(seat, began + timedelta(minutes=1))
    found = await flags(arena, "same_answers_burst")
    assert names(arena, found) == [f"nguoi-{n}" for n in range(5)]


def _first_two(places: object) -> set[str]:
    return set(sorted(place.question.id for place in places)[:2])  # type: ignore[attr-defined]


async def test_the_same_right_answers_are_no_mistake(new_arena: NewArena) -> None:
    arena = await new_arena(papers__main__mode="fixed")
    for n in range(6):
        await arena.sit_through(f"nguoi-{n}", 4, began=at(1))
    assert await flags(arena, "same_answers_burst", "too_fast") == []


async def test_a_flag_is_reviewed_once_and_changes_nobody(arena: Arena) -> None:
    await arena.sit_through("an", 4, seconds=3)
    (flag,) = await flags(arena)
    async with arena.tx() as tx:
        await watch.review_flag(tx, arena.published, flag.id, True, "Đã gọi điện hỏi.", "An", AFTER)
        with pytest.raises(Refused):
            await watch.review_flag(tx, arena.published, 99, True, "", "An", AFTER)
    (again,) = await flags(arena)
    assert (again.state, again.note, again.reviewed_by) == ("upheld", "Đã gọi điện hỏi.", "An")
    async with arena.db.reading() as tx:
        entrant = await contest_entrants.get(tx, flag.entrant_id)
    assert entrant is not None
    assert entrant.standing == "active"
    await arena.compute()
    assert await arena.ranking() == [("an", 1)]


async def test_the_rules_choose_what_is_watched(new_arena: NewArena) -> None:
    arena = await new_arena(integrity__flags=["same_device_many"])
    await arena.sit_through("an", 4, seconds=3)
    assert await flags(arena) == []
