from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.store import people
from bot.store.database import Database
from tests.databases import KINDS, NewUrl, no_thread_is_left

__all__ = ["AT", "FILES", "KINDS", "SQLITE", "NewUrl", "after", "met", "no_thread_is_left"]

AT = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
SQLITE = ["sqlite-file", "sqlite-memory"]
FILES = ["sqlite-file", "postgresql"]


def after(minutes: float) -> datetime:
    return AT + timedelta(minutes=minutes)


@pytest.fixture
async def an(db: Database) -> int:
    return await met(db, "an")


@pytest.fixture
async def binh(db: Database) -> int:
    return await met(db, "binh")


async def met(db: Database, channel_id: str) -> int:
    async with db.transaction() as tx:
        return (await people.meet(tx, "telegram", channel_id, AT)).id
