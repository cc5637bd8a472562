"""The editors' web as its people meet it: in a real browser, on a desk and on a phone."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING

import httpx
import pytest
from PIL import Image

from tests.admin.screens import DESK, PATIENCE_MS, PHONE, PICTURES
from tests.conftest import KNOWLEDGE
from tests.web.conftest import Served, chromium
from tests.web.look import look

__all__ = ["chromium"]

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

OWN = "con tàu chở lúa về bến"
ENTRY = "/admin/cau-tra-loi/tuoi-bau-cu"
NEW_WORDS = "Bạn đủ 18 tuổi trở lên vào ngày bầu cử thì được bầu. Câu này vừa được duyệt."
"""Words that stand nowhere else, by which the chat shows that the new wording is live."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The program over a knowledge folder of its own."""
    folder = tmp_path_factory.mktemp("admin")
    shutil.copytree(KNOWLEDGE, folder / "knowledge")
    served = Served(folder, settings={"BOT_KNOWLEDGE_DIR": str(folder / "knowledge")})
    served.start()
    yield served
    if served.process:
        served.stop()


@pytest.fixture(scope="module")
def first_password(served: Served) -> str:
    """The password that the first start printed."""
    assert served.process
    assert served.process.stdout
    for line in served.process.stdout:
        if found := re.search(r"Mật khẩu: +(\S+)", line):
            return found.group(1)
    raise AssertionError("no password was printed")


def open_page(chromium: Browser, size: dict[str, int], *, script: bool = True) -> Page:
    context = chromium.new_context(
        viewport=size,  # type: ignore[arg-type]
        locale="vi-VN",
        reduced_motion="reduce",
        java_script_enabled=script,
    )
    context.set_default_timeout(PATIENCE_MS)
    return context.new_page()


def sign_in(page: Page, served: Served, name: str, password: str) -> None:
    page.goto(f"{served.address}/admin")
    page.fill("#name", name)
    page.fill("#password", password)
    page.click("button.main")


def choose_password(page: Page, old: str) -> None:
    page.fill("#old", old)
    page.fill("#new", OWN)
    page.fill("#again", OWN)
    page.click("button.main")
    page.get_by_role("heading", name="Tổng quan").wait_for()


def check_look(page: Page) -> None:
    """Contrast AA, nothing to scroll sideways, targets large enough for a thumb on a phone."""
    found = look(page)
    assert found["texts"]
    assert found["sideways"] == 0, page.url
    assert [text for text in found["texts"] if text["ratio"] < 4.5] == []
    assert page.evaluate(LABELS) == []
    if page.viewport_size == PHONE:
        # A box to tick is pressed by its whole label.
        small = [
            t for t in found["targets"] if t["text"] and (t["height"] < 43.5 or t["width"] < 43.5)
        ]
        assert small == [], page.url


LABELS = """() => {
  const faults = [];
  for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (!field.labels.length && !field.getAttribute("aria-label")) faults.push("no label: " + field.name);
  }
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  faults.push(...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => "twice: " + id));
  for (const element of document.querySelectorAll("[aria-describedby]")) {
    for (const id of element.getAttribute("aria-describedby").split(" "))
      if (!document.getElementById(id)) faults.push("describes nothing: " + id);
  }
  if (document.querySelectorAll("h1").length !== 1) faults.push("not one h1");
  if (!document.documentElement.lang) faults.push("no language");
  for (const button of document.querySelectorAll("button, a[href]"))
    if (!button.textContent.trim() && !button.getAttribute("aria-label")) faults.push("no name: " + button.outerHTML);
  for (const img of document.querySelectorAll("img")) if (!img.hasAttribute("alt")) faults.push("no alt");
  return faults;
}"""
"""What axe would call serious of labels, ids, names and headings."""


@pytest.fixture(scope="module")
def people(chromium: Browser, served: Served, first_password: str) -> dict[str, BrowserContext]:
    """The owner signs in with what was printed, chooses his own password and adds two colleagues."""
    owner = open_page(chromium, DESK)
    sign_in(owner, served, "quan-tri", first_password)
    choose_password(owner, first_password)
    signed_in = {"owner": owner.context}
    for name, full_name, role in (
        ("lan.nguyen", "Nguyễn Thị Lan", "Biên tập"),
        ("binh.tran", "Trần Văn Bình", "Duyệt nội dung"),
    ):
        owner.goto(f"{served.address}/admin/nguoi-dung")
        owner.fill("#full_name", full_name)
        owner.fill("#name", name)
        owner.get_by_label(role).check()
        owner.get_by_role("button", name="Thêm người dùng").click()
        given = owner.locator(".secret code").inner_text()
        page = open_page(chromium, DESK)
        sign_in(page, served, name, given)
        choose_password(page, given)
        signed_in[name] = page.context
    return signed_in


def keep(page: Page, name: str, request: pytest.FixtureRequest) -> None:
    """Takes a picture for the guide, where pictures are to be taken anew."""
    taken = page.screenshot()
    assert Image.open(BytesIO(taken)).width == DESK["width"]
    if request.config.getoption("--update-pictures"):
        PICTURES.mkdir(parents=True, exist_ok=True)
        picture = Image.open(BytesIO(taken)).convert("RGB").quantize(96)
        picture.save(PICTURES / f"{name}.png", optimize=True)


def test_the_path_of_an_editor_from_a_question_to_the_new_answer_in_the_chat(
    people: dict[str, BrowserContext], served: Served, request: pytest.FixtureRequest
) -> None:
    lan, binh = people["lan.nguyen"].new_page(), people["binh.tran"].new_page()
    lan.goto(f"{served.address}/admin/thu-hoi")
    lan.fill("#q", "chua du 18t co dc di bau ko")
    lan.get_by_role("button", name="Hỏi thử").click()
    keep(lan, "thu-hoi", request)
    lan.goto(f"{served.address}/admin/cau-tra-loi")
    keep(lan, "danh-sach", request)
    lan.fill("#q", "may tuoi dc di bau")
    lan.get_by_role("button", name="Tìm").click()
    lan.locator("td.lead a").first.click()
    lan.fill("#answer", NEW_WORDS)
    lan.locator(".bubble", has_text="Câu này vừa được duyệt.").first.wait_for()
    keep(lan, "sua-cau", request)
    lan.get_by_role("button", name="Lưu hoặc gửi duyệt").click()
    lan.get_by_text("Đã gửi bản sửa.").wait_for()

    binh.goto(f"{served.address}/admin/duyet")
    binh.locator("section a.big").first.click()
    keep(binh, "duyet", request)
    binh.get_by_role("button", name="Tôi đã đọc, duyệt").click()
    binh.get_by_text("Đã duyệt.").wait_for()
    written = (served.folder / "knowledge/entries/03a-cu-tri.yaml").read_text()
    assert "by: Trần Văn Bình" in written
    end, said = time.monotonic() + 90, ""
    while "vừa được duyệt" not in said and time.monotonic() < end:
        body = {"id": f"cau-hoi-{time.monotonic_ns()}", "text": "bao nhiêu tuổi thì được đi bầu cử"}
        said = httpx.post(f"{served.address}/chat", json=body, timeout=60).text
        time.sleep(1)
    assert "vừa được duyệt" in said

    lan.goto(f"{served.address}{ENTRY}/lich-su")
    lan.locator("td.lead a").first.click()
    lan.locator("ins").first.wait_for()
    keep(lan, "lich-su", request)


def test_two_editors_at_once_see_both_wordings(
    people: dict[str, BrowserContext], served: Served, request: pytest.FixtureRequest
) -> None:
    lan, binh = people["lan.nguyen"].new_page(), people["binh.tran"].new_page()
    for page in (lan, binh):
        page.goto(f"{served.address}/admin/cau-tra-loi/mat-the-cu-tri")
    for page, words in ((lan, "câu của chị Lan thêm"), (binh, "câu của anh Bình thêm")):
        page.fill("#phrasings", page.input_value("#phrasings") + f"\n{words}")
        page.get_by_role("button", name="Lưu hoặc gửi duyệt").click()
    lan.get_by_text("Đã lưu.").wait_for()
    binh.get_by_role("heading", name="Hai bản khác nhau ở đâu").wait_for()
    assert "câu của anh Bình thêm" in binh.input_value("#phrasings")
    assert "chị Lan" in binh.locator("del").all_inner_texts()[0] + "".join(
        binh.locator("del").all_inner_texts()
    )
    keep(binh, "hai-nguoi", request)


def test_without_a_script_everything_is_done_by_buttons(
    chromium: Browser, people: dict[str, BrowserContext], served: Served
) -> None:
    page = open_page(chromium, PHONE, script=False)
    sign_in(page, served, "lan.nguyen", OWN)
    page.goto(f"{served.address}/admin/cau-tra-loi/mat-the-cu-tri")
    page.fill("#answer", "x" * 700)
    page.get_by_role("button", name="Xem trước").click()
    page.get_by_text("700/600 ký tự").first.wait_for()
    page.get_by_role("button", name="Lưu hoặc gửi duyệt").click()
    assert "dài 700 chữ cái" in page.locator("#loi-answer").inner_text()
    assert page.input_value("#answer") == "x" * 700
    page.context.close()


def test_ten_wrong_passwords_lock_the_door(
    chromium: Browser, people: dict[str, BrowserContext], served: Served
) -> None:
    page = open_page(chromium, PHONE)
    for _ in range(10):
        sign_in(page, served, "binh.tran", "sai-mat-khau")
        assert "không đúng" in page.locator(".trouble").inner_text()
    sign_in(page, served, "binh.tran", OWN)
    page.locator(".trouble").get_by_text("tạm khóa đến").wait_for()
    check_look(page)
    page.context.close()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_page_can_be_read_and_touched(
    people: dict[str, BrowserContext],
    served: Served,
    size: dict[str, int],
    request: pytest.FixtureRequest,
) -> None:
    page = people["owner"].new_page()
    page.set_viewport_size(size)  # type: ignore[arg-type]
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    for path in (
        "", "/cau-tra-loi", "/cau-tra-loi/moi", "/cau-tra-loi/mat-the-cu-tri", "/cau-tra-loi/mat-the-cu-tri/duyet",
        "/cau-tra-loi/tuoi-bau-cu/lich-su", "/cau-tra-loi/mat-the-cu-tri/yaml", "/duyet", "/duyet/ung-cu",
        "/thu-hoi?q=mat+the+cu+tri", "/nguoi-dung", "/nguoi-dung/lan.nguyen", "/nhat-ky", "/tai-khoan",
        "/tai-khoan/mat-khau", "/tai-khoan/ma",
    ):  # fmt: skip
        page.goto(f"{served.address}/admin{path}")
        check_look(page)
        if path in ("/nhat-ky", "/duyet/ung-cu") and size == DESK:
            keep(page, path.strip("/").replace("/", "-"), request)
    assert complaints == []


def test_an_editor_may_not_enter_the_owners_pages(
    people: dict[str, BrowserContext], served: Served
) -> None:
    page = people["lan.nguyen"].new_page()
    page.goto(f"{served.address}/admin/nguoi-dung")
    assert "Cần có quyền: Chủ hệ thống." in page.content()
    assert page.get_by_role("link", name="Người dùng").count() == 0
