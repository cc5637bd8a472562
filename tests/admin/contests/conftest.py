"""The organizers' pages over a small contest that people have played."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from bot.admin.contests import room
from bot.admin.contests.room import Room
from bot.dialogue.snapshot import Snapshot
from bot.knowledge.live import Live
from bot.server import build_app
from bot.settings import Settings
from bot.store.database import Database
from tests.admin.conftest import Enter, MovedClock, csrf_in
from tests.contest.conftest import AFTER, SEALER, Arena, at, open_arena

ROOT = "/admin/cuoc-thi/thu"
PHONE = "0912345678"


@pytest.fixture
async def app(
    live: Live[Snapshot], folder: Path, database: Database, clock: MovedClock, tmp_path: Path
) -> AsyncIterator[Starlette]:
    """The application, with the seal of the contests' tests; its files go to a folder of its own."""
    clock.now = AFTER
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        BOT_KNOWLEDGE_DIR=folder,
        BOT_DATABASE_URL=f"sqlite+aiosqlite:///{tmp_path}/nobody.db",
    )
    app = build_app(settings, database, live, SEALER, clock=clock)
    yield app
    await room_of(app).close()


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine takes longer than people are kept waiting before they are told to look again."""
    monkeypatch.setattr(room, "_WAIT_S", 120.0)


@pytest.fixture
async def arena(database: Database, tmp_path: Path) -> Arena:
    """A contest of two rounds; in the first one An and Bình are equal, Chi is behind."""
    arena = await open_arena(database, tmp_path, {"papers__main__mode": "fixed"})
    await arena.register("an", dien_thoai=PHONE, don_vi="so")
    await arena.register("binh", ho_ten="Trần Thị Bình", don_vi="truong")
    await arena.register("chi", ho_ten="Lê Chi", don_vi="truong")
    for name, right in (("an", 4), ("binh", 4), ("chi", 1)):
        await arena.sit_through(name, right, guess=2, began=at(1))
    return arena


@dataclass(slots=True)
class Browser:
    """A signed-in browser on the pages of the contest."""

    client: httpx.AsyncClient

    async def see(self, suffix: str = "", status: int = 200) -> str:
        """The page's HTML."""
        response = await self.client.get(ROOT + suffix)
        assert response.status_code == status, response.text
        return response.text

    async def text(self, suffix: str = "") -> str:
        """What is read on the page."""
        return text_of(await self.see(suffix))

    async def send(self, suffix: str, status: int = 303, /, **fields: str) -> str:
        """Posts a form; gives the text of where it leads to, or of the refusal."""
        shown = await self.client.get("/admin/tai-khoan")
        response = await self.client.post(
            ROOT + suffix, data={"csrf": csrf_in(shown.text), **fields}
        )
        assert response.status_code == status, text_of(response.text)
        if status == 303:
            response = await self.client.get(response.headers["location"])
        return text_of(response.text)


@pytest.fixture
async def organizer(enter: Enter, arena: Arena) -> Browser:
    """An organizer who has signed in."""
    return Browser(await enter("organizer"))


def text_of(page: str) -> str:
    """The words of a page in one line, as they are read."""
    main = page.partition("<main")[2] or page
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def room_of(app: Starlette) -> Room:
    """The room behind the pages."""
    found = app.state.wing.room
    assert isinstance(found, Room)
    return found
