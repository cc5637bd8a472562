"""The two Zalo channels as the contract sees them: built without a network, their payloads signed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from bot.channels.base import Channel
from bot.channels.zalo_bot import channel as zalo_bot
from bot.channels.zalo_bot.client import Client as BotClient
from bot.channels.zalo_bot.quota import Breaker, MonthlyCount
from bot.channels.zalo_oa import channel as zalo_oa
from bot.channels.zalo_oa.client import Client
from bot.channels.zalo_oa.oauth import OAuth
from bot.channels.zalo_oa.pairs import Pairs
from bot.channels.zalo_oa.presses import Presses
from bot.channels.zalo_oa.rate import Rate
from bot.channels.zalo_oa.signature import Verifier
from bot.channels.zalo_oa.tokens import TokenKeeper
from bot.channels.zalo_oa.watchdog import Watchdog
from bot.store.database import Database
from tests.conftest import SEALER
from tests.fakes.zalo_oa import FakeZaloOa

BOT_SECRET = "bi-mat-cua-webhook"
OA = FakeZaloOa()
NOWHERE = "http://127.0.0.1:9"


def clock_at(seconds: int) -> Callable[[], datetime]:
    """A clock that stands a moment after the payloads' time."""
    return lambda: datetime.fromtimestamp(seconds, UTC) + timedelta(seconds=5)


def no_network() -> httpx.AsyncClient:
    """A client whose service is never there."""
    return httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(503)))


def build_bot(at: int) -> Channel:
    client = BotClient("4321:ma-truy-cap", NOWHERE, Breaker(), no_network())
    count = MonthlyCount(Database("sqlite:////khong-co/bot.db"), "4321", 3_000)
    webhook = zalo_bot.Webhook("https://bot.example.vn/webhooks/zalo-bot", BOT_SECRET)
    return zalo_bot.ZaloBot(client, count, "4321:ma-truy-cap", webhook, clock_at(at))


def bot_payload(at: int, person: str, message: str, text: str) -> Any:
    said = {
        "from": {"id": person, "display_name": "Lan", "is_bot": False},
        "chat": {"id": person, "chat_type": "PRIVATE"},
        "text": text,
        "message_id": message,
        "date": at * 1_000,
    }
    return {"ok": True, "result": {"event_name": "message.text.received", "message": said}}


def sign_bot(_body: bytes) -> dict[str, str]:
    return {"X-Bot-Api-Secret-Token": BOT_SECRET}


def build_oa(at: int) -> Channel:
    database, http, clock = Database("sqlite:////khong-co/bot.db"), no_network(), clock_at(at)
    oauth = OAuth(http, NOWHERE, OA.app_id, OA.app_secret)
    keeper = TokenKeeper(
        Pairs(database, SEALER, OA.app_id, clock), oauth, "hat-giong-lam-moi", clock
    )
    return zalo_oa.ZaloOa(
        database,
        http,
        keeper,
        Client(http, NOWHERE, keeper, Rate(90)),
        Verifier(OA.app_id, OA.app_secret, OA.oa_secret),
        Presses(SEALER),
        Watchdog(database, "zalo_oa", timedelta(hours=24), clock),
        zalo_oa.Options(),
        {"ZALO_OA_APP_SECRET": OA.app_secret, "ZALO_OA_SECRET": OA.oa_secret},
        clock,
    )


def oa_payload(at: int, person: str, message: str, text: str) -> Any:
    said = {"text": text, "msg_id": message}
    return OA.event("user_send_text", person, message=said) | {"timestamp": str(at * 1_000)}


def sign_oa(body: bytes) -> dict[str, str]:
    """With the time in a header, so that a body of rubbish can be signed as well."""
    stamp = "1795402800000"
    signed = OA.app_id.encode() + body + stamp.encode() + OA.oa_secret.encode()
    mac = hashlib.sha256(signed).hexdigest()
    return {"X-ZEvent-Signature": f"mac={mac}", "X-ZEvent-Timestamp": stamp}
