"""A result computed beside everybody who plays: nobody waits for it, and nothing half is shown."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.contest import discipline, prizes, results
from bot.contest.computing import compute_aside
from bot.store import contest_audit, contest_awards, contest_drafts, contest_results
from bot.store.contest_results import Result
from bot.store.database import Database, Tx
from bot.store.migrate import migrate
from tests.contest.conftest import AFTER, Arena, NewArena, at, open_arena


async def play_four(arena: Arena) -> None:
    for name, right, guess in (("an", 4, 1), ("binh", 4, 5), ("chi", 2, 9), ("dung", 0, 2)):
        await arena.sit_through(name, right, guess)


async def compute_in_one_go(arena: Arena) -> Result:
    async with arena.tx() as tx:
        done = await results.compute(tx, arena.published, "w1", "An", AFTER)
    return done.result


@pytest.fixture
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contest_drafts, "SLICE", 1)


@pytest.mark.parametrize("counting", ["best", "sum", "average"])
async def test_it_is_what_one_transaction_would_give(new_arena: NewArena, counting: str) -> None:
    arena = await new_arena(attempts__counting=counting)
    await play_four(arena)
    await arena.sit_through("an", right=1, guess=3, began=at(5))
    whole = await compute_in_one_go(arena)
    before = await arena.winners()
    aside = await arena.compute()
    assert (aside.digest, aside.actual, aside.edition) == (whole.digest, whole.actual, 1)
    assert await arena.winners() == before
    assert (await arena.verify()).holds
    async with arena.db.reading() as tx:
        assert [r.id for r in await contest_results.list_results(tx, "thu")] == [aside.id]
        assert await contest_results.row_of(tx, whole.id, arena.people["an"].id) is None


async def test_a_verified_prize_keeps_its_code(arena: Arena) -> None:
    await play_four(arena)
    first = await arena.compute()
    async with arena.tx() as tx:
        award = (await contest_awards.of_result(tx, first.id))[0]
        verified = await prizes.verify_award(tx, arena.published, award.id, "Đủ.", "An", AFTER)
    second = await arena.compute()
    async with arena.db.reading() as tx:
        kept = (await contest_awards.of_result(tx, second.id))[0]
    assert kept.code == verified.code is not None
    assert (kept.state, kept.result_id) == ("verified", second.id)


@pytest.mark.usefixtures("small_slices")
async def test_others_write_while_a_round_is_computed(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'bot.db'}")
    await migrate(database)
    arena = await open_arena(database, tmp_path, {})
    await play_four(arena)
    turns = 0

    async def write_on() -> None:
        nonlocal turns
        while True:
            async with database.transaction() as tx:
                await contest_audit.count(tx, "thu")
            turns += 1

    writing = asyncio.create_task(write_on())
    await arena.compute()
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    assert turns >= 4, "a turn after every row"
    assert (await arena.verify()).holds
    await database.close()


@pytest.mark.usefixtures("small_slices")
async def test_what_organizers_do_meanwhile_is_counted(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    await play_four(arena)
    add_rows, out = contest_drafts.add_rows, ["an", "binh"]

    async def meanwhile(tx: Tx, result_id: int, rows: Sequence[Sequence[Any]]) -> None:
        await add_rows(tx, result_id, rows)
        if out:
            person = arena.people[out.pop()].id
            await discipline.disqualify(
                tx, arena.published, person, "thi_ho", "Thi hộ.", "Lan", AFTER
            )

    monkeypatch.setattr(contest_drafts, "add_rows", meanwhile)
    result = await arena.compute()
    assert result.persons == 2
    assert [name for name, _ in await arena.ranking()] == ["chi", "dung"]
    assert (await arena.verify()).holds
    async with arena.db.reading() as tx:
        assert await contest_drafts.left_over(tx, "thu", AFTER + timedelta(days=9)) == []


@pytest.mark.usefixtures("small_slices")
async def test_one_that_was_ended_half_way_shows_nothing_and_is_swept_away(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    await play_four(arena)
    first = await arena.compute()
    with monkeypatch.context() as patched:

        async def break_off(_tx: Tx, _result_id: int, _rows: object) -> None:
            raise asyncio.CancelledError

        patched.setattr(contest_drafts, "add_rows", break_off)
        with pytest.raises(asyncio.CancelledError):
            await arena.compute()
    async with arena.db.reading() as tx:
        assert await contest_results.list_results(tx, "thu") == [first]
        assert await contest_results.digest_of(tx, first.id) == first.digest
        assert len(await contest_drafts.left_over(tx, "thu", AFTER + timedelta(days=9))) == 1
    await arena.compute(now=AFTER + timedelta(days=2))
    async with arena.db.reading() as tx:
        assert await contest_drafts.left_over(tx, "thu", AFTER + timedelta(days=9)) == []


async def test_where_organizers_never_rest_it_is_computed_in_one_go(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    await play_four(arena)
    tries = 0

    async def restless(tx: Tx, contest_id: str) -> int:
        nonlocal tries
        tries += 1
        return -tries

    monkeypatch.setattr(contest_audit, "last_row", restless)
    result = await compute_aside(arena.db, arena.shelf, "thu", "w1", "An", AFTER)
    assert result.result.persons == 4
    assert tries == 6
