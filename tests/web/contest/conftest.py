"""Contests on the web: a published contest, in memory or in the file of a running program."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from starlette.applications import Starlette

from bot.clock import VIETNAM
from bot.contest.document import Published
from bot.contest.publish import Shelf, publish
from bot.dialogue.snapshot import Snapshot
from bot.knowledge.live import Live
from bot.server import build_app
from bot.settings import Settings
from bot.store.database import Database
from tests.conftest import SEALER
from tests.contest.folder import define
from tests.databases import copy_migrated, new_memory
from tests.web.conftest import HOST, Served, a_limiter

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

OPENS = datetime(2026, 2, 27, 8, 0, tzinfo=VIETNAM)
START = OPENS.astimezone(UTC) + timedelta(hours=1)
FIELDS = [
    {"key": "ho_ten", "type": "name", "help": "Ghi đúng như trên giấy tờ."},
    {"key": "ngay_sinh", "type": "date"},
    {"key": "dien_thoai", "type": "phone", "unique": "soft"},
    {"key": "noi_o", "type": "unit", "tree": "hanh_chinh"},
    {
        "key": "doi_tuong",
        "type": "enum",
        "options": ["Học sinh", "Cán bộ", "Khác"],
        "required": False,
    },
]
GIVEN = {
    "f-ho_ten": "Nguyễn Văn An",
    "f-ngay_sinh": "5/9/1990",
    "f-dien_thoai": "0912 345 678",
    "f-noi_o": "Phường Hồng Gai",
}
AGREED = {"c-to_chuc_thi": "1"}
PRACTICE: dict[str, Any] = {
    "registration": {"fields": []},
    "eligibility": {},
    "prediction__enabled": False,
    "ranking": {},
    "prizes": {},
    "rounds": [
        {
            "id": "w1",
            "label": "Luyện tập",
            "kind": "practice",
            "opens_at": "2026-02-01T00:00:00",
            "closes_at": None,
        }
    ],
    "attempts__max_per_round": None,
    "papers__main__show_result": {"when": "on_submit", "what": "key"},
}


def local(at: datetime) -> str:
    return at.astimezone(VIETNAM).strftime("%Y-%m-%dT%H:%M:%S")


async def open_contest(database: Database, folder: Path, **changes: Any) -> Published:
    """Publish the small contest with some of its values changed."""
    changes.setdefault("registration__fields", FIELDS)
    if "registration" in changes:
        del changes["registration__fields"]
    definition = define(folder, **changes)
    async with database.transaction() as tx:
        return await publish(tx, Shelf(), definition, "ban tổ chức", "Mở cuộc thi.", START)


@dataclass
class Site:
    """The pages in memory at an instant that the test sets, and browsers in front of them."""

    app: Starlette
    database: Database
    folder: Path
    now: list[datetime]
    published: Published | None = None
    browsers: list[httpx.AsyncClient] = field(default_factory=list)

    def at(self, seconds: float) -> None:
        """Set the clock to so many seconds after the first attempt may start."""
        self.now[0] = START + timedelta(seconds=seconds)

    async def open(self, **changes: Any) -> Published:
        self.published = await open_contest(self.database, self.folder, **changes)
        return self.published

    def browser(self) -> httpx.AsyncClient:
        """A browser that was never here."""
        transport = httpx.ASGITransport(self.app)
        self.browsers.append(httpx.AsyncClient(transport=transport, base_url=HOST))
        return self.browsers[-1]

    async def registered(self, **more: str) -> httpx.AsyncClient:
        """A browser whose person has registered."""
        browser = self.browser()
        await browser.get("/thi/thu")
        form = {**GIVEN, **AGREED, **more, "buoc": "xong"}
        told = await browser.post("/thi/thu/dang-ky", data=form)
        assert told.status_code == 303, told.text
        return browser

    async def started(self, browser: httpx.AsyncClient, round_id: str = "w1") -> str:
        """Starts an attempt; gives the path of its paper."""
        told = await browser.post("/thi/thu/bat-dau", data={"vong": round_id})
        assert told.status_code == 303, told.text
        return str(told.headers["location"])


@pytest.fixture
async def site(live: Live[Snapshot], tmp_path: Path) -> AsyncIterator[Site]:
    database = new_memory()
    now = [START]
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    app = build_app(settings, database, live, SEALER, a_limiter(), lambda: now[0])
    site = Site(app, database, tmp_path, now)
    yield site
    for browser in site.browsers:
        await browser.aclose()
    await database.close()


def options_in(html: str, position: int) -> dict[str, str]:
    """The options of a question in the page of a paper: id by letter."""
    found = re.findall(
        rf'name="cau-{position}" value="(\w+)"[^>]*><span class="letter">(\w)</span>', html
    )
    return {letter: option for option, letter in found}


def open_now(served: Served, folder: Path, **changes: Any) -> None:
    """Publish the small contest in the file of a program that is not running: open now."""
    now = datetime.now(UTC)
    times = {
        "rounds__0__opens_at": local(now - timedelta(hours=1)),
        "rounds__0__closes_at": local(now + timedelta(hours=5)),
        "rounds__0__closing_words": "",
        "rounds__1__opens_at": local(now + timedelta(hours=5)),
        "rounds__1__closes_at": local(now + timedelta(hours=9)),
        "rounds__1__closing_words": "",
    }

    async def run() -> None:
        copy_migrated(served.database)
        database = Database(f"sqlite+aiosqlite:///{served.database}")
        await open_contest(database, folder, **{**times, **changes})
        await database.close()

    # In a thread: a test's loop may be running.
    with ThreadPoolExecutor() as threads:
        threads.submit(asyncio.run, run()).result()


NewContext = Callable[..., "BrowserContext"]


@pytest.fixture(scope="module")
def served_contest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The program, with the small contest open."""
    served = Served(tmp_path_factory.mktemp("thi"))
    open_now(served, tmp_path_factory.mktemp("contest"))
    served.start()
    yield served
    if served.process:
        served.stop()


PHONE = {"width": 360, "height": 740}


@pytest.fixture
def new_context(chromium: Browser) -> Iterator[NewContext]:
    """Gives browsers that were never here, on a small phone."""
    opened: list[BrowserContext] = []

    def new(**options: Any) -> BrowserContext:
        options.setdefault("viewport", PHONE)
        context = chromium.new_context(locale="vi-VN", reduced_motion="reduce", **options)
        context.set_default_timeout(60_000)
        opened.append(context)
        return context

    yield new
    for context in opened:
        context.close()


def register(page: Page, address: str, **more: str) -> None:
    """Register by the form, as a person does."""
    page.goto(f"{address}/thi/thu/dang-ky")
    for name, text in {**GIVEN, **more}.items():
        page.fill(f"#{name}", text)
    page.check("[name=c-to_chuc_thi]")
    page.get_by_role("button", name="Xem lại trước khi gửi").click()
    page.get_by_role("button", name="Đúng, đăng ký").click()
    page.get_by_text("Bạn đã đăng ký xong.").wait_for()


def start(page: Page) -> None:
    page.get_by_role("button", name="Bắt đầu làm bài").click()
    page.locator(".question").first.wait_for()
