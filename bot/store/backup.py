"""A copy to keep, made while the program runs, and the way back.

The copy is one SQLite file whatever the database is, with no personal data that can be read without
the secret key. It is looked through before it counts as made, and again before it is used.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from bot.errors import InputRefused
from bot.store.database import Database
from bot.store.transfer import Progress, copy_all

_SET_ASIDE = "truoc-khoi-phuc"


async def back_up(database: Database, file: Path) -> dict[str, int]:
    """Writes a copy of the database as it is at this moment; gives the rows of each table.

    Raises `InputRefused` where the file exists or cannot be written, or the copy is damaged.
    """
    draft = file.with_name(f".{file.name}.dang-ghi")
    try:
        await asyncio.to_thread(_make_room, file, draft)
        if database.file is not None:
            await asyncio.to_thread(_vacuum_into, database.file, draft)
        else:
            await _copy_into(database, draft)
        rows = await asyncio.to_thread(look_through, draft)
        _settle(draft, file)
    except (OSError, sqlite3.Error) as error:
        raise InputRefused(
            f"Không ghi được bản sao lưu {file}: {error}. Hãy kiểm tra chỗ trống và quyền ghi."
        ) from error
    finally:
        await asyncio.to_thread(_clear_away, draft)
    return rows


def look_through(file: Path) -> dict[str, int]:
    """The rows of each table of a copy. Raises `InputRefused` where it is no sound copy of ours."""
    if not file.is_file():
        raise InputRefused(f"Không có tệp {file}. Hãy kiểm tra lại đường dẫn.")
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as copy:
            told = copy.execute("PRAGMA integrity_check").fetchone()[0]
            found = (
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
            )
            tables = sorted(name for (name,) in copy.execute(found))
            rows = {t: copy.execute(f'SELECT count(*) FROM "{t}"').fetchone()[0] for t in tables}  # noqa: S608
    except sqlite3.Error as error:
        raise InputRefused(f"Tệp {file} không phải bản sao lưu hoặc đã hỏng.") from error
    if told != "ok":
        raise InputRefused(f"Tệp {file} đã hỏng: {told}. Hãy dùng bản sao lưu khác.")
    if not {"alembic_version", "people"} <= set(tables):
        raise InputRefused(f"Tệp {file} không phải bản sao lưu của chương trình này.")
    return rows


async def restore(
    file: Path, database: Database, at: datetime, progress: Progress = lambda _table, _rows: None
) -> tuple[dict[str, int], Path | None]:
    """Brings a copy back; gives the rows of each table, and where the file before it now lies.

    A SQLite database is set aside, never deleted; a PostgreSQL one must be empty. Raises
    `InputRefused` where the copy is unsound or the program still runs on the database.
    """
    await asyncio.to_thread(look_through, file)
    if database.file is None:
        return await _copy_from(file, database, progress), None
    aside = await asyncio.to_thread(_replace, file, database.file, at)
    return look_through(database.file), aside


async def _copy_into(database: Database, file: Path) -> None:
    copy = Database(f"sqlite+aiosqlite:///{file}")
    try:
        await copy.connect()
        await copy_all(database, copy)
    finally:
        await copy.close()


async def _copy_from(file: Path, database: Database, progress: Progress) -> dict[str, int]:
    # Bringing an older copy on to the tables of today must not touch the copy itself.
    with tempfile.TemporaryDirectory(prefix="khoi-phuc-") as folder:
        working = Path(folder) / "bot.db"
        await asyncio.to_thread(shutil.copyfile, file, working)
        copy = Database(f"sqlite+aiosqlite:///{working}")
        try:
            contents = await copy_all(copy, database, progress)
        finally:
            await copy.close()
    return {table: content.rows for table, content in contents.items()}


def _make_room(file: Path, draft: Path) -> None:
    if file.exists():
        raise InputRefused(f"Đã có tệp {file}. Hãy chọn tên khác để không ghi đè bản sao lưu cũ.")
    file.parent.mkdir(parents=True, exist_ok=True)
    draft.unlink(missing_ok=True)


def _clear_away(draft: Path) -> None:
    with suppress(OSError):
        draft.unlink(missing_ok=True)


def _vacuum_into(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as connection:
        connection.execute("PRAGMA busy_timeout=30000")
        connection.execute("VACUUM INTO ?", (str(target),))


def _settle(draft: Path, file: Path) -> None:
    with draft.open("rb") as written:
        os.fsync(written.fileno())
    os.link(draft, file)


def _replace(file: Path, target: Path, at: datetime) -> Path | None:
    """Puts the copy in the place of a SQLite file that nobody uses; gives where the old one went."""
    aside = None
    if target.exists():
        _require_unused(target)
        aside = target.with_name(f"{target.name}.{_SET_ASIDE}-{at:%Y%m%d-%H%M%S}")
        target.rename(aside)
        for ending in ("-wal", "-shm"):
            target.with_name(target.name + ending).unlink(missing_ok=True)
    draft = target.with_name(f".{target.name}.dang-ghi")
    target.parent.mkdir(parents=True, exist_ok=True)
    draft.unlink(missing_ok=True)
    _vacuum_into(file, draft)
    _settle(draft, target)
    draft.unlink()
    return aside


def _require_unused(target: Path) -> None:
    """Raises `InputRefused` while another process has the database open."""
    try:
        with closing(sqlite3.connect(target, timeout=1)) as connection:
            # Leaving WAL needs the file for oneself alone: whoever has it open keeps us from it.
            mode = connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
    except sqlite3.OperationalError:
        mode = "busy"
    except sqlite3.DatabaseError:
        return  # Damaged: that is why somebody restores.
    if mode != "delete":
        raise InputRefused(
            f"Chương trình đang chạy với {target}. Hãy dừng chương trình rồi khôi phục lại."
        )
