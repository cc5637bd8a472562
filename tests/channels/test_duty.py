"""Of several programs one works; when it ends, is killed or loses the database, another one does."""

from __future__ import annotations

import asyncio
import os
import platform
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest

from bot.channels import duty as duties
from bot.channels.duty import Duty, notes_of_others, others_present, told_present
from bot.channels.owners import is_gone
from bot.errors import ChannelStopped
from bot.store import leases
from bot.store.database import Database
from tests.channels.conftest import Unwell, until

ELSEWHERE = "may-khac/1/a/b"
SOME_SECONDS = timedelta(seconds=30)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duties, "LOOK_SECONDS", 0.02)


class Worker:
    """A program's work, and how often it has begun."""

    def __init__(self, database: Database) -> None:
        self.duty = Duty(database, "poll")
        self.begun = 0
        self.at_it = False
        self.stop = asyncio.Event()
        self.running = asyncio.create_task(self.duty.run(self.work, self.stop))

    async def work(self, ending: asyncio.Event) -> None:
        self.begun += 1
        self.at_it = True
        await ending.wait()
        self.at_it = False

    async def end(self) -> None:
        self.stop.set()
        await self.running


@pytest.fixture
async def hire(db: Database) -> AsyncIterator[Callable[[], Awaitable[Worker]]]:
    workers: list[Worker] = []

    async def new() -> Worker:
        workers.append(Worker(db))
        await asyncio.sleep(0)
        return workers[-1]

    yield new
    for worker in workers:
        await worker.end()


Hire = Callable[[], Awaitable[Worker]]


async def test_one_works_and_the_next_takes_over_when_it_ends(hire: Hire) -> None:
    first = await hire()
    await until(lambda: first.at_it)
    second = await hire()
    await asyncio.sleep(0.2)
    assert not second.at_it
    await first.end()
    assert not first.at_it
    await until(lambda: second.at_it)
    assert (first.begun, second.begun) == (1, 1)


async def test_a_holder_that_is_killed_here_is_not_waited_for(hire: Hire, db: Database) -> None:
    async with db.transaction() as tx:
        gone = f"{platform.node()}/{os.getpid()}/another-run/x"
        assert is_gone(gone)
        await leases.take(tx, "poll", gone, SOME_SECONDS, is_gone)
    worker = await hire()
    await until(lambda: worker.at_it)


async def test_a_holder_elsewhere_is_waited_for_until_its_time_is_up(
    hire: Hire, db: Database
) -> None:
    async with db.transaction() as tx:
        await leases.take(tx, "poll", ELSEWHERE, SOME_SECONDS, is_gone)
    worker = await hire()
    await asyncio.sleep(0.2)
    assert not worker.at_it
    async with db.transaction() as tx:
        await leases.take(tx, "poll", ELSEWHERE, timedelta(seconds=-1), is_gone)
    await until(lambda: worker.at_it)


async def test_a_time_that_only_a_wrong_clock_gives_is_not_waited_for(
    hire: Hire, db: Database
) -> None:
    async with db.transaction() as tx:
        await leases.take(tx, "poll", ELSEWHERE, timedelta(hours=1), is_gone)
    worker = await hire()
    await until(lambda: worker.at_it)


async def test_whoever_lost_the_lease_stops_working(hire: Hire, db: Database) -> None:
    worker = await hire()
    await until(lambda: worker.at_it)
    async with db.transaction() as tx:
        await leases.take(tx, "poll", worker.duty.owner, timedelta(seconds=-1), is_gone)
        assert await leases.take(tx, "poll", ELSEWHERE, SOME_SECONDS, is_gone)
    await until(lambda: not worker.at_it)
    assert not worker.duty.is_ours


async def test_a_short_trouble_of_the_database_stops_nobody(unwell: Unwell) -> None:
    worker = Worker(unwell)
    await until(lambda: worker.at_it)
    unwell.failures = 3
    await until(lambda: not unwell.failures)
    await asyncio.sleep(0.1)
    assert (worker.at_it, worker.begun) == (True, 1)
    await worker.end()


async def test_a_long_trouble_of_the_database_stops_the_work(
    unwell: Unwell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duties, "_MARGIN_SECONDS", 14.9)
    worker = Worker(unwell)
    await until(lambda: worker.at_it)
    unwell.failures = 40
    await until(lambda: not worker.at_it)
    await until(lambda: worker.at_it)
    assert worker.begun == 2
    await worker.end()


async def test_what_the_work_raises_is_raised_and_the_lease_is_free(db: Database) -> None:
    async def refused(_ending: asyncio.Event) -> None:
        raise ChannelStopped("Sai mã.", "TELEGRAM_TOKEN")

    with pytest.raises(ChannelStopped):
        await Duty(db, "poll").run(refused, asyncio.Event())
    async with db.transaction() as tx:
        assert await leases.take(tx, "poll", ELSEWHERE, SOME_SECONDS, is_gone)


async def test_work_that_ends_by_itself_is_not_begun_again(db: Database) -> None:
    begun = 0

    async def webhook(_ending: asyncio.Event) -> None:
        nonlocal begun
        begun += 1

    await Duty(db, "poll").run(webhook, asyncio.Event())
    assert begun == 1


async def test_a_program_sees_the_others_and_not_itself(db: Database) -> None:
    async with told_present(db, "khóa a"):
        async with db.transaction() as tx:
            name = f"{duties.PRESENT}{ELSEWHERE}"
            await leases.take(tx, name, ELSEWHERE, SOME_SECONDS, is_gone, "khóa b")
        await until(lambda: True)
        assert await notes_of_others(db) == ["khóa b"]
        async with db.transaction() as tx:
            await leases.take(tx, name, ELSEWHERE, timedelta(seconds=-1), is_gone)
        assert not await others_present(db)
    async with db.transaction() as tx:
        assert await leases.held_under(tx, duties.PRESENT, lambda _owner: False) == []


async def test_a_program_knows_how_many_share_the_database(db: Database) -> None:
    assert db.programs == 1
    async with told_present(db, "a"):
        async with db.transaction() as tx:
            for number in (1, 2):
                name = f"{duties.PRESENT}may-{number}"
                await leases.take(tx, name, f"may-{number}/1/a/b", SOME_SECONDS, is_gone, "a")
        if not db.is_shared:
            return
        await until(lambda: db.programs == 3)
        async with db.transaction() as tx:
            await leases.take(tx, name, "may-2/1/a/b", timedelta(seconds=-1), is_gone)
        await until(lambda: db.programs == 2)


async def test_two_who_ask_at_once_do_not_both_get_it(db: Database) -> None:
    async def ask(owner: str) -> bool:
        async with db.transaction() as tx:
            return await leases.take(tx, "poll", owner, SOME_SECONDS, lambda _owner: False)

    told = await asyncio.gather(*(ask(f"may-{n}/1/a/b") for n in range(12)))
    assert told.count(True) == 1
