"""Every test here runs once for each channel of `cases`."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from bot.channels.base import Channel
from bot.channels.intake import Intake
from bot.dialogue.snapshot import Snapshot
from bot.dialogue.turn import Handler
from bot.store.database import Database
from bot.store.tables import inbox
from tests.conftest import SEALER
from tests.contract.cases import CASES, Case
from tests.databases import new_memory


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    """One channel's description."""
    found: Case = request.param
    return found


@pytest.fixture
def channel(case: Case) -> Channel:
    """The adapter, not opened."""
    return case.build()


@dataclass
class Hook:
    """The webhook of a channel over an empty database, with nobody handling what is stored."""

    case: Case
    database: Database
    client: httpx.AsyncClient

    async def post(
        self,
        payload: Any = None,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Posts as the service does; `headers` come last, so that they may spoil something."""
        raw = json.dumps(payload).encode() if body is None else body
        signed = {"Content-Type": "application/json", **self.case.sign(raw), **(headers or {})}
        return await self.client.post(self.case.path, content=raw, headers=signed)

    async def stored(self) -> list[str]:
        """The external ids of what was stored."""
        async with self.database.reading() as tx:
            rows = await tx.rows(select(inbox.c.external_id).order_by(inbox.c.id))
        return [row["external_id"] for row in rows]


@pytest.fixture
async def hook(case: Case, channel: Channel, snapshot: Snapshot) -> AsyncIterator[Hook]:
    database = new_memory()
    intake = Intake(Handler(database, lambda: snapshot), SEALER, lambda _: None)
    app = Starlette(routes=channel.routes(intake.take))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://may-chu.example"
    ) as client:
        yield Hook(case, database, client)
    await channel.close()
    await database.close()
