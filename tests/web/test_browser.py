"""The chat as a person meets it: in a real browser, on a phone, by keyboard, without a script."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.web.conftest import ANSWERED, QUESTION, Served, free_port
from tests.web.look import look

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PHONE = {"width": 360, "height": 740}
FIELD = "#cau-hoi"


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser that was never here, on a small phone."""
    context = chromium.new_context(viewport=PHONE, locale="vi-VN")  # type: ignore[arg-type]
    context.set_default_timeout(60_000)
    yield context
    context.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console says against the page."""
    return []


@pytest.fixture
def page(context: BrowserContext, served: Served, complaints: list[str]) -> Page:
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(served.address)
    return page


def replies(page: Page) -> int:
    return page.locator(".reply").count()


def say(page: Page, text: str) -> str:
    """Type a question, press Enter, and read the reply."""
    before = replies(page)
    page.fill(FIELD, text)
    page.press(FIELD, "Enter")
    return page.locator(".reply").nth(before).inner_text()


def check_look(page: Page) -> None:
    found = look(page)
    assert found["texts"]
    assert found["sideways"] == 0
    assert not [text for text in found["texts"] if text["ratio"] < 4.5]
    small = [t for t in found["targets"] if t["height"] < 44 or t["width"] < 44]
    assert not small


def test_a_citizen_asks_and_reads_the_answer_with_its_article(
    page: Page, complaints: list[str]
) -> None:
    told = say(page, QUESTION)
    assert ANSWERED in told
    assert "Điều 27 Hiến pháp" in told
    assert page.locator(".said").last.is_visible()
    assert page.locator(".reply h2").last.is_visible()
    assert page.input_value(FIELD) == ""
    assert complaints == []


def test_the_first_text_field_takes_the_question_and_nothing_covers_it(page: Page) -> None:
    fields = page.locator("input:not([type=hidden]), textarea, [contenteditable]")
    assert fields.first.get_attribute("id") == "cau-hoi"
    for _ in range(2):
        on_top = page.evaluate(
            """() => {
                const field = document.getElementById("cau-hoi");
                const box = field.getBoundingClientRect();
                return [0.05, 0.5, 0.95].every((part) => document.elementFromPoint(
                    box.left + box.width * part, box.top + box.height / 2) === field);
            }"""
        )
        assert on_top is True
        say(page, QUESTION)


def test_the_page_tells_that_it_is_looking_for_the_answer(page: Page) -> None:
    held: list[Route] = []
    page.route("**/chat", lambda route: held.append(route))
    page.fill(FIELD, QUESTION)
    page.press(FIELD, "Enter")
    page.locator("#typing").wait_for(state="visible")
    assert page.get_by_role("status").inner_text() == "Đang tìm câu trả lời…"
    assert page.locator(".said").inner_text().endswith(QUESTION)
    while not held:
        page.wait_for_timeout(10)
    held[0].continue_()
    page.locator(".reply").nth(1).wait_for()
    page.locator("#typing").wait_for(state="hidden")
    assert page.get_by_role("status").inner_text() == ""


def test_buttons_lead_on_and_the_talk_is_there_after_a_reload(page: Page) -> None:
    say(page, QUESTION)
    page.get_by_role("button", name="Câu hỏi liên quan").last.click()
    page.locator(".reply").nth(2).wait_for()
    before = page.locator("#talk").inner_text().split()
    page.reload()
    assert replies(page) == 3
    assert page.locator("#talk").inner_text().split() == before
    page.get_by_role("button", name="Danh mục").last.click()
    page.locator(".reply").nth(3).wait_for()
    assert "Danh mục" in page.locator(".said").last.inner_text()


def test_questions_typed_faster_than_answered_are_all_answered_in_order(page: Page) -> None:
    asked = [f"{QUESTION} lần {n}" for n in range(10)]
    for text in asked:
        page.fill(FIELD, text)
        page.press(FIELD, "Enter")
    page.locator(".reply").nth(10).wait_for()
    kinds = page.locator("#talk > .said, #talk > .reply").evaluate_all(
        "found => found.map((element) => element.className)"
    )
    assert kinds == ["reply", *["said", "reply"] * 10]
    said = page.locator(".said").all_inner_texts()
    assert [text.removeprefix("Bạn:").strip() for text in said] == asked


def test_markup_stays_text_in_the_page(page: Page, complaints: list[str]) -> None:
    attack = "bầu cử <img src=x onerror=alert(1)><script>alert(2)</script>"
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    say(page, attack)
    for _ in range(2):
        assert attack in page.locator(".said").last.inner_text()
        assert page.locator("#talk img, #talk script").count() == 0
        page.reload()
    assert complaints == []


def test_the_policy_lets_nothing_of_a_stranger_run(page: Page, complaints: list[str]) -> None:
    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "document.title = 'taken over'";
            document.body.append(script);
        }"""
    )
    assert page.title().startswith("Hỏi đáp")
    assert any("Content Security Policy" in said for said in complaints)


def test_scripts_cannot_read_the_cookie(page: Page, context: BrowserContext) -> None:
    say(page, QUESTION)
    assert page.evaluate("document.cookie") == ""
    assert [cookie["httpOnly"] for cookie in context.cookies()] == [True]


def test_another_browser_does_not_see_the_talk(
    page: Page, chromium: Browser, served: Served
) -> None:
    say(page, QUESTION)
    stranger = chromium.new_context()
    other = stranger.new_page()
    other.goto(served.address)
    assert (replies(other), replies(page)) == (1, 2)
    stranger.close()


def test_forgetting_asks_first_and_then_erases(page: Page) -> None:
    say(page, QUESTION)
    forget = page.get_by_role("button", name="Xóa cuộc trò chuyện này")
    page.once("dialog", lambda dialog: dialog.dismiss())
    forget.click()
    assert replies(page) == 2
    page.once("dialog", lambda dialog: dialog.accept())
    with page.expect_navigation():
        forget.click()
    assert replies(page) == 1
    assert page.locator(".said").count() == 0


@pytest.mark.parametrize(
    "viewport", [PHONE, {"width": 320, "height": 480}, {"width": 1280, "height": 800}]
)
def test_it_can_be_read_and_touched_on_every_screen(page: Page, viewport: dict[str, int]) -> None:
    page.set_viewport_size(viewport)  # type: ignore[arg-type]
    check_look(page)
    say(page, "the cu tri")
    say(page, "W" * 300)
    say(page, QUESTION)
    page.get_by_role("button", name="Câu hỏi liên quan").last.click()
    page.locator(".reply").nth(4).wait_for()
    page.locator(FIELD).hover()
    check_look(page)
    page.get_by_role("button", name="Gửi", exact=True).hover()
    check_look(page)


def test_the_page_of_an_unknown_address_looks_as_well(page: Page, served: Served) -> None:
    page.goto(f"{served.address}/khong-co")
    check_look(page)
    page.get_by_role("link", name="Về trang hỏi đáp").click()
    page.locator(FIELD).wait_for()


def test_letters_twice_as_large_still_fit(page: Page) -> None:
    say(page, QUESTION)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert look(page)["sideways"] == 0
    assert page.locator(FIELD).is_visible()
    assert page.get_by_role("button", name="Gửi", exact=True).is_visible()


def focused(page: Page) -> dict[str, Any]:
    found = page.evaluate(
        """() => {
            const { id, textContent } = document.activeElement;
            const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
            return { id, text: textContent.trim(), outline: outlineStyle + outlineWidth };
        }"""
    )
    assert isinstance(found, dict)
    return found


def test_the_keyboard_alone_is_enough(page: Page) -> None:
    page.keyboard.press("Tab")
    assert focused(page)["text"] == "Đến ô gõ câu hỏi"
    page.keyboard.press("Enter")
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    page.locator(".reply").nth(1).wait_for()
    assert focused(page)["id"] == "cau-hoi"
    passed: list[dict[str, Any]] = []
    while not passed or passed[-1]["text"] != "Câu hỏi liên quan":
        assert len(passed) < 10
        page.keyboard.press("Shift+Tab")
        passed.append(focused(page))
    assert {stop["outline"] for stop in passed} == {"solid3px"}
    page.keyboard.press("Space")
    assert "Các câu hỏi liên quan" in page.locator(".reply").nth(2).inner_text()


def test_a_screen_reader_finds_its_way(page: Page) -> None:
    assert page.locator("html").get_attribute("lang") == "vi"
    talk = page.get_by_role("log", name="Cuộc trò chuyện")
    assert talk.get_attribute("aria-live") == "polite"
    field = page.get_by_role("textbox", name="Câu hỏi của bạn")
    field.fill(QUESTION)
    page.get_by_role("button", name="Gửi", exact=True).click()
    talk.get_by_role("heading", name="Bao nhiêu tuổi").wait_for()
    assert talk.get_by_text("Bạn:").count() == 1
    levels = page.locator("h1, h2, h3").evaluate_all("all => all.map((one) => one.tagName)")
    assert levels[0] == "H1"
    assert levels.count("H1") == 1
    assert page.get_by_role("main").count() == page.get_by_role("banner").count() == 1
    unnamed = page.locator("button, a").evaluate_all(
        "all => all.filter((one) => !one.textContent.trim()).length"
    )
    assert unnamed == 0


def test_it_works_without_a_script(chromium: Browser, served: Served) -> None:
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(served.address)
    page.fill(FIELD, QUESTION)
    page.press(FIELD, "Enter")
    assert ANSWERED in page.locator(".reply").nth(1).inner_text()
    assert QUESTION in page.locator(".said").last.inner_text()
    page.get_by_role("button", name="Câu hỏi liên quan").click()
    assert "Các câu hỏi liên quan" in page.locator(".reply").nth(2).inner_text()
    page.get_by_role("button", name="Xóa cuộc trò chuyện này").click()
    page.wait_for_url(f"{served.address}/")
    assert replies(page) == 1
    context.close()


def asked(served: Served) -> int:
    database = sqlite3.connect(served.database)
    try:
        return int(database.execute("SELECT count(*) FROM questions").fetchone()[0])
    finally:
        database.close()


@pytest.mark.process
def test_nothing_typed_is_lost_while_the_server_is_away(
    context: BrowserContext, tmp_path: Path
) -> None:
    own = Served(tmp_path, port=free_port())
    own.start()
    try:
        page = context.new_page()
        page.goto(own.address)
        own.kill()
        page.fill(FIELD, QUESTION)
        page.press(FIELD, "Enter")
        page.locator("#state.trouble").wait_for()
        assert "Chưa gửi được" in page.get_by_role("status").inner_text()
        assert page.get_by_role("status").is_visible()
        assert page.input_value(FIELD) == QUESTION
        assert page.locator(".said").count() == 0
        check_look(page)
        own.start()
        page.press(FIELD, "Enter")
        page.locator(".reply").nth(1).wait_for()
        assert page.locator("#state.trouble").count() == 0
        assert page.input_value(FIELD) == ""
        assert asked(own) == 1
    finally:
        if own.process:
            own.stop()


def test_an_answer_lost_on_the_way_is_given_again_and_handled_once(
    page: Page, served: Served
) -> None:
    before = asked(served)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/chat", lose)
    page.fill(FIELD, QUESTION)
    page.press(FIELD, "Enter")
    page.locator("#state.trouble").wait_for()
    assert asked(served) == before + 1
    page.unroute("**/chat")
    page.press(FIELD, "Enter")
    assert ANSWERED in page.locator(".reply").nth(1).inner_text()
    assert asked(served) == before + 1
    page.reload()
    assert replies(page) == 2


def test_a_draft_outlives_a_reload(page: Page) -> None:
    page.route("**/chat", lambda route: route.abort())
    page.fill(FIELD, QUESTION)
    page.reload()
    assert page.input_value(FIELD) == QUESTION
    page.press(FIELD, "Enter")
    page.locator("#state.trouble").wait_for()
    page.reload()
    assert page.input_value(FIELD) == QUESTION
    page.unroute("**/chat")
    page.press(FIELD, "Enter")
    page.locator(".reply").nth(1).wait_for()
    page.reload()
    assert page.input_value(FIELD) == ""


def test_an_error_page_of_a_proxy_counts_as_being_away(page: Page) -> None:
    page.route("**/chat", lambda route: route.fulfill(status=502, body="<h1>Bad Gateway</h1>"))
    page.fill(FIELD, QUESTION)
    page.press(FIELD, "Enter")
    page.locator("#state.trouble").wait_for()
    assert "Chưa gửi được" in page.get_by_role("status").inner_text()
    assert page.input_value(FIELD) == QUESTION


def test_a_lost_press_of_a_button_can_be_pressed_again(page: Page) -> None:
    page.route("**/chat", lambda route: route.abort())
    page.get_by_role("button", name="Theo nội dung").click()
    page.locator("#state.trouble").wait_for()
    assert "bấm lại nút" in page.get_by_role("status").inner_text()
    page.unroute("**/chat")
    page.get_by_role("button", name="Theo nội dung").click()
    page.locator(".reply").nth(1).wait_for()
    page.locator("#typing").wait_for(state="hidden")
    assert page.get_by_role("status").inner_text() == ""
