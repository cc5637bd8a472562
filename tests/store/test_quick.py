"""Quick transactions do what the others do, only sooner."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.errors import DatabaseUnavailable
from bot.store import people
from bot.store.batching import Batcher
from bot.store.database import Database, Tx
from bot.store.migrate import migrate
from bot.store.nearby import NearbyConnection
from bot.store.tables import people as people_table

from .conftest import AT, SQLITE, NewUrl, no_thread_is_left


async def count(db: Database) -> int:
    async with db.reading() as tx:
        return int(await tx.value(select(func.count()).select_from(people_table)))


async def test_a_failed_quick_transaction_leaves_nothing(db: Database) -> None:
    async def fail() -> None:
        async with db.transaction(quick=True) as tx:
            await people.meet(tx, "web", "an", AT)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await count(db) == 0


async def test_quick_and_other_transactions_take_turns(db: Database) -> None:
    async def meet(number: int) -> None:
        async with db.transaction(quick=number % 2 == 0) as tx:
            before = await people.meet(tx, "web", "an", AT)
            await asyncio.sleep(0)
            assert (await people.meet(tx, "web", "an", AT)).id == before.id
            await people.meet(tx, "web", str(number), AT)

    await asyncio.gather(*(meet(number) for number in range(20)))
    assert await count(db) == 21


async def test_a_cancelled_quick_transaction_holds_nobody_up(db: Database) -> None:
    async def never_ends() -> None:
        async with db.transaction(quick=True) as tx:
            await people.meet(tx, "web", "an", AT)
            await asyncio.Event().wait()

    task = asyncio.create_task(never_ends())
    await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with db.transaction() as tx:
        await people.meet(tx, "web", "binh", AT)
    assert await count(db) == 1


@pytest.mark.parametrize("kind", SQLITE)
async def test_only_a_quick_transaction_works_on_the_spot(new_url: NewUrl, kind: str) -> None:
    db = Database(new_url(kind))
    await db.connect()
    threads: list[int] = []

    def note() -> int:
        threads.append(threading.get_ident())
        return 1

    async def use(*, quick: bool) -> bool:
        async with db.transaction(quick=quick) as tx:
            await _ask(tx, note)
        return threads[-1] == threading.get_ident()

    assert await use(quick=True)
    assert not await use(quick=False)
    assert await use(quick=True)
    await db.close()
    assert await no_thread_is_left()


async def test_the_log_of_many_quick_transactions_is_folded_into_the_file(tmp_path: Path) -> None:
    db = Database(f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}")
    await migrate(db)
    for number in range(400):
        async with db.transaction(quick=True) as tx:
            for one in range(5):
                await people.meet(tx, "web", f"{number}-{one}-{'x' * 2_000}", AT)
    # Folded, the log is written from its beginning again: it stays near a thousand pages of 4 KB.
    log = (tmp_path / "bot.db-wal").stat().st_size
    assert await count(db) == 2_000
    await db.close()
    assert 0 < log < 8_000_000


async def _ask(tx: Tx, note: Callable[[], int]) -> None:
    connection = tx.connection.sync_connection
    assert connection is not None
    driver = connection.connection.driver_connection
    assert isinstance(driver, NearbyConnection)
    await driver.create_function("note", 0, note)
    await tx.connection.exec_driver_sql("SELECT note()")


async def test_items_that_arrive_together_are_written_together(db: Database) -> None:
    sizes: list[int] = []

    async def work(tx: Tx, names: object) -> list[int]:
        assert isinstance(names, list)
        sizes.append(len(names))
        return [(await people.meet(tx, "web", name, AT)).id for name in names]

    batcher: Batcher[str, int] = Batcher(db, work, most=10)
    ids = await asyncio.gather(*(batcher.add(str(n)) for n in range(25)))
    assert len(set(ids)) == 25
    assert sizes == [10, 10, 5]


async def test_a_bad_item_takes_no_other_with_it(db: Database) -> None:
    async def work(tx: Tx, names: object) -> list[int]:
        assert isinstance(names, list)
        found = [(await people.meet(tx, "web", name, AT)).id for name in names]
        if "bad" in names:
            raise ValueError("bad")
        return found

    batcher: Batcher[str, int] = Batcher(db, work)
    results = await asyncio.gather(
        *(batcher.add(name) for name in ("an", "bad", "binh")), return_exceptions=True
    )
    assert [type(result) for result in results] == [int, ValueError, int]
    assert await count(db) == 2


async def test_work_that_forgets_an_item_leaves_nobody_waiting(db: Database) -> None:
    async def work(tx: Tx, names: object) -> list[int]:
        assert isinstance(names, list)
        found = [(await people.meet(tx, "web", name, AT)).id for name in names]
        return found if len(names) == 1 else found[1:]

    batcher: Batcher[str, int] = Batcher(db, work)
    async with asyncio.timeout(60):
        results = await asyncio.gather(*(batcher.add(name) for name in ("an", "binh")))
    assert len(set(results)) == 2
    assert await count(db) == 2


async def test_without_a_database_every_item_is_told(tmp_path: object) -> None:
    db = Database(f"sqlite:///{tmp_path}/khong-co/bot.db")

    async def work(_tx: Tx, names: object) -> list[int]:
        raise AssertionError(names)

    batcher: Batcher[str, int] = Batcher(db, work)
    results = await asyncio.gather(*(batcher.add(n) for n in "ab"), return_exceptions=True)
    assert all(isinstance(result, DatabaseUnavailable) for result in results)
    await db.close()
    assert await no_thread_is_left()


async def test_a_quick_transaction_waits_for_another_program_and_holds_nobody_up(
    tmp_path: Path,
) -> None:
    db = Database(f"sqlite:///{tmp_path}/bot.db")
    await db.connect()
    await migrate(db)
    other = sqlite3.connect(tmp_path / "bot.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def meet() -> int:
        async with db.transaction(quick=True) as tx:
            return (await people.meet(tx, "web", "an", AT)).id

    meeting = asyncio.create_task(meet())
    turns = 0
    for _ in range(20):
        await asyncio.sleep(0.01)
        turns += 1
    assert not meeting.done()
    assert turns == 20
    other.execute("COMMIT")
    other.close()
    assert await meeting == await meet()
    await db.close()
    assert await no_thread_is_left()


@pytest.mark.parametrize("next_is_quick", [True, False])
async def test_a_quick_transaction_without_a_lock_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, next_is_quick: bool
) -> None:
    monkeypatch.setattr("bot.store.nearby.PATIENCE_MS", 50)
    db = Database(f"sqlite:///{tmp_path}/bot.db")
    await db.connect()
    await migrate(db)
    other = sqlite3.connect(tmp_path / "bot.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for _ in range(2):
        with pytest.raises(DatabaseUnavailable, match="khóa ghi"):
            async with db.transaction(quick=True) as tx:
                await people.meet(tx, "web", "an", AT)
    other.close()
    async with db.transaction(quick=next_is_quick) as tx:
        await people.meet(tx, "web", "an", AT)
    assert await count(db) == 1
    await db.close()
    assert await no_thread_is_left()


def test_a_closed_database_leaves_no_thread_behind_even_of_a_cancelled_read(tmp_path: Path) -> None:
    async def work() -> set[threading.Thread]:
        before = set(threading.enumerate())
        database = Database(f"sqlite:///{tmp_path}/bot.db")
        await migrate(database)

        async def read() -> None:
            async with database.reading() as tx:
                # A statement that runs for a while, so that it is cut off in the middle.
                await tx.connection.exec_driver_sql(
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 300000) "
                    "SELECT max(i) FROM n"
                )

        reads = [asyncio.create_task(read()) for _ in range(4)]
        await asyncio.sleep(0.02)
        for one in reads:
            one.cancel()
        await asyncio.gather(*reads, return_exceptions=True)
        await database.close()
        return {t for t in threading.enumerate() if t not in before and "connection" in t.name}

    assert asyncio.run(work()) == set()


async def test_quick_looks_beside_a_writer_see_one_state_and_change_nothing(db: Database) -> None:
    if not _reads_beside(db):
        pytest.skip("in memory the writer is the reader")
    async with db.transaction() as tx:
        await people.meet(tx, "web", "an", AT)
        async with db.reading(quick=True) as look:
            assert await people.find(look, "web", "an") is None
    async with db.reading(quick=True) as look:
        known = await people.find(look, "web", "an")
        async with db.transaction(quick=True) as tx:
            await people.erase(tx, known.id if known else 0)
        assert await people.find(look, "web", "an") == known
    with pytest.raises(DatabaseUnavailable, match="chỉ cho đọc"):
        await _write_while_looking(db)
    assert await count(db) == 0


async def test_a_look_inside_a_look_is_refused(db: Database) -> None:
    async def look_twice() -> None:
        async with db.reading(quick=True), db.reading(quick=True):
            pass

    if db.is_shared:
        await look_twice()
        return
    with pytest.raises(RuntimeError):
        await look_twice()


async def test_a_cancelled_look_holds_nobody_up(db: Database) -> None:
    async def never_ends() -> None:
        async with db.reading(quick=True) as tx:
            await people.find(tx, "web", "an")
            await asyncio.Event().wait()

    task = asyncio.create_task(never_ends())
    await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with db.reading(quick=True) as tx:
        assert await people.find(tx, "web", "an") is None


def _reads_beside(db: Database) -> bool:
    return db.is_shared or db.file is not None


async def _write_while_looking(db: Database) -> None:
    async with db.reading(quick=True) as tx:
        await people.meet(tx, "web", "binh", AT)
