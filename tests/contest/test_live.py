"""What is seen of a contest while it runs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.contest import measures
from bot.contest.live import LiveCounts, announcements, live_counts
from tests.contest.conftest import CLOSES, Arena, NewArena, at
from tests.contest.test_measures import carry_out, fault


async def see(arena: Arena, now: datetime, *, for_public: bool = True) -> LiveCounts:
    async with arena.db.reading() as tx:
        one = arena.published.contest.rounds[0]
        return await live_counts(tx, arena.published, one, now, for_public=for_public)


@pytest.mark.parametrize(
    ("changes", "now", "numbers"),
    [
        ({}, at(2), (None, None, None)),
        ({}, CLOSES, (2, 2, 1)),
        ({"prediction__hide_live_counts": False}, at(2), (2, 2, 1)),
        ({"prediction__scope": "contest"}, CLOSES, (None, None, None)),
        ({"prediction__scope": "contest"}, CLOSES + timedelta(days=8), (2, 2, 1)),
    ],
)
async def test_numbers_that_are_to_be_guessed_stay_hidden(
    new_arena: NewArena, changes: dict[str, Any], now: datetime, numbers: tuple[int | None, ...]
) -> None:
    arena = await new_arena(**changes)
    for name in ("an", "binh"):
        await arena.sit_through(name, 4)
    await arena.start("chi")
    found = await see(arena, now)
    assert (found.persons, found.attempts, found.playing) == numbers
    assert (await see(arena, now, for_public=False)).persons == 2


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (at(-1), "chưa mở"),
        (at(0), "đang mở"),
        (at(9.5), "đang nghỉ"),
        (CLOSES, "đã đóng"),
    ],
)
async def test_how_a_round_stands(new_arena: NewArena, now: datetime, state: str) -> None:
    arena = await new_arena(rounds__0__daily_window={"from": "07:30", "to": "17:30"})
    assert (await see(arena, now)).state == state


@pytest.mark.parametrize("announce", [True, False])
async def test_players_are_told_of_what_was_done(new_arena: NewArena, announce: bool) -> None:
    arena = await new_arena(incidents__announce=announce)
    assert announcements(arena.published) == []
    await carry_out(
        arena,
        lambda tx: measures.propose_extension(
            tx, arena.published, "w1", CLOSES + timedelta(hours=12), "Nghẽn mạng.", "An", at(1)
        ),
        at(1),
    )
    await carry_out(arena, fault(arena, "drop", now=at(1)), at(1))
    told = [
        "Tuần 1 được kéo dài đến 12:00 ngày 9/3/2026.",
        "Có câu hỏi được chấm lại; điểm bạn xem là điểm sau khi chấm lại.",
    ]
    assert announcements(arena.published) == (told if announce else [])
