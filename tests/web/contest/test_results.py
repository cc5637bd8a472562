"""What is published of a contest on the web, and to whom."""

from __future__ import annotations

import re

import httpx

from bot.contest import prizes, results
from bot.store import contest_awards
from tests.web.contest.conftest import Site, options_in

AFTER = 24 * 3600 * 20


async def play(site: Site, name: str, seconds: float, *, agrees: bool) -> httpx.AsyncClient:
    """Somebody plays with everything right; gives his browser."""
    consent = {"c-cong_bo_giai": "1"} if agrees else {}
    browser = await site.registered(**{"f-ho_ten": name, **consent})
    site.at(seconds)
    paper = await site.started(browser)
    page = (await browser.get(paper)).text
    await browser.post(paper, data={f"cau-{n}": "b" for n in range(1, 5) if options_in(page, n)})
    await browser.post(f"{paper}/luu", json={"guess": "2"})
    site.at(seconds + 60)
    await browser.post(f"{paper}/nop")
    return browser


async def test_results_are_shown_once_decided_and_name_nobody_against_his_will(site: Site) -> None:
    published = await site.open(results__decision_number="required")
    browser = await play(site, "Nguyễn Văn An", 0, agrees=True)
    await play(site, "Trần Thị Bình", 100, agrees=False)
    stranger = site.browser()
    assert (await stranger.get("/thi/thu/ket-qua")).status_code == 404
    site.at(AFTER)
    async with site.database.transaction() as tx:
        result = (await results.compute(tx, published, "w1", "An", site.now[0])).result
        for award in await contest_awards.of_result(tx, result.id):
            await prizes.verify_award(tx, published, award.id, "", "An", site.now[0])
    assert (await stranger.get("/thi/thu/ket-qua")).status_code == 404
    assert "chung-nhan" not in (await browser.get("/thi/thu")).text
    async with site.database.transaction() as tx:
        await results.decide(tx, published, "w1", "12/QĐ-BTC", "An", site.now[0])
    site.at(AFTER + 31)
    page = await stranger.get("/thi/thu/ket-qua")
    assert page.status_code == 200
    assert "Quyết định số 12/QĐ-BTC" in page.text
    assert "Nguyễn Văn An" in page.text
    assert "Trần Thị Bình" not in page.text
    assert "0912" not in page.text
    own = (await browser.get("/thi/thu")).text
    code = re.search(r"/chung-nhan/([\w-]+)", own)
    assert code
    assert (await stranger.get(f"/chung-nhan/{code[1]}")).status_code == 200
    assert "chung-nhan" not in (await stranger.get("/thi/thu")).text
    assert 'href="/thi/thu/ket-qua"' in (await stranger.get("/thi/thu")).text


async def test_counts_are_hidden_while_people_guess_at_them(site: Site) -> None:
    await site.open()
    await play(site, "Nguyễn Văn An", 0, agrees=True)
    assert "người dự thi." not in (await site.browser().get("/thi/thu")).text


async def test_counts_are_shown_where_nobody_guesses(site: Site) -> None:
    await site.open(
        prediction__enabled=False,
        ranking__keys=[
            {"key": "correct", "order": "desc"},
            {"key": "duration_ms", "order": "asc"},
            {"key": "submitted_at", "order": "asc"},
        ],
    )
    browser = await site.registered()
    paper = await site.started(browser)
    await browser.post(f"{paper}/nop")
    site.at(31)
    assert "Đã có 1 người dự thi." in (await browser.get("/thi/thu")).text
