"""Our program as a process, the Bot Platform as another one on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.channels.zalo_oa.test_end_to_end import ANSWERED, QUESTION, health, wait_for
from tests.fakes.serving import serving
from tests.fakes.zalo_bot import FakeZaloBot
from tests.web.conftest import Served, free_port

pytestmark = pytest.mark.process

SECRET = "bi-mat-cua-webhook-zalo"


@pytest.fixture
def zalo() -> FakeZaloBot:
    return FakeZaloBot()


@pytest.fixture
def program(zalo: FakeZaloBot, tmp_path: Path) -> Iterator[Served]:
    """The program, set up for the fake and not started yet."""
    with serving(zalo.app) as address:
        served = Served(tmp_path)
        served.settings |= {
            "ZALO_BOT_TOKEN": zalo.token,
            "ZALO_BOT_API_URL": address,
            "BOT_LOG_LEVEL": "DEBUG",
        }
        yield served
        if served.process:
            served.kill()


def test_a_citizen_talks_through_polling(zalo: FakeZaloBot, program: Served) -> None:
    zalo.write("an", QUESTION)
    program.start()
    wait_for(lambda: zalo.texts("an"), program)
    assert ANSWERED in zalo.texts("an")[0]
    zalo.write("an", "1")
    wait_for(lambda: len(zalo.texts("an")) == 2, program)
    assert health(program, "zalo_bot") == "ok"
    assert "bot_zalo_bot_month_sent 2.0" in httpx.get(f"{program.address}/metrics").text
    assert program.stop() == 0
    zalo.write("bình", "danh mục")
    program.start()
    wait_for(lambda: zalo.texts("bình"), program)
    assert program.stop() == 0
    assert "bi-mat-cua-bot" not in program.errors
    assert len(zalo.sent) == 3


def test_a_message_in_the_middle_of_the_end_is_answered_at_the_next_start(
    zalo: FakeZaloBot, program: Served
) -> None:
    program.start()
    wait_for(lambda: health(program, "zalo_bot") == "ok", program)
    assert program.process is not None
    program.process.terminate()
    for number in range(5):
        zalo.write(f"người-{number}", QUESTION)
    assert program.stop() == 0
    program.start()
    wait_for(lambda: len({one["chat_id"] for one in zalo.sent}) == 5, program)
    assert len(zalo.sent) == 5


def test_the_webhook_takes_updates_with_the_secret_only(zalo: FakeZaloBot, program: Served) -> None:
    program.port = free_port()
    program.settings |= {
        "ZALO_BOT_MODE": "webhook",
        "ZALO_BOT_WEBHOOK_SECRET": SECRET,
        "BOT_PUBLIC_URL": f"http://localhost:{program.port}",
    }
    program.start()
    wait_for(lambda: zalo.webhook, program)
    assert zalo.webhook["url"] == f"{program.address}/webhooks/zalo-bot"
    update = zalo.update("an", "message.text.received", text=QUESTION)
    assert [zalo.post(update) for _ in range(3)] == [200] * 3
    bare = zalo.update("bình", "message.text.received", text="danh mục")
    header = {"X-Bot-Api-Secret-Token": SECRET}
    assert httpx.post(zalo.webhook["url"], json=bare, headers=header).status_code == 200
    wait_for(lambda: zalo.texts("an") and zalo.texts("bình"), program)
    assert zalo.post(update, secret="khac") == 401
    assert httpx.post(zalo.webhook["url"], json=bare).status_code == 401
    assert httpx.post(zalo.webhook["url"], content=b"{", headers=header).status_code == 400
    assert program.stop() == 0
    assert len(zalo.sent) == 2
    assert SECRET not in program.errors
