"""An organizer's whole path in a real browser, with a second one beside; the pictures of the guide."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from bot.store import admin_users
from bot.store.database import Database
from bot.store.migrate import migrate
from tests.admin.conftest import HASHED, PASSWORD
from tests.conftest import NOW, ROOT
from tests.contest.conftest import Arena, at, open_arena
from tests.contest.folder import CONTEST, changed, write_contest
from tests.knowledge.folder import write_folder
from tests.web.conftest import Served, chromium
from tests.web.look import look
from tests.web.test_picture import save

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

__all__ = ["chromium"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

DESK = {"width": 1280, "height": 860}
PHONE = {"width": 360, "height": 740}
C = "/admin/cuoc-thi/thu"
FIXED = {"papers__main__mode": "fixed", "title": "Tìm hiểu pháp luật về bầu cử"}
NAMES = ("Nguyễn Văn An", "Trần Thị Bình", "Lê Minh Chi", "Phạm Thu Dung", "Vũ Quang Hải")
UNIT = ("so", "truong", "truong", "phong-1", "truong")

Enter = Callable[[str], "Page"]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The program over a contest that some people have played."""
    folder = tmp_path_factory.mktemp("organizers")
    write_contest(write_folder(folder / "kho"), changed(CONTEST, **FIXED))
    settings = {"BOT_KNOWLEDGE_DIR": str(folder / "kho"), "BOT_SECRET_KEY": "k" * 43}
    served = Served(folder, settings=settings)
    with ThreadPoolExecutor() as threads:
        threads.submit(asyncio.run, fill(served.database, folder)).result()
    served.start()
    yield served
    served.stop()


async def fill(file: Path, folder: Path) -> None:
    database = Database(f"sqlite:///{file}")
    await migrate(database)
    async with database.transaction() as tx:
        for name, role, full in (
            ("lan.nguyen", "organizer", "Nguyễn Thị Lan"),
            ("huong.tran", "organizer", "Trần Thu Hương"),
            ("bien.tap", "editor", "Đỗ Văn Biên"),
        ):
            await admin_users.add(
                tx, name, full, HASHED, [role], by="test", at=NOW, must_change=False
            )
    arena = await open_arena(database, folder / "kho", FIXED)
    await play(arena)
    await database.close()


async def play(arena: Arena) -> None:
    for n, (name, unit) in enumerate(zip(NAMES, UNIT, strict=True)):
        await arena.register(name, ho_ten=name, dien_thoai=f"09123456{n:02}", don_vi=unit)
        await arena.sit_through(name, max(4 - n, 1) if n > 1 else 4, guess=2, began=at(1 + 5 * n))
        await arena.sit_through(name, 3, guess=2, began=at(20 + 7 * n), seconds=90 + n)


@pytest.fixture
def contexts(chromium: Browser) -> Iterator[list[BrowserContext]]:
    opened: list[BrowserContext] = []
    yield opened
    for context in opened:
        context.close()


@pytest.fixture
def enter(chromium: Browser, served: Served, contexts: list[BrowserContext]) -> Enter:
    """Gives a page of a browser in which that user has signed in."""

    def enter(name: str) -> Page:
        context = chromium.new_context(
            viewport=DESK,  # type: ignore[arg-type]
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            base_url=served.address,
            accept_downloads=True,
        )
        context.set_default_timeout(120_000)
        contexts.append(context)
        page = context.new_page()
        page.goto("/admin/dang-nhap")
        page.fill("input[name=name]", name)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url("**/admin")
        return page

    return enter


def read(page: Page) -> str:
    return " ".join(page.locator("main").inner_text().split())


def press(page: Page, name: str, within: str = "main") -> None:
    page.locator(within).get_by_role("button", name=name, exact=True).first.click()


def check_look(page: Page) -> None:
    """On a desk and on a phone: every word is readable, nothing runs out of the page."""
    for size in (PHONE, DESK):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        found = look(page)
        assert not [text for text in found["texts"] if text["ratio"] < 4.5]
        assert found["sideways"] == 0, page.url


def take_picture(page: Page, name: str, request: pytest.FixtureRequest) -> None:
    """A picture for the guide, taken anew where that is asked for."""
    page.evaluate("document.activeElement.blur()")
    picture = Image.open(BytesIO(page.screenshot()))
    assert picture.size == (DESK["width"], DESK["height"])
    if request.config.getoption("--update-pictures"):
        save(picture, ROOT / "docs" / "pictures" / "to-chuc-thi" / f"{name}.png")


def test_an_organizer_goes_the_whole_way(enter: Enter, request: pytest.FixtureRequest) -> None:
    page = enter("lan.nguyen")
    page.goto("/admin")
    page.get_by_role("link", name="Cuộc thi", exact=True).click()
    page.get_by_role("link", name="Tìm hiểu pháp luật về bầu cử").click()
    page.locator(".figures").wait_for()
    assert "5 người đăng ký 10 lượt bắt đầu" in read(page)
    take_picture(page, "theo-doi", request)
    check_look(page)

    page.goto(f"{C}/nguoi-thi")
    assert "N. V. An" in read(page)
    assert "Nguyễn Văn An" not in read(page)
    take_picture(page, "nguoi-thi", request)
    check_look(page)
    page.fill("#tim", "0912345600")
    press(page, "Tìm")
    page.get_by_role("link", name="Số 1", exact=True).click()
    page.get_by_text("Xem thông tin đầy đủ").click()
    page.fill("#reason", "Gọi điện mời nhận giải")
    press(page, "Xem")
    page.get_by_text("Nguyễn Văn An").wait_for()
    check_look(page)

    page.goto(f"{C}/ket-qua?vong=w1")
    press(page, "Chốt và tính kết quả")
    page.get_by_text("Bảng xếp hạng", exact=True).wait_for()
    take_picture(page, "ket-qua", request)
    check_look(page)
    page.get_by_text("Xử lý", exact=True).first.click()
    page.locator(".deed[open] input[name=reason]").first.fill("Căn cước, giấy khai sinh")
    press(page, "Đã đối chiếu", ".deed[open]")
    page.get_by_text("đã xác minh").wait_for()
    page.fill("#number", "25/QĐ-BTC")
    press(page, "Ghi quyết định")
    page.get_by_text("số 25/QĐ-BTC").wait_for()

    page.goto(f"{C}/xuat")
    press(page, "Làm tệp")
    page.get_by_text("xong", exact=True).wait_for()
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Tải về").first.click()
    assert fetched.value.suggested_filename.endswith(".xlsx")
    press(page, "Kiểm chứng")
    page.get_by_text("Khớp tất cả").wait_for()
    take_picture(page, "xuat", request)
    check_look(page)
    page.goto(f"{C}/nhat-ky")
    assert "chưa dòng nào bị sửa" in read(page)
    assert "Xem thông tin thí sinh" in read(page)
    check_look(page)


def test_what_one_organizer_proposes_another_one_approves(
    enter: Enter, request: pytest.FixtureRequest
) -> None:
    lan, huong = enter("lan.nguyen"), enter("huong.tran")
    lan.goto(f"{C}/xu-ly")
    lan.get_by_role("link", name="Xử lý một câu hỏi sai").click()
    lan.get_by_role("link", name="Câu hỏi số 1?").click()
    lan.get_by_text("Nhận thêm đáp án", exact=True).click()
    lan.locator("form.card").get_by_text("a. Phương án a").click()
    lan.fill("#reason", "Văn bản mới cho phép cả hai cách")
    check_look(lan)
    press(lan, "Đề xuất")
    lan.get_by_text("Bạn là người đề xuất").wait_for()
    check_look(lan)
    huong.goto(f"{C}/xu-ly")
    take_picture(huong, "xu-ly", request)
    press(huong, "Duyệt")
    huong.get_by_text("đã duyệt", exact=True).wait_for()
    lan.reload()
    assert "Duyệt: huong.tran" in read(lan)


def test_a_contest_is_written_with_lint_beside_the_field_and_published(
    enter: Enter, request: pytest.FixtureRequest
) -> None:
    page = enter("lan.nguyen")
    page.goto("/admin/cuoc-thi")
    page.get_by_role("link", name="Tạo cuộc thi mới").click()
    page.fill("#title", "Pháp luật giao thông năm 2027")
    page.fill("#id", "giao-thong-2027")
    page.get_by_text("Chép cả câu hỏi").click()
    check_look(page)
    press(page, "Tạo cuộc thi")
    page.get_by_text("không có lỗi nào").wait_for(timeout=120_000)
    page.fill("#rounds__0__closes_at", "2026-03-08T00:00")
    press(page, "Lưu thể lệ")
    page.locator("#loi-rounds__0__closing_words").wait_for()
    page.locator("#rounds__0__closing_words").scroll_into_view_if_needed()
    take_picture(page, "soan", request)
    check_look(page)
    page.fill("#rounds__0__closing_words", "hết ngày 07/3")
    press(page, "Lưu thể lệ")
    page.get_by_text("không có lỗi nào").wait_for()
    page.get_by_role("link", name="Xem và công bố").click()
    press(page, "Công bố")
    page.get_by_text("Đã công bố bản 1.").wait_for()
    check_look(page)


def test_of_two_organizers_who_edit_at_once_the_second_sees_both(enter: Enter) -> None:
    lan, huong = enter("lan.nguyen"), enter("huong.tran")
    for page in (lan, huong):
        page.goto(f"{C}/soan/the-le.md")
    lan.fill("#text", "Điều 1. Ai cũng được thi.")
    press(lan, "Lưu")
    lan.get_by_text("Đã lưu").wait_for()
    huong.fill("#text", "Điều 1. Người từ đủ 14 tuổi được thi.")
    press(huong, "Lưu")
    huong.get_by_text("đã được người khác sửa").wait_for()
    assert "Ai cũng được thi." in read(huong)
    assert huong.input_value("#text").strip() == "Điều 1. Người từ đủ 14 tuổi được thi."
    check_look(huong)


def test_an_editor_may_not_enter(enter: Enter) -> None:
    page = enter("bien.tap")
    assert page.get_by_role("link", name="Cuộc thi", exact=True).count() == 0
    page.goto(C)
    assert "Cần có quyền: Tổ chức cuộc thi" in read(page)


def test_the_pages_work_without_a_script(
    chromium: Browser, served: Served, contexts: list[BrowserContext]
) -> None:
    context = chromium.new_context(java_script_enabled=False, base_url=served.address)
    context.set_default_timeout(120_000)
    contexts.append(context)
    page = context.new_page()
    page.goto(f"/admin/dang-nhap?toi={C}/canh-bao")
    page.fill("input[name=name]", "lan.nguyen")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"**{C}/canh-bao")
    page.get_by_role("button", name="Tìm cảnh báo mới").click()
    page.get_by_text("Đã tìm xong.").wait_for()
