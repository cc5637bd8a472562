"""The loop as its people meet it in a real browser: a citizen asks in vain, and an editor mends it."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from bot.admin.loop.trial import OWN_QUERIES
from bot.admin.passwords import hash_password
from bot.clock import utc_now
from bot.store import admin_users
from bot.store.database import Database
from bot.store.migrate import migrate
from tests.admin.screens import DESK, PATIENCE_MS, PHONE, PICTURES
from tests.conftest import KNOWLEDGE
from tests.reports.conftest import ask
from tests.web.conftest import Served, chromium
from tests.web.look import look

__all__ = ["chromium"]

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PASSWORD = "mot-mat-khau-du-dai"
IN_VAIN = "nhà nước có đưa ô tô đón người đi bầu không"
TAUGHT = "ghi-ten-danh-sach-o-dau"
QUERY = {"text": "Bao nhiêu tuổi thì được đi bầu cử?", "expected": ["tuoi-bau-cu"]}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The program with an editor, some talk, and a knowledge folder of its own."""
    folder = tmp_path_factory.mktemp("loop")
    shutil.copytree(KNOWLEDGE, folder / "knowledge")
    (folder / "knowledge" / OWN_QUERIES).write_text(json.dumps(QUERY) + "\n", encoding="utf-8")
    # In a thread: the browser's library has a loop running in this one.
    with ThreadPoolExecutor() as threads:
        threads.submit(asyncio.run, fill(folder / "bot.db")).result()
    settings = {
        "BOT_KNOWLEDGE_DIR": str(folder / "knowledge"),
        "TELEGRAM_NAME": "hoidap_bot",
    }
    served = Served(folder, settings=settings)
    served.start()
    yield served
    if served.process:
        served.stop()


async def fill(file: Path) -> None:
    """An editor, and people of three communes who asked over the last days."""
    database = Database(f"sqlite:///{file}")
    await database.connect()
    await migrate(database)
    now = utc_now()
    async with database.transaction() as tx:
        hashed = hash_password(PASSWORD)
        await admin_users.add(
            tx, "lan", "Nguyễn Thị Lan", hashed, ["editor"], by="test", at=now, must_change=False
        )
    for number in range(24):
        origin = f"u-{('06985', '06685', '06652')[number % 3]}-to-roi"
        at = now - timedelta(days=number % 9, hours=1)
        outcome = ("answer", "answer", "choose", "refuse")[number % 4]
        text = "đi bầu được phát áo không" if outcome == "refuse" else "mất thẻ cử tri"
        await ask(database, f"p{number}", outcome, origin=origin, at=at, text=text)
    await database.close()


@pytest.fixture(scope="module")
def editor(chromium: Browser, served: Served) -> Page:
    """The editor, signed in at his desk."""
    page = new_page(chromium, DESK)
    page.goto(f"{served.address}/admin")
    page.fill("#name", "lan")
    page.fill("#password", PASSWORD)
    page.click("button.main")
    page.get_by_role("heading", name="Tổng quan").wait_for()
    return page


def new_page(chromium: Browser, size: dict[str, int]) -> Page:
    context = chromium.new_context(
        viewport=size,  # type: ignore[arg-type]
        locale="vi-VN",
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE_MS)
    return context.new_page()


def check_look(page: Page) -> None:
    """Contrast AA and nothing to scroll sideways; on a phone targets large enough for a thumb."""
    found = look(page)
    assert found["sideways"] == 0, page.url
    assert [text for text in found["texts"] if text["ratio"] < 4.5] == []
    if page.viewport_size == PHONE:
        small = [t for t in found["targets"] if t["text"] and min(t["height"], t["width"]) < 43.5]
        assert small == [], page.url
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids)), page.url


def take_picture(page: Page, name: str, request: pytest.FixtureRequest) -> None:
    taken = Image.open(BytesIO(page.screenshot()))
    colours = taken.convert("RGB").getcolors(maxcolors=1 << 24)
    assert colours is not None
    assert len(colours) > 20
    if request.config.getoption("--update-pictures"):
        PICTURES.mkdir(parents=True, exist_ok=True)
        taken.convert("RGB").quantize(128).save(PICTURES / f"{name}.png", optimize=True)


def say(page: Page, text: str) -> str:
    """What the bot answers to a citizen's words."""
    before = page.locator(".reply").count()
    page.fill("#cau-hoi", text)
    page.press("#cau-hoi", "Enter")
    page.locator(".reply").nth(before).wait_for()
    return page.locator(".reply").nth(before).inner_text()


def test_what_a_citizen_asked_in_vain_is_answered_next_time(
    chromium: Browser, served: Served, editor: Page, request: pytest.FixtureRequest
) -> None:
    citizen = new_page(chromium, PHONE)
    citizen.goto(f"{served.address}/?u=06985-to-roi")
    said = say(citizen, IN_VAIN)
    if "Không phải các câu trên" in said:
        citizen.get_by_role("button", name="Không phải các câu trên").last.click()
    citizen.get_by_role("button", name="Gửi cán bộ trả lời").last.click()
    citizen.get_by_text("đã chuyển câu hỏi này cho cán bộ").wait_for()

    editor.goto(f"{served.address}/admin/cau-hoi")
    take_picture(editor, "cau-hoi", request)
    check_look(editor)
    editor.get_by_role("link", name=IN_VAIN).click()
    check_look(editor)
    take_picture(editor, "mot-nhom", request)
    editor.fill("#tim", "tôi được ghi tên vào danh sách cử tri ở đâu")
    editor.get_by_role("button", name="Tìm").click()
    editor.locator(f"input[value='{TAUGHT}']").check()
    editor.get_by_role("button", name="Thử trên bộ câu hỏi kiểm tra").click()
    editor.get_by_role("heading", name="Bộ câu hỏi kiểm tra").wait_for()
    check_look(editor)
    take_picture(editor, "thu-cach-hoi", request)
    editor.get_by_role("button", name="Lưu").click()
    editor.get_by_text("Đã lưu 1 cách hỏi").wait_for()
    assert editor.get_by_role("link", name=IN_VAIN).count() == 0
    for _ in range(60):
        if "Tôi được ghi tên vào danh sách cử tri ở đâu?" in say(citizen, IN_VAIN):
            break
        citizen.wait_for_timeout(1_000)
    else:
        raise AssertionError("the new wording does not reach citizens")

    editor.goto(f"{served.address}/admin/gui-can-bo")
    check_look(editor)
    editor.get_by_role("link", name=IN_VAIN).click()
    editor.fill("#tra-loi", "Chưa có quy định về xe đưa đón.\nBạn hỏi Ủy ban nhân dân xã.")
    take_picture(editor, "gui-can-bo", request)
    editor.get_by_role("button", name="Gửi câu trả lời").click()
    editor.get_by_text("Đã đến nơi").wait_for()
    check_look(editor)
    citizen.reload()
    last = citizen.locator(".reply").last.inner_text()
    assert "Chưa có quy định về xe đưa đón." in last
    assert "Câu trả lời của cán bộ" in last
    citizen.context.close()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_figures_and_leaflets_can_be_read_and_taken_away(
    served: Served, editor: Page, size: dict[str, int], request: pytest.FixtureRequest
) -> None:
    editor.set_viewport_size(size)  # type: ignore[arg-type]
    editor.goto(f"{served.address}/admin/tham-gia")
    assert editor.get_by_role("img", name="Số câu hỏi theo ngày").count() == 1
    assert editor.get_by_role("img", name="Số người theo xã, phường, đặc khu").count() == 1
    check_look(editor)
    if size == DESK:
        take_picture(editor, "tham-gia", request)
    with editor.expect_download() as workbook:
        editor.get_by_role("link", name="Tải bảng tính").click()
    assert workbook.value.suggested_filename.endswith(".xlsx")
    editor.goto(f"{served.address}/admin/chien-dich")
    if size == DESK:
        check_look(editor)
        take_picture(editor, "chien-dich", request)
    with editor.expect_download() as leaflets:
        editor.get_by_role("button", name="In cho tất cả").click()
    assert leaflets.value.suggested_filename == "to-roi.pdf"
