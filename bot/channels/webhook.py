"""The address to which a service posts what happened: read, verified, stored, answered at once.

Services repeat what is not answered with 200, some stop posting after a while: so what is genuine
but means nothing to us is answered with 200 too, and only counted.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.channels import metrics
from bot.channels.base import Channel, Take, Verdict
from bot.channels.metrics import Outcome
from bot.channels.web.incoming import Declined, content_type_of, read_body
from bot.dialogue.messages import Incoming
from bot.errors import DatabaseUnavailable

LARGEST_BODY = 256 * 1024
"""Bytes; an update of any of the services has a few kilobytes."""

_JSON = frozenset({"", "application/json", "text/json"})
_log = structlog.get_logger(__name__)


def route(
    path: str, channel: Channel, take: Take, heard: Callable[[Any], None] | None = None
) -> Route:
    """The route at which a channel's service posts.

    `heard` is called with every genuine payload once it is stored, known or not.
    """

    async def receive(request: Request) -> Response:
        try:
            payload = await _read_genuine(request, channel)
            if payload is None:
                metrics.count(channel.name, Outcome.PROBE)
            else:
                await receive_payload(channel, payload, take)
                if heard is not None:
                    heard(payload)
        except Declined as declined:
            metrics.count(channel.name, Outcome.REFUSED)
            return PlainTextResponse("", status_code=declined.status)
        except DatabaseUnavailable as error:
            _log.error("database_unavailable", sentence=str(error))
            metrics.count(channel.name, Outcome.UNAVAILABLE)
            return PlainTextResponse("", status_code=503)
        return PlainTextResponse("ok")

    return Route(path, receive, methods=["POST"])


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
