"""Many at once: starts that share a transaction, and a door that says when it is full."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.channels.web.contest.desk import Desk
from bot.channels.web.contest.site import build_desk
from bot.channels.web.contest.starting import Wish
from bot.channels.web.pages import Pages
from bot.channels.web.visitor import Visitors, person_of
from bot.contest import play
from bot.contest.caretaker import Caretaker
from bot.contest.publish import Shelf
from bot.contest.refusal import Refused
from bot.dialogue.snapshot import Snapshot
from bot.knowledge.live import Live
from bot.store import contest_versions
from bot.store.contest_tables import attempts
from tests.conftest import SEALER
from tests.web.contest.conftest import PRACTICE, START, Site


def a_desk(site: Site, live: Live[Snapshot]) -> Desk:
    return build_desk(
        site.database,
        lambda: live.current,
        SEALER,
        Shelf(),
        Pages(lambda: live.current),
        Visitors(site.database),
        clock=lambda: site.now[0],
    )


def wish(token: str, round_id: str = "w1") -> Wish:
    return Wish("thu", person_of(token), round_id, "mark", START)


async def count(site: Site) -> int:
    async with site.database.reading() as tx:
        return int(await tx.value(select(func.count()).select_from(attempts)))


async def test_many_start_together_and_one_refusal_spoils_no_other(
    site: Site, live: Live[Snapshot]
) -> None:
    await site.open()
    tokens = [(await site.registered()).cookies["hoi_dap"] for _ in range(5)]
    door = a_desk(site, live).door
    wishes = [*(wish(token) for token in tokens), wish("nobody-known-here"), wish(tokens[0], "w2")]
    results = await asyncio.gather(*map(door.start, wishes), return_exceptions=True)
    seats = results[:5]
    assert len({seat.attempt.id for seat in seats if not isinstance(seat, BaseException)}) == 5
    refused = [r.reason for r in results[5:] if isinstance(r, Refused)]
    assert refused == ["not_registered", "not_open_yet"]
    assert await count(site) == 5


async def test_one_person_pressing_ten_times_at_once_starts_once(
    site: Site, live: Live[Snapshot]
) -> None:
    await site.open()
    token = (await site.registered()).cookies["hoi_dap"]
    door = a_desk(site, live).door
    seats = await asyncio.gather(*(door.start(wish(token)) for _ in range(10)))
    new = [seat.is_new for seat in seats]
    assert new == [True, *[False] * 9]
    assert await count(site) == 1


async def test_many_strangers_start_a_practice_at_once(site: Site, live: Live[Snapshot]) -> None:
    await site.open(**PRACTICE)
    door = a_desk(site, live).door
    await asyncio.gather(*(door.start(wish(f"a-stranger-number-{n}")) for n in range(20)))
    assert await count(site) == 20


async def test_the_caretaker_ends_papers_and_publishes_practice(
    site: Site, live: Live[Snapshot]
) -> None:
    published = await site.open()
    browser = await site.registered()
    paper = await site.started(browser)
    caretaker = Caretaker(
        site.database, Shelf(), lambda: live.current.contests, lambda: site.now[0]
    )
    assert await caretaker.make_round() == 0
    async with site.database.reading() as tx:
        assert await contest_versions.list_contests(tx) == ["luyen-tap", "thu"]
    site.at(700)
    assert await caretaker.make_round() == 1
    assert await caretaker.make_round() == 0
    assert published.id == "thu"
    assert "Hết giờ nên máy đã nộp" in (await browser.get(paper)).text


async def test_browsers_are_remembered_for_a_minute_however_many_come(site: Site) -> None:
    published = await site.open()
    time = 0.0
    visitors = Visitors(site.database, now=lambda: time)
    for n in range(1_000):
        visitors.meet(f"a-browser-number-{n:04}", published.id, n)
        time += 1.0
    assert visitors.remembered <= 61
    assert await visitors.entrant_id("a-browser-number-0999", published.id) == 999
    assert await visitors.entrant_id("a-browser-number-0001", published.id) is None


async def test_those_who_save_wait_for_few_papers_that_run_out(
    site: Site, live: Live[Snapshot], monkeypatch: pytest.MonkeyPatch
) -> None:
    await site.open(**PRACTICE)
    door = a_desk(site, live).door
    seats = await asyncio.gather(*(door.start(wish(f"a-stranger-number-{n}")) for n in range(50)))
    assert len(seats) == 50
    ended: list[int] = []
    expire = play.expire

    async def counted(*given: Any, **more: Any) -> int:
        ended.append(await expire(*given, **more))
        return ended[-1]

    monkeypatch.setattr(play, "expire", counted)
    site.at(700)
    caretaker = Caretaker(
        site.database, Shelf(), lambda: live.current.contests, lambda: site.now[0]
    )
    assert await caretaker.make_round() == 50
    assert max(ended) <= 20
    assert await caretaker.make_round() == 0
