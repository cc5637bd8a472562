"""A channel of paper: what is sent lies in a list, what goes wrong is said beforehand."""

from __future__ import annotations

import asyncio
import hmac
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.routing import BaseRoute

from bot.channels import webhook
from bot.channels.base import Outgoing, Take, Verdict
from bot.channels.plain import write_plain
from bot.channels.split import split_text
from bot.dialogue.messages import Incoming, Message, Reply
from bot.errors import NotDelivered
from bot.store.outbox import Lane

SECRET = "giay-va-muc-2026"
LONGEST = 2_000


@dataclass
class Paper:
    """The simplest channel that keeps the contract."""

    name: str = "telegram"
    brings_again: bool = True
    sent: list[tuple[str, str]] = field(default_factory=list)
    failing: defaultdict[str, deque[NotDelivered | Exception]] = field(
        default_factory=lambda: defaultdict(deque)
    )
    """By address: what goes wrong with the next messages to it."""
    refusals: deque[NotDelivered | Exception] = field(default_factory=deque)
    """What goes wrong when it is opened."""
    slow: float = 0.0
    per_second: dict[str, float] = field(default_factory=dict)
    opened: int = 0
    in_flight: int = 0
    most_in_flight: int = 0

    def secrets(self) -> tuple[str, ...]:
        return (SECRET,)

    def warning(self) -> str:
        return ""

    def parse(self, payload: Any) -> tuple[Incoming, ...]:
        try:
            at = datetime.fromtimestamp(payload["at"], UTC)
            return (Message(self.name, payload["who"], payload["id"], at, text=payload["says"]),)
        except (KeyError, TypeError, ValueError, OverflowError, OSError):
            return ()

    def verify(self, headers: Mapping[str, str], body: bytes) -> Verdict:
        given = headers.get("x-paper", "").encode("utf-8", "replace")
        genuine = hmac.compare_digest(given, SECRET.encode())
        return Verdict.GENUINE if genuine else Verdict.FORGED

    def render(self, reply: Reply) -> tuple[Outgoing, ...]:
        *parts, last = split_text(write_plain(reply), LONGEST)
        return (*map(Outgoing, parts), Outgoing(last, reply.buttons))

    async def send(self, address: str, outgoing: Outgoing) -> str | None:
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await asyncio.sleep(self.slow)
        finally:
            self.in_flight -= 1
        if self.failing[address] and (error := self.failing[address].popleft()):
            raise error
        self.sent.append((address, outgoing.text))
        return str(len(self.sent))

    def pace(self, lane: Lane) -> float | None:
        return self.per_second.get(lane)

    def routes(self, take: Take) -> list[BaseRoute]:
        return [webhook.route("/webhooks/paper", self, take)]

    async def open(self) -> None:
        self.opened += 1
        if self.refusals:
            raise self.refusals.popleft()

    async def listen(self, take: Take, stop: asyncio.Event) -> None:
        return

    async def close(self) -> None:
        return
