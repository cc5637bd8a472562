"""A contest as a person meets it: a real Chromium, a phone, a lost network, two tabs, no script."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.web.conftest import Served, free_port
from tests.web.contest.conftest import (
    GIVEN,
    PHONE,
    NewContext,
    open_now,
    register,
    start,
)
from tests.web.look import look

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.process,
    pytest.mark.xdist_group("browser"),
]

WIDE = {"width": 1280, "height": 800}


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console says against the pages."""
    return []


@pytest.fixture
def context(new_context: NewContext) -> BrowserContext:
    return new_context()


@pytest.fixture
def page(context: BrowserContext, served_contest: Served, complaints: list[str]) -> Page:
    """A page of somebody who has registered."""
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    register(page, served_contest.address)
    return page


def check_look(page: Page) -> None:
    """Nothing too pale, too small or too wide; everything has a name."""
    found = look(page)
    assert found["texts"]
    assert found["sideways"] == 0
    assert not [text for text in found["texts"] if text["ratio"] < 4.5]
    # A radio or a box has no words of its own and is touched by its whole line.
    small = [t for t in found["targets"] if t["height"] < 44 or t["width"] < 44]
    assert not [target for target in small if target["text"]]
    lines = page.locator(".option:visible").evaluate_all("all => all.map(l => l.clientHeight)")
    assert not [height for height in lines if height < 44]
    nameless = page.evaluate(
        """[...document.querySelectorAll('input:not([type=hidden]),button,a,fieldset,nav')].filter(e =>
            e.checkVisibility() && !(e.labels && e.labels.length) && !e.getAttribute('aria-label')
            && !e.getAttribute('aria-labelledby') && !e.textContent.trim()).length"""
    )
    assert nameless == 0
    assert page.locator("h1").count() == 1


def choose(page: Page, letter: str) -> None:
    """Touch an option of the question that is shown."""
    page.locator(".question:visible .option").nth("ABCD".index(letter)).click()


def saved(page: Page, name: str) -> None:
    page.get_by_text(f"Đã lưu {name}").wait_for()


def stored(served: Served, page: Page) -> dict[int, str | None]:
    """What the database holds of the paper that the page shows."""
    attempt = int(page.url.split("/bai/")[1].split("/")[0].split("#")[0])
    database = sqlite3.connect(served.database)
    try:
        found = database.execute(
            "SELECT position, chosen FROM answers WHERE attempt_id = ? ORDER BY 1", (attempt,)
        )
        return dict(found.fetchall())
    finally:
        database.close()


def shown(page: Page) -> dict[str, str]:
    """Which options are chosen in the page, by question."""
    found = page.evaluate(
        """Object.fromEntries([...document.querySelectorAll('.option input:checked')]
            .map(i => [i.name, i.value]))"""
    )
    assert isinstance(found, dict)
    return found


def wait_until(page: Page, look: Callable[[], bool]) -> None:
    for _ in range(200):
        if look():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not happen")


def test_the_whole_path_on_a_phone(
    page: Page, served_contest: Served, complaints: list[str]
) -> None:
    check_look(page)
    start(page)
    check_look(page)
    assert page.locator(".question:visible").count() == 1
    for n, letter in enumerate("ABCD", 1):
        choose(page, letter)
        saved(page, f"câu {n}")
        page.get_by_role("button", name="Câu sau").click()
    page.fill("#du-doan", "3.200")
    saved(page, "câu dự đoán")
    assert len([o for o in stored(served_contest, page).values() if o]) == 4
    assert page.locator("#ban-do a.done").count() == 5
    page.get_by_role("button", name="Xem lại và nộp bài").click()
    page.get_by_role("heading", name="Xem lại và nộp bài").wait_for()
    check_look(page)
    assert page.locator(".missing").count() == 0
    page.get_by_role("button", name="Nộp bài").click()
    page.get_by_role("heading", name="Bạn đã nộp bài").wait_for()
    check_look(page)
    assert "câu đúng" in page.locator("#ket-qua").inner_text()
    assert "3.200" in page.locator("#ket-qua").inner_text()
    page.get_by_role("link", name="Về trang cuộc thi").click()
    assert "Lượt 1" in page.locator(".attempts").inner_text()
    assert complaints == []


def test_a_reload_in_the_middle_loses_nothing(page: Page) -> None:
    start(page)
    choose(page, "C")
    saved(page, "câu 1")
    page.get_by_role("button", name="Câu sau").click()
    choose(page, "B")
    page.get_by_role("button", name="Đánh dấu để xem lại").click()
    saved(page, "câu 2")
    before = shown(page)
    page.reload()
    assert shown(page) == before
    assert page.locator(".question:visible").get_attribute("id") == "cau-2"
    assert page.get_by_role("button", name="Đã đánh dấu xem lại").is_visible()


def test_the_back_button_goes_through_the_questions_and_out(page: Page) -> None:
    start(page)
    choose(page, "A")
    saved(page, "câu 1")
    page.get_by_role("button", name="Câu sau").click()
    page.go_back()
    assert page.locator(".question:visible").get_attribute("id") == "cau-1"
    page.go_back()
    page.get_by_role("link", name="Làm tiếp").click()
    page.locator(".question:visible").wait_for()
    assert len(shown(page)) == 1


def test_answers_given_without_a_network_are_kept_and_sent_later(
    page: Page, context: BrowserContext, served_contest: Served
) -> None:
    start(page)
    choose(page, "A")
    saved(page, "câu 1")
    context.set_offline(True)
    page.get_by_role("button", name="Câu sau").click()
    choose(page, "B")
    page.get_by_text("Đang chờ mạng").wait_for()
    page.get_by_role("button", name="Câu sau").click()
    choose(page, "C")
    page.get_by_text("2 câu chưa gửi").wait_for()
    check_look(page)
    assert [bool(c) for c in stored(served_contest, page).values()] == [True, False, False, False]
    page.get_by_role("button", name="Xem lại và nộp bài").click()
    page.get_by_text("Chưa có mạng nên chưa nộp được.").wait_for()
    context.set_offline(False)
    wait_until(page, lambda: all(list(stored(served_contest, page).values())[:3]))
    assert sorted(filter(None, stored(served_contest, page).values())) == sorted(
        shown(page).values()
    )
    page.get_by_text("Đang chờ mạng").wait_for(state="hidden")


def test_an_unsent_answer_outlives_the_page(
    page: Page, context: BrowserContext, served_contest: Served
) -> None:
    start(page)
    page.route("**/luu", lambda route: route.abort())
    choose(page, "D")
    page.get_by_text("Đang chờ mạng").wait_for()
    address = page.url
    page.close()
    again = context.new_page()
    again.goto(address)
    saved(again, "câu 1")
    assert stored(served_contest, again)[1] == shown(again)["cau-1"]


def test_two_tabs_show_the_same_paper(page: Page, context: BrowserContext) -> None:
    start(page)
    other = context.new_page()
    other.goto(page.url)
    choose(page, "B")
    saved(page, "câu 1")
    wait_until(other, lambda: shown(other) == shown(page))
    choose(other, "C")
    saved(other, "câu 1")
    wait_until(page, lambda: shown(page) == shown(other))
    other.evaluate("location.hash = 'cau-du-doan'")
    other.fill("#du-doan", "9")
    saved(other, "câu dự đoán")
    other.get_by_role("button", name="Xem lại và nộp bài").click()
    other.get_by_role("button", name="Nộp bài").click()
    other.get_by_role("heading", name="Bạn đã nộp bài").wait_for()
    choose(page, "A")
    page.get_by_role("heading", name="Bạn đã nộp bài").wait_for()


def test_the_keyboard_alone_is_enough(page: Page, served_contest: Served) -> None:
    start(page)
    page.keyboard.press("2")
    saved(page, "câu 1")
    page.keyboard.press("ArrowRight")
    focused = page.evaluate("document.activeElement.id")
    assert focused == "cau-2"
    page.keyboard.press("d")
    saved(page, "câu 2")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    saved(page, "câu 3")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("A")
    saved(page, "câu 4")
    chosen = stored(served_contest, page)
    options = (
        page.locator(".question")
        .nth(1)
        .locator("input")
        .evaluate_all("all => all.map(i => i.value)")
    )
    assert chosen[2] == options[3]
    assert all(chosen.values())
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.type("1200")
    saved(page, "câu dự đoán")
    passed = ""
    for _ in range(30):
        page.keyboard.press("Tab")
        passed = page.evaluate("document.activeElement.textContent.trim()")
        if passed == "Xem lại và nộp bài":
            break
    assert passed == "Xem lại và nộp bài"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Nộp bài").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Bạn đã nộp bài").wait_for()


def test_a_screen_reader_finds_its_way(page: Page) -> None:
    start(page)
    assert page.locator("html").get_attribute("lang") == "vi"
    group = page.get_by_role("group").filter(has_text="Câu 1/4").first
    assert group.get_by_role("radio").count() == 4
    legend = page.locator("#cau-1 legend").inner_text()
    assert "Câu 1/4" in legend
    choose(page, "A")
    saved(page, "câu 1")
    assert page.get_by_role("status").first.inner_text() == "Đã lưu câu 1"
    assert page.get_by_role("timer").count() == 1
    done = page.get_by_role("link", name="Câu 1, đã trả lời")
    assert done.get_attribute("aria-current") == "true"
    page.get_by_role("link", name="Câu 3, chưa trả lời").click()
    assert page.evaluate("document.activeElement.id") == "cau-3"


def test_the_time_left_is_told_at_sensible_moments(page: Page) -> None:
    page.clock.install()
    start(page)
    told = page.locator("#doc")
    assert told.inner_text() == ""
    page.clock.fast_forward(295_000)
    page.clock.run_for(6_000)
    assert told.inner_text() == "Còn 5 phút."
    page.clock.fast_forward(235_000)
    page.clock.run_for(6_000)
    assert told.inner_text() == "Còn 1 phút."
    assert page.get_by_role("timer").inner_text().startswith("0:5")


def test_an_answer_that_a_proxy_refuses_stays_in_the_page(page: Page) -> None:
    start(page)
    page.route("**/luu", lambda route: route.fulfill(status=403, json={"error": "Không được."}))
    choose(page, "B")
    page.get_by_text("Chưa lưu được").wait_for()
    page.unroute("**/luu")
    page.reload()
    saved(page, "câu 1")


def test_it_works_without_a_script(new_context: NewContext, served_contest: Served) -> None:
    page = new_context(java_script_enabled=False).new_page()
    register(page, served_contest.address)
    start(page)
    told = page.locator("noscript .notice")
    told.wait_for()
    assert "Bạn bấm «Lưu» sau mỗi câu." in told.inner_text()
    page.locator("#cau-1 .option").nth(1).click()
    page.locator("#cau-1").get_by_role("button", name="Lưu và sang câu sau").click()
    assert page.url.endswith("#cau-2")
    page.locator("#cau-2 .option").nth(2).click()
    page.fill("#du-doan", "12")
    page.get_by_role("button", name="Xem lại và nộp bài").click()
    page.get_by_role("link", name="Quay lại làm tiếp").wait_for()
    assert page.locator(".missing").count() == 2
    page.get_by_role("link", name="Quay lại làm tiếp").click()
    assert len([c for c in stored(served_contest, page).values() if c]) == 2
    page.get_by_role("button", name="Xem lại và nộp bài").click()
    page.get_by_role("button", name="Nộp bài").click()
    assert "câu đúng" in page.locator("#ket-qua").inner_text()


def test_a_lost_cookie_is_explained(page: Page, context: BrowserContext) -> None:
    start(page)
    context.clear_cookies()
    choose(page, "A")
    page.get_by_text("Không tìm thấy bài thi này trên trình duyệt").wait_for()
    page.get_by_text("vẫn còn ở máy chủ").wait_for()
    page.reload()
    page.get_by_text("Bạn mở lại bằng đúng trình duyệt").wait_for()


@pytest.mark.parametrize("viewport", [PHONE, {"width": 320, "height": 480}, WIDE])
def test_every_page_can_be_read_and_touched(page: Page, viewport: dict[str, int]) -> None:
    page.set_viewport_size(viewport)  # type: ignore[arg-type]
    site = page.url.split("/thi")[0]
    page.goto(f"{site}/thi")
    check_look(page)
    page.goto(f"{site}/thi/thu/thong-tin")
    page.fill("#f-ngay_sinh", "hôm qua")
    page.get_by_role("button", name="Lưu thay đổi").click()
    check_look(page)
    page.goto(f"{site}/thi/thu")
    start(page)
    page.get_by_role("button", name="Xem tất cả các câu").click()
    check_look(page)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Served]:
    """A program of the test's own, not started yet."""
    served = Served(tmp_path / "own", port=free_port())
    served.folder.mkdir()
    yield served
    if served.process:
        served.stop()


def test_time_over_hands_the_paper_in_by_itself(
    own: Served, tmp_path: Path, context: BrowserContext
) -> None:
    open_now(own, tmp_path, papers__main__time_limit_s=6, prediction__required=False)
    own.start()
    page = context.new_page()
    register(page, own.address)
    start(page)
    choose(page, "A")
    page.get_by_role("heading", name="Bạn đã nộp bài").or_(
        page.get_by_role("heading", name="Bài của bạn")
    ).wait_for()
    assert "/4" in page.locator(".score").inner_text()
    assert any(stored(own, page).values())


def test_time_over_without_a_network_is_told_and_the_result_comes_with_it(
    own: Served, tmp_path: Path, context: BrowserContext
) -> None:
    open_now(own, tmp_path, papers__main__time_limit_s=15, papers__main__grace_ms=0)
    own.start()
    page = context.new_page()
    register(page, own.address)
    start(page)
    choose(page, "A")
    saved(page, "câu 1")
    context.set_offline(True)
    page.get_by_role("button", name="Câu sau").click()
    choose(page, "B")
    page.get_by_text("Hết giờ. Đang chờ mạng").wait_for()
    context.set_offline(False)
    page.get_by_text("Hết giờ nên máy đã nộp").wait_for()
    page.get_by_text("máy chủ chưa nhận được câu 2").wait_for()


def test_killed_in_the_middle_the_acknowledged_answers_are_there(
    own: Served, tmp_path: Path, context: BrowserContext
) -> None:
    open_now(own, tmp_path)
    own.start()
    page = context.new_page()
    register(page, own.address)
    start(page)
    for n, letter in enumerate("CB", 1):
        choose(page, letter)
        saved(page, f"câu {n}")
        page.get_by_role("button", name="Câu sau").click()
    own.kill()
    choose(page, "A")
    page.get_by_text("Đang chờ mạng").wait_for()
    assert [bool(c) for c in stored(own, page).values()] == [True, True, False, False]
    own.start()
    wait_until(page, lambda: bool(stored(own, page)[3]))
    page.reload()
    assert {f"cau-{n}": c for n, c in stored(own, page).items() if c} == shown(page)


def test_units_are_offered_while_typing(page: Page, new_context: NewContext) -> None:
    site = page.url.split("/thi")[0]
    fresh = new_context().new_page()
    fresh.goto(f"{site}/thi/thu/dang-ky")
    titles = fresh.locator("#ds-noi_o option").evaluate_all("all => all.map(o => o.value)")
    assert len(titles) == 54
    assert fresh.locator("#f-noi_o").get_attribute("list") == "ds-noi_o"
    assert GIVEN["f-noi_o"].lower() in [title.lower() for title in titles]


def test_a_complaint_is_written_on_a_phone(page: Page, complaints: list[str]) -> None:
    page.get_by_role("link", name="Khiếu nại với ban tổ chức").click()
    page.get_by_label("Nội dung khiếu nại").fill("Trang bị treo lúc tôi đang làm câu 4.")
    check_look(page)
    page.get_by_role("button", name="Gửi khiếu nại").click()
    page.get_by_role("status").get_by_text("đã nhận khiếu nại số").wait_for()
    check_look(page)
    assert complaints == []
