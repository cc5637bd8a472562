"""What a person sees of his own result, and when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.contest.refusal import Refused
from bot.contest.result import Result, result_of
from bot.contest.sitting import Sitting
from tests.contest.conftest import CLOSES, Arena, NewArena, at

LATER = CLOSES + timedelta(days=10)


async def see(arena: Arena, seat: Sitting, now: datetime) -> Result:
    async with arena.db.reading() as tx:
        return await result_of(tx, arena.published, seat.attempt.entrant_id, seat.attempt.id, now)


@pytest.mark.parametrize(
    ("when", "what", "answer_key", "now", "sees"),
    [
        ("on_submit", "score", "never", at(2), (3, None, 0, 0)),
        ("on_submit", "score_time", "never", at(2), (3, 60, 0, 0)),
        ("after_round", "score_time", "never", at(2), (None, None, 0, 0)),
        ("after_round", "score_time", "never", CLOSES, (3, 60, 0, 0)),
        ("after_round", "right_wrong", "never", CLOSES, (3, 60, 4, 0)),
        ("after_round", "key", "never", CLOSES, (3, 60, 4, 4)),
        ("after_contest", "score", "never", CLOSES, (None, None, 0, 0)),
        ("after_contest", "score", "never", LATER, (3, None, 0, 0)),
        ("never", "score", "never", LATER, (None, None, 0, 0)),
        ("on_submit", "nothing", "never", LATER, (None, None, 0, 0)),
        ("on_submit", "score", "after_round", at(2), (3, None, 0, 0)),
        ("on_submit", "score", "after_round", CLOSES, (3, 60, 4, 4)),
        ("on_submit", "score", "after_contest", CLOSES, (3, None, 0, 0)),
    ],
)
async def test_the_rules_decide_what_is_seen_and_when(
    new_arena: NewArena, when: str, what: str, answer_key: str, now: datetime, sees: tuple[Any, ...]
) -> None:
    arena = await new_arena(
        papers__main__show_result={"when": when, "what": what}, results__answer_key=answer_key
    )
    found = await see(arena, await arena.sit_through("an", right=3), now)
    seconds = found.duration.total_seconds() if found.duration is not None else None
    keys = sum(bool(judged.key) for judged in found.judged)
    assert (found.correct, seconds, len(found.judged), keys) == sees
    assert found.total == 4


async def test_the_key_is_shown_in_the_letters_that_were_seen(new_arena: NewArena) -> None:
    arena = await new_arena(papers__main__pass_mark=3)
    seat = await arena.sit_through("an", right=3)
    found = await see(arena, seat, CLOSES)
    assert found.has_passed
    assert [judged.is_right for judged in found.judged] == [True, True, True, False]
    for judged in found.judged:
        shown = {c.letter: c.id for c in judged.place.choices}
        assert [shown[letter] for letter in judged.key_letters] == ["b"]


async def test_what_comes_later_is_told(new_arena: NewArena) -> None:
    arena = await new_arena(papers__main__show_result={"when": "after_round", "what": "score"})
    seat = await arena.sit_through("an", right=3)
    assert (await see(arena, seat, at(2))).later == "Kết quả có sau 00:00 ngày 9/3/2026."
    assert (await see(arena, seat, CLOSES)).later == ""


async def test_an_open_paper_has_no_result(arena: Arena) -> None:
    seat = await arena.start()
    with pytest.raises(Refused, match="Bạn chưa nộp bài này.") as refused:
        await see(arena, seat, at())
    assert refused.value.reason == "not_allowed"


async def test_a_discarded_paper_has_none_either(new_arena: NewArena) -> None:
    arena = await new_arena(papers__main__on_timeout="discard")
    seat = await arena.start()
    found = await see(arena, await arena.submit(seat, at(2)), at(2))
    assert not found.is_counted
    assert found.correct is None
