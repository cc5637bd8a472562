"""The Zalo Official Account as a channel: where most citizens are.

Events come signed to the webhook and must be answered within two seconds; replies leave through the
API, only to people who wrote within the window.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.channels import webhook
from bot.channels.base import Outgoing, Take, Verdict
from bot.channels.zalo_oa import events
from bot.channels.zalo_oa.address import is_anonymous, read_recipient
from bot.channels.zalo_oa.client import Client, Refused
from bot.channels.zalo_oa.faults import TYPE_REFUSED, fault_of
from bot.channels.zalo_oa.presses import Presses
from bot.channels.zalo_oa.signature import Verifier
from bot.channels.zalo_oa.texts import render_reply, without_buttons, write_message
from bot.channels.zalo_oa.tokens import TokenKeeper
from bot.channels.zalo_oa.watchdog import Watchdog
from bot.channels.zalo_oa.window import Window
from bot.clock import Clock, utc_now
from bot.dialogue.messages import Incoming, Message, Reply
from bot.errors import (
    ChannelStopped,
    DatabaseUnavailable,
    NotDelivered,
    RetryLater,
)
from bot.store.database import Database
from bot.store.outbox import Lane

NAME = events.NAME
PATH = "/webhooks/zalo-oa"
_SEND_PATH = "/v3.0/oa/message/cs"
_SEND_ANONYMOUS_PATH = "/v2.0/oa/message"
_LOOK_SECONDS = 60.0
_BROADCASTS_A_SECOND = 0.5
"""A third of the usual tier's limit: answers go first."""
_MISSING = "còn trống; hãy chép từ trang ứng dụng ở developers.zalo.me."
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator may set of the account.

    `window` as in `Window`, `staff_quiet` as in `events.Reader`.
    """

    window: timedelta = timedelta(hours=48)
    staff_quiet: timedelta = timedelta(minutes=30)
    template_type: str = ""


class ZaloOa:
    """One Official Account. See `bot.channels.base.Channel` for what each verb must keep to.

    `secrets` holds the app's and the account's secret by the names of their settings.
    """

    name = NAME
    # An event comes again only where no connection came about.
    brings_again = False

    def __init__(
        self,
        database: Database,
        http: httpx.AsyncClient,
        keeper: TokenKeeper,
        client: Client,
        verifier: Verifier,
        presses: Presses,
        watchdog: Watchdog,
        options: Options,
        secrets: Mapping[str, str],
        clock: Clock = utc_now,
    ) -> None:
        self._window = Window(database, NAME, options.window, clock)
        self._http = http
        self._keeper = keeper
        self._client = client
        self._verifier = verifier
        self._presses = presses
        self._reader = events.Reader(presses, options.staff_quiet)
        self._watchdog = watchdog
        self._options = options
        self._secrets = secrets
        self._clock = clock

    def secrets(self) -> tuple[str, ...]:
        """Both secrets, the seed and the pair of tokens held now."""
        own = tuple(secret for secret in self._secrets.values() if secret)
        return (*own, *self._keeper.secrets())

    def warning(self) -> str:
        """That no token comes, or that no event came for long; empty where all is well."""
        return self._keeper.trouble or self._watchdog.warning

    def parse(self, payload: Any) -> tuple[Incoming, ...]:
        """What an event means to us."""
        incoming = self._reader.read(payload, self._clock())
        if isinstance(incoming, Message):
            self._window.heard(incoming.person, incoming.at)
        return (incoming,) if incoming else ()

    def verify(self, headers: Mapping[str, str], body: bytes) -> Verdict:
        """Whether Zalo signed the request; see `Verifier`."""
        return self._verifier.check(headers, body)

    def render(self, reply: Reply) -> tuple[Outgoing, ...]:
        """Plain text in parts; up to five buttons on the last one, else numbered choices."""
        return render_reply(reply)

    async def send(self, address: str, outgoing: Outgoing) -> str | None:
        """Sends one message; one with buttons that Zalo does not take goes as text."""
        try:
            await self._window.check(address)
            if outgoing.buttons and is_anonymous(address):
                return await self._send_as_text(address, outgoing)
            return await self._post(address, outgoing)
        except Refused as refusal:
            if refusal.code == TYPE_REFUSED and outgoing.buttons:
                _log.warning("zalo_oa_buttons_refused")
                return await self._send_as_text(address, outgoing)
            raise fault_of(refusal.code, self._clock()) from None
        except DatabaseUnavailable as error:
            raise RetryLater(str(error)) from error

    def pace(self, lane: Lane) -> float | None:
        """Replies go as fast as the account's limit lets them; broadcasts leave room for them."""
        return None if lane == "reply" else _BROADCASTS_A_SECOND

    def routes(self, take: Take) -> list[BaseRoute]:
        """The webhook; the console looks at it with a GET first."""
        return [
            Route(PATH, _look, methods=["GET"]),
            webhook.route(PATH, self, take, self._watchdog.saw),
        ]

    async def open(self) -> None:
        """Makes sure that there are both secrets and an access token."""
        for setting, secret in self._secrets.items():
            if not secret:
                raise ChannelStopped(_MISSING, setting)
        await self._keeper.open()
        await self._keeper.access()
        await self._watchdog.open()

    async def listen(self, take: Take, stop: asyncio.Event) -> None:
        """Events come to the webhook; meanwhile the tokens are kept fresh and silence is noticed."""
        while not stop.is_set():
            try:
                await self._keeper.renew_if_due()
            except (NotDelivered, DatabaseUnavailable) as error:
                # The old token lives on for hours; the alarm has been given where this arose.
                _log.warning("zalo_oa_tokens_not_renewed", reason=str(error))
            self._watchdog.look()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _LOOK_SECONDS)

    async def close(self) -> None:
        """Lets a refresh come to its end, gives the connections back."""
        await self._keeper.close()
        await self._http.aclose()

    async def _send_as_text(self, address: str, outgoing: Outgoing) -> str | None:
        sent = [await self._post(address, part) for part in without_buttons(outgoing)]
        return ",".join(one for one in sent if one) or None

    async def _post(self, address: str, outgoing: Outgoing) -> str | None:
        message = write_message(outgoing, address, self._presses, self._options.template_type)
        body = {"recipient": read_recipient(address), "message": message}
        path = _SEND_ANONYMOUS_PATH if is_anonymous(address) else _SEND_PATH
        message_id = (await self._client.post(path, body)).get("message_id")
        return None if message_id is None else str(message_id)


async def _look(_request: Request) -> Response:
    return PlainTextResponse("ok")
