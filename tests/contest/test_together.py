"""Two devices, many people, one instant: what happens at once happens by the rules."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.contest import play
from bot.contest.refusal import Refused
from bot.contest.saving import AnswerSaver, Save, Saved
from bot.contest.sitting import Sitting
from bot.store import contest_attempts
from bot.store.database import Database
from tests.contest.conftest import Arena, at, open_arena


@pytest.fixture(params=["sqlite-file", "postgresql"])
async def two(
    request: pytest.FixtureRequest, tmp_path: Path, migrated: Path
) -> AsyncIterator[tuple[Arena, Arena]]:
    """One published contest seen by two programs, each with connections of its own."""
    if request.param == "postgresql":
        make: Callable[..., str] = request.getfixturevalue("new_postgresql")
        url = make("test_1")
    else:
        file = tmp_path / "bot.db"
        shutil.copy(migrated, file)
        url = f"sqlite:///{file}"
    databases = [Database(url), Database(url)]
    first = await open_arena(databases[0], tmp_path, {})
    yield first, Arena(databases[1], first.published, first.shelf, first.people)
    for database in databases:
        await database.close()


def outcomes(results: list[object]) -> list[str]:
    return sorted(r.reason if isinstance(r, Refused) else type(r).__name__ for r in results)


async def test_two_devices_that_start_at_once_get_one_paper(two: tuple[Arena, Arena]) -> None:
    await two[0].register()
    for _ in range(3):
        seats = await asyncio.gather(*(arena.start(now=at(1)) for arena in two for _ in range(3)))
        assert len({seat.attempt.id for seat in seats}) == 1
        assert sum(seat.is_new for seat in seats) == 1
        await two[0].predict(seats[0], 1)
        await two[0].submit(seats[0])


async def test_the_last_attempt_is_given_once(two: tuple[Arena, Arena]) -> None:
    entrant = await two[0].register()
    for hour in (1, 2):
        await two[0].sit_through("an", right=1, began=at(hour))

    async def play_once(arena: Arena) -> Sitting:
        return await arena.sit_through("an", right=1, began=at(3), seconds=0)

    await asyncio.gather(*(play_once(arena) for arena in two), return_exceptions=True)
    late = await asyncio.gather(*(play_once(arena) for arena in two), return_exceptions=True)
    assert outcomes(list(late)) == ["no_attempts_left"] * 2
    async with two[0].db.reading() as tx:
        assert len(await contest_attempts.of_entrant(tx, entrant.id)) == 3


async def test_an_answer_that_meets_the_handing_in_counts_or_is_refused(
    two: tuple[Arena, Arena],
) -> None:
    for name in ("an", "binh", "chi", "dung"):
        seat = await two[0].start(name)
        await two[0].predict(seat, 1)
        results = await asyncio.gather(
            two[0].submit(seat),
            *(two[1].answer(seat, position, "b") for position in (1, 2, 3, 4)),
            return_exceptions=True,
        )
        saved = sum(isinstance(result, Saved) for result in results)
        done = await two[0].look(seat)
        assert done.answered == saved
        assert done.attempt.correct == saved
        refused = {r.reason for r in results if isinstance(r, Refused)}
        assert refused <= {"already_submitted"}


async def test_both_end_an_overdue_attempt_once(two: tuple[Arena, Arena]) -> None:
    for name in ("an", "binh", "chi"):
        await two[0].start(name)

    async def expire(arena: Arena) -> int:
        async with arena.db.transaction() as tx:
            return await play.expire(tx, arena.published, at(3))

    ended = await asyncio.gather(*(expire(arena) for arena in two))
    assert sum(ended) == 3


async def test_many_answers_share_their_commits_and_each_has_its_own_fate(
    two: tuple[Arena, Arena],
) -> None:
    arena = two[0]
    seats = [await arena.start(name) for name in ("an", "binh", "chi")]
    late = seats[0].deadline + timedelta(seconds=2)
    saver = AnswerSaver(arena.db)

    def save(seat: Sitting, position: int, chosen: str, entrant: int | None = None) -> Save:
        who = entrant or seat.attempt.entrant_id
        return Save(arena.published, who, seat.attempt.id, position, (chosen,), at())

    good = [save(seat, position, "b") for seat in seats for position in (1, 2, 3, 4)]
    bad = [
        save(seats[0], 9, "b"),
        save(seats[0], 1, "z"),
        save(seats[0], 1, "a", seats[1].attempt.entrant_id),
        Save(arena.published, seats[0].attempt.entrant_id, seats[0].attempt.id, 1, ("a",), late),
    ]
    results = await asyncio.gather(
        *(saver.save(one) for one in [*good, *bad]), return_exceptions=True
    )
    assert outcomes(list(results)) == sorted(
        ["Saved"] * 12 + ["no_such_option", "not_yours", "not_yours", "too_late"]
    )
    for seat in seats:
        assert [place.chosen for place in (await arena.look(seat)).places] == [("b",)] * 4


async def test_of_two_answers_in_one_commit_the_later_holds(two: tuple[Arena, Arena]) -> None:
    arena = two[0]
    seat = await arena.start()
    saver = AnswerSaver(arena.db)
    for order in ("ab", "bacd", "dcb"):
        await asyncio.gather(
            *(
                saver.save(
                    Save(
                        arena.published,
                        seat.attempt.entrant_id,
                        seat.attempt.id,
                        1,
                        (chosen,),
                        at(),
                    )
                )
                for chosen in order
            )
        )
        assert (await arena.look(seat)).places[0].chosen == (order[-1],)
