"""An Official Account in front of a fake Zalo, in one process and without a port."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from bot.channels.running import Channels
from bot.channels.zalo_oa.channel import Options, ZaloOa
from bot.channels.zalo_oa.client import Client
from bot.channels.zalo_oa.oauth import OAuth
from bot.channels.zalo_oa.pairs import Pairs
from bot.channels.zalo_oa.presses import Presses
from bot.channels.zalo_oa.rate import Rate
from bot.channels.zalo_oa.signature import Verifier
from bot.channels.zalo_oa.tokens import TokenKeeper
from bot.channels.zalo_oa.watchdog import Watchdog
from bot.dialogue.snapshot import Snapshot
from bot.dialogue.turn import Handler
from bot.sealing import Sealer
from bot.store.database import Database
from tests.channels.conftest import until
from tests.conftest import NOW
from tests.fakes.zalo_oa import FakeZaloOa

URL = "http://zalo.test"


@dataclass(slots=True)
class Time:
    """A clock that stands still until it is moved."""

    at: datetime = field(default=NOW)

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, **span: float) -> None:
        self.at += timedelta(**span)


NewKeeper = Callable[..., TokenKeeper]


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def sealer() -> Sealer:
    return Sealer(["khóa bí mật để thử, dài hơn ba mươi hai"])


@pytest.fixture
def zalo() -> FakeZaloOa:
    return FakeZaloOa()


@pytest.fixture
async def http(zalo: FakeZaloOa) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=zalo.app)) as client:
        yield client


@pytest.fixture
def new_keeper(
    zalo: FakeZaloOa,
    http: httpx.AsyncClient,
    database: Database,
    sealer: Sealer,
    time: Time,
) -> NewKeeper:
    """Makes a keeper as each start of the program does, on the same store."""

    def new(seed: str = zalo.refresh, over: Database = database) -> TokenKeeper:
        oauth = OAuth(http, URL, zalo.app_id, zalo.app_secret)
        return TokenKeeper(Pairs(over, sealer, zalo.app_id, time), oauth, seed, time)

    return new


@pytest.fixture
async def keeper(new_keeper: NewKeeper) -> TokenKeeper:
    keeper = new_keeper()
    await keeper.open()
    return keeper


@dataclass(slots=True)
class House:
    """The service with this one channel, and the web address that Zalo posts to."""

    zalo: FakeZaloOa
    channel: ZaloOa
    channels: Channels
    database: Database
    web: httpx.AsyncClient
    time: Time

    async def post(self, event: dict[str, Any], **headers: str) -> int:
        """Posts an event as Zalo does, signed; gives the status."""
        body = json.dumps(event, ensure_ascii=False).encode()
        signed = {"X-ZEvent-Signature": self.zalo.sign(body), "Content-Type": "application/json"}
        answer = await self.web.post("/webhooks/zalo-oa", content=body, headers=signed | headers)
        return answer.status_code

    def now(self, event: dict[str, Any]) -> dict[str, Any]:
        """The event as of the house's clock."""
        return event | {"timestamp": str(int(self.time.at.timestamp() * 1_000))}


NewHouse = Callable[..., AbstractAsyncContextManager[House]]


@pytest.fixture
def new_house(
    zalo: FakeZaloOa, database: Database, snapshot: Snapshot, sealer: Sealer, time: Time
) -> NewHouse:
    """Runs the service, as each start of the program does, on the same store."""

    @asynccontextmanager
    async def new(seed: str = zalo.refresh) -> AsyncIterator[House]:
        http = httpx.AsyncClient(transport=httpx.ASGITransport(app=zalo.app))
        oauth = OAuth(http, URL, zalo.app_id, zalo.app_secret)
        keeper = TokenKeeper(Pairs(database, sealer, zalo.app_id, time), oauth, seed, time)
        channel = ZaloOa(
            database,
            http,
            keeper,
            Client(http, URL, keeper, Rate(90), pauses=(0, 0)),
            Verifier(zalo.app_id, zalo.app_secret, zalo.oa_secret),
            Presses(sealer),
            Watchdog(database, "zalo_oa", timedelta(hours=24), time),
            Options(),
            {"ZALO_OA_APP_SECRET": zalo.app_secret, "ZALO_OA_SECRET": zalo.oa_secret},
            time,
        )
        channels = Channels([channel], Handler(database, lambda: snapshot), sealer, time)
        app = Starlette(routes=channels.routes())
        async with (
            channels.running(),
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app=app), base_url="http://may-chu.test"
            ) as web,
        ):
            yield House(zalo, channel, channels, database, web, time)

    return new


@pytest.fixture
async def house(new_house: NewHouse) -> AsyncIterator[House]:
    async with new_house() as house:
        await until(lambda: house.channels.states()["zalo_oa"] == "ok")
        yield house
