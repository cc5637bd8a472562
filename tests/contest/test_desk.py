"""What organizers look at is the same in both databases: lists in pages, counts, jobs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.store import contest_audit, contest_desk, contest_jobs, contest_results
from bot.store.contest_desk import HourCount
from tests.contest.conftest import AFTER, Arena, at

NINE = int(at(1).timestamp()) // 3_600
"""The hour from 9:00 on 27/2/2026 in Việt Nam, counted from 1970 in UTC."""


@pytest.fixture
async def played(arena: Arena) -> Arena:
    """Three people: one played twice, one not at all."""
    for name, unit in (("an", "so"), ("binh", "truong"), ("chi", "truong")):
        await arena.register(name, don_vi=unit)
    await arena.sit_through("an", 4, began=at(1))
    await arena.sit_through("an", 4, began=at(2.99))
    await arena.sit_through("binh", 1, began=at(1))
    return arena


async def test_people_and_attempts_come_in_pages(played: Arena) -> None:
    ids = [played.people[name].id for name in ("an", "binh", "chi")]
    number = played.published.rounds["w1"]
    async with played.db.reading() as tx:
        pages = [await contest_desk.people_page(tx, "thu", n, 2) for n in (0, 2, 4)]
        assert [[row.id for row in page] for page in pages] == [ids[:2], ids[2:], []]
        assert await contest_desk.people_page(tx, "thu", 0, 9, "disqualified") == []
        assert await contest_desk.count_people(tx, "thu") == 3
        assert await contest_desk.count_people(tx, "khac") == 0
        assert await contest_desk.played_by(tx, ids) == {ids[0]: 2, ids[1]: 1}
        rows = await contest_desk.attempts_page(tx, number, 1, 9)
        assert [row.entrant_id for row in rows] == ids[:2]
        assert await contest_desk.count_attempts(tx, number, "submitted") == 3
        assert [row.status for row in await contest_desk.attempts_of(tx, ids[0])] == [
            "submitted"
        ] * 2
        assert [
            row.id for row in await contest_desk.people_numbered(tx, "thu", [ids[2], 99])
        ] == ids[2:]


async def test_hours_units_and_rounds_are_counted(played: Arena) -> None:
    rounds = list(played.published.rounds.values())
    async with played.db.reading() as tx:
        assert await contest_desk.by_hour(tx, rounds) == [
            HourCount(NINE, 2, 2),
            HourCount(NINE + 1, 1, 1),
        ]
        assert await contest_desk.by_unit(tx, "thu", rounds) == {
            "so": [1, 1, 2],
            "truong": [2, 1, 1],
        }
        counted = await contest_desk.by_round(tx, rounds)
        assert counted == {rounds[0]: {"submitted": 3, "persons": 2}, rounds[1]: {}}
        assert await contest_desk.standings(tx, "thu") == {"active": 3}


async def test_what_waits_for_the_board_is_counted(played: Arena) -> None:
    await played.compute()
    async with played.db.reading() as tx:
        waiting = await contest_desk.waiting(tx, "thu")
        result = await contest_results.last(tx, "thu", played.published.rounds["w1"])
        assert result is not None
        assert await contest_results.count_rows(tx, result.id, "") == 2
        rows = await contest_audit.newest(tx, "thu", 0, 1)
        assert [row.action for row in rows] == ["compute_result"]
        assert await contest_audit.count(tx, "thu") == 2
    assert (waiting.flags, waiting.measures, waiting.complaints, waiting.awards) == (0, 0, 0, 2)


async def test_a_job_is_told_of_and_forgotten(played: Arena) -> None:
    async with played.db.transaction() as tx:
        number = await contest_jobs.begin(tx, "thu", "export", {"full": True}, "An", AFTER)
        assert await contest_jobs.report(tx, number, "thi_sinh", 5, AFTER)
        found = await contest_jobs.running(tx, "thu", ["export"], AFTER)
        assert found is not None
        assert (found.id, found.doing, found.done, found.wanted) == (
            number,
            "thi_sinh",
            5,
            {"full": True},
        )
        assert (
            await contest_jobs.running(tx, "thu", ["export"], AFTER + timedelta(minutes=5)) is None
        )
        await contest_jobs.end(tx, number, "done", AFTER, {"rows": 1}, "a.xlsx")
        await contest_jobs.end(tx, number, "failed", AFTER, {})
        assert not await contest_jobs.report(tx, number, "x", 6, AFTER)
        assert [job.state for job in await contest_jobs.list_jobs(tx, "thu", ["export"])] == [
            "done"
        ]
        assert await contest_jobs.forget(tx, AFTER) == []
        assert await contest_jobs.forget(tx, AFTER + timedelta(seconds=1)) == ["a.xlsx"]
        assert await contest_jobs.find(tx, number) is None
