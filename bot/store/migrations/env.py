"""Run by Alembic: migrates on the connection, and in the transaction, of `bot.store.migrate`."""

from __future__ import annotations

from alembic import context

from bot.store import contest_board_tables, contest_tables  # noqa: F401 they fill the metadata
from bot.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
