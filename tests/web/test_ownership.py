"""How Zalo sees that the address is ours."""

from __future__ import annotations

import httpx
import pytest

from bot.dialogue.snapshot import Snapshot
from bot.knowledge.live import Live
from bot.server import build_app
from bot.settings import Settings
from bot.store.database import Database
from tests.conftest import SEALER
from tests.web.conftest import NewClient

KEY = "Tz4tNPVV2WyaxDqLlCK5Ls_gvtoFdZvYDZC"
META = f'<meta name="zalo-platform-site-verification" content="{KEY}">'


@pytest.fixture
def verified(live: Live[Snapshot], database: Database, new_client: NewClient) -> httpx.AsyncClient:
    settings = Settings(_env_file=None, ZALO_SITE_VERIFICATION=KEY)  # type: ignore[call-arg]
    return new_client(build_app(settings, database, live, SEALER))


async def test_the_key_stands_on_the_front_page_and_in_its_file(
    verified: httpx.AsyncClient,
) -> None:
    for path in ("/", f"/zalo_verifier{KEY}.html"):
        answer = await verified.get(path)
        assert answer.status_code == 200
        assert META in answer.text.split("</head>")[0]


async def test_without_a_key_nothing_is_said(client: httpx.AsyncClient) -> None:
    assert "zalo-platform" not in (await client.get("/")).text
    assert (await client.get("/zalo_verifier.html")).status_code == 404
