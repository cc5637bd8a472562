"""Programs on one database keep its time, however wrong the clocks of their machines are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot import clock
from bot.channels import timekeeping
from bot.channels.tending import Tending
from bot.channels.timekeeping import keep_time, keep_time_of, told
from bot.store.database import Database
from tests.channels.conftest import until

WRONG = [timedelta(seconds=seconds) for seconds in (-7_200, -90, -3, 3, 600)]
NEAR = timedelta(seconds=60)
"""A busy machine may ask long after it was told; the wrong clocks tried here are further off."""


@pytest.fixture
def put_wrong(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[timedelta], None]]:
    """Puts this machine's clock wrong by so much."""

    def put(by: timedelta) -> None:
        monkeypatch.setattr(clock, "machine_now", lambda: datetime.now(UTC) + by)

    yield put
    clock.correct(timedelta())


@pytest.fixture
def shared(new_postgresql: Callable[..., str]) -> str:
    return new_postgresql("test_1")


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_wrong_clock_is_corrected_by_the_databases_and_told(
    shared: str, put_wrong: Callable[[timedelta], None], wrong: timedelta
) -> None:
    database = Database(shared)
    put_wrong(wrong)
    await until_it_looks(database, lambda: bool(clock.correction()))
    assert abs(clock.correction() - wrong) <= timedelta(seconds=1)
    assert abs(clock.utc_now() - datetime.now(UTC)) < NEAR
    assert ("nhanh" if wrong > timedelta() else "chậm") in told()
    put_wrong(timedelta())
    await until_it_looks(database, lambda: not clock.correction())
    assert told() == timekeeping.OK
    await database.close()


async def until_it_looks(database: Database, is_so: Callable[[], bool]) -> None:
    """A look that took long on a busy machine tells nothing, and is repeated."""
    for _ in range(100):
        await keep_time_of(database)
        if is_so():
            return
    pytest.fail("it never came to be so")


async def test_on_sqlite_the_machines_clock_is_the_only_one(
    database: Database, put_wrong: Callable[[timedelta], None]
) -> None:
    put_wrong(timedelta(hours=1))
    await keep_time_of(database)
    assert not clock.correction()
    await keep_time(database, asyncio.Event())
    assert told() == timekeeping.OK


async def test_a_clock_that_goes_wrong_later_is_noticed(
    shared: str, put_wrong: Callable[[timedelta], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timekeeping, "LOOK_SECONDS", 0.02)
    database, stop = Database(shared), asyncio.Event()
    keeping = asyncio.create_task(keep_time(database, stop))
    await asyncio.sleep(0)
    assert not clock.correction()
    put_wrong(timedelta(minutes=-10))
    await until(lambda: clock.correction() < timedelta(minutes=-9))
    stop.set()
    await keeping
    await database.close()


async def test_without_the_database_the_last_correction_stays(
    put_wrong: Callable[[timedelta], None],
) -> None:
    clock.correct(timedelta(minutes=5))
    put_wrong(timedelta(minutes=5))
    gone = Database("postgresql+asyncpg://ai@127.0.0.1:1/khong-co")
    stop = asyncio.Event()
    tending = Tending()
    keeping = asyncio.create_task(tending.keep("clock", lambda: keep_time(gone, stop), stop))
    await until(lambda: "khong-co" in tending.told().get("clock", ""))
    stop.set()
    await keeping
    assert clock.correction() == timedelta(minutes=5)
    await gone.close()
