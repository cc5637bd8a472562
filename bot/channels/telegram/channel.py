"""Telegram as a channel: what it brings goes in, replies go out as HTML with an inline keyboard."""

from __future__ import annotations

import asyncio
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import structlog
from starlette.routing import BaseRoute

from bot.channels import webhook
from bot.channels.base import Outgoing, Take, Verdict
from bot.channels.telegram.client import Client
from bot.channels.telegram.courtesies import Courtesies
from bot.channels.telegram.html import write_html, write_keyboard
from bot.channels.telegram.polling import Polling
from bot.channels.telegram.updates import ALLOWED, CHANNEL, Me, read_update
from bot.clock import Clock, utc_now
from bot.dialogue.messages import Incoming, Reply
from bot.errors import ChannelStopped, NotDelivered, Unsendable
from bot.store.outbox import Lane

PATH = "/webhooks/telegram"
SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 the header's name
COMMANDS = (
    ("danhmuc", "Xem các nhóm câu hỏi"),
    ("trogiup", "Cách hỏi"),
    ("nhac", "Nhắc tôi ngày bầu cử"),
    ("huy", "Bỏ việc đang làm"),
    ("start", "Bắt đầu lại"),
)
_BROADCASTS_A_SECOND = 25.0
"""Telegram takes about thirty a second of what nobody asked for just now."""
_SECRET = re.compile(r"[\w-]{1,256}", re.ASCII)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TelegramConfig:
    """What the settings say of Telegram; `public_url` is where the service reaches our webhook."""

    token: str
    api_url: str = "https://api.telegram.org"
    mode: Literal["polling", "webhook"] = "polling"
    webhook_secret: str = ""
    public_url: str = ""


class Telegram:
    """The adapter; see `bot.channels.base.Channel`."""

    name = CHANNEL
    # Polled, until the next offset confirms it; at the webhook, until it is answered with 2xx.
    brings_again = True

    def __init__(self, config: TelegramConfig, clock: Clock = utc_now) -> None:
        self._config = config
        self._clock = clock
        self._client = Client(config.token, config.api_url)
        self._courtesies = Courtesies(self._client)
        self._me = Me(_bot_id(config.token))

    def secrets(self) -> tuple[str, ...]:
        """The token, its secret half, and the webhook's secret."""
        half = self._config.token.partition(":")[2]
        return tuple(filter(None, (self._config.token, half, self._config.webhook_secret)))

    def warning(self) -> str:
        """What the operator should look at although the channel works."""
        if self._config.mode == "webhook" and not self._config.public_url:
            return "BOT_PUBLIC_URL để trống nên webhook chưa được đăng ký với Telegram."
        return ""

    def parse(self, payload: Any) -> tuple[Incoming, ...]:
        """What an update means to us."""
        return read_update(payload, self._me, self._clock)

    def verify(self, headers: Mapping[str, str], body: bytes) -> Verdict:
        """Whether an update carries the secret that we gave Telegram."""
        wanted = self._config.webhook_secret.encode()
        given = headers.get(SECRET_HEADER, "").encode("utf-8", "replace")
        genuine = bool(wanted) and hmac.compare_digest(given, wanted)
        return Verdict.GENUINE if genuine else Verdict.FORGED

    def render(self, reply: Reply) -> tuple[Outgoing, ...]:
        """The reply as HTML."""
        return write_html(reply)

    async def send(self, address: str, outgoing: Outgoing) -> str | None:
        """Sends one message to a chat, or to a topic of a forum."""
        chat, _, topic = address.partition("/")
        self._courtesies.answered(address)
        try:
            target = {"chat_id": int(chat)} | ({"message_thread_id": int(topic)} if topic else {})
        except ValueError as error:
            raise Unsendable("Địa chỉ Telegram không phải là một số.") from error
        sent = await self._client.call(
            "sendMessage",
            **target,
            text=outgoing.text,
            parse_mode="HTML",
            link_preview_options={"is_disabled": True},
            reply_markup=write_keyboard(outgoing.buttons),
        )
        number = sent.get("message_id") if isinstance(sent, dict) else None
        return None if number is None else str(number)

    def pace(self, lane: Lane) -> float | None:
        """Replies as fast as they come; broadcasts at the pace that Telegram allows."""
        return _BROADCASTS_A_SECOND if lane == "broadcast" else None

    def routes(self, take: Take) -> list[BaseRoute]:
        """The webhook, where the settings say that Telegram posts."""
        if self._config.mode != "webhook":
            return []
        return [webhook.route(PATH, self, take, self._courtesies.heard)]

    async def open(self) -> None:
        """Checks the token, learns the bot's name, registers webhook, commands and menu."""
        me = await self._client.call("getMe")
        if isinstance(me, dict):
            self._me = Me(int(me.get("id") or self._me.id), str(me.get("username") or ""))
        if self._config.mode == "webhook":
            await self._register()
        else:
            await self._try("deleteWebhook", drop_pending_updates=False)
        commands = [{"command": name, "description": told} for name, told in COMMANDS]
        await self._try("setMyCommands", commands=commands)
        await self._try("setChatMenuButton", menu_button={"type": "commands"})

    async def listen(self, take: Take, stop: asyncio.Event) -> None:
        """Polls until `stop` is set."""
        if self._config.mode == "polling":
            await Polling(self._client, self, take, self._courtesies.heard).run(stop)

    async def close(self) -> None:
        """Gives the connections back."""
        await self._courtesies.close()
        await self._client.close()

    async def _register(self) -> None:
        if not _SECRET.fullmatch(self._config.webhook_secret):
            raise ChannelStopped(
                "ở chế độ webhook phải có chuỗi bí mật từ 1 đến 256 ký tự A-Z, a-z, 0-9, _ hoặc -.",
                "TELEGRAM_WEBHOOK_SECRET",
            )
        if not self._config.public_url:
            return
        try:
            await self._client.call(
                "setWebhook",
                url=f"{self._config.public_url.rstrip('/')}{PATH}",
                secret_token=self._config.webhook_secret,
                allowed_updates=list(ALLOWED),
                max_connections=40,
                drop_pending_updates=False,
            )
        except Unsendable as error:
            raise ChannelStopped(
                f"Telegram không nhận địa chỉ này làm webhook ({error}); cần https và cổng 443, "
                "80, 88 hoặc 8443.",
                "BOT_PUBLIC_URL",
            ) from error

    async def _try(self, method: str, **fields: Any) -> None:
        """A call that the bot can live without; a refusal is only written down."""
        try:
            await self._client.call(method, **fields)
        except NotDelivered as error:
            _log.warning("telegram_call_refused", method=method, sentence=str(error))


def _bot_id(token: str) -> int:
    number = token.partition(":")[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 16 else 0
