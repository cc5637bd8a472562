from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError, StatementError

from bot.clock import VIETNAM
from bot.errors import DatabaseUnavailable, SettingWrong
from bot.store import facts, inbox, people
from bot.store.database import Database
from bot.store.migrate import migrate
from bot.store.tables import meta

from .conftest import AT, NewUrl, no_thread_is_left


async def test_a_failed_transaction_leaves_nothing(db: Database) -> None:
    async def fail() -> None:
        async with db.transaction() as tx:
            await people.meet(tx, "web", "an", AT)
            await inbox.claim(tx, "web", "1", AT)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with db.transaction() as tx:
        assert await people.find(tx, "web", "an") is None
        assert await inbox.claim(tx, "web", "1", AT) is not None


@pytest.mark.parametrize("is_busy", [True, False])
async def test_a_cancelled_transaction_leaves_nothing_and_holds_nobody_up(
    db: Database, is_busy: bool
) -> None:
    async def write_for_ever() -> None:
        async with db.transaction() as tx:
            while True:
                await facts.write_fact(tx, "a", 1)
                await asyncio.sleep(0 if is_busy else 60)

    for _ in range(3):
        task = asyncio.create_task(write_for_ever())
        await asyncio.sleep(0.03)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with db.transaction() as tx:
            assert await facts.read_fact(tx, "a") is None


async def test_writers_queue_up_and_none_is_lost(db: Database) -> None:
    async def add_one() -> None:
        async with db.transaction() as tx:
            # On PostgreSQL the person's row is the turnstile, as it is for messages.
            await people.meet(tx, "web", "an", AT)
            await facts.write_fact(tx, "n", (await facts.read_fact(tx, "n") or 0) + 1)

    async with db.transaction() as tx:
        await people.meet(tx, "web", "an", AT)
    await asyncio.gather(*(add_one() for _ in range(40)))
    async with db.reading() as tx:
        assert await facts.read_fact(tx, "n") == 40


async def test_a_reader_sees_one_state_while_others_write(new_url: NewUrl, kind: str) -> None:
    db = Database(new_url(kind))
    await db.connect()
    await migrate(db)
    async with db.reading() as reader:
        assert await facts.read_fact(reader, "a") is None
        async with db.transaction() as writer:
            await facts.write_fact(writer, "a", 1)
        assert await facts.read_fact(reader, "a") is None
    async with db.reading() as reader:
        assert await facts.read_fact(reader, "a") == 1
        with pytest.raises(DatabaseUnavailable, match="chỉ cho đọc"):
            await _write_while_reading(db)
    await db.close()


async def _write_while_reading(db: Database) -> None:
    async with db.reading() as tx:
        await facts.write_fact(tx, "a", 2)


async def test_times_come_back_aware_and_the_same_instant(db: Database) -> None:
    local = datetime(2026, 3, 15, 7, 5, 1, 42, tzinfo=VIETNAM)
    async with db.transaction() as tx:
        await people.meet(tx, "web", "an", local)
    async with db.reading() as tx:
        person = await people.find(tx, "web", "an")
    assert person
    assert person.first_seen == local
    assert person.first_seen.utcoffset() == timedelta(0)


async def test_a_time_without_zone_is_refused(db: Database) -> None:
    naive = datetime(2026, 3, 15)  # noqa: DTZ001
    with pytest.raises(StatementError, match="without a time zone"):
        await _claim(db, naive)


async def _claim(db: Database, at: datetime) -> None:
    async with db.transaction() as tx:
        await inbox.claim(tx, "web", "1", at)


async def test_odd_characters_are_kept_alike_by_every_database(db: Database) -> None:
    odd = "bầu\0 cử\ud83d \\u0000 \\\0 🗳"
    kept = "bầu cử? \\u0000 \\ 🗳"
    async with db.transaction() as tx:
        await inbox.claim(tx, "web", odd, AT, {"text": odd})
        assert await inbox.claim(tx, "web", odd, AT) is None
        (row,) = await inbox.unfinished(tx, "web")
    assert row.external_id == kept
    assert row.payload == {"text": kept}


async def test_facts_are_kept_replaced_and_taken_away(db: Database) -> None:
    async with db.transaction() as tx:
        assert await facts.settle_fact(tx, "secret", "một") == "một"
        assert await facts.settle_fact(tx, "secret", "hai") == "một"
        await facts.write_fact(tx, "secret", {"ba": [1, None]})
        assert await facts.read_fact(tx, "secret") == {"ba": [1, None]}
        await facts.write_fact(tx, "secret", None)
        assert await facts.read_fact(tx, "secret") is None


async def test_a_fault_of_our_own_is_not_called_an_unavailable_database(db: Database) -> None:
    async with db.transaction() as tx:
        await facts.write_fact(tx, "a", 1)
    with pytest.raises(IntegrityError):
        async with db.transaction() as tx:
            await tx.change(insert(meta).values(key="a", value=2))


async def test_a_transaction_inside_another_is_refused_rather_than_waiting_for_ever() -> None:
    db = Database.memory()
    async with db.transaction():
        with pytest.raises(RuntimeError, match="inside another"):
            async with db.reading():
                pass
    await db.close()


async def test_a_missing_table_says_to_migrate(new_url: NewUrl, kind: str) -> None:
    db = Database(new_url(kind))
    await db.connect()
    with pytest.raises(DatabaseUnavailable, match="thiếu bảng; hãy chạy lệnh «python -m bot mi"):
        async with db.reading() as tx:
            await facts.read_fact(tx, "a")
    await db.close()


@pytest.fixture(params=["sqlite-file", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


def _a_folder(file: Path) -> None:
    file.mkdir()


def _rubbish(file: Path) -> None:
    file.write_bytes(b"this was a database once" * 400)


def _broken_inside(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE t (a)")
    connection.close()
    content = bytearray(file.read_bytes())
    content[100:2000] = b"\xff" * 1900
    file.write_bytes(content)


def _below_a_file(file: Path) -> None:
    file.parent.rmdir()
    file.parent.write_text("not a folder")


def _read_only_folder(file: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    file.parent.chmod(0o555)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_a_folder, "không mở được tệp"),
        (_rubbish, "không phải là cơ sở dữ liệu SQLite"),
        (_broken_inside, "tệp đã hỏng"),
        (_below_a_file, "không tạo được thư mục"),
        (_read_only_folder, "không mở được tệp|chỉ cho đọc"),
    ],
)
async def test_a_sqlite_file_that_cannot_serve_says_where_and_why(
    tmp_path: Path, spoil: Callable[[Path], None], reason: str
) -> None:
    file = tmp_path / "data" / "bot.db"
    file.parent.mkdir()
    spoil(file)
    db = Database(f"sqlite:///{file}")
    with pytest.raises(DatabaseUnavailable, match=reason) as caught:
        await _open(db)
    await db.close()
    assert str(file) in str(caught.value)
    assert "; hãy " in str(caught.value)
    assert caught.value.__cause__ is not None
    assert await no_thread_is_left()


async def _open(db: Database) -> None:
    await db.connect()
    await migrate(db)


async def test_a_file_locked_by_another_program_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.nearby._PRAGMAS", ("busy_timeout=50",))
    other = sqlite3.connect(tmp_path / "bot.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    db = Database(f"sqlite:///{tmp_path}/bot.db")
    with pytest.raises(DatabaseUnavailable, match="khóa ghi"):
        await db.connect()
    other.close()
    await db.connect()
    await db.close()


@pytest.mark.parametrize("port", [1, 0])
async def test_a_server_that_does_not_answer_is_named_without_the_password(port: int) -> None:
    db = Database(f"postgresql://bot:mat-khau@127.0.0.1:{port or 9}/bau_cu")
    with pytest.raises(DatabaseUnavailable, match="không nối được tới máy chủ") as caught:
        await db.connect()
    await db.close()
    assert "«bau_cu» trên máy chủ 127.0.0.1" in str(caught.value)
    assert "mat-khau" not in str(caught.value)


async def test_a_missing_database_on_the_server_is_named(new_url: NewUrl) -> None:
    url = new_url("postgresql").replace("/test_", "/missing_")
    db = Database(url)
    with pytest.raises(DatabaseUnavailable, match="không có cơ sở dữ liệu này"):
        await db.connect()
    await db.close()


@pytest.mark.parametrize(
    "url", ["", "bot.db", "mysql://bot:mat-khau@may/bot", "postgresql://may:cong/x"]
)
def test_an_address_that_cannot_work_is_a_wrong_setting(url: str) -> None:
    with pytest.raises(SettingWrong, match="BOT_DATABASE_URL") as caught:
        Database(url)
    assert "mat-khau@may/" not in str(caught.value)
