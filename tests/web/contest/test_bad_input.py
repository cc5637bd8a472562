"""What people and attackers send that the rules do not allow: a sentence, and nothing stored."""

from __future__ import annotations

import re

import httpx
import pytest
from sqlalchemy import func, select

from bot.store.contest_tables import answers, attempts, consents, entrants
from bot.store.database import Database
from tests.web.contest.conftest import AGREED, GIVEN, Site

ZERO_WIDTH = "\u200b\u200d"


async def count(database: Database, table: object) -> int:
    async with database.reading() as tx:
        return int(await tx.value(select(func.count()).select_from(table)))  # type: ignore[arg-type]


async def chosen(site: Site) -> list[str | None]:
    async with site.database.reading() as tx:
        rows = await tx.rows(select(answers.c.chosen).order_by(answers.c.position))
    return [row["chosen"] for row in rows]


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("f-ho_ten", "", "Bạn chưa ghi gì."),
        ("f-ho_ten", "A" * 5_000, "Dài quá"),
        ("f-ho_ten", "=HYPERLINK(1)", "Chỉ ghi chữ cái"),
        ("f-ho_ten", ZERO_WIDTH * 3, "Bạn chưa ghi gì."),
        ("f-ho_ten", "<b>An</b>", "Chỉ ghi chữ cái"),
        ("f-ngay_sinh", "31/2/1990", "Tháng 2/1990 không có ngày 31."),
        ("f-ngay_sinh", "5/9/2090", "chưa đến"),
        ("f-ngay_sinh", "5/9/1790", "hơn 120 năm trước"),
        ("f-dien_thoai", "12345", "Không đúng dạng số"),
        ("f-dien_thoai", "0912 345 678 999", "Không đúng dạng số"),
        ("f-noi_o", "Paris", "Chưa tìm thấy"),
        ("f-doi_tuong", "Vua", "Bạn chọn một trong các mục"),
    ],
)
async def test_a_wrong_field_is_told_beside_it_and_nothing_typed_is_lost(
    site: Site, field: str, text: str, sentence: str
) -> None:
    await site.open()
    browser = site.browser()
    await browser.get("/thi/thu")
    form = {**GIVEN, **AGREED, field: text, "buoc": "xong"}
    told = await browser.post("/thi/thu/dang-ky", data=form)
    assert told.status_code == 422
    key = field.removeprefix("f-")
    beside = re.search(rf'class="fault" id="loi-{key}">([^<]*)<', told.text)
    assert beside
    assert sentence in beside[1]
    for name, given in GIVEN.items():
        if name != field:
            assert f'name="{name}" type="text" value="{given}"' in told.text
    assert 'name="c-to_chuc_thi" value="1" checked' in told.text
    assert 'name="c-cong_bo_giai" value="1" checked' not in told.text
    assert await count(site.database, entrants) == 0


async def test_all_faults_are_told_at_once(site: Site) -> None:
    await site.open()
    browser = site.browser()
    await browser.get("/thi/thu")
    told = await browser.post("/thi/thu/dang-ky", data={"f-ho_ten": "1", "buoc": "xem"})
    assert set(re.findall(r'class="fault" id="loi-([^"]+)"', told.text)) == {
        "ho_ten", "ngay_sinh", "dien_thoai", "noi_o", "c-to_chuc_thi",
    }  # fmt: skip
    described = set(re.findall(r'aria-describedby="([^"]+)"', told.text))
    assert {"giup-ho_ten loi-ho_ten", "loi-ngay_sinh", "loi-c-to_chuc_thi"} <= described


async def test_nothing_is_ticked_before_the_person_ticks_it(site: Site) -> None:
    await site.open()
    browser = site.browser()
    page = (await browser.get("/thi/thu/dang-ky")).text
    assert page.count('type="checkbox"') == 2
    assert "checked" not in page


async def test_a_unit_that_may_be_several_is_asked_back_and_never_guessed(site: Site) -> None:
    await site.open()
    browser = site.browser()
    await browser.get("/thi/thu")
    form = {**GIVEN, **AGREED, "f-noi_o": "quang", "buoc": "xong"}
    told = await browser.post("/thi/thu/dang-ky", data=form)
    assert told.status_code == 422
    offered = re.findall(r'name="p-noi_o" value="(\w+)"><span>([^<]+)<', told.text)
    assert 1 < len(offered) < 6
    assert await count(site.database, entrants) == 0
    code, title = offered[1]
    picked = {**form, "o-noi_o": "quang", "p-noi_o": code, "buoc": "xem"}
    summary = await browser.post("/thi/thu/dang-ky", data=picked)
    assert f"<dd>{title}</dd>" in summary.text
    # Another text typed beside an old pick wins.
    other = {**picked, "f-noi_o": "Hồng Gai"}
    assert "<dd>phường Hồng Gai</dd>" in (await browser.post("/thi/thu/dang-ky", data=other)).text


async def test_who_is_too_young_hears_it_first(site: Site) -> None:
    await site.open()
    browser = site.browser()
    await browser.get("/thi/thu")
    form = {**GIVEN, "f-ngay_sinh": "1/1/2015", "buoc": "xem"}
    told = await browser.post("/thi/thu/dang-ky", data=form)
    assert "dành cho người từ đủ 14 tuổi" in told.text
    assert await count(site.database, entrants) == 0


async def test_a_child_needs_its_guardian(site: Site) -> None:
    await site.open()
    browser = site.browser()
    await browser.get("/thi/thu")
    form = {**GIVEN, **AGREED, "f-ngay_sinh": "1/1/2011", "buoc": "xong"}
    told = await browser.post("/thi/thu/dang-ky", data=form)
    assert told.status_code == 422
    assert "Phần của cha, mẹ hoặc người giám hộ" in told.text
    assert 'name="gh-dong-y" value="1" checked' not in told.text
    for name, ticked in (("=1+1", "1"), ("", "1"), ("Trần Văn Ba", "")):
        guardian = {"gh-ten": name, **({"gh-dong-y": ticked} if ticked else {})}
        wrong = await browser.post("/thi/thu/dang-ky", data={**form, **guardian})
        assert wrong.status_code == 422
        assert 'id="loi-gh"' in wrong.text
    assert await count(site.database, entrants) == 0
    guardian = {"gh-ten": "Trần Văn Ba", "gh-dong-y": "1"}
    assert (await browser.post("/thi/thu/dang-ky", data={**form, **guardian})).status_code == 303
    async with site.database.reading() as tx:
        rows = await tx.rows(select(consents.c.by_guardian, consents.c.given, consents.c.channel))
    assert {(r["by_guardian"], r["given"]) for r in rows} == {
        (False, True), (False, False), (True, True), (True, False),
    }  # fmt: skip
    assert {r["channel"] for r in rows} == {"web"}


async def test_an_adult_made_a_child_by_a_correction_needs_the_guardian_too(site: Site) -> None:
    await site.open()
    browser = await site.registered()
    child = {**GIVEN, "f-ngay_sinh": "1/1/2011"}
    told = await browser.post("/thi/thu/thong-tin", data=child)
    assert told.status_code == 422
    assert "Phần của cha, mẹ hoặc người giám hộ" in told.text
    guardian = {"gh-ten": "Trần Văn Ba", "gh-dong-y": "1"}
    done = await browser.post("/thi/thu/thong-tin", data={**child, **guardian})
    assert done.status_code == 303
    async with site.database.reading() as tx:
        by_guardian = select(consents.c.given).where(consents.c.by_guardian)
        assert len(await tx.rows(by_guardian)) == 2


async def test_registering_twice_is_once(site: Site) -> None:
    await site.open()
    browser = await site.registered()
    again = await browser.post("/thi/thu/dang-ky", data={**GIVEN, **AGREED, "buoc": "xong"})
    assert again.status_code == 303
    assert await count(site.database, entrants) == 1


async def test_a_browser_that_keeps_no_cookie_is_told_and_loses_nothing(site: Site) -> None:
    await site.open()
    browser = site.browser()
    told = await browser.post("/thi/thu/dang-ky", data={**GIVEN, **AGREED, "buoc": "xong"})
    assert told.status_code == 400
    assert "cookie" in told.text
    assert 'value="Nguyễn Văn An"' in told.text
    assert await count(site.database, entrants) == 0
    browser.cookies.clear()
    assert (await browser.post("/thi/thu/bat-dau", data={"vong": "w1"})).status_code == 400


@pytest.mark.parametrize("path", ["", "/xem-lai", "/trang-thai"])
async def test_another_persons_paper_is_not_to_be_seen(site: Site, path: str) -> None:
    await site.open()
    paper = await site.started(await site.registered())
    for stranger in (site.browser(), await site.registered()):
        told = await stranger.get(paper + path)
        assert told.status_code == 404
        assert "Câu hỏi số" not in told.text
        said = told.json()["error"] if path == "/trang-thai" else told.text
        assert "Không tìm thấy bài thi này trên trình duyệt bạn đang dùng" in said
        assert "vẫn còn ở máy chủ" in said


async def test_another_persons_paper_takes_nothing(site: Site) -> None:
    await site.open()
    paper = await site.started(await site.registered())
    stranger = await site.registered()
    for told in (
        await stranger.post(f"{paper}/luu", json={"position": "1", "chosen": "a"}),
        await stranger.post(f"{paper}/luu", json={"guess": "5"}),
        await stranger.post(paper, data={"cau-1": "a", "du-doan": "7"}),
        await stranger.post(f"{paper}/nop"),
    ):
        assert told.status_code == 404
    assert await chosen(site) == [None] * 4
    async with site.database.reading() as tx:
        row = await tx.first(select(attempts.c.status, attempts.c.prediction))
    assert row is not None
    assert (row["status"], row["prediction"]) == ("open", None)


@pytest.mark.parametrize(
    ("message", "status", "reason"),
    [
        ({"position": "9", "chosen": "a"}, 404, "not_yours"),
        ({"position": "1", "chosen": "z"}, 422, "no_such_option"),
        ({"position": "1", "chosen": "a,b"}, 422, "no_such_option"),
        ({"position": "1", "chosen": "a" * 5_000}, 422, "no_such_option"),
        ({"position": "một", "chosen": "a"}, 400, None),
        ({"position": "٣", "chosen": "a"}, 400, None),
        ({"position": "-1", "chosen": "a"}, 400, None),
        ({}, 400, None),
        ({"guess": "rất nhiều"}, 422, "prediction_out_of_range"),
        ({"guess": "99999999999999999999"}, 422, "prediction_out_of_range"),
        ({"guess": "-5"}, 422, "prediction_out_of_range"),
        ({"guess": "1" * 5_000}, 422, "prediction_out_of_range"),
    ],
)
async def test_a_forged_answer_is_refused_by_name(
    site: Site, message: dict[str, str], status: int, reason: str | None
) -> None:
    await site.open()
    browser = await site.registered()
    paper = await site.started(browser)
    told = await browser.post(f"{paper}/luu", json=message)
    assert (told.status_code, told.json().get("reason")) == (status, reason)
    assert told.json()["error"].endswith(".")
    assert await chosen(site) == [None] * 4


@pytest.mark.parametrize(
    "number", ["0", "1", "-1", "9" * 18, "9" * 40, "x", "%00", "١", "1%0a", "1.5"]
)
async def test_a_forged_number_of_a_paper_finds_nothing(site: Site, number: str) -> None:
    await site.open()
    browser = await site.registered()
    await site.started(browser)
    for told in (
        await browser.get(f"/thi/thu/bai/{number}"),
        await browser.post(f"/thi/thu/bai/{number}/nop"),
        await browser.post(f"/thi/thu/bai/{number}/luu", json={"position": "1", "chosen": "a"}),
    ):
        assert told.status_code in (404, 405)


async def test_a_replayed_post_after_handing_in_changes_nothing(site: Site) -> None:
    await site.open()
    browser = await site.registered()
    paper = await site.started(browser)
    await browser.post(f"{paper}/luu", json={"position": "1", "chosen": "b"})
    await browser.post(f"{paper}/luu", json={"guess": "3"})
    await browser.post(f"{paper}/nop")
    late = await browser.post(f"{paper}/luu", json={"position": "1", "chosen": "a"})
    assert (late.status_code, late.json()["reason"]) == (409, "already_submitted")
    sheet = await browser.post(paper, data={"cau-1": "a", "du-doan": "9", "buoc": "xem-lai"})
    assert (sheet.status_code, sheet.headers["location"]) == (303, paper)
    assert await chosen(site) == ["b", None, None, None]
    assert "<strong>1/4</strong>" in (await browser.get(paper)).text


async def test_a_paper_without_its_required_guess_is_not_handed_in(site: Site) -> None:
    await site.open()
    browser = await site.registered()
    paper = await site.started(browser)
    told = await browser.post(f"{paper}/nop")
    assert told.status_code == 422
    assert "Bạn chưa trả lời câu dự đoán." in told.text
    wrong = await browser.post(paper, data={"cau-2": "b", "du-doan": "nhiều", "buoc": "xem-lai"})
    assert wrong.status_code == 422
    assert 'value="nhiều"' in wrong.text
    assert await chosen(site) == [None, "b", None, None]


@pytest.mark.parametrize("path", ["/thi/thu/dang-ky", "/thi/thu/bat-dau"])
async def test_a_post_from_another_site_is_refused(site: Site, path: str) -> None:
    await site.open()
    browser = await site.registered()
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://noi-khac.example"}):
        told = await browser.post(path, data={"vong": "w1"}, headers=headers)
        assert told.status_code == 403
    assert await count(site.database, attempts) == 0


@pytest.mark.parametrize(
    ("round_id", "seconds", "sentence"),
    [
        ("w2", 0, "Tuần 2 chưa mở"),
        ("w1", 3_600 * 24 * 12, "Tuần 1 đã đóng"),
        ("khong-co", 0, "Bạn chưa đăng ký"),
        ("", 0, "Bạn chưa đăng ký"),
    ],
)
async def test_a_round_that_is_not_open_starts_nothing(
    site: Site, round_id: str, seconds: float, sentence: str
) -> None:
    await site.open()
    browser = await site.registered()
    site.at(seconds)
    told = await browser.post("/thi/thu/bat-dau", data={"vong": round_id})
    assert told.status_code in (403, 409)
    assert sentence in told.text
    assert await count(site.database, attempts) == 0


async def test_the_last_attempt_is_the_last(site: Site) -> None:
    await site.open(attempts__max_per_round=1)
    browser = await site.registered()
    paper = await site.started(browser)
    await browser.post(f"{paper}/luu", json={"guess": "3"})
    await browser.post(f"{paper}/nop")
    told = await browser.post("/thi/thu/bat-dau", data={"vong": "w1"})
    assert told.status_code == 409
    assert "Bạn đã dùng hết 1 lượt thi của vòng này." in told.text
    assert "Bạn đã dùng hết lượt thi của vòng này." in (await browser.get("/thi/thu")).text


async def test_too_many_posts_are_slowed_and_told(site: Site) -> None:
    await site.open()
    browser = await site.registered()
    paper = await site.started(browser)
    told: list[httpx.Response] = []
    # A slow machine earns him more of them meanwhile.
    while len(told) < 1_000 and not (told and told[-1].status_code != 200):
        told.append(await browser.post(f"{paper}/luu", json={"position": "1", "chosen": "a"}))
    assert len(told) > 40
    assert told[-1].status_code == 429
    assert "nhanh quá" in told[-1].json()["error"]


async def test_an_unknown_contest_is_an_unknown_page(site: Site) -> None:
    await site.open()
    browser = site.browser()
    for path in ("/thi/khac", "/thi/khac/dang-ky", "/thi/thu/khac", "/thi/thu/bai"):
        assert (await browser.get(path)).status_code == 404
    assert (await browser.get("/thi/thu/bat-dau")).status_code == 405


async def test_a_contest_of_other_channels_is_not_on_the_web(site: Site) -> None:
    await site.open(channels=["telegram"])
    browser = site.browser()
    assert (await browser.get("/thi/thu")).status_code == 404
    assert "Hiện chưa có cuộc thi nào." in (await browser.get("/thi")).text
