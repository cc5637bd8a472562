"""Whom the service reached: every person and every question stands where it belongs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.knowledge.model import Base
from bot.reports.participation import Participation, look, month_around, previous, slice_of
from bot.store import people, talk
from bot.store.database import Database

from .conftest import DAY, HONG_GAI, LUONG_MINH, MORNING, ask

LAST = DAY + timedelta(days=2)


async def report(database: Database, base: Base, **of: str) -> Participation:
    async with database.reading() as tx:
        return await look(tx, base, slice_of(DAY, LAST, **of))


async def test_questions_count_by_how_they_ended_and_small_talk_is_none(
    fair: Database, base: Base
) -> None:
    total = (await report(fair, base)).total
    assert (total.answered, total.offered, total.missed) == (3, 1, 1)
    assert total.questions == 5
    assert total.share == pytest.approx(0.8)
    assert total.disliked == 1


async def test_people_belong_to_the_unit_whose_link_they_opened_first(
    fair: Database, base: Base
) -> None:
    await ask(fair, "lan", origin=f"u-{HONG_GAI}-khac", at=MORNING + timedelta(hours=3))
    found = await report(fair, base)
    units = {row.key: row for row in found.units}
    assert (units[LUONG_MINH].askers, units[LUONG_MINH].tally.questions) == (2, 4)
    assert (units[HONG_GAI].askers, units[HONG_GAI].tally.questions) == (1, 1)
    assert (found.elsewhere.askers, found.elsewhere.tally.questions) == (1, 1)
    assert [row.key for row in found.campaigns] == ["to-roi"]
    assert found.askers == 4
    assert found.newcomers == 4


async def test_a_unit_without_anybody_is_named(fair: Database, base: Base) -> None:
    found = await report(fair, base)
    assert len(found.units) == 54
    assert len(found.unreached) == 52
    assert {LUONG_MINH, HONG_GAI}.isdisjoint(row.key for row in found.unreached)


async def test_a_channel_and_a_unit_are_looked_at_alone(fair: Database, base: Base) -> None:
    on_web = await report(fair, base, channel="web")
    assert (on_web.askers, on_web.total.questions) == (1, 1)
    in_unit = await report(fair, base, unit=LUONG_MINH)
    assert (in_unit.askers, in_unit.total.questions) == (2, 3)
    assert [row.key for row in in_unit.units] == [LUONG_MINH]


async def test_a_unit_is_not_taken_for_another_that_begins_alike(
    memory: Database, base: Base
) -> None:
    await ask(memory, "lan", origin=f"u-{LUONG_MINH}9")
    assert (await report(memory, base, unit=LUONG_MINH)).total.questions == 0


async def test_days_are_those_of_vietnam(memory: Database, base: Base) -> None:
    # 18:00 in London's summer of the 9th is already one in the morning of the 10th.
    await ask(memory, "lan", at=datetime(2026, 10, 9, 18, 0, tzinfo=UTC))
    await ask(memory, "lan", at=datetime(2026, 10, 9, 16, 59, tzinfo=UTC))
    found = await report(memory, base)
    assert [(day, tally.questions) for day, tally in found.days] == [
        (DAY, 1),
        (DAY + timedelta(days=1), 0),
        (LAST, 0),
    ]


async def test_who_was_erased_still_counts_as_a_question_of_the_unit(
    fair: Database, base: Base
) -> None:
    async with fair.transaction() as tx:
        lan = await people.find(tx, "telegram", "lan")
        assert lan is not None
        await people.erase(tx, lan.id)
    units = {row.key: row for row in (await report(fair, base)).units}
    assert (units[LUONG_MINH].askers, units[LUONG_MINH].tally.questions) == (1, 3)


async def test_retention_changes_no_figure_of_questions(fair: Database, base: Base) -> None:
    before = await report(fair, base)
    async with fair.transaction() as tx:
        await talk.purge(tx, MORNING + timedelta(days=30))
    after = await report(fair, base)
    assert (after.total, after.topics, after.days) == (before.total, before.topics, before.days)


async def test_a_choice_that_was_rejected_is_missed(memory: Database, base: Base) -> None:
    number = await ask(memory, "lan", "choose")
    async with memory.transaction() as tx:
        lan = await people.find(tx, "telegram", "lan")
        assert lan is not None
        await talk.choose_none(tx, number, lan.id)
    total = (await report(memory, base)).total
    assert (total.offered, total.missed) == (0, 1)


async def test_the_most_wanted_answers_come_first(fair: Database, base: Base) -> None:
    await ask(fair, "hoa", entry="tuoi-bau-cu", channel="zalo_oa")
    topics = (await report(fair, base)).topics
    assert [(t.entry, t.questions, t.disliked) for t in topics] == [
        ("mat-the-cu-tri", 2, 1),
        ("tuoi-bau-cu", 1, 0),
    ]
    assert topics[0].question == base.entries["mat-the-cu-tri"].question


async def test_nobody_and_nothing_is_a_report_too(memory: Database, base: Base) -> None:
    found = await report(memory, base)
    assert found.total.share is None
    assert (found.askers, found.channels, found.topics) == (0, (), ())
    assert len(found.unreached) == len(found.units)


@pytest.mark.parametrize(
    ("first", "last", "before"),
    [
        (date(2026, 3, 1), date(2026, 3, 31), (date(2026, 2, 1), date(2026, 2, 28))),
        (date(2026, 1, 1), date(2026, 1, 31), (date(2025, 12, 1), date(2025, 12, 31))),
        (date(2026, 3, 10), date(2026, 3, 16), (date(2026, 3, 3), date(2026, 3, 9))),
    ],
)
def test_the_time_before_is_as_long(first: date, last: date, before: tuple[date, date]) -> None:
    found = previous(slice_of(first, last))
    assert (found.first, found.last) == before


def test_a_month_ends_where_the_calendar_says() -> None:
    assert month_around(date(2028, 2, 10)) == (date(2028, 2, 1), date(2028, 2, 29))
