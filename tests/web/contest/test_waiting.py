"""More people than there is room for: a page that tells the place, and lets in when it is time."""

from __future__ import annotations

import re
from contextlib import ExitStack
from html import unescape

import httpx
import pytest
from sqlalchemy import select

from bot.contest.document import to_ms
from bot.contest.queue import Queue
from bot.dialogue.snapshot import Snapshot
from bot.knowledge.live import Live
from bot.server import build_app
from bot.settings import Settings
from bot.store.contest_tables import attempts
from tests.conftest import SEALER
from tests.web.conftest import a_limiter
from tests.web.contest.conftest import Site

START = {"vong": "w1"}


@pytest.fixture
def crowd(site: Site) -> ExitStack:
    """As many starts under way as may be; they end when it is closed."""
    stack = ExitStack()
    queue: Queue = site.app.state.queue
    while queue.ask("somebody", site.now[0]) is None:
        stack.enter_context(queue.inside("somebody", site.now[0]))
    queue.drop("somebody")
    return stack


async def join(browser: httpx.AsyncClient) -> str:
    told = await browser.post("/thi/thu/bat-dau", data=START)
    assert told.status_code == 303
    return str(told.headers["location"])


async def place_in(browser: httpx.AsyncClient, page: str) -> int:
    told = await browser.get(page)
    assert told.status_code == 200
    found = re.search(r'<strong id="vi-tri">(\d+)</strong>', told.text)
    assert found
    return int(found[1])


async def began(site: Site) -> list[int]:
    async with site.database.reading() as tx:
        return [row["started_ms"] for row in await tx.rows(select(attempts.c.started_ms))]


async def test_who_waits_reads_his_place_and_is_let_in_when_it_is_his_turn(
    site: Site, crowd: ExitStack
) -> None:
    await site.open()
    browsers = [await site.registered() for _ in range(2)]
    pages = [await join(browser) for browser in browsers]
    for _ in range(3):
        assert [await place_in(b, p) for b, p in zip(browsers, pages, strict=True)] == [1, 2]
    # Pressing again makes no second place.
    assert await place_in(browsers[1], await join(browsers[1])) == 2
    assert await began(site) == []
    site.at(30)
    crowd.close()
    told = await browsers[0].get(pages[0])
    assert told.status_code == 303
    assert (await browsers[0].get(told.headers["location"])).status_code == 200
    assert await began(site) == [to_ms(site.now[0])]


async def test_without_a_script_the_page_reloads_itself_with_its_ticket(
    site: Site, crowd: ExitStack
) -> None:
    await site.open()
    browser = await site.registered()
    told = await browser.get(await join(browser))
    found = re.search(r'<noscript><meta http-equiv="refresh" content="(\d+);url=(.+)">', told.text)
    assert found
    assert 2 <= int(found[1]) <= 30
    assert await place_in(browser, unescape(found[2])) == 1
    crowd.close()
    assert "/bai/" in (await browser.get(unescape(found[2]))).headers["location"]


async def test_the_script_is_told_the_place_and_where_to_go(site: Site, crowd: ExitStack) -> None:
    await site.open()
    browser = await site.registered()
    ask = (await join(browser)).replace("/cho?", "/cho/trang-thai?")
    told = (await browser.get(ask)).json()
    assert (told["number"], told["again_s"]) == (1, 2.0)
    crowd.close()
    # Being told does not start the paper: the page does.
    for _ in range(2):
        told = (await browser.get(ask)).json()
        assert told["number"] == 0
    assert await began(site) == []
    assert "/bai/" in (await browser.get(told["page"])).headers["location"]


async def test_after_a_restart_the_ticket_keeps_the_place(
    site: Site, crowd: ExitStack, live: Live[Snapshot]
) -> None:
    await site.open()
    browsers = [await site.registered() for _ in range(3)]
    pages = []
    for n, browser in enumerate(browsers):
        site.at(n)
        pages.append(await join(browser))
    settings = Settings(_env_file=None, BOT_STARTS_AT_ONCE=1)  # type: ignore[call-arg]
    other = build_app(settings, site.database, live, SEALER, a_limiter(), lambda: site.now[0])
    with ExitStack() as stack:
        stack.enter_context(other.state.queue.inside("somebody", site.now[0]))
        for browser in browsers:
            browser._transport = httpx.ASGITransport(other)
        for n in (2, 0, 1):
            await browsers[n].get(pages[n])
        order = [await place_in(b, p) for b, p in zip(browsers, pages, strict=True)]
        assert order == [1, 2, 3]
        # A ticket is its person's own.
        stranger = await browsers[0].get(pages[2])
        assert await place_in(browsers[0], pages[0]) == 1
        assert stranger.status_code == 200
    crowd.close()


async def test_a_place_that_nobody_asked_for_is_gone_and_the_page_says_so(
    site: Site, crowd: ExitStack
) -> None:
    await site.open()
    browser = await site.registered()
    page = await join(browser)
    site.at(11 * 60)
    told = await browser.get(page)
    assert told.status_code == 409
    assert "chỗ của bạn không còn" in told.text
    stranger = site.browser()
    assert (await stranger.get(page)).status_code == 409
    assert (await stranger.get("/thi/thu/cho?vong=w1&ve=1.2.x")).status_code == 409
    crowd.close()


async def test_nobody_waits_in_vain(site: Site, crowd: ExitStack) -> None:
    await site.open()
    stranger = site.browser()
    await stranger.get("/thi/thu")
    told = await stranger.post("/thi/thu/bat-dau", data=START)
    assert (told.status_code, "chưa đăng ký" in told.text) == (403, True)
    early = await (await site.registered()).post("/thi/thu/bat-dau", data={"vong": "w2"})
    assert (early.status_code, "chưa mở" in early.text) == (409, True)
    assert site.app.state.queue.length == 0
    crowd.close()


async def test_an_open_paper_is_gone_on_with_at_once(site: Site) -> None:
    await site.open()
    browser = await site.registered()
    paper = await site.started(browser)
    queue: Queue = site.app.state.queue
    with ExitStack() as stack:
        while queue.ask("somebody", site.now[0]) is None:
            stack.enter_context(queue.inside("somebody", site.now[0]))
        assert await join(browser) == paper
