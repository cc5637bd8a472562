"""The page of what only a winner is asked."""

from __future__ import annotations

from typing import Any

import httpx

from bot.contest import results
from tests.web.contest.conftest import FIELDS, Site
from tests.web.contest.test_results import AFTER, play

PATH = "/thi/thu/nhan-giai"
NUMBER = "022090001234"
ASKED: list[Any] = [*FIELDS, {"key": "cccd", "type": "id_number", "ask_when": "at_award"}]


async def winner(site: Site, *, decided: bool = True) -> httpx.AsyncClient:
    """The browser of somebody with a prize."""
    published = await site.open(registration__fields=ASKED)
    browser = await play(site, "Nguyễn Văn An", 0, agrees=False)
    site.at(AFTER)
    async with site.database.transaction() as tx:
        await results.compute(tx, published, "w1", "An", site.now[0])
        if decided:
            await results.decide(tx, published, "w1", "12/QĐ", "An", site.now[0])
    return browser


async def test_a_winner_is_asked_and_sees_in_part_what_he_gave(site: Site) -> None:
    browser = await winner(site)
    page = (await browser.get("/thi/thu")).text
    assert "ban tổ chức cần bạn ghi thêm: Số căn cước." in page
    assert f'href="{PATH}"' in page
    form = (await browser.get(PATH)).text
    assert 'name="f-cccd"' in form
    assert 'name="f-ho_ten"' not in form
    wrong = await browser.post(PATH, data={"f-cccd": "123"})
    assert wrong.status_code == 422
    assert "Gồm 12 chữ số trên thẻ căn cước." in wrong.text
    assert 'value="123"' in wrong.text
    told = await browser.post(PATH, data={"f-cccd": NUMBER, "f-ho_ten": "Kẻ Khác"})
    assert (told.status_code, told.headers["location"]) == (303, f"{PATH}?da-luu")
    saved = (await browser.get(f"{PATH}?da-luu")).text
    assert "Đã lưu." in saved
    assert "Đang lưu 02•••234." in saved
    assert NUMBER not in saved
    page = (await browser.get("/thi/thu")).text
    assert "cần bạn ghi thêm" not in page
    assert "Xem, sửa thông tin nhận giải" in page
    own = (await browser.get("/thi/thu/thong-tin")).text
    assert "<dd>02•••234</dd>" in own
    assert "<dd>Nguyễn Văn An</dd>" in own
    again = await browser.post(PATH, data={"f-cccd": ""})
    assert again.status_code == 303, "left empty, it stays as it was"


async def test_nobody_else_is_asked(site: Site) -> None:
    browser = await winner(site, decided=False)
    site.at(0)
    other = await site.registered()
    site.at(AFTER)
    for one in (browser, other, site.browser()):
        assert (await one.get(PATH)).headers["location"] == "/thi/thu"
        assert (await one.post(PATH, data={"f-cccd": NUMBER})).headers["location"] == "/thi/thu"
        assert PATH not in (await one.get("/thi/thu")).text
    registration = (await site.browser().get("/thi/thu/dang-ky")).text
    assert "f-cccd" not in registration
