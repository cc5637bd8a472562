"""Wrong questions and failures: proposed, shown before and after, approved by a second person."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.contest import measures, results
from bot.contest.document import Published
from bot.contest.refusal import Refused
from bot.contest.sitting import Sitting
from bot.store import contest_attempts, contest_audit, contest_measures, contest_results
from bot.store.contest_measures import StoredMeasure
from bot.store.database import Tx
from tests.contest.conftest import AFTER, CLOSES, Arena, NewArena, at
from tests.contest.test_results import decide

Propose = Callable[[Tx], Awaitable[StoredMeasure]]
CAU = ("cau-01", 1)


async def carry_out(arena: Arena, propose: Propose, now: datetime = AFTER) -> StoredMeasure:
    """An proposes, Bình approves; the arena plays by the new version from then on."""
    async with arena.tx() as tx:
        stored = await propose(tx)
    await approve(arena, stored.id, "Bình", now)
    async with arena.db.reading() as tx:
        found = await contest_measures.find(tx, stored.id)
    assert found is not None
    return found


async def approve(arena: Arena, measure_id: int, by: str, now: datetime = AFTER) -> None:
    async with arena.tx() as tx:
        published = await arena.shelf.need(tx, "thu")
        await measures.approve(tx, arena.shelf, published, measure_id, by, now)
    async with arena.db.reading() as tx:
        arena.published = await arena.shelf.need(tx, "thu")


def fault(
    arena: Arena, kind: Any, *accepted: str, question: tuple[str, int] = CAU, now: datetime = AFTER
) -> Propose:
    sets = [tuple(options) for options in accepted]
    return lambda tx: measures.propose_fault(
        tx, arena.published, kind, question, sets, "Đáp án sai.", "An", now
    )


async def sit(arena: Arena, name: str, wrong: str = "", guess: int = 1, hour: float = 1) -> Sitting:
    """Everything right, but question 1 answered with `wrong` (nothing: left out) where given."""
    began = at(hour)
    seat = await arena.start(name, began)
    for place in seat.places:
        chosen = "b" if place.question.id != "cau-01" or not wrong else wrong
        if chosen != "-":
            await arena.answer(seat, place.position, chosen, now=began)
    await arena.predict(seat, guess, began)
    return await arena.submit(seat, began + timedelta(minutes=1))


async def four_people(new_arena: NewArena, **changes: Any) -> Arena:
    """an: a, binh: b (the key), chi: c, dung: no answer to question 1; all else right."""
    arena = await new_arena(
        papers__main__mode="fixed",
        papers__main__questions=["cau-01", "cau-02", "cau-03", "cau-04"],
        **changes,
    )
    for name, wrong, guess in (("an", "a", 2), ("binh", "", 1), ("chi", "c", 3), ("dung", "-", 4)):
        await sit(arena, name, wrong, guess)
    return arena


async def correct(arena: Arena) -> dict[str, tuple[int | None, int]]:
    """What each person has right, of how many."""
    found = {}
    for name, entrant in arena.people.items():
        async with arena.db.reading() as tx:
            (attempt,) = await contest_attempts.of_entrant(tx, entrant.id)
        found[name] = (attempt.correct, attempt.total)
    return found


@pytest.mark.parametrize(
    ("kind", "accepted", "after", "actual", "first"),
    [
        ("rekey", ["a"], {"an": (4, 4), "binh": (3, 4), "chi": (3, 4), "dung": (3, 4)}, 1, "an"),
        (
            "accept_several",
            ["a"],
            {"an": (4, 4), "binh": (4, 4), "chi": (3, 4), "dung": (3, 4)},
            2,
            "an",
        ),
        ("full_marks", [], {n: (4, 4) for n in ("an", "binh", "chi", "dung")}, 4, "dung"),
        ("drop", [], {n: (3, 3) for n in ("an", "binh", "chi", "dung")}, 4, "dung"),
    ],
)
async def test_each_way_to_mend_a_question(
    new_arena: NewArena,
    kind: str,
    accepted: list[str],
    after: dict[str, tuple[int, int]],
    actual: int,
    first: str,
) -> None:
    arena = await four_people(new_arena)
    before = await arena.compute()
    assert (before.actual, (await arena.ranking())[0]) == (1, ("binh", 1))
    done = await carry_out(arena, fault(arena, kind, *accepted))
    assert await correct(arena) == after
    assert (await arena.ranking())[0] == (first, 1)
    async with arena.db.reading() as tx:
        result = await results.need_result(tx, arena.published, "w1")
    assert result.actual == actual, "the number guessed moves with the key"
    told = done.figures["rounds"]["w1"]
    assert (told["before"]["actual"], told["after"]["actual"]) == (1, actual)
    assert told["after"]["persons_all_correct"] == result.all_correct
    assert done.figures["approved"]["rounds"] == done.figures["rounds"]
    assert (await arena.verify()).holds


async def test_the_figures_say_who_wins_and_who_loses(new_arena: NewArena) -> None:
    arena = await four_people(new_arena)
    await arena.compute()
    won = {name for name, _ in await arena.winners()}
    async with arena.tx() as tx:
        stored = await fault(arena, "rekey", "a")(tx)
    told = stored.figures["rounds"]["w1"]
    ids = {name: entrant.id for name, entrant in arena.people.items()}
    assert stored.figures["changed"] == {"attempts": 2, "up": 1, "down": 1}
    assert (await correct(arena))["an"] == (3, 4), "a proposal changes nothing"
    await approve(arena, stored.id, "Bình")
    wins = {name for name, _ in await arena.winners()}
    assert set(told["win"]) == {ids[name] for name in wins - won}
    assert set(told["lose"]) == {ids[name] for name in won - wins}


async def test_one_person_alone_changes_nothing(new_arena: NewArena) -> None:
    arena = await four_people(new_arena)
    async with arena.tx() as tx:
        stored = await fault(arena, "drop")(tx)
    with pytest.raises(Refused) as refused:
        await approve(arena, stored.id, "An")
    assert refused.value.reason == "same_person"
    assert (await correct(arena))["an"] == (3, 4)
    async with arena.tx() as tx:
        await measures.reject(tx, arena.published, stored.id, "Đáp án đúng.", "Bình", AFTER)
    with pytest.raises(Refused, match="đã được xử lý"):
        await approve(arena, stored.id, "Bình")
    async with arena.db.reading() as tx:
        actions = [n.action for n in await contest_audit.trail(tx, "thu")]
    assert actions[-2:] == ["propose_measure", "reject_measure"]


async def test_two_mendings_follow_one_another(new_arena: NewArena) -> None:
    arena = await four_people(new_arena)
    await arena.compute()
    await carry_out(arena, fault(arena, "rekey", "a"))
    await carry_out(arena, fault(arena, "accept_several", "c"))
    assert [right for right, _ in (await correct(arena)).values()] == [4, 3, 4, 3]
    await carry_out(arena, fault(arena, "rekey", "b"))
    assert [right for right, _ in (await correct(arena)).values()] == [3, 4, 3, 3]
    assert arena.published.version == 4
    assert (await arena.verify()).holds


@pytest.mark.parametrize(
    ("kind", "accepted", "question", "words"),
    [
        ("rekey", [], CAU, "Cần ghi đáp án mới."),
        ("rekey", ["a", "b"], CAU, "đúng một đáp án"),
        ("drop", ["a"], CAU, "Không ghi đáp án ở đây."),
        ("rekey", ["z"], CAU, "không có phương án z"),
        ("rekey", ["a"], ("cau-99", 1), "Không có câu «cau-99»"),
        ("rekey", ["a"], ("cau-01", 2), "phiên bản 2"),
    ],
)
async def test_a_proposal_that_makes_no_sense(
    arena: Arena, kind: str, accepted: list[str], question: tuple[str, int], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        async with arena.tx() as tx:
            await fault(arena, kind, *accepted, question=question)(tx)


async def test_the_rules_decide_what_may_be_done(new_arena: NewArena) -> None:
    arena = await new_arena(question_faults__actions=["drop"])
    with pytest.raises(Refused, match="Thể lệ không cho"):
        async with arena.tx() as tx:
            await fault(arena, "full_marks")(tx)


async def test_points_by_level_and_for_wrong_answers_are_marked_anew(new_arena: NewArena) -> None:
    arena = await four_people(
        new_arena, papers__main__points={"by_level": {"1": 1, "2": 2, "3": 3}, "wrong": -1}
    )
    await arena.compute()
    async with arena.db.reading() as tx:
        result = await results.need_result(tx, arena.published, "w1")
        rows = [row async for row in contest_results.stream(tx, result.id)]
    # Question 1 is worth 2; the others 3 + 1 + 2; a wrong answer costs 1, none costs nothing.
    names = {e.id: n for n, e in arena.people.items()}
    assert {names[r["entrant_id"]]: r["score"] for r in rows} == {
        "an": 5,
        "binh": 8,
        "chi": 5,
        "dung": 6,
    }
    await carry_out(arena, fault(arena, "rekey", "a"))
    assert (await arena.verify()).holds


async def test_a_decided_round_gets_a_new_edition(new_arena: NewArena) -> None:
    arena = await four_people(new_arena)
    await arena.compute()
    first = await decide(arena)
    await carry_out(arena, fault(arena, "full_marks"))
    async with arena.db.reading() as tx:
        second = await results.need_result(tx, arena.published, "w1")
        assert await contest_results.last(tx, "thu", first.round, decided=True) == first
    assert (second.edition, second.is_decided, second.all_correct) == (2, False, 4)
    assert (await decide(arena, "15/QĐ-STP")).edition == 2


async def test_a_dropped_question_is_not_drawn_again(new_arena: NewArena) -> None:
    arena = await new_arena(attempts__max_per_round=None)
    await carry_out(arena, fault(arena, "drop", now=at(1)), at(1))
    for hour in range(2, 12):
        seat = await arena.sit_through("an", 1, began=at(hour))
        assert "cau-01" not in {place.question.id for place in seat.places}


async def test_an_extended_round_gives_back_the_time(arena: Arena) -> None:
    seat = await arena.start("an", CLOSES - timedelta(minutes=1))
    assert seat.deadline == CLOSES
    later = CLOSES + timedelta(days=1)

    def extend(tx: Tx) -> Awaitable[StoredMeasure]:
        return measures.propose_extension(
            tx, arena.published, "w1", later, "Nghẽn mạng.", "An", CLOSES - timedelta(seconds=30)
        )

    done = await carry_out(arena, extend, CLOSES - timedelta(seconds=20))
    assert done.figures["changed"] == {"people": 0, "open": 1}
    assert (await arena.look(seat)).deadline == CLOSES + timedelta(minutes=9)
    assert (await arena.start("binh", CLOSES + timedelta(hours=2))).is_new
    with pytest.raises(Refused) as refused:
        await arena.start("chi", later)
    assert refused.value.reason == "closed"
    with pytest.raises(Refused, match="sau giờ đóng cũ"):
        async with arena.tx() as tx:
            await extend(tx)


async def test_a_reopened_window(arena: Arena) -> None:
    opens, closes = CLOSES + timedelta(days=20), CLOSES + timedelta(days=20, hours=2)
    await carry_out(
        arena,
        lambda tx: measures.propose_reopening(
            tx, arena.published, "w1", opens, closes, "Mất điện.", "An", AFTER
        ),
    )
    with pytest.raises(Refused, match="00:00 ngày 29/3/2026") as refused:
        await arena.start(now=opens - timedelta(seconds=1))
    assert refused.value.reason == "outside_hours"
    seat = await arena.start(now=closes - timedelta(minutes=1))
    assert seat.deadline == closes
    with pytest.raises(Refused, match="chưa đóng"):
        await arena.compute(now=opens)


async def test_attempts_given_to_those_whom_a_failure_hit(arena: Arena) -> None:
    for hour in (1, 2, 3):
        for name in ("an", "binh"):
            await arena.sit_through(name, 1, began=at(hour))
    await carry_out(
        arena,
        lambda tx: measures.propose_grant(
            tx, arena.published, "w1", [arena.people["an"].id], 1, "Lỗi máy chủ.", "An", at(4)
        ),
        at(4),
    )
    await arena.sit_through("an", 4, began=at(5))
    for name in ("an", "binh"):
        with pytest.raises(Refused) as refused:
            await arena.start(name, at(6))
        assert refused.value.reason == "no_attempts_left"


async def test_attempts_taken_out_by_a_list(arena: Arena) -> None:
    seats = [await arena.sit_through(name, 4, began=at(1)) for name in ("an", "binh")]
    await arena.compute()
    done = await carry_out(
        arena,
        lambda tx: measures.propose_void(
            tx, arena.published, [seats[0].attempt.id], "Thi hộ cả phòng.", "An", AFTER
        ),
    )
    told = done.figures["rounds"]["w1"]
    assert (told["before"]["persons"], told["after"]["persons"]) == (2, 1)
    assert await arena.ranking() == [("binh", 1)]
    assert (await arena.look(seats[0])).attempt.status == "void"
    assert (await arena.verify()).holds
    for ids, words in (([], "từ 1 đến"), ([5], "Không có lượt thi số 5")):
        with pytest.raises(Refused, match=words):
            async with arena.tx() as tx:
                await measures.propose_void(tx, arena.published, ids, "Sai.", "An", AFTER)


async def test_a_decided_round_is_not_played_again(arena: Arena) -> None:
    await arena.sit_through("an", 4)
    await arena.compute()
    await decide(arena)
    with pytest.raises(Refused, match="không mở lại được"):
        async with arena.tx() as tx:
            await measures.propose_extension(
                tx, arena.published, "w1", AFTER + timedelta(days=1), "Muộn.", "An", AFTER
            )


async def test_an_old_view_of_the_contest_cannot_be_approved(new_arena: NewArena) -> None:
    arena = await four_people(new_arena)
    old: Published = arena.published
    async with arena.tx() as tx:
        one = await fault(arena, "drop")(tx)
        two = await fault(arena, "full_marks", question=("cau-02", 1))(tx)
    await approve(arena, one.id, "Bình")
    with pytest.raises(Refused, match="vừa có bản công bố khác"):
        async with arena.tx() as tx:
            await measures.approve(tx, arena.shelf, old, two.id, "Bình", AFTER)
    await approve(arena, two.id, "Bình")
    assert len(arena.published.document.measures) == 2
