"""A Zalo bot in front of a fake platform, in one process and without a port."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest

from bot.channels.running import Channels
from bot.channels.zalo_bot.channel import Webhook, ZaloBot
from bot.channels.zalo_bot.client import Client
from bot.channels.zalo_bot.quota import Breaker, MonthlyCount
from bot.dialogue.snapshot import Snapshot
from bot.dialogue.turn import Handler
from bot.store.database import Database
from tests.conftest import SEALER
from tests.fakes.zalo_bot import FakeZaloBot

URL = "http://zalo.test"
SECRET = "bi-mat-cua-webhook"


@dataclass(slots=True)
class House:
    """The service with this one channel."""

    zalo: FakeZaloBot
    channel: ZaloBot
    channels: Channels
    database: Database


NewHouse = Callable[..., AbstractAsyncContextManager[House]]


@pytest.fixture
def zalo() -> FakeZaloBot:
    return FakeZaloBot(longest_poll=0.2)


@pytest.fixture
def new_house(zalo: FakeZaloBot, database: Database, snapshot: Snapshot) -> NewHouse:
    """Runs the service, as each start of the program does, on the same store."""

    @asynccontextmanager
    async def new(
        webhook: Webhook | None = None,
        token: str = "",
        quota: int = 3_000,
        over: Database = database,
    ) -> AsyncIterator[House]:
        http = httpx.AsyncClient(transport=httpx.ASGITransport(app=zalo.app))
        client = Client(token or zalo.token, URL, Breaker(), http)
        count = MonthlyCount(over, "4321", quota)
        channel = ZaloBot(client, count, zalo.token, webhook)
        channels = Channels([channel], Handler(over, lambda: snapshot), SEALER)
        async with channels.running():
            yield House(zalo, channel, channels, over)

    return new
