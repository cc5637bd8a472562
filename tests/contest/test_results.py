"""The result of a round: computed, proved, decided; prizes down the ranking."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.contest import collective, discipline, prizes, results
from bot.contest.refusal import Refused
from bot.contest.registration import Form
from bot.store import contest_audit, contest_awards, contest_results, people
from tests.contest.conftest import AFTER, CLOSES, CONSENTS, VALUES, Arena, NewArena, at

THREE = {"an": 120, "binh": 110, "chi": 90}


async def play_three(arena: Arena, right: int = 4) -> None:
    """Three people with everything right, apart only by their guesses (3 is the truth)."""
    for n, (name, guess) in enumerate(THREE.items()):
        await arena.sit_through(name, right, guess, began=at(1 + n))


async def test_a_round_is_ranked_once_it_is_over(arena: Arena) -> None:
    await play_three(arena)
    await arena.sit_through("dung", right=2, guess=3)
    with pytest.raises(Refused, match="Tuần 1 chưa đóng nên chưa có kết quả."):
        await arena.compute(now=CLOSES - timedelta(milliseconds=1))
    result = await arena.compute(now=CLOSES)
    assert (result.persons, result.attempts, result.all_correct, result.actual) == (4, 4, 3, 3)
    assert await arena.ranking() == [("chi", 1), ("binh", 2), ("an", 3), ("dung", 4)]
    assert await arena.winners() == [("chi", "Nhất"), ("binh", "Nhì"), ("an", "Nhì")]
    assert (await arena.verify()).holds


async def test_papers_left_open_count_when_their_time_is_over(arena: Arena) -> None:
    seat = await arena.start("an", CLOSES - timedelta(minutes=1))
    for place in seat.places:
        await arena.answer(seat, place.position, "b", now=CLOSES - timedelta(seconds=9))
    with pytest.raises(Refused, match="Còn 1 người đang làm bài"):
        await arena.compute(now=CLOSES + timedelta(seconds=1))
    result = await arena.compute(now=CLOSES + timedelta(seconds=2))
    assert (result.persons, result.all_correct) == (1, 1)


async def test_a_round_that_nobody_played(arena: Arena) -> None:
    result = await arena.compute()
    assert (result.persons, result.actual, await arena.winners()) == (0, 0, [])
    assert (await arena.verify()).holds


@pytest.mark.parametrize(
    ("target", "freeze", "actual"),
    [
        ("persons", "after_disqualification", 2),
        ("persons", "at_close", 3),
        ("attempts", "after_disqualification", 3),
        ("attempts", "at_close", 4),
        ("persons_all_correct", "after_disqualification", 1),
        ("persons_all_correct", "at_close", 2),
        ("attempts_all_correct", "at_close", 2),
    ],
)
async def test_what_a_prediction_counts(
    new_arena: NewArena, target: str, freeze: str, actual: int
) -> None:
    words = {
        "persons": "Có bao nhiêu người dự thi?",
        "attempts": "Có bao nhiêu lượt thi?",
        "persons_all_correct": "Có bao nhiêu người đúng hết?",
        "attempts_all_correct": "Có bao nhiêu lượt thi đúng hết?",
    }
    arena = await new_arena(
        prediction__target=target, prediction__freeze=freeze, prediction__text=words[target]
    )
    for name, right, hour in (("an", 4, 1), ("an", 2, 2), ("binh", 3, 1), ("chi", 4, 1)):
        await arena.sit_through(name, right, 1, began=at(hour))
    await kick_out(arena, "chi")
    assert (await arena.compute()).actual == actual
    assert (await arena.verify()).holds


async def kick_out(arena: Arena, name: str) -> None:
    async with arena.tx() as tx:
        await discipline.disqualify(
            tx, arena.published, arena.people[name].id, "thi_ho", "Thi hộ.", "An", at(3)
        )


async def test_a_disqualified_winner_makes_room(arena: Arena) -> None:
    await play_three(arena)
    await arena.sit_through("dung", right=4, guess=300)
    await arena.compute()
    assert [name for name, _ in await arena.winners()] == ["chi", "binh", "an"]
    await kick_out(arena, "chi")
    result = await arena.compute()
    assert result.actual == 3, "the truth moved with her"
    assert await arena.winners() == [("binh", "Nhất"), ("an", "Nhì"), ("dung", "Nhì")]
    with pytest.raises(Refused) as refused:
        await arena.start("chi")
    assert refused.value.reason == "disqualified"
    async with arena.tx() as tx:
        await discipline.lift(
            tx, arena.published, arena.people["chi"].id, "Nhầm người.", "Bình", at(4)
        )
    await arena.compute()
    assert [name for name, _ in await arena.winners()] == ["chi", "binh", "an"]
    assert (await arena.verify()).holds


async def test_who_plays_without_prizes_is_passed_over(new_arena: NewArena) -> None:
    arena = await new_arena()
    await play_three(arena)
    async with arena.tx() as tx:
        await tx.change(
            text("UPDATE entrants SET standing = 'no_prize' WHERE id = :id").bindparams(
                id=arena.people["chi"].id
            )
        )
    await arena.compute()
    assert (await arena.ranking())[0] == ("chi", 1)
    assert await arena.winners() == [("binh", "Nhất"), ("an", "Nhì")]


@pytest.mark.parametrize(
    ("pass_down", "left"),
    [(True, [("binh", "Nhất"), ("an", "Nhì")]), (False, [("binh", "Nhì"), ("an", "Nhì")])],
)
async def test_a_winner_who_drops_out(
    new_arena: NewArena, pass_down: bool, left: list[tuple[str, str]]
) -> None:
    arena = await new_arena(prizes__weekly__pass_down=pass_down)
    await play_three(arena)
    result = await arena.compute()
    async with arena.tx() as tx:
        (first, *_) = await contest_awards.of_result(tx, result.id)
        with pytest.raises(Refused, match="Bạn cần ghi lý do."):
            await prizes.pass_down(tx, arena.published, first.id, " ", "An", AFTER)
        await prizes.pass_down(tx, arena.published, first.id, "Không có giấy tờ.", "An", AFTER)
    assert await arena.winners() == left
    await arena.compute()
    assert await arena.winners() == left, "it is remembered"


async def test_a_verified_prize_keeps_its_code(arena: Arena) -> None:
    await play_three(arena)
    result = await arena.compute()
    async with arena.tx() as tx:
        (first, *_) = await contest_awards.of_result(tx, result.id)
        done = await prizes.verify_award(
            tx, arena.published, first.id, "Đã đối chiếu.", "An", AFTER
        )
    assert done.state == "verified"
    assert done.code
    assert len(done.code) >= 12
    await arena.compute()
    async with arena.db.reading() as tx:
        again = await contest_awards.by_code(tx, done.code)
    assert again is not None
    assert (again.entrant_id, again.state) == (done.entrant_id, "verified")


async def equals(new_arena: NewArena, last_resort: str) -> Arena:
    """Two people equal on every key, before a third."""
    arena = await new_arena(ranking__last_resort=last_resort)
    for name in ("an", "binh"):
        await arena.sit_through(name, right=4, guess=2, began=at(1))
    await arena.sit_through("chi", right=4, guess=900, began=at(1))
    await arena.compute()
    assert await arena.ranking() == [("an", 1), ("binh", 1), ("chi", 3)]
    return arena


async def test_lots_part_equals_and_can_be_drawn_again(new_arena: NewArena) -> None:
    arena = await equals(new_arena, "draw_lots")
    assert await arena.winners() == [("chi", "Nhì")]
    with pytest.raises(Refused, match="Còn người bằng nhau ở hạng 1"):
        await decide(arena)
    async with arena.tx() as tx:
        await results.draw_lots(tx, arena.published, "w1", "An", AFTER, seed="x")
    first = await arena.ranking()
    assert sorted(rank for _, rank in first) == [1, 2, 3]
    assert [prize for _, prize in await arena.winners()] == ["Nhất", "Nhì", "Nhì"]
    async with arena.db.reading() as tx:
        told = [n.data for n in await contest_audit.trail(tx, "thu") if "draw" in n.action]
    assert told[0]["seed"] == "x"
    with pytest.raises(Refused, match="Không có ai bằng nhau"):
        async with arena.tx() as tx:
            await results.draw_lots(tx, arena.published, "w1", "An", AFTER, seed="y")
    assert (await arena.verify()).holds
    await decide(arena)


async def decide(arena: Arena, number: str = "12/QĐ-STP") -> contest_results.Result:
    async with arena.tx() as tx:
        return await results.decide(tx, arena.published, "w1", number, "An", AFTER)


async def test_the_board_parts_equals_with_a_reason(new_arena: NewArena) -> None:
    arena = await equals(new_arena, "board_decision")
    an, binh, chi = (arena.people[name].id for name in ("an", "binh", "chi"))

    async def place(order: list[int], reason: str) -> None:
        async with arena.tx() as tx:
            await results.place_equals(tx, arena.published, "w1", order, reason, "An", AFTER)

    for order, reason in (([binh, an], " "), ([binh, chi], "Ít tuổi hơn."), ([binh], "Ít tuổi.")):
        with pytest.raises(Refused):
            await place(order, reason)
    await place([binh, an], "Biên bản họp ban tổ chức.")
    assert await arena.ranking() == [("binh", 1), ("an", 2), ("chi", 3)]
    assert await arena.winners() == [("binh", "Nhất"), ("an", "Nhì"), ("chi", "Nhì")]


async def test_equals_share_where_the_rules_say_so(new_arena: NewArena) -> None:
    arena = await equals(new_arena, "share")
    assert await arena.winners() == [("an", "Nhất"), ("binh", "Nhất"), ("chi", "Nhì")]
    async with arena.db.reading() as tx:
        result = await results.need_result(tx, arena.published, "w1")
        found = await contest_awards.of_result(tx, result.id)
    assert [a.value for a in found] == [4_000_000, 4_000_000, 3_000_000]
    await decide(arena)


async def test_a_decision_stands(arena: Arena) -> None:
    await play_three(arena)
    await arena.sit_through("dung", right=4, guess=500)
    await arena.compute()
    with pytest.raises(Refused, match="số quyết định"):
        await decide(arena, " ")
    first = await decide(arena)
    assert (first.decision_number, first.decided_by) == ("12/QĐ-STP", "An")
    with pytest.raises(Refused, match="đã có quyết định 12/QĐ-STP"):
        await decide(arena)
    await kick_out(arena, "chi")
    second = await arena.compute()
    assert (second.edition, second.is_decided) == (2, False)
    async with arena.db.reading() as tx:
        kept = await contest_results.last(tx, "thu", first.round, decided=True)
        assert kept == first
        assert len(await contest_awards.of_result(tx, first.id)) == 3
        assert await contest_results.digest_of(tx, first.id) == first.digest


async def test_one_prize_a_person_the_highest_kept(new_arena: NewArena) -> None:
    arena = await new_arena(prizes__weekly__max_per_person_contest=1)
    for name, guess in (("an", 5), ("binh", 8), ("chi", 9), ("dung", 20)):
        await arena.sit_through(name, right=4, guess=guess, began=at(1))
        guess = 5 if name == "binh" else guess + 2
        await arena.sit_through(name, right=4, guess=guess, began=at(240), round_id="w2")
    late = AFTER + timedelta(days=8)
    await arena.compute("w1", late)
    assert [n for n, _ in await arena.winners("w1")] == ["an", "binh", "chi"]
    await arena.compute("w2", late)
    assert await arena.winners("w2") == [("binh", "Nhất")]
    assert await arena.winners("w1") == [("an", "Nhất"), ("chi", "Nhì"), ("dung", "Nhì")]
    assert (await arena.verify()).holds


async def test_each_segment_has_its_own_list(new_arena: NewArena) -> None:
    arena = await new_arena(ranking__segments=["Học sinh", "Cán bộ"])
    for name, group in (("an", "Học sinh"), ("binh", "Cán bộ"), ("chi", "Học sinh")):
        await arena.register(name, doi_tuong=group)
    await play_three(arena)
    result = await arena.compute()
    async with arena.db.reading() as tx:
        assert await contest_results.segments(tx, result.id) == ["Cán bộ", "Học sinh"]
        rows = await contest_results.page(tx, result.id, "Học sinh", 0, 10)
    assert [row["rank"] for row in rows] == [1, 2]
    assert sorted(await arena.winners()) == [("an", "Nhì"), ("binh", "Nhất"), ("chi", "Nhất")]


async def test_points_add_up_over_the_rounds(new_arena: NewArena) -> None:
    arena = await new_arena(
        ranking__keys=[
            {"key": "cumulative_score", "order": "desc"},
            {"key": "prediction_distance", "order": "asc"},
        ],
        ranking__contest_total={"prizes": "weekly"},
        papers__main__points={"per_correct": 10},
    )
    for name, first, second in (("an", 4, 1), ("binh", 3, 3), ("chi", 0, 4)):
        await arena.sit_through(name, first, guess=1, began=at(1))
        await arena.sit_through(name, second, guess=1, began=at(240), round_id="w2")
    late = AFTER + timedelta(days=8)
    for round_id in ("w1", "w2", None):
        await arena.compute(round_id, late)
    assert await arena.ranking("w1") == [("an", 1), ("binh", 2), ("chi", 3)]
    assert await arena.ranking("w2") == [("binh", 1), ("an", 2), ("chi", 3)]
    assert await arena.winners(None) == [("binh", "Nhất"), ("an", "Nhì"), ("chi", "Nhì")]
    assert (await arena.verify()).holds


RATIO = {"tree": "don_vi_du_thi", "level": "so", "metric": "ratio_to_headcount", "tiers": [1, 1]}


@pytest.mark.parametrize(
    ("more", "first", "value"),
    [
        ({}, "so", "4"),
        ({"metric": "persons"}, "truong", "3"),
        ({"metric": "attempts"}, "truong", "3"),
        ({"metric": "total_score"}, "truong", "9"),
        ({"metric": "mean_score"}, "so", "7/2"),
        ({"metric": "prize_winners"}, "so", "2"),
        ({"metric": "prize_points"}, "so", "18"),
        ({"metric": "composite"}, "so", "20"),
    ],
)
async def test_units_are_compared_by_each_metric(
    new_arena: NewArena, more: dict[str, Any], first: str, value: str
) -> None:
    arena = await new_arena(
        registration__fields__3__rolls_up=True,
        prizes__headcounts__source="organizer_table",
        prizes__composite={"ratio_percent": 1.0, "prize_points": {"Nhất": 10, "Nhì": 8}},
        prizes__collective=[{**RATIO, **more, "names": ["Giải A", "Giải B"], "values": [9, 4]}],
    )
    # Two of Sở's 50 (one in a department below), three of the school's 900.
    for name, unit, right, guess in (
        ("an", "so", 4, 1),
        ("binh", "phong-1", 3, 1),
        ("chi", "truong", 3, 9),
        ("dung", "truong", 3, 99),
        ("em", "truong", 3, 999),
    ):
        await arena.register(name, don_vi=unit)
        await arena.sit_through(name, right, guess, began=at(1))
    late = AFTER + timedelta(days=8)
    for round_id in ("w1", "w2", None):
        await arena.compute(round_id, late)
    async with arena.db.reading() as tx:
        table = await collective.collective_table(
            tx, arena.published, arena.published.contest.prizes.collective[0]
        )
        whole = await results.need_result(tx, arena.published, None)
        won = [a for a in await contest_awards.of_result(tx, whole.id) if a.kind == "collective"]
    assert (table[0].unit, str(table[0].value)) == (first, value)
    assert [unit.unit for unit in table] == sorted(["so", "truong"], key=lambda u: u != first)
    assert (won[0].unit, won[0].name, won[0].value) == (first, "Giải A", 9)
    assert won[0].terms["headcount"] == {"so": 50, "truong": 900}[first]


async def test_a_unit_with_nobody_and_one_with_too_many(new_arena: NewArena) -> None:
    arena = await new_arena(
        prizes__headcounts__source="organizer_table", prizes__collective=[RATIO]
    )
    for name in ("an", "binh"):
        await arena.register(name, don_vi="so")
        await arena.sit_through(name, 4, 1, began=at(1))
    async with arena.db.reading() as tx:
        rule = arena.published.contest.prizes.collective[0]
        table = await collective.collective_table(tx, arena.published, rule)
    assert [(u.unit, str(u.value), u.rank) for u in table] == [("so", "4", 1), ("truong", "0", 2)]
    crowded = collective.UnitTerms("so", headcount=1, persons=2)
    assert crowded.is_doubtful
    assert collective.metric_value(crowded, "ratio_to_headcount", arena.published, 1) == 100


async def test_who_brought_most_people_is_honoured(new_arena: NewArena) -> None:
    arena = await new_arena(prizes__spread={"count": 1, "value": 1_000_000})
    an = await arena.register("an")
    for name, by in (("binh", an.id), ("chi", an.id), ("dung", an.id)):
        await arena.register(name, form=Form(VALUES, CONSENTS, referred_by=by))
    await arena.register("em", form=Form(VALUES, CONSENTS, referred_by=arena.people["binh"].id))
    for name in ("binh", "chi", "em"):
        await arena.sit_through(name, 1, began=at(1))
    late = AFTER + timedelta(days=8)
    for round_id in ("w1", "w2", None):
        await arena.compute(round_id, late)
    assert await arena.winners(None) == [("an", "Lan tỏa")]
    async with arena.db.reading() as tx:
        whole = await results.need_result(tx, arena.published, None)
        (award,) = await contest_awards.of_result(tx, whole.id)
    assert award.terms == {"brought": 2}, "dung never played"


async def test_an_erased_winner_makes_room(arena: Arena) -> None:
    await play_three(arena)
    await arena.compute()
    async with arena.tx() as tx:
        await people.erase(tx, arena.people["chi"].person_id or 0)
    result = await arena.compute()
    assert result.persons == 3
    assert await arena.winners() == [("binh", "Nhất"), ("an", "Nhì")]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        ("UPDATE attempts SET correct = 4, score = 4 WHERE correct = 2", "đã lưu (số câu"),
        ("UPDATE answers SET chosen = 'b' WHERE chosen = 'a'", "tính lại là"),
        ("UPDATE attempts SET duration_ms = 1 WHERE correct = 2", "thời gian đã lưu"),
        ("UPDATE attempts SET prediction = 3 WHERE correct = 2", "tính lại khác"),
        ("UPDATE rankings SET rank = 1", "tính lại khác"),
        ("UPDATE rankings SET lot = 1", "bị sửa sau khi tính"),
        ("DELETE FROM rankings WHERE rank = 4", "thiếu thí sinh"),
        ("UPDATE results SET actual = 9", "số thực tế của câu dự đoán"),
        ("UPDATE results SET persons = 9", "số người"),
        ("UPDATE awards SET entrant_id = 4", "không khớp với bảng xếp hạng"),
        ("UPDATE contest_audit SET data = '{}' WHERE action = 'compute_result'", "Nhật ký"),
        ("DELETE FROM contest_audit WHERE action = 'publish'", "Nhật ký"),
        ("UPDATE entrants SET standing = 'disqualified' WHERE id IN (SELECT max(id) FROM entrants)",
         "tính lại"),
    ],
)  # fmt: skip
async def test_whatever_is_tampered_with_shows(arena: Arena, spoil: str, words: str) -> None:
    await play_three(arena)
    await arena.sit_through("dung", right=2, guess=77)
    await arena.compute()
    assert (await arena.verify()).holds
    async with arena.tx() as tx:
        assert await tx.change(text(spoil)) > 0
    report = await arena.verify()
    assert not report.holds
    assert any(words in sentence for sentence in report.differences), report.differences
