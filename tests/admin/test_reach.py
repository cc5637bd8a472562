"""Participation and campaigns in the editors' web: figures, files, links, and who may see them."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import httpx
import pytest
from openpyxl import load_workbook
from starlette.applications import Starlette

from bot.admin import campaigns, reach
from bot.dialogue.snapshot import Snapshot
from bot.knowledge.live import Live
from bot.server import build_app
from bot.settings import Settings
from bot.store.database import Database
from tests.conftest import KNOWLEDGE, NOW, SEALER
from tests.reports.conftest import ask
from tests.reports.test_leaflet import pages_of

from .conftest import Enter

MONTH = {"tu": "2026-11-01", "den": "2026-11-30"}


@pytest.fixture
def app(live: Live[Snapshot], database: Database) -> Starlette:
    """The web of an installation that has a public address, Telegram and Zalo."""
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        BOT_KNOWLEDGE_DIR=KNOWLEDGE,
        BOT_PUBLIC_URL="http://may-chu.example",
        TELEGRAM_NAME="hoidap_bot",
        ZALO_OA_LINK="https://zalo.me/123",
    )
    return build_app(settings, database, live, SEALER, clock=lambda: NOW)


@pytest.fixture
async def asked(database: Database) -> Database:
    """Two people of Lương Minh, one of whom asked in vain."""
    origin = "u-06985-to-roi"
    await ask(database, "lan", origin=origin, at=NOW - timedelta(days=2))
    await ask(database, "minh", "refuse", origin=origin, at=NOW, text="<script>x</script> xe bus")
    return database


async def test_everybody_sees_who_was_reached_and_who_was_not(
    asked: Database, enter: Enter
) -> None:
    browser = await enter("organizer")
    page = (await browser.get(reach.PATH, params=MONTH)).text
    assert "1/54" in page
    assert "Chưa có ai (53 nơi)" in page
    assert re.search(r'<th scope="row">xã Lương Minh</th><td>2</td>', page)
    assert page.count("<svg") == 2
    assert page.count("<desc") == 2


async def test_one_unit_and_one_channel_are_shown_alone(asked: Database, enter: Enter) -> None:
    browser = await enter("editor")
    page = (await browser.get(reach.PATH, params={**MONTH, "don-vi": "06985"})).text
    assert "xã Lương Minh" in page
    assert '<th scope="row">phường Hồng Gai</th>' not in page
    page = (await browser.get(reach.PATH, params={**MONTH, "kenh": "web"})).text
    assert "Chưa có câu nào được trả lời" in page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"tu": "2026-11-31"}, "Không đọc được ngày «2026-11-31»"),
        ({"tu": "<b>"}, "Không đọc được ngày «&lt;b&gt;»"),
        ({"tu": "2026-11-02", "den": "2026-11-01"}, "Ngày đầu phải đứng trước"),
        ({"tu": "2001-01-01"}, "nhiều nhất ba năm"),
        ({"den": "9999-12-31"}, "Không đọc được ngày"),
    ],
)
async def test_days_that_cannot_be_are_told(
    enter: Enter, query: dict[str, str], sentence: str
) -> None:
    browser = await enter("editor")
    response = await browser.get(reach.PATH, params=query)
    assert response.status_code == 422
    assert sentence in response.text
    for file in ("bao-cao.xlsx", "bao-cao.pdf"):
        response = await browser.get(f"{reach.PATH}/{file}", params=query)
        assert response.status_code == 409


async def test_the_report_is_taken_away_as_workbook_and_print(
    asked: Database, enter: Enter
) -> None:
    browser = await enter("approver")
    response = await browser.get(f"{reach.PATH}/bao-cao.xlsx", params=MONTH)
    assert 'filename="bao-cao-1.11.2026-30.11.2026.xlsx"' in response.headers["content-disposition"]
    book = load_workbook(BytesIO(response.content))
    assert book["chua_tra_loi"]["A2"].value == "<script>x</script> xe bus"
    response = await browser.get(f"{reach.PATH}/bao-cao.pdf", params=MONTH)
    assert "Tháng 11/2026" in " ".join(pages_of(response.content))


async def test_every_unit_has_its_links_under_the_campaigns_name(enter: Enter) -> None:
    browser = await enter("organizer")
    page = (await browser.get(campaigns.PATH, params={"dot": "hoi-nghi-2026"})).text
    assert "https://t.me/hoidap_bot?start=u-06985-hoi-nghi-2026" in page
    assert "http://may-chu.example/?u=06985-hoi-nghi-2026" in page
    assert "rồi nhắn <strong>u-06985-hoi-nghi-2026</strong>" in page
    response = await browser.get(campaigns.PATH, params={"dot": "Hội nghị"})
    assert response.status_code == 422
    assert "không dấu" in response.text


@pytest.mark.parametrize(
    ("file", "status"),
    [
        ("06985-telegram.png", 200),
        ("06985-web.svg", 200),
        ("06985-web.exe", 404),
        ("99999-web.svg", 404),
        ("06985-fax.svg", 404),
        ("06985", 404),
        ("..%2f..%2fbase.yaml", 404),
    ],
)
async def test_a_code_is_given_for_what_there_is(enter: Enter, file: str, status: int) -> None:
    browser = await enter("editor")
    response = await browser.get(f"{campaigns.PATH}/ma/{file}")
    assert response.status_code == status


async def test_leaflets_of_all_or_of_one_come_as_one_file(enter: Enter) -> None:
    browser = await enter("editor")
    leaflets = f"{campaigns.PATH}/to-roi.pdf"
    response = await browser.get(leaflets, params={"cau": "tuoi-bau-cu"})
    assert response.headers["content-type"] == "application/pdf"
    pages = pages_of(response.content)
    assert len(pages) == 108
    response = await browser.get(leaflets, params={"cau": "gio-bo-phieu", "don-vi": "06985"})
    outside, inside = pages_of(response.content)
    assert "xã Lương Minh" in outside
    assert "Bỏ phiếu từ mấy giờ" in inside


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"cau": "khong-co"}, "mã «khong-co»"),
        ({"don-vi": "1"}, "mã «1»"),
        ({"dot": "A B"}, "không dấu"),
    ],
)
async def test_leaflets_that_cannot_be_are_told(
    enter: Enter, query: dict[str, str], sentence: str
) -> None:
    browser = await enter("editor")
    response = await browser.get(f"{campaigns.PATH}/to-roi.pdf", params=query)
    assert response.status_code == 409
    assert sentence in response.text


async def test_without_a_channel_the_page_says_which_setting_is_missing(
    live: Live[Snapshot], database: Database, enter: Enter
) -> None:
    settings = Settings(_env_file=None, BOT_KNOWLEDGE_DIR=KNOWLEDGE)  # type: ignore[call-arg]
    bare = build_app(settings, database, live, SEALER, clock=lambda: NOW)
    signed_in = await enter("editor")
    transport = httpx.ASGITransport(bare)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://may-chu.example", cookies=signed_in.cookies
    ) as browser:
        page = await browser.get(campaigns.PATH)
        assert "BOT_PUBLIC_URL" in page.text
        leaflets = await browser.get(f"{campaigns.PATH}/to-roi.pdf")
        assert "BOT_PUBLIC_URL" in leaflets.text


@pytest.mark.parametrize("path", [reach.PATH, campaigns.PATH, f"{campaigns.PATH}/to-roi.pdf"])
async def test_nobody_looks_without_signing_in(new_browser: object, path: str) -> None:
    browser = new_browser()  # type: ignore[operator]
    response = await browser.get(path)
    assert response.status_code == 303
    assert response.headers["location"].startswith("/admin/dang-nhap")
