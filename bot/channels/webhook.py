"""The address to which a service posts what happened: read, verified, stored, answered at once.

Services repeat what is not answered with 200, some stop posting after a while: so what is genuine
but means nothing to us is answered with 200 too, and only counted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import structlog
from starlette.requests import Request
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.channels import metrics
from bot.channels.base import Channel, Take, Verdict
from bot.channels.metrics import Outcome
from bot.channels.web.incoming import Declined, content_type_of, read_body
from bot.dialogue.messages import Incoming
from bot.errors import DatabaseUnavailable

LARGEST_BODY = 256 * 1024
"""Bytes; an update of any of the services has a few kilobytes."""

_JSON = frozenset({"", "application/json", "text/json"})
_EMPTY = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"0")]
_log = structlog.get_logger(__name__)


def route(
    path: str, channel: Channel, take: Take, heard: Callable[[Any], None] | None = None
) -> Route:
    """The route at which a channel's service posts; see `Webhook`."""
    return Route(path, Webhook(channel, take, heard), methods=["POST"])


class Webhook:
    """What answers a channel's service, as an ASGI application.

    `heard` is called with every genuine payload once it is stored, known or not.
    """

    def __init__(
        self, channel: Channel, take: Take, heard: Callable[[Any], None] | None = None
    ) -> None:
        self._channel = channel
        self._take = take
        self._heard = heard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one post with a bare status, which is all that the services look at."""
        status = await self._status_of(Request(scope, receive))
        await send({"type": "http.response.start", "status": status, "headers": _EMPTY})
        # Without a body the answer is one piece on the line instead of two.
        await send({"type": "http.response.body"})

    async def _status_of(self, request: Request) -> int:
        channel = self._channel
        try:
            payload = await _read_genuine(request, channel)
            if payload is None:
                metrics.count(channel.name, Outcome.PROBE)
                return 200
            await receive_payload(channel, payload, self._take)
        except Declined as declined:
            metrics.count(channel.name, Outcome.REFUSED)
            return declined.status
        except DatabaseUnavailable as error:
            _log.error("database_unavailable", sentence=str(error))
            metrics.count(channel.name, Outcome.UNAVAILABLE)
            return 503
        if self._heard is not None:
            self._heard(payload)
        return 200


def doors(routes: Iterable[BaseRoute]) -> dict[str, ASGIApp]:
    """The webhooks among the routes by their paths, for whoever leads posts straight to them."""
    return {
        route.path: route.app
        for route in routes
        if isinstance(route, Route) and isinstance(route.app, Webhook)
    }


async def receive_payload(channel: Channel, payload: Any, take: Take) -> None:
    """Stores what a payload means to us; for webhooks and polling alike."""
    items = read_payload(channel, payload)
    if items:
        await take(items)
    else:
        metrics.count(channel.name, Outcome.FOREIGN)


def read_payload(channel: Channel, payload: Any) -> tuple[Incoming, ...]:
    """What a payload means to us; a channel that stumbles over one takes it for foreign."""
    try:
        return channel.parse(payload)
    except Exception as error:
        _log.error("payload_not_understood", channel=channel.name, kind=type(error).__name__)
        return ()


async def _read_genuine(request: Request, channel: Channel) -> Any:
    """The payload; None for a probe. Raises `Declined`."""
    body = await read_body(request, LARGEST_BODY)
    verdict = channel.verify(request.headers, body)
    if verdict is Verdict.FORGED:
        raise Declined(401, "")
    if verdict is Verdict.PROBE:
        return None
    if content_type_of(request) not in _JSON:
        raise Declined(415, "")
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Declined(400, "") from error
    if not isinstance(payload, dict):
        raise Declined(400, "")
    return payload
