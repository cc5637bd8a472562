"""The queue as a person meets it: a phone that waits, and goes in by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from bot.clock import utc_now
from bot.contest.queue import Queue
from bot.dialogue.snapshot import Snapshot
from bot.knowledge.live import Live
from bot.server import build_app
from bot.settings import Settings
from bot.store.database import Database
from tests.conftest import SEALER
from tests.fakes.serving import serving
from tests.web.conftest import Served, a_limiter
from tests.web.contest.conftest import NewContext, open_now, register
from tests.web.contest.test_browser import check_look

pytestmark = [
    pytest.mark.browser,
    pytest.mark.process,
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture
def program(live: Live[Snapshot], tmp_path: Path) -> Iterator[tuple[str, Queue]]:
    """The program with a contest open, in this process, where its queue can be reached."""
    file = Served(tmp_path)
    open_now(file, tmp_path / "contest")
    database = Database(f"sqlite+aiosqlite:///{file.database}")
    settings = Settings(_env_file=None, BOT_STARTS_AT_ONCE=2)  # type: ignore[call-arg]
    app = build_app(settings, database, live, SEALER, a_limiter())

    async def closing(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_last(message: Message) -> None:
            if message["type"] == "lifespan.shutdown.complete":
                await database.close()
            await send(message)

        await app(scope, receive, send_last)

    with serving(closing) as address:
        yield address, app.state.queue


@pytest.mark.parametrize("scripted", [True, False])
def test_a_phone_waits_its_turn_and_goes_in_by_itself(
    program: tuple[str, Queue], new_context: NewContext, tmp_path: Path, scripted: bool
) -> None:
    address, queue = program
    options: dict[str, Any] = {"java_script_enabled": scripted}
    page = new_context(**options).new_page()
    register(page, address)
    with ExitStack() as crowd:
        for key in ("one", "other"):
            crowd.enter_context(queue.inside(key, utc_now()))
        page.get_by_role("button", name="Bắt đầu làm bài").click()
        page.get_by_text("Bạn đang ở vị trí 1,").wait_for()
        if scripted:
            check_look(page)
        page.screenshot(path=tmp_path / "cho.png")
        page.reload()
        page.get_by_text("Bạn đang ở vị trí 1,").wait_for()
    page.wait_for_url(re.compile(r"/thi/thu/bai/\d+$"))
    page.locator(".question").first.wait_for()
