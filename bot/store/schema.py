"""Every table of the program: import `metadata` from here wherever all of them are meant.

A module of tables that nothing has imported yet would otherwise be left out, of a backup even.
"""

from __future__ import annotations

from bot.store import admin_tables, contest_board_tables, contest_tables
from bot.store.tables import metadata

__all__ = ["admin_tables", "contest_board_tables", "contest_tables", "metadata"]
