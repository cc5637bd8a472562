"""Whoever holds a certificate finds it confirmed, and reads no more than may be public."""

from __future__ import annotations

import re

import pytest

from bot.contest import prizes, results
from bot.store import contest_awards
from tests.web.contest.conftest import Site, options_in


async def verified_code(site: Site) -> tuple[str, int]:
    """The code of the one winner of the first round, and the number of his prize."""
    published = await site.open()
    browser = await site.registered(**{"c-cong_bo_giai": "1"})
    paper = await site.started(browser)
    page = (await browser.get(paper)).text
    assert options_in(page, 1)
    site.at(24 * 3600 * 20)
    async with site.database.transaction() as tx:
        result = (await results.compute(tx, published, "w1", "An", site.now[0])).result
        (award, *_) = await contest_awards.of_result(tx, result.id)
        award = await prizes.verify_award(tx, published, award.id, "", "An", site.now[0])
    assert award.code
    return award.code, award.id


async def test_a_certificate_is_confirmed_with_prize_and_public_name(site: Site) -> None:
    code, _ = await verified_code(site)
    told = await site.browser().get(f"/chung-nhan/{code}")
    assert told.status_code == 200
    for expected in ("Giấy chứng nhận này là thật", code, "Cuộc thi thử", "Nhất", "Tuần 1"):
        assert expected in told.text
    assert not re.search(r"09\d{8}", told.text)


async def test_a_prize_that_passed_to_somebody_else_is_confirmed_no_more(site: Site) -> None:
    code, award = await verified_code(site)
    assert site.published is not None
    async with site.database.transaction() as tx:
        await prizes.pass_down(tx, site.published, award, "sai giấy tờ", "An", site.now[0])
    told = await site.browser().get(f"/chung-nhan/{code}")
    assert told.status_code == 404
    assert "Không có giấy chứng nhận nào mang mã này" in told.text


@pytest.mark.parametrize("code", ["khong-co-ma-nay", "a", "x" * 500, "%3Cscript%3E", "' OR 1=1 --"])
async def test_a_code_that_is_none_of_ours_is_answered_politely(site: Site, code: str) -> None:
    told = await site.browser().get(f"/chung-nhan/{code}")
    assert told.status_code == 404
    assert "<script>" not in told.text
    assert "Bạn xem lại từng chữ của mã" in told.text
