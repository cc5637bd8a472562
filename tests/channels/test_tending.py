"""What works in the background is never given up, and never fails without a word."""

from __future__ import annotations

import asyncio
import platform
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from bot.channels import duty as duties
from bot.channels import tending as tendings
from bot.channels.duty import Duty
from bot.channels.owners import is_gone
from bot.channels.tending import Tending
from bot.errors import DatabaseUnavailable
from bot.store.database import Database
from bot.store.migrate import migrate
from tests.channels.conftest import House, said, until

SPOIL = "CREATE TRIGGER spoilt BEFORE {what} ON {table} BEGIN SELECT RAISE(ABORT, 'spoilt'); END"
MEND = "DROP TRIGGER spoilt"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duties, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(tendings, "LONGEST_PAUSE_SECONDS", 0.02)


class Flaky:
    """Work that fails by what it is given, one after the other, and then goes on until told to stop."""

    def __init__(self, *errors: BaseException) -> None:
        self.errors = list(errors)
        self.begun = 0
        self.stop = asyncio.Event()

    async def work(self) -> None:
        self.begun += 1
        if self.errors:
            raise self.errors.pop(0)
        await self.stop.wait()


@asynccontextmanager
async def kept(tending: Tending, flaky: Flaky) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(tending.keep("thử", flaky.work, flaky.stop))
    yield task
    flaky.stop.set()
    await asyncio.wait({task}, timeout=60)
    assert task.done()


def failures(name: str = "thử") -> float:
    return REGISTRY.get_sample_value("bot_task_failures_total", {"task": name}) or 0.0


async def test_whatever_work_raises_it_is_begun_again() -> None:
    before, tending = failures(), Tending()
    flaky = Flaky(OSError(5, "I/O"), DatabaseUnavailable("Đĩa đầy."), MemoryError())
    async with kept(tending, flaky):
        await until(lambda: flaky.begun == 4)
        assert failures() == before + 3


async def test_it_is_told_while_it_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tendings, "WELL_SECONDS", 0.3)
    tending, flaky = Tending(), Flaky(DatabaseUnavailable("Đĩa đầy."))
    async with kept(tending, flaky):
        await until(lambda: tending.told() == {"thử": "Đĩa đầy."})
        await until(lambda: tending.told() == {})
        assert flaky.begun == 2


async def test_an_unknown_error_is_told_without_its_text() -> None:
    tending = Tending()
    tending.note("thử", ValueError("tôi tên Lan, 0912345678"))
    assert "ValueError" in tending.told()["thử"]
    assert "Lan" not in tending.told()["thử"]


async def test_the_cancelling_of_something_it_waits_for_does_not_end_it() -> None:
    flaky = Flaky(asyncio.CancelledError())
    async with kept(Tending(), flaky):
        await until(lambda: flaky.begun == 2)


async def test_whoever_cancels_it_ends_it() -> None:
    flaky = Flaky()
    async with kept(Tending(), flaky) as task:
        await until(lambda: flaky.begun == 1)
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled()


async def test_work_that_fails_at_the_end_ends() -> None:
    flaky = Flaky(OSError())
    flaky.stop.set()
    await Tending().keep("thử", flaky.work, flaky.stop)
    assert flaky.begun == 1


async def test_work_that_ends_by_itself_is_not_begun_again() -> None:
    begun = []

    async def work() -> None:
        begun.append(1)

    await Tending().keep("thử", work, asyncio.Event())
    assert begun == [1]


async def run_sql(database: Database, statement: str) -> None:
    async with database.transaction() as tx:
        await tx.connection.exec_driver_sql(statement)


@pytest.fixture
async def on_disk(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/bot.db")
    await database.connect()
    await migrate(database)
    yield database
    await database.close()


@pytest.mark.parametrize("when", ["before it has the lease", "while it has it"])
async def test_a_duty_outlives_a_lease_that_cannot_be_written(on_disk: Database, when: str) -> None:
    # None of the faults that the store takes for a database that is away.
    tending, stop, at_it = Tending(), asyncio.Event(), asyncio.Event()

    async def work(ending: asyncio.Event) -> None:
        at_it.set()
        await ending.wait()

    duty = Duty(on_disk, "upkeep", tending=tending)
    if when == "before it has the lease":
        await run_sql(on_disk, SPOIL.format(what="INSERT", table="leases"))
    running = asyncio.create_task(duty.run(work, stop))
    if when == "while it has it":
        await at_it.wait()
        await run_sql(on_disk, SPOIL.format(what="INSERT", table="leases"))
    await until(lambda: "lease/upkeep" in tending.told())
    await run_sql(on_disk, MEND)
    await until(lambda: tending.told() == {} and duty.is_ours and at_it.is_set())
    stop.set()
    await running


async def test_work_of_a_duty_that_is_cancelled_by_nobody_is_begun_again(
    on_disk: Database,
) -> None:
    stop, begun = asyncio.Event(), []

    async def work(ending: asyncio.Event) -> None:
        begun.append(1)
        if len(begun) == 1:
            raise asyncio.CancelledError
        await ending.wait()

    duty = Duty(on_disk, "upkeep")
    keeping = asyncio.create_task(Tending().keep("upkeep", lambda: duty.run(work, stop), stop))
    await until(lambda: len(begun) == 2)
    stop.set()
    await keeping


async def test_a_lane_outlives_what_it_cannot_write(house: House) -> None:
    tending = house.channels.tending
    async with house.channels.running():
        await run_sql(house.database, SPOIL.format(what="UPDATE", table="outbox"))
        await house.channels.intake.take([said("xin chào")])
        await until(lambda: "send/reply/telegram" in tending.told())
        await run_sql(house.database, MEND)
        await until(lambda: bool(house.texts_to("lan")))


async def test_a_message_that_cannot_even_be_apologised_for_holds_nobody_up(house: House) -> None:
    spoil = SPOIL.format(what="UPDATE", table="inbox WHEN OLD.external_id = 'bad'")
    await run_sql(house.database, spoil)
    async with house.channels.running():
        await house.channels.intake.take([said("xin chào", "minh", "bad"), said("xin chào")])
        await until(lambda: house.texts_to("lan"))
    assert await house.unhandled() == 1, "it is kept for the next start"
    await run_sql(house.database, MEND)
    async with house.rebuild().running():
        await until(lambda: house.texts_to("minh"))


def test_a_number_that_no_process_can_have_is_nobody() -> None:
    assert is_gone(f"{platform.node()}/{10**30}/run/x")
