"""The contract between a channel and the house: five verbs and a few words that travel.

A channel is an adapter of 200 to 400 lines: it reads what the service brings (`parse`), knows
whether it is genuine (`verify`), turns a reply into what the service takes (`render`), hands it
over (`send`), and names what must never stand in a log (`secrets`). Storing, ordering, repeating
and counting are done for it in `intake` and `delivery`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from starlette.routing import BaseRoute

from bot.dialogue.messages import Button, Incoming, Reply
from bot.store.outbox import Lane

Take = Callable[[Sequence[Incoming]], Awaitable[None]]
"""Stores what came in; when it returns, nothing of it can be lost any more.

Raises `DatabaseUnavailable`: the service must then deliver again.
"""


class Verdict(StrEnum):
    """What a request to a webhook is."""

    GENUINE = "genuine"
    PROBE = "probe"  # the service tries the address out: answer 200, do nothing
    FORGED = "forged"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message as the channel takes it: a reply may need several, the buttons on the last.

    `text` is in the channel's own markup and within its limits. Plain data, fit for JSON.
    """

    text: str
    buttons: tuple[Button, ...] = ()


class Channel(Protocol):
    """One service on which citizens write. See tests/contract for what every one must keep to."""

    @property
    def name(self) -> str:
        """The word under which its people and messages are stored."""
        ...

    @property
    def brings_again(self) -> bool:
        """Whether the service surely brings once more what it got no answer for.

        Where it does not, what came is stored before anything else is done with it.
        """
        ...

    def secrets(self) -> tuple[str, ...]:
        """What must be blacked out wherever it would be written; asked again after every start."""
        ...

    def warning(self) -> str:
        """What the operator should look at although the channel works; empty where all is well."""
        ...

    def parse(self, payload: Any) -> tuple[Incoming, ...]:
        """What a payload of the service means to us; empty for what it does not. Never raises."""
        ...

    def verify(self, headers: Mapping[str, str], body: bytes) -> Verdict:
        """Whether a request to our webhook comes from the service; compares in constant time."""
        ...

    def render(self, reply: Reply) -> tuple[Outgoing, ...]:
        """The reply as one or more messages; the same reply always gives the same ones."""
        ...

    async def send(self, address: str, outgoing: Outgoing) -> str | None:
        """Hands one message over; gives the service's id of it, if it has one.

        Raises a `NotDelivered` that says what to do.
        """
        ...

    def pace(self, lane: Lane) -> float | None:
        """Messages a second that the lane may send at most; None for no limit of our own."""
        ...

    def routes(self, take: Take) -> list[BaseRoute]:
        """The webhook, if the service brings its messages there; see `webhook.route`."""
        ...

    async def open(self) -> None:
        """Makes ready: checks the token, registers webhook and menus. May be called again.

        Raises a `NotDelivered`: `ChannelStopped` where a setting is wrong, others where the service
        does not answer.
        """
        ...

    async def listen(self, take: Take, stop: asyncio.Event) -> None:
        """Fetches messages until `stop` is set; returns at once where they come to the webhook.

        Raises `ChannelStopped` where the service refuses us; goes on through everything else.
        """
        ...

    async def close(self) -> None:
        """Gives its connections back; may be called twice, and without `open`."""
        ...
