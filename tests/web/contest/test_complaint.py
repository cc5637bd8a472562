"""A complaint on the page: taken, told, answered, and nothing typed is lost."""

from __future__ import annotations

from bot.contest import discipline
from tests.web.contest.conftest import PRACTICE, Site

PATH = "/thi/thu/khieu-nai"
SAID = "Câu 3 của lượt thi thứ nhất chấm sai."


async def test_a_complaint_is_taken_and_its_answer_is_read_on_the_page(site: Site) -> None:
    published = await site.open()
    browser = await site.registered()
    assert f'href="{PATH}"' in (await browser.get("/thi/thu")).text
    assert "trả lời trong 7 ngày" in (await browser.get(PATH)).text
    for _ in range(2):
        # A second press, or the page sent again, is the same complaint.
        told = await browser.post(PATH, data={"loi": SAID})
        assert (told.status_code, told.headers["location"]) == (303, f"{PATH}?da-gui")
    page = (await browser.get(f"{PATH}?da-gui")).text
    assert "đã nhận khiếu nại số 1." in page
    assert page.count("Đang chờ ban tổ chức") == 1
    async with site.database.transaction() as tx:
        await discipline.answer(tx, published, 1, "Đã xem.\n<b>Đúng</b>.", "Lan", site.now[0])
    page = (await browser.get(PATH)).text
    assert "Ban tổ chức trả lời ngày 27/2/2026:" in page
    assert "<p>Đã xem.</p>" in page
    assert "&lt;b&gt;Đúng&lt;/b&gt;" in page
    other = await site.registered()
    assert "Số 1" not in (await other.get(PATH)).text


async def test_a_complaint_not_taken_comes_back_with_its_words(site: Site) -> None:
    await site.open()
    browser = await site.registered()
    for text, said in (
        ("sai", "Bạn viết rõ thêm giúp"),
        ("dài quá đi mất " * 400, "không quá 2000 chữ"),
    ):
        told = await browser.post(PATH, data={"loi": text})
        assert told.status_code == 422
        assert said in told.text
        assert text in told.text
    assert "Khiếu nại của bạn" not in (await browser.get(PATH)).text


async def test_only_who_has_registered_complains_and_only_in_time(site: Site) -> None:
    await site.open(complaints__open_until="2026-03-01")
    stranger = site.browser()
    told = await stranger.post(PATH, data={"loi": SAID})
    assert told.status_code == 403
    assert "chưa nhận khiếu nại ở đây" in told.text
    browser = await site.registered()
    foreign = {"Origin": "https://elsewhere.example"}
    assert (await browser.post(PATH, data={"loi": SAID}, headers=foreign)).status_code == 403
    site.at(24 * 3600 * 4)
    assert "đã hết hạn nhận khiếu nại" in (await browser.get(PATH)).text
    assert (await browser.post(PATH, data={"loi": SAID})).status_code == 422


async def test_a_practice_has_no_complaints(site: Site) -> None:
    await site.open(**PRACTICE)
    assert (await site.browser().get(PATH)).status_code == 404
