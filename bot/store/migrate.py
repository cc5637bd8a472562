"""Brings an empty or older database to the tables of this program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    inspect,
    text,
)

from bot.store.database import Database, Tx
from bot.store.migrations import HEAD
from bot.store.schema import metadata
from bot.store.trouble import tell_newer

if TYPE_CHECKING:
    from alembic.config import Config

_VERSIONS = "alembic_version"
_LOCK = 2026_0315
"""Any fixed number: the PostgreSQL advisory lock by which two starting programs take turns."""


async def migrate(db: Database) -> None:
    """Migrates all at once or not at all; a database already at the head costs one look."""
    async with db.reading() as tx:
        if await stored_revision(tx) == HEAD:
            return
    async with db.rebuilding() as tx:
        if tx.is_postgresql:
            await tx.value(text("SELECT pg_advisory_xact_lock(:lock)").bindparams(lock=_LOCK))
        stored = await stored_revision(tx)
        if stored == HEAD:  # another program was faster
            return
        if stored and stored not in _known_revisions():
            raise tell_newer(db.place, stored, HEAD)
        if tx.is_postgresql or not await tx.connection.run_sync(_is_empty):
            await tx.connection.run_sync(_upgrade)
        else:
            await tx.connection.run_sync(_lay_out)


async def stored_revision(tx: Tx) -> str:
    """The revision that the database is at; empty for a database without tables."""
    if not await tx.connection.run_sync(_is_versioned):
        return ""
    rows = await tx.rows(text(f"SELECT version_num FROM {_VERSIONS} ORDER BY 1"))  # noqa: S608
    return ",".join(row["version_num"] for row in rows)


def alembic_config() -> Config:
    """Alembic's settings, for this package's own folder of migrations."""
    # Alembic takes long to import, and most starts have nothing to migrate.
    from alembic.config import Config

    config = Config()
    # ConfigParser reads % as its own sign.
    folder = str(Path(__file__).parent / "migrations").replace("%", "%%")
    config.set_main_option("script_location", folder)
    config.set_main_option("path_separator", "os")
    return config


def _known_revisions() -> set[str]:
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(alembic_config())
    return {script.revision for script in scripts.walk_revisions()}


def _upgrade(connection: Connection) -> None:
    from alembic import command

    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _is_empty(connection: Connection) -> bool:
    return not inspect(connection).get_table_names()


def _lay_out(connection: Connection) -> None:
    """The tables as they are now, in an empty SQLite file: what the migrations lead to.

    A test holds both against each other, statement by statement. Step by step it takes four times as
    long, and 10 MB that stay.
    """
    metadata.create_all(connection, checkfirst=False)
    key = PrimaryKeyConstraint("version_num", name=f"{_VERSIONS}_pkc")
    versions = Table(_VERSIONS, MetaData(), Column("version_num", String(32)), key)
    versions.create(connection)
    connection.execute(versions.insert().values(version_num=HEAD))


def _is_versioned(connection: Connection) -> bool:
    return inspect(connection).has_table(_VERSIONS)
