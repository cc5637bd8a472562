from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from bot.errors import DatabaseUnavailable
from bot.store import facts, schema
from bot.store.database import Database
from bot.store.migrate import alembic_config, migrate, stored_revision
from bot.store.migrations import HEAD
from bot.store.schema import metadata

from .conftest import FILES, SQLITE, NewUrl


def test_the_head_beside_the_versions_is_alembics_head() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_heads() == [HEAD]


def _differences(connection: Connection) -> list[object]:
    options = {"compare_type": True, "compare_server_default": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


async def _migrate_by_steps(db: Database) -> None:
    """Takes every migration from the first on, as an older file does; an empty one is laid out."""
    async with db.transaction() as tx:
        await tx.connection.run_sync(_begin_versions)
    await migrate(db)


def _begin_versions(connection: Connection) -> None:
    MigrationContext.configure(connection)._ensure_version_table()


async def test_the_migrations_lead_to_the_tables_of_the_program(db: Database) -> None:
    async with db.transaction() as tx:
        assert await stored_revision(tx) == HEAD
        assert await tx.connection.run_sync(_differences) == []


async def test_every_step_and_an_empty_file_lead_to_the_very_same_statements() -> None:
    # Checks and ON DELETE as well, which Alembic does not compare.
    written = []
    for way in (migrate, _migrate_by_steps):
        db = Database.memory()
        await way(db)
        async with db.reading() as tx:
            rows = await tx.rows(text("SELECT sql FROM sqlite_master WHERE sql != ''"))
            assert await stored_revision(tx) == HEAD
            assert await tx.connection.run_sync(_differences) == []
        written.append({_sorted_parts(row["sql"]) for row in rows})
        await db.close()
    assert written[0] == written[1]


async def test_a_file_with_tables_of_something_else_is_left_as_it_is() -> None:
    db = Database.memory()
    async with db.transaction() as tx:
        await tx.change(text("CREATE TABLE people (name TEXT)"))
    with pytest.raises(DatabaseUnavailable):
        await migrate(db)
    async with db.reading() as tx:
        assert await tx.connection.run_sync(lambda c: inspect(c).get_table_names()) == ["people"]
    await db.close()


def _sorted_parts(sql: str) -> tuple[str, ...]:
    """The columns and constraints of a statement; a column that was added stands last in SQLite."""
    start, _, rest = " ".join(sql.split()).partition("(")
    # A comma parts them unless it stands inside brackets.
    inside, _, _ = rest.rpartition(")")
    parts = re.split(r",\s*(?![^(]*\))", inside)
    return (start.strip(), *sorted(part.strip() for part in parts))


async def test_migrating_again_changes_nothing(db: Database) -> None:
    async with db.transaction() as tx:
        await facts.write_fact(tx, "a", 1)
    await migrate(db)
    async with db.reading() as tx:
        assert await facts.read_fact(tx, "a") == 1


@pytest.mark.parametrize("kind", FILES)
async def test_two_programs_that_start_at_once_migrate_once(new_url: NewUrl, kind: str) -> None:
    url = new_url(kind)
    programs = [Database(url), Database(url)]
    await programs[0].connect()
    await asyncio.gather(*(migrate(db) for db in programs))
    for db in programs:
        async with db.reading() as tx:
            assert await stored_revision(tx) == HEAD
        await db.close()


async def test_a_database_of_a_newer_program_is_refused(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.change(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseUnavailable, match=rf"phiên bản mới hơn.*9999.*{HEAD}"):
        await migrate(db)


@pytest.mark.parametrize("db", SQLITE, indirect=True)
async def test_rebuilding_a_table_does_not_cascade(db: Database, an: int) -> None:
    async with db.transaction() as tx:
        await tx.change(text("INSERT INTO states VALUES (1, '{}', '2026-03-01 00:00:00.000000')"))
    async with db.rebuilding() as tx:
        for statement in (
            "CREATE TABLE copy AS SELECT * FROM people",
            "DROP TABLE people",
            "CREATE TABLE people (id INTEGER PRIMARY KEY, channel TEXT, channel_id TEXT)",
            "INSERT INTO people SELECT id, channel, channel_id FROM copy",
        ):
            await tx.change(text(statement))
    async with db.transaction() as tx:
        assert await tx.value(text("SELECT person_id FROM states")) == an
        assert await tx.value(text("PRAGMA foreign_keys")) == 1


@pytest.mark.parametrize("db", SQLITE, indirect=True)
async def test_a_migration_that_leaves_loose_ends_is_undone(db: Database, an: int) -> None:
    with pytest.raises(RuntimeError, match="point at nothing"):
        async with db.rebuilding() as tx:
            await tx.change(text("INSERT INTO states VALUES (77, '{}', '')"))
    async with db.reading() as tx:
        assert await tx.value(text("SELECT count(*) FROM states")) == 0


async def test_a_start_with_no_step_to_take_leaves_alembic_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/100% bot.db"
    db = Database(url)
    await migrate(db)
    await db.close()
    program = (
        "import asyncio, sys\n"
        "from bot.store.database import Database\n"
        "from bot.store.migrate import migrate\n"
        "async def start():\n"
        "    db = Database(sys.argv[1])\n"
        "    await db.connect()\n"
        "    await migrate(db)\n"
        "asyncio.run(start())\n"  # not closed: must not keep the program from ending either
        "sys.exit('alembic' in sys.modules)\n"
    )
    process = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", program, url], timeout=30, check=False
    )
    assert process.returncode == 0


def test_every_module_of_tables_is_in_the_schema() -> None:
    found = {path.stem for path in Path(schema.__file__).parent.glob("*tables.py")}
    assert found - {"tables"} <= set(schema.__all__)
