"""The application in memory, a contest on it, and a contest in every store."""

from __future__ import annotations

from tests.contest.conftest import arena, db, migrated, new_arena, shared_postgresql
from tests.safety.test_headers import whole
from tests.web.conftest import app, client, database, live, new_client, served
from tests.web.contest.conftest import site

__all__ = [
    "app",
    "arena",
    "client",
    "database",
    "db",
    "live",
    "migrated",
    "new_arena",
    "new_client",
    "served",
    "shared_postgresql",
    "site",
    "whole",
]
