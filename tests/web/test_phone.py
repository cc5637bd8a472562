"""The chat as a person meets it: the program as a process, a real Chromium, a phone's width."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

pytestmark = [
    pytest.mark.browser,
    pytest.mark.process,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium"),
]


class Service:
    """The program as a process on a port of its own."""

    def __init__(self, folder: Path) -> None:
        self.environment = os.environ | {
            "BOT_DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'bot.db'}",
            "BOT_HOST": "127.0.0.1",
            "BOT_PORT": "0",
        }
        self.port = "0"
        self.start()

    def start(self) -> None:
        """Start it, on the same port as before, and wait until it has told its address."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve"],
            cwd=ROOT,
            env=self.environment | {"BOT_PORT": self.port},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            found = re.search(r"http://[^/]*:(\d+)", line)
            if found:
                self.port = found.group(1)
                return
        raise AssertionError("the service did not start")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Stop it and give its exit code."""
        self.process.send_signal(how)
        code = self.process.wait(timeout=15)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}/"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    running = Service(tmp_path_factory.mktemp("service"))
    yield running
    if running.process.poll() is None:
        running.stop()


@pytest.fixture
def page(service: Service) -> Iterator[Page]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        opened = browser.new_page(viewport={"width": 360, "height": 740})
        opened.set_default_timeout(60_000)
        opened.goto(service.address)
        yield opened
        browser.close()


def _field(page: Page) -> str:
    found: str = page.evaluate("document.querySelector('input[type=text],textarea').id")
    return f"#{found}"


def test_a_citizen_reads_the_right_answer_with_its_article(page: Page) -> None:
    troubles: list[str] = []
    page.on(
        "console",
        lambda message: troubles.append(message.text) if message.type == "error" else None,
    )
    page.fill(_field(page), "chua du 18t co dc di bau ko")
    page.keyboard.press("Enter")
    page.wait_for_selector(".law")
    text = page.inner_text("#talk")
    assert "Đủ 18 tuổi trở lên" in text
    assert "Điều 2 Luật Bầu cử" in text
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert troubles == []
    page.reload()
    assert "Đủ 18 tuổi trở lên" in page.inner_text("#talk"), "the talk is there after a reload"


def test_nothing_covers_the_field_and_everything_has_a_name(page: Page) -> None:
    assert page.evaluate(
        """(() => {
            const field = document.querySelector('input[type=text],textarea');
            const box = field.getBoundingClientRect();
            const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
            return top === field;
        })()"""
    )
    nameless = page.evaluate(
        """[...document.querySelectorAll('input:not([type=hidden]),button,a')]
            .filter(e => !(e.labels && e.labels.length) && !e.getAttribute('aria-label') && !e.textContent.trim())
            .length"""
    )
    assert nameless == 0
    assert page.locator("[aria-live]").count() >= 1


def test_the_buttons_of_an_answer_work_by_keyboard(page: Page) -> None:
    page.fill(_field(page), "chưa đủ 18 tuổi có được bầu không")
    page.keyboard.press("Enter")
    page.wait_for_selector("button:has-text('Xem thêm')")
    page.focus("button:has-text('Xem thêm')")
    before = page.locator("article").count()
    page.keyboard.press("Enter")
    page.locator("article").nth(before).wait_for()


def test_when_the_server_is_away_nothing_typed_is_lost(page: Page, service: Service) -> None:
    service.stop(signal.SIGKILL)
    page.fill(_field(page), "mất thẻ cử tri thì làm sao")
    page.keyboard.press("Enter")
    page.locator("#state", has_text="Chưa gửi được").wait_for()
    assert page.input_value(_field(page)) == "mất thẻ cử tri thì làm sao"
    service.start()
    page.focus(_field(page))
    page.keyboard.press("Enter")
    page.locator("#talk", has_text="Tổ bầu cử").wait_for()


def test_it_says_how_it_is_and_ends_when_told(service: Service) -> None:
    with urllib.request.urlopen(service.address + "healthz", timeout=10) as answer:
        body = json.load(answer)
    assert body["status"] == "ok"
    assert body["knowledge"]["entries"] > 200
    begun = time.monotonic()
    assert service.stop() == 0
    assert (
        time.monotonic() - begun < 10
    )  # the limit that other programs rely on (DESIGN, section 6)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"BOT_PORT": "cổng"}, "BOT_PORT"),
        ({"BOT_KNOWLEDGE_DIR": "khong-co"}, "Không có thư mục kiến thức"),
        ({"BOT_DATABASE_URL": "sqlite+aiosqlite:////proc/khong/bot.db"}, ""),
    ],
)
def test_what_keeps_it_from_starting_is_told_in_a_sentence(
    tmp_path: Path, changed: dict[str, str], sentence: str
) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "bot", "serve"],
        cwd=ROOT,
        env=os.environ | {"BOT_PORT": "0", "BOT_HOST": "127.0.0.1"} | changed,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert ended.returncode == 1
    assert sentence in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""
