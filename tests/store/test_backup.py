"""A copy is made while the program runs, holds everything, and comes back."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import InputRefused
from bot.store import facts, inbox, outbox, people, reminders, talk
from bot.store.backup import back_up, look_through, restore
from bot.store.database import Database
from bot.store.migrate import migrate
from bot.store.schema import metadata
from bot.store.transfer import Content, NotTheSame, content_of, copy_all

from .conftest import AT, FILES, NewUrl, after

Filled = Callable[[Database], Awaitable[int]]


async def fill(db: Database, names: int = 3) -> None:
    """People with questions, states and replies, in letters that are easily spoilt."""
    for n in range(names):
        async with db.transaction() as tx:
            claimed = await inbox.claim(tx, "web", f"m{n}", after(n), payload="niêm phong")
            person = await people.meet(tx, "web", f"người-{n} 🙂", after(n), origin="u-06652")
            await talk.save_state(tx, person.id, {"offered": [["a:1", 'Xem thêm \\ "x"']]}, AT)
            asked = talk.QuestionAsked(
                person.id, "web", "mấy tuổi đi bầu", "may tuoi di bau", "answer", after(n),
                "v1", ["tuoi-bau-cu"], 0.1 + n / 3, 1.5, claimed,
            )  # fmt: skip
            await talk.record_question(tx, asked)
            await outbox.enqueue(tx, person.id, "web", claimed, [{"text": "Đủ 18 tuổi."}], AT)
            await reminders.ask_for(tx, person.id, AT)
    async with db.transaction() as tx:
        await reminders.remind(tx, "bau-cu:bo-phieu:1", {"text": "Nhắc"}, AT, 100)
        await facts.write_fact(tx, "số", {"a": [1, None, "ừ"]})


async def contents(db: Database) -> dict[str, Content]:
    async with db.reading() as tx:
        return {table.name: await content_of(tx, table) for table in metadata.sorted_tables}


async def opened(url: str) -> Database:
    db = Database(url)
    await db.connect()
    await migrate(db)
    return db


@pytest.mark.parametrize("kind", FILES)
async def test_a_copy_brought_back_holds_what_was_there(
    kind: str, new_url: NewUrl, tmp_path: Path
) -> None:
    db = await opened(new_url(kind))
    await fill(db)
    before = await contents(db)
    copy = tmp_path / "sao-luu" / "bot.db"
    told = await back_up(db, copy)
    assert told["people"] == told["questions"] == 3
    async with db.transaction() as tx:
        await people.erase(tx, 1)
    await db.close()

    target = Database(new_url("postgresql") if kind == "postgresql" else f"sqlite:///{db.file}")
    rows, aside = await restore(copy, target, AT)
    assert await contents(target) == before
    assert rows["people"] == 3
    assert (aside is not None) == (kind == "sqlite-file")
    # New rows get numbers of their own.
    await fill(target, names=5)
    await target.close()


async def test_the_way_from_a_file_to_postgresql_loses_nothing(
    new_url: NewUrl, tmp_path: Path
) -> None:
    old, new = await opened(new_url("sqlite-file")), Database(new_url("postgresql"))
    await fill(old, names=7)
    copied = await copy_all(old, new)
    assert copied == await contents(old) == await contents(new)
    with pytest.raises(InputRefused, match="đã có dữ liệu"):
        await copy_all(old, new)
    await old.close()
    await new.close()


async def test_a_copy_that_differs_is_not_kept(
    new_url: NewUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = await opened(new_url("sqlite-file")), await opened(new_url("sqlite-memory"))
    await fill(old)

    async def blind(*_args: object) -> Content:
        return Content(0, "")

    monkeypatch.setattr("bot.store.transfer.content_of", blind)
    with pytest.raises(NotTheSame, match="không khớp ở bảng"):
        await copy_all(old, new)
    monkeypatch.undo()
    assert all(content.rows == 0 for content in (await contents(new)).values())
    await old.close()
    await new.close()


async def test_a_mark_notices_one_changed_letter(new_url: NewUrl) -> None:
    db = await opened(new_url("sqlite-file"))
    await fill(db)
    before = await contents(db)
    async with db.transaction() as tx:
        await facts.write_fact(tx, "số", {"a": [1, None, "ứ"]})
    after_change = await contents(db)
    assert {name for name in before if before[name] != after_change[name]} == {"meta"}
    await db.close()


async def test_a_copy_is_made_while_somebody_writes(new_url: NewUrl, tmp_path: Path) -> None:
    db = await opened(new_url("sqlite-file"))
    await fill(db)
    other = Database(f"sqlite:///{db.file}")
    async with db.transaction() as tx:
        await people.meet(tx, "web", "đang ghi", AT)
        assert (await back_up(other, tmp_path / "sao.db"))["people"] == 3
    await other.close()
    await db.close()


async def test_nothing_is_overwritten(new_url: NewUrl, tmp_path: Path) -> None:
    db = await opened(new_url("sqlite-file"))
    (tmp_path / "sao.db").write_text("của tôi")
    with pytest.raises(InputRefused, match="Đã có tệp"):
        await back_up(db, tmp_path / "sao.db")
    assert (tmp_path / "sao.db").read_text() == "của tôi"
    await db.close()


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0 ...", b"PK\x03\x04", b"x" * 5_000])
async def test_what_is_no_copy_is_refused_and_changes_nothing(
    content: bytes, new_url: NewUrl, tmp_path: Path
) -> None:
    db = await opened(new_url("sqlite-file"))
    await fill(db)
    before = await contents(db)
    await db.close()
    wrong = tmp_path / "sai.db"
    wrong.write_bytes(content)
    with pytest.raises(InputRefused, match=r"sai\.db"):
        await restore(wrong, db, AT)
    again = Database(f"sqlite:///{db.file}")
    assert await contents(again) == before
    await again.close()


def test_a_missing_file_and_another_programs_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="Không có tệp"):
        look_through(tmp_path / "khong-co.db")
    other = tmp_path / "khac.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE people (id INTEGER)")
    with pytest.raises(InputRefused, match="không phải bản sao lưu của chương trình"):
        look_through(other)


async def test_a_database_in_use_is_not_replaced(new_url: NewUrl, tmp_path: Path) -> None:
    db = await opened(new_url("sqlite-file"))
    await fill(db)
    await back_up(db, tmp_path / "sao.db")
    async with db.reading():
        with pytest.raises(InputRefused, match="Hãy dừng chương trình"):
            await restore(tmp_path / "sao.db", Database(f"sqlite:///{db.file}"), AT)
    await db.close()
