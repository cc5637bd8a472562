"""Playing: every rule of an attempt, on every kind of store."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.contest import play
from bot.contest.document import from_ms
from bot.contest.draw import draw
from bot.contest.refusal import Refused
from tests.contest.conftest import CLOSES, Arena, NewArena, at
from tests.contest.folder import define


async def refusal_of(deed: Awaitable[object]) -> str:
    """The reason why a deed is refused; empty where it is not."""
    try:
        await deed
    except Refused as refused:
        return refused.reason
    return ""


async def test_a_paper_is_drawn_answered_and_handed_in(arena: Arena) -> None:
    seat = await arena.start()
    assert seat.is_new
    assert [place.position for place in seat.places] == [1, 2, 3, 4]
    assert len({place.question.id for place in seat.places}) == 4
    assert seat.left(at()) == timedelta(minutes=10)
    for place in seat.places[:3]:
        await arena.answer(seat, place.position, "b")
    await arena.predict(seat, 120)
    done = await arena.submit(seat, at(seconds=90))
    attempt = done.attempt
    assert (attempt.status, attempt.correct, attempt.total, attempt.score) == ("submitted", 3, 4, 3)
    assert attempt.duration_ms == 90_000
    assert attempt.prediction == 120
    assert done.answered == 3


async def test_options_keep_their_order_for_as_long_as_the_attempt_lives(arena: Arena) -> None:
    seat = await arena.start(seed="s1")
    again = await arena.look(seat)
    assert again.places == seat.places
    orders = {tuple(c.id for c in place.choices) for place in seat.places}
    assert len(orders) > 1, "the options are shuffled"
    assert [c.letter for c in seat.places[0].choices] == ["A", "B", "C", "D"]


async def test_the_same_seed_draws_the_same_paper(new_arena: NewArena) -> None:
    arena = await new_arena(attempts__max_per_round=None)
    papers = []
    for seed in ("x", "x", "y"):
        seat = await arena.start(seed=seed)
        papers.append([(p.question.id, p.choices) for p in seat.places])
        await arena.predict(seat, 1)
        await arena.submit(seat)
    assert papers[0] == papers[1] != papers[2]


async def test_an_answer_may_be_changed_and_taken_back(arena: Arena) -> None:
    seat = await arena.start()
    for chosen in (("a",), ("b",), ("b",), (), ("c",)):
        assert (await arena.answer(seat, 1, *chosen)).chosen == chosen
        assert (await arena.look(seat)).places[0].chosen == chosen


async def test_a_double_press_finds_the_attempt_that_is_open(arena: Arena) -> None:
    first = await arena.start()
    second = await arena.start()
    assert second.attempt == first.attempt
    assert not second.is_new


async def test_handing_in_twice_changes_nothing(arena: Arena) -> None:
    first = await arena.sit_through("an", right=4)
    assert await arena.submit(first, at(5)) == first
    with pytest.raises(Refused) as refused:
        await arena.answer(first, 1, "a")
    assert refused.value.reason == "already_submitted"
    with pytest.raises(Refused) as refused:
        await arena.predict(first, 9)
    assert refused.value.reason == "already_submitted"


async def test_attempts_run_out(arena: Arena) -> None:
    for hour in range(3):
        await arena.sit_through("an", right=1, began=at(hour + 1))
    with pytest.raises(Refused, match="Bạn đã dùng hết 3 lượt thi của vòng này") as refused:
        await arena.start(now=at(5))
    assert refused.value.reason == "no_attempts_left"
    assert (await arena.start(now=at(24 * 10), round_id="w2")).is_new


@pytest.mark.parametrize(
    ("changes", "hours", "taken"),
    [
        ({"attempts": {"max_per_round": None, "max_total": 2}}, [1, 2, 3], 2),
        ({"attempts": {"max_per_round": None, "max_per_day": 2}}, [1, 2, 3], 2),
        ({"attempts": {"max_per_round": None, "max_per_day": 1}}, [1, 15.9], 1),
        ({"attempts": {"max_per_round": None, "max_per_day": 1}}, [1, 16], 2),
        ({"attempts": {"max_per_round": None, "min_gap_s": 3600}}, [1, 2.0], 1),
        ({"attempts": {"max_per_round": None, "min_gap_s": 3600}}, [1, 2.1], 2),
        ({"attempts": {"max_per_round": None}}, [1, 2, 3, 4, 5], 5),
    ],
)
async def test_each_limit_holds(
    new_arena: NewArena, changes: dict[str, Any], hours: list[float], taken: int
) -> None:
    arena = await new_arena(**changes)
    reasons = [await refusal_of(arena.sit_through("an", right=1, began=at(hour))) for hour in hours]
    assert reasons.count("") == taken
    assert set(reasons) <= {"", "no_attempts_left", "too_soon"}


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (at(0, milliseconds=-1), "not_open_yet"),
        (at(0), ""),
        (CLOSES - timedelta(milliseconds=1), ""),
        (CLOSES, "closed"),
    ],
)
async def test_a_round_opens_and_closes_to_the_millisecond(
    arena: Arena, now: datetime, reason: str
) -> None:
    assert await refusal_of(arena.start(now=now)) == reason


async def test_a_daily_window_closes_in_the_evening(new_arena: NewArena) -> None:
    arena = await new_arena(
        rounds__0__daily_window={"days": [1, 2, 3, 4, 5], "from": "07:30", "to": "17:30"}
    )
    seat = await arena.start(now=at(9.4))
    assert seat.deadline == at(9.5), "the evening cuts the paper short"
    with pytest.raises(Refused, match="Giờ mở lại: 07:30 ngày 2/3/2026") as refused:
        await arena.start("binh", at(9.5))  # Friday evening
    assert refused.value.reason == "outside_hours"


@pytest.mark.parametrize(
    ("change", "deadline"),
    [("cut_at_close", CLOSES), ("full_time", CLOSES + timedelta(minutes=9))],
)
async def test_an_attempt_across_the_closing_instant(
    new_arena: NewArena, change: str, deadline: datetime
) -> None:
    arena = await new_arena(attempts__open_attempt_at_close=change)
    seat = await arena.start(now=CLOSES - timedelta(minutes=1))
    assert seat.deadline == deadline
    await arena.answer(seat, 1, "b", now=deadline - timedelta(milliseconds=1))
    await arena.predict(seat, 1, deadline)
    done = await arena.submit(seat, deadline + timedelta(seconds=1))
    assert done.attempt.status == "submitted"
    assert from_ms(done.attempt.submitted_ms or 0) == deadline, "the grace earns no time"


@pytest.mark.parametrize(
    ("on_timeout", "late_ms", "refusal", "ended"),
    [
        ("submit_answered", -1, "", "submitted"),
        ("submit_answered", 1999, "", "submitted"),
        ("submit_answered", 2000, "too_late", "timed_out"),
        ("discard", 1999, "", "submitted"),
        ("discard", 2000, "too_late", "discarded"),
        ("grace", -1, "", "submitted"),
        ("grace", 0, "too_late", "submitted"),
        ("grace", 1999, "too_late", "submitted"),
        ("grace", 2000, "too_late", "discarded"),
    ],
)
async def test_the_last_moment_of_each_way_to_time_out(
    new_arena: NewArena, on_timeout: str, late_ms: int, refusal: str, ended: str
) -> None:
    arena = await new_arena(papers__main__on_timeout=on_timeout)
    seat = await arena.start()
    await arena.answer(seat, 1, "b")
    await arena.predict(seat, 1)
    now = seat.deadline + timedelta(milliseconds=late_ms)
    assert await refusal_of(arena.answer(seat, 2, "b", now=now)) == refusal
    done = await arena.submit(seat, now)
    assert done.attempt.status == ended
    assert done.attempt.correct == (1 if refusal else 2)


async def test_what_nobody_hands_in_is_ended_when_its_time_is_over(arena: Arena) -> None:
    seat = await arena.start()
    await arena.answer(seat, 1, "b")
    for seconds, ended in ((600, 0), (602, 1), (700, 0)):
        assert (
            await arena.run(
                lambda tx, s=seconds: play.expire(tx, arena.published, at(seconds=s))  # type: ignore[misc]
            )
            == ended
        )
    done = await arena.look(seat)
    assert (done.attempt.status, done.attempt.correct) == ("timed_out", 1)
    assert done.attempt.duration_ms == 600_000


async def test_a_new_start_ends_what_is_overdue_first(arena: Arena) -> None:
    first = await arena.start()
    second = await arena.start(now=at(3))
    assert second.is_new
    assert second.attempt.id != first.attempt.id
    assert (await arena.look(first)).attempt.status == "timed_out"


@pytest.mark.parametrize(("counts", "refusal"), [(True, "no_attempts_left"), (False, "")])
async def test_a_discarded_attempt_uses_one_up_or_not(
    new_arena: NewArena, counts: bool, refusal: str
) -> None:
    arena = await new_arena(
        papers__main__on_timeout="discard",
        attempts={"max_per_round": 1, "abandoned_counts": counts},
    )
    await arena.start()
    assert await refusal_of(arena.start(now=at(3))) == refusal


async def test_nobody_answers_on_another_persons_paper(arena: Arena) -> None:
    seat = await arena.start("an")
    other = await arena.start("binh")
    for attempt_id, position in ((seat.attempt.id, 1), (other.attempt.id, 9), (7, 1)):
        forged = replace(other, attempt=replace(other.attempt, id=attempt_id))
        with pytest.raises(Refused) as refused:
            await arena.answer(forged, position, "b")
        assert refused.value.reason == "not_yours"
    for deed in (arena.submit, arena.look):
        with pytest.raises(Refused):
            await deed(replace(other, attempt=replace(other.attempt, id=seat.attempt.id)))
    assert (await arena.look(seat)).answered == 0


@pytest.mark.parametrize("chosen", [("e",), ("a", "b"), ("",), ("a,b",), ("b", "x")])
async def test_only_one_of_the_shown_options_is_taken(
    arena: Arena, chosen: tuple[str, ...]
) -> None:
    seat = await arena.start()
    with pytest.raises(Refused) as refused:
        await arena.answer(seat, 1, *chosen)
    assert refused.value.reason == "no_such_option"
    assert (await arena.look(seat)).answered == 0


async def test_several_options_where_the_paper_asks_for_them(new_arena: NewArena) -> None:
    arena = await new_arena(papers__main__answer_kind="multiple")
    seat = await arena.start()
    await arena.answer(seat, 1, "b")
    await arena.answer(seat, 2, "c", "b", "b")
    await arena.predict(seat, 1)
    assert (await arena.look(seat)).places[1].chosen == ("b", "c")
    assert (await arena.submit(seat)).attempt.correct == 1, "all or nothing"


async def test_a_paper_without_going_back(new_arena: NewArena) -> None:
    arena = await new_arena(papers__main__navigation="sequential")
    seat = await arena.start()
    for position in (1, 1, 3):
        await arena.answer(seat, position, "a")
    with pytest.raises(Refused) as refused:
        await arena.answer(seat, 2, "b")
    assert refused.value.reason == "no_going_back"


async def test_what_must_be_answered(new_arena: NewArena) -> None:
    arena = await new_arena(papers__main__must_answer_all=True)
    seat = await arena.start()
    with pytest.raises(Refused, match="Bạn chưa trả lời câu 1, 2, 3, 4."):
        await arena.submit(seat)
    for position in (1, 2, 3, 4):
        await arena.answer(seat, position, "b")
    with pytest.raises(Refused, match="Bạn chưa trả lời câu dự đoán."):
        await arena.submit(seat)
    for guess in (-1, 10_000_001):
        with pytest.raises(Refused) as refused:
            await arena.predict(seat, guess)
        assert refused.value.reason == "prediction_out_of_range"
    await arena.predict(seat, 5)
    assert (await arena.submit(seat)).attempt.correct == 4


async def test_coming_back_finds_the_paper_as_it_was(arena: Arena) -> None:
    seat = await arena.start()
    await arena.answer(seat, 2, "b")
    (found,) = await arena.run(
        lambda tx: play.resume(tx, arena.published, seat.attempt.entrant_id, at(minutes=5))
    )
    assert found.places[1].chosen == ("b",)
    assert found.next_place() == found.places[0]
    assert found.left(at(minutes=5)) == timedelta(minutes=5)
    assert (
        await arena.run(
            lambda tx: play.resume(tx, arena.published, seat.attempt.entrant_id, at(minutes=11))
        )
        == []
    )


async def test_another_device_where_the_rules_forbid_it(new_arena: NewArena) -> None:
    arena = await new_arena(papers__main__resume=False)
    await arena.start(device="one")
    with pytest.raises(Refused) as refused:
        await arena.start(device="two")
    assert refused.value.reason == "no_resume"
    assert not (await arena.start(device="one")).is_new


async def test_questions_come_again_only_when_none_are_left(new_arena: NewArena) -> None:
    arena = await new_arena(papers__main__avoid_repeat_for_person=True, attempts__max_per_round=1)
    seen: list[str] = []
    for hours, round_id in ((1, "w1"), (240, "w2")):
        seat = await arena.sit_through("an", right=1, began=at(hours), round_id=round_id)
        seen += [place.question.id for place in seat.places]
    assert len(set(seen)) == 8


async def test_a_fixed_paper_asks_everybody_the_same(new_arena: NewArena) -> None:
    arena = await new_arena(papers__main__mode="fixed", attempts__max_per_round=None)
    papers = [
        await arena.start(name, at(h), seed=f"hạt {h}")
        for name, h in (("an", 1), ("binh", 2), ("an", 3), ("binh", 4))
    ]
    asked = {frozenset(p.question.id for p in paper.places) for paper in papers}
    assert len(asked) == 1
    assert len({tuple(p.question.id for p in paper.places) for paper in papers}) > 1, "shuffled"


def test_each_round_of_a_fixed_paper_has_its_own_questions(tmp_path: Path) -> None:
    definition = define(tmp_path, papers__main__mode="fixed")
    paper, pool = definition.contest.papers["main"], definition.questions()
    drawn = {
        frozenset(d.question.id for d in draw(paper, pool, "hạt", f"bí mật/{round_id}"))
        for round_id in ("w1", "w2", "w3", "w4")
    }
    assert len(drawn) == 4


async def test_a_channel_that_the_contest_does_not_play_on(new_arena: NewArena) -> None:
    arena = await new_arena(channels=["web"])
    with pytest.raises(Refused) as refused:
        await arena.start(channel="telegram")
    assert refused.value.reason == "wrong_channel"
