"""The contest on the web from the list to the result, by plain forms."""

from __future__ import annotations

import re

import httpx
from sqlalchemy import select

from bot.store import contest_entrants
from bot.store.tables import people
from tests.web.contest.conftest import AGREED, GIVEN, PRACTICE, Site, options_in


async def test_a_person_registers_plays_and_reads_the_result(site: Site) -> None:
    await site.open()
    browser = site.browser()
    listed = await browser.get("/thi")
    assert '<a href="/thi/thu">Cuộc thi thử</a>' in listed.text
    page = (await browser.get("/thi/thu")).text
    assert "Đăng ký dự thi" in page
    assert "Người từ đủ 14 tuổi trở lên." in page
    assert "1 Nhất: 5.000.000 đồng" in page
    assert "Bắt đầu làm bài" not in page

    summary = await browser.post("/thi/thu/dang-ky", data={**GIVEN, **AGREED, "buoc": "xem"})
    assert summary.status_code == 200
    for shown in ("Nguyễn Văn An", "5/9/1990", "0912345678", "phường Hồng Gai"):
        assert f"<dd>{shown}</dd>" in summary.text
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', summary.text))
    done = await browser.post("/thi/thu/dang-ky", data={**hidden, "buoc": "xong"})
    assert (done.status_code, done.headers["location"]) == (303, "/thi/thu?xong")
    assert "Bạn đã đăng ký xong." in (await browser.get("/thi/thu?xong")).text

    paper = await site.started(browser)
    opened = (await browser.get(paper)).text
    assert "Câu 1/4" in opened
    for position in (1, 2, 3):
        right = next(letter for letter, o in options_in(opened, position).items() if o == "b")
        sheet = {f"cau-{position}": options_in(opened, position)[right], "buoc": "cau-2"}
        assert (await browser.post(paper, data=sheet)).headers["location"] == f"{paper}#cau-2"
    review = await browser.post(paper, data={"cau-4": "a", "du-doan": "3.200", "buoc": "xem-lai"})
    assert review.headers["location"] == f"{paper}/xem-lai"
    looked = (await browser.get(f"{paper}/xem-lai")).text
    assert "chưa trả lời" not in looked
    assert "<strong>3.200</strong>" in looked

    site.at(72)
    handed = await browser.post(f"{paper}/nop")
    assert (handed.status_code, handed.headers["location"]) == (303, paper)
    result = (await browser.get(paper)).text
    assert "<strong>3/4</strong> câu đúng" in result
    assert "Thời gian làm bài: 1 phút 12 giây." in result
    assert "Bạn dự đoán: 3.200." in result
    again = await browser.post(f"{paper}/nop")
    assert again.headers["location"] == paper
    mine = (await browser.get("/thi/thu")).text
    assert "Lượt 1" in mine
    assert "đúng 3/4" in mine
    assert "Bạn còn 2 lượt." in mine


async def test_the_script_saves_an_answer_at_a_time(site: Site) -> None:
    await site.open()
    browser = await site.registered()
    paper = await site.started(browser)
    saved = await browser.post(f"{paper}/luu", json={"position": "2", "chosen": "c"})
    assert saved.json() == {"position": 2, "chosen": "c", "now_ms": site.now[0].timestamp() * 1000}
    guessed = await browser.post(f"{paper}/luu", json={"guess": "1 234"})
    assert guessed.json()["guess"] == 1234
    told = (await browser.get(f"{paper}/trang-thai")).json()
    assert told["is_open"]
    assert (told["answers"], told["guess"]) == ({"2": "c"}, 1234)
    assert told["deadline_ms"] - told["now_ms"] == 600_000
    opened = (await browser.get(paper)).text
    assert re.findall(r'name="(cau-\d)" value="(\w)" checked', opened) == [("cau-2", "c")]
    assert 'value="1.234"' in opened


async def test_practice_asks_nothing_and_explains_everything(site: Site) -> None:
    await site.open(**PRACTICE)
    browser = site.browser()
    assert "Đăng ký dự thi" not in (await browser.get("/thi/thu")).text
    assert (await browser.get("/thi/thu/dang-ky")).headers["location"] == "/thi/thu"
    paper = await site.started(browser)
    opened = (await browser.get(paper)).text
    await browser.post(paper, data={"cau-1": "b", "cau-2": "a"})
    await browser.post(f"{paper}/nop")
    result = (await browser.get(paper)).text
    letter = next(n for n, option in options_in(opened, 2).items() if option == "a")
    assert f"{letter}. Phương án a" in result
    assert result.count("(đáp án)") == 4
    assert result.count("(bạn chọn)") == 2
    assert "Luật nói như vậy." in result
    assert "Căn cứ: Điều 2 Luật Bầu cử" in result


async def test_whoever_starts_again_finds_his_open_paper(site: Site) -> None:
    await site.open()
    browser = await site.registered()
    paper = await site.started(browser)
    assert await site.started(browser) == paper
    page = (await browser.get("/thi/thu")).text
    assert f'href="{paper}">Làm tiếp</a>' in page
    assert "Bắt đầu làm bài" not in page


async def test_time_over_ends_the_paper_with_what_was_saved(site: Site) -> None:
    await site.open()
    browser = await site.registered()
    paper = await site.started(browser)
    await browser.post(f"{paper}/luu", json={"position": "1", "chosen": "b"})
    site.at(601)
    in_grace = await browser.post(f"{paper}/luu", json={"position": "2", "chosen": "b"})
    assert in_grace.status_code == 200
    site.at(603)
    late = await browser.post(f"{paper}/luu", json={"position": "3", "chosen": "b"})
    assert (late.status_code, late.json()["reason"]) == (409, "too_late")
    assert not (await browser.get(f"{paper}/trang-thai")).json()["is_open"]
    result = (await browser.get(paper)).text
    assert "Hết giờ nên máy đã nộp" in result
    assert "<strong>2/4</strong>" in result
    assert (await browser.get(f"{paper}/xem-lai")).headers["location"] == paper


async def test_a_registration_is_corrected_and_then_locked(site: Site) -> None:
    published = await site.open()
    browser = await site.registered()
    own = (await browser.get("/thi/thu/thong-tin")).text
    assert "09•••678" in own
    assert "0912" not in own.replace('placeholder="0912 345 678"', "")
    changed = {**GIVEN, "f-ho_ten": "Trần Thị Bình", "f-dien_thoai": "", "f-doi_tuong": "Cán bộ"}
    told = await browser.post("/thi/thu/thong-tin", data=changed)
    assert told.headers["location"] == "/thi/thu/thong-tin?da-luu"
    own = (await browser.get(told.headers["location"])).text
    assert "<dd>Trần Thị Bình</dd>" in own
    assert "09•••678" in own
    await site.started(browser)
    locked = (await browser.get("/thi/thu/thong-tin")).text
    assert "Thông tin đã khóa" in locked
    assert "Lưu thay đổi" not in locked
    refused = await browser.post("/thi/thu/thong-tin", data=GIVEN)
    assert refused.status_code == 422
    assert "Thông tin đã khóa" in refused.text
    async with site.database.reading() as tx:
        assert await contest_entrants.count(tx, published.id) == 1


async def test_forgetting_in_the_chat_takes_the_contest_with_it(site: Site) -> None:
    await site.open()
    browser = await site.registered()
    paper = await site.started(browser)
    token = browser.cookies["hoi_dap"]
    await browser.post(f"{paper}/luu", json={"position": "1", "chosen": "b"})
    await browser.post("/quen-toi")
    again = httpx.Cookies({"hoi_dap": token})
    browser.cookies = again
    told = await browser.post(f"{paper}/luu", json={"position": "2", "chosen": "b"})
    assert (told.status_code, told.json()["reason"]) == (404, "not_yours")
    assert "Đăng ký dự thi" in (await browser.get("/thi/thu")).text


async def test_who_came_by_a_leaflet_and_only_plays_is_counted_there(site: Site) -> None:
    await site.open()
    browser = site.browser()
    await browser.get("/thi/thu?u=06652-togap")
    await browser.post("/thi/thu/dang-ky", data={**GIVEN, **AGREED, "buoc": "xong"})
    async with site.database.reading() as tx:
        rows = await tx.rows(select(people.c.origin))
    assert [row["origin"] for row in rows] == ["u-06652-togap"]


async def test_who_came_by_a_leaflet_to_practise_is_counted_there(site: Site) -> None:
    await site.open(**PRACTICE)
    browser = site.browser()
    await browser.get("/thi/thu?u=06652")
    await site.started(browser)
    async with site.database.reading() as tx:
        rows = await tx.rows(select(people.c.origin))
    assert [row["origin"] for row in rows] == ["u-06652"]
