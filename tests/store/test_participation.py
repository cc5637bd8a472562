"""The counts are the same on every database, and older questions are counted too."""

from __future__ import annotations

from datetime import date

import pytest
from alembic import command
from sqlalchemy import Connection, text

from bot.clock import day_number, vietnam_date
from bot.store import misses, participation, people, talk
from bot.store.database import Database
from bot.store.migrate import alembic_config, migrate
from bot.store.participation import Came, Ended, Reached, Slice, Wanted
from bot.store.talk import QuestionAsked

from .conftest import AT, FILES, NewUrl, after

DAY = vietnam_date(AT)
CUT = Slice(DAY, DAY)
ORIGIN = "u-06985-to-roi"


async def ask(db: Database, name: str, outcome: str, text: str = "mất thẻ") -> int:
    async with db.transaction() as tx:
        person = await people.meet(tx, "telegram", name, AT, ORIGIN)
        asked = QuestionAsked(
            person_id=person.id,
            channel="telegram",
            text=text,
            normalised=text,
            outcome=outcome,
            asked_at=AT,
            base_version="v1",
            entries=("mat-the",) if outcome == "answer" else (),
            origin=person.origin,
        )
        return await talk.record_question(tx, asked)


async def test_every_database_counts_alike(db: Database) -> None:
    disliked = await ask(db, "an", "answer")
    await ask(db, "an", "refuse")
    await ask(db, "binh", "refuse")
    async with db.transaction() as tx:
        an = await people.meet(tx, "telegram", "an", AT)
        await talk.give_feedback(tx, disliked, an.id, -1, AT)
    async with db.reading() as tx:
        assert await participation.count_days(tx, CUT) == [
            Ended(DAY, "answer", 1, 1),
            Ended(DAY, "refuse", 2, 0),
        ]
        ways = await participation.count_ways(tx, CUT)
        assert sorted(ways, key=lambda w: w.outcome) == [
            Came("telegram", ORIGIN, "answer", 1),
            Came("telegram", ORIGIN, "refuse", 2),
        ]
        here = [Reached("telegram", ORIGIN, 2)]
        assert await participation.count_askers(tx, CUT) == here
        assert await participation.count_new(tx, Slice(DAY, DAY, "telegram", "u-06985")) == here
        assert await participation.count_new(tx, Slice(DAY, DAY, "web")) == []
        assert await participation.count_all(tx) == here
        assert await participation.count_entrants(tx, CUT) == {}
        assert await participation.top_entries(tx, CUT, 5) == [Wanted("mat-the", 1, 1)]
        assert await participation.first_day(tx) == DAY


async def test_questions_asked_in_vain_stand_together_until_they_are_handled(db: Database) -> None:
    for name in ("an", "binh"):
        await ask(db, name, "refuse", "xe bus")
    await ask(db, "an", "refuse", "thời tiết")
    await ask(db, "an", "answer")
    async with db.transaction() as tx:
        vain = await misses.list_vain(tx, DAY, DAY)
        assert [(v.normalised, v.questions, v.rejected, v.disliked) for v in vain] == [
            ("xe bus", 2, 0, 0),
            ("thời tiết", 1, 0, 0),
        ]
        assert (vain[0].first, vain[0].last) == (AT, AT)
        assert await misses.mark_alike(tx, ["xe bus"], "phrasing:mat-the") == 2
        assert [v.normalised for v in await misses.list_vain(tx, DAY, DAY)] == ["thời tiết"]
        assert await misses.count_by_day(tx, ["xe bus"], DAY, DAY) == {DAY: 2}
        assert await misses.list_vain(tx, DAY, DAY, "web") == []


@pytest.mark.parametrize("kind", FILES)
async def test_questions_from_before_get_their_day_answer_and_origin(
    kind: str, new_url: NewUrl
) -> None:
    db = Database(new_url(kind))
    try:
        await db.connect()
        async with db.rebuilding() as tx:
            await tx.connection.run_sync(_go_to, "0005")
        person = (
            "INSERT INTO people (id, channel, channel_id, first_seen, last_seen, origin) "
            "VALUES (1, 'web', 'x', '2026-03-01 17:00:00', '2026-03-01 17:00:00', 'u-06985')"
        )
        asked = (
            "INSERT INTO questions (person_id, asked_at, channel, text, normalised, outcome, "
            "entries, score, ms, base_version) VALUES "
            "(1, '2026-03-01 17:00:00', 'web', 'a', 'a', 'answer', '[\"mat-the\"]', 1, 1, 'v'), "
            "(1, '2026-03-01 16:59:59', 'web', 'b', 'b', 'choose', '[\"mat-the\"]', 1, 1, 'v')"
        )
        async with db.transaction() as tx:
            if tx.is_postgresql:
                await tx.connection.exec_driver_sql("SET TIME ZONE 'UTC'")
            for statement in (person, asked):
                await tx.connection.exec_driver_sql(statement)
        await migrate(db)
        async with db.reading() as tx:
            rows = await tx.rows(text("SELECT day, entry, origin FROM questions ORDER BY id"))
        first = day_number(after(0)) + 1
        assert date(2026, 3, 1) == DAY
        assert [(row["day"], row["entry"], row["origin"]) for row in rows] == [
            (first, "mat-the", "u-06985"),
            (first - 1, None, "u-06985"),
        ]
    finally:
        await db.close()


def _go_to(connection: Connection, revision: str) -> None:
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
