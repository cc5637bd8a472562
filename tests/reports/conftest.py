"""A few people from two units over three days, and what became of their questions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.store import people, talk
from bot.store.database import Database
from bot.store.talk import QuestionAsked
from tests.databases import new_memory

DAY = date(2026, 10, 10)
MORNING = datetime(2026, 10, 10, 1, 0, tzinfo=UTC)
LUONG_MINH, HONG_GAI = "06985", "06685"


@pytest.fixture
async def memory() -> AsyncIterator[Database]:
    """An empty database in memory."""
    database = new_memory()
    yield database
    await database.close()


async def ask(
    database: Database,
    person: str,
    outcome: str = "answer",
    *,
    origin: str | None = None,
    channel: str = "telegram",
    at: datetime = MORNING,
    text: str = "mất thẻ cử tri",
    entry: str = "mat-the-cu-tri",
    feedback: int = 0,
) -> int:
    """Lets a person ask something that ends in an outcome; gives the question's number."""
    async with database.transaction() as tx:
        met = await people.meet(tx, channel, person, at, origin)
        given = {"answer": (entry,), "choose": (entry, "tuoi-bau-cu")}.get(outcome, ())
        asked = QuestionAsked(
            person_id=met.id,
            channel=channel,
            text=text,
            normalised=text,
            outcome=outcome,
            asked_at=at,
            base_version="v1",
            entries=given,
            origin=met.origin,
        )
        number = await talk.record_question(tx, asked)
        if feedback:
            await talk.give_feedback(tx, number, met.id, feedback, at)
        return number


@pytest.fixture
async def fair(memory: Database) -> Database:
    """Lan and Minh come by the leaflet of Lương Minh, Hoa by a poster of Hồng Gai, Nam by himself."""
    by_leaflet = f"u-{LUONG_MINH}-to-roi"
    await ask(memory, "lan", origin=by_leaflet)
    await ask(memory, "lan", "calc", at=MORNING + timedelta(days=1))
    await ask(memory, "minh", "refuse", origin=by_leaflet, text="xe bus đi bầu cử")
    await ask(memory, "hoa", "choose", origin=f"u-{HONG_GAI}", channel="zalo_oa")
    await ask(memory, "nam", feedback=-1, channel="web", at=MORNING + timedelta(days=2))
    await ask(memory, "nam", "smalltalk", channel="web", text="xin chào")
    return memory
