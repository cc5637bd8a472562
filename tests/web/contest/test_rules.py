"""Rules that change how a paper is shown and handed in."""

from __future__ import annotations

import re

from sqlalchemy import select

from bot.store.contest_tables import answers
from tests.web.contest.conftest import Site


async def test_a_paper_without_going_back_shows_one_question_at_a_time(site: Site) -> None:
    await site.open(papers__main__navigation="sequential")
    browser = await site.registered()
    paper = await site.started(browser)
    for position in range(1, 5):
        page = (await browser.get(paper)).text
        assert re.findall(r'<fieldset class="question card" id="(cau-[\w-]+)"', page) == [
            f"cau-{position}"
        ]
        told = await browser.post(
            paper, data={f"cau-{position}": "b", "buoc": f"cau-{position + 1}"}
        )
        assert told.status_code == 303
    page = (await browser.get(paper)).text
    assert 'id="cau-du-doan"' in page
    back = await browser.post(f"{paper}/luu", json={"position": "1", "chosen": "a"})
    assert (back.status_code, back.json()["reason"]) == (409, "no_going_back")
    sheet = await browser.post(paper, data={"cau-2": "a"})
    assert sheet.status_code == 422
    assert "không quay lại câu trước" in sheet.text


async def test_several_options_are_chosen_and_taken_back(site: Site) -> None:
    await site.open(papers__main__answer_kind="multiple")
    browser = await site.registered()
    paper = await site.started(browser)
    page = (await browser.get(paper)).text
    assert page.count('type="checkbox"') == 16
    assert page.count("Chọn mọi phương án đúng.") == 4
    await browser.post(f"{paper}/luu", json={"position": "1", "chosen": "d,a"})
    form = "cau-1=&cau-2=&cau-2=c&cau-2=b&buoc=cau-3"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await browser.post(paper, content=form, headers=headers)).status_code == 303
    async with site.database.reading() as tx:
        rows = await tx.rows(select(answers.c.chosen).order_by(answers.c.position))
    assert [row["chosen"] for row in rows] == [None, "b,c", None, None]


async def test_a_paper_that_must_be_whole_is_not_handed_in_with_gaps(site: Site) -> None:
    await site.open(papers__main__must_answer_all=True)
    browser = await site.registered()
    paper = await site.started(browser)
    await browser.post(paper, data={"cau-1": "b", "cau-3": "b", "du-doan": "5"})
    review = (await browser.get(f"{paper}/xem-lai")).text
    assert "Phải trả lời hết các câu mới nộp được." in review
    assert ">Nộp bài</button>" not in review
    told = await browser.post(f"{paper}/nop")
    assert told.status_code == 422
    assert "Bạn chưa trả lời câu 2, 4." in told.text


async def test_a_result_that_comes_later_is_not_shown_before(site: Site) -> None:
    await site.open(papers__main__show_result={"when": "after_round", "what": "score"})
    browser = await site.registered()
    paper = await site.started(browser)
    await browser.post(paper, data={"cau-1": "b", "du-doan": "5"})
    await browser.post(f"{paper}/nop")
    page = (await browser.get(paper)).text
    assert "Máy đã nhận bài của bạn." in page
    assert "Kết quả có sau 00:00 ngày 9/3/2026." in page
    assert "câu đúng" not in page
    assert "đúng 1/4" not in (await browser.get("/thi/thu")).text
    site.at(3600 * 24 * 12)
    assert "<strong>1/4</strong>" in (await browser.get(paper)).text


async def test_a_discarded_paper_is_told_and_counts_nothing(site: Site) -> None:
    await site.open(papers__main__on_timeout="discard")
    browser = await site.registered()
    paper = await site.started(browser)
    site.at(700)
    page = (await browser.get(paper)).text
    assert "theo thể lệ lượt này không được tính" in page
    assert "câu đúng" not in page


async def test_a_registration_for_a_unit_says_so(site: Site) -> None:
    await site.open(
        eligibility__tracks=["individual", "unit_representative"],
        registration__fields=[
            {"key": "ho_ten", "type": "name"},
            {"key": "ngay_sinh", "type": "date"},
            {"key": "don_vi", "type": "unit", "tree": "don_vi_du_thi"},
        ],
    )
    browser = site.browser()
    form = (await browser.get("/thi/thu/dang-ky")).text
    assert '<option value="Trường Chu Văn An">' in form
    given = {
        "f-ho_ten": "Nguyễn Văn An",
        "f-ngay_sinh": "5/9/1990",
        "f-don_vi": "truong chu van an",
        "c-to_chuc_thi": "1",
        "hinh-thuc": "don-vi",
    }
    summary = await browser.post("/thi/thu/dang-ky", data={**given, "buoc": "xem"})
    assert "<dd>Trường Chu Văn An</dd>" in summary.text
    assert 'name="hinh-thuc" value="don-vi"' in summary.text
    assert "đại diện" in summary.text
    done = await browser.post("/thi/thu/dang-ky", data={**given, "buoc": "xong"})
    assert done.status_code == 303
    other = site.browser()
    await other.get("/thi/thu/dang-ky")
    told = await other.post("/thi/thu/dang-ky", data={**given, "buoc": "xem"})
    assert told.status_code == 422
    assert "Đơn vị này đã có người đại diện dự thi." in told.text
