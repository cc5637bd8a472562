"""Telegram, Zalo Bot and Zalo Official Account as one program on loopback.

python -m tests.fakes            prints the settings under which our program talks to them
curl … /say   {"channel": "zalo_oa", "person": "5001", "text": "xin chào"}
curl … /heard?channel=zalo_oa&person=5001
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from tests.fakes.telegram import FakeTelegram
from tests.fakes.zalo_bot import FakeZaloBot
from tests.fakes.zalo_oa import FakeZaloOa


@dataclass(slots=True)
class Services:
    """The three services; people are numbers, as Telegram has them."""

    telegram: FakeTelegram = field(default_factory=FakeTelegram)
    zalo_bot: FakeZaloBot = field(default_factory=FakeZaloBot)
    zalo_oa: FakeZaloOa = field(default_factory=FakeZaloOa)

    @property
    def app(self) -> Starlette:
        """All of them, each under its own name, and two addresses to be a citizen at."""
        return Starlette(
            routes=[
                Mount("/telegram", self.telegram.app),
                Mount("/zalo-bot", self.zalo_bot.app),
                Mount("/zalo-oa", self.zalo_oa.app),
                Route("/say", self._say, methods=["POST"]),
                Route("/heard", self._heard),
            ]
        )

    def settings(self, address: str) -> dict[str, str]:
        """The settings of a program that talks to the services at `address`."""
        return {
            "TELEGRAM_TOKEN": self.telegram.token,
            "TELEGRAM_API_URL": f"{address}/telegram",
            "ZALO_BOT_TOKEN": self.zalo_bot.token,
            "ZALO_BOT_API_URL": f"{address}/zalo-bot",
            **self.zalo_oa.settings(f"{address}/zalo-oa"),
        }

    def say(self, channel: str, person: int, text: str) -> None:
        """A citizen writes on one of the channels."""
        if channel == "telegram":
            self.telegram.write(person, text)
        elif channel == "zalo_bot":
            self.zalo_bot.write(str(person), text)
        else:
            self.zalo_oa.post(self.zalo_oa.text(str(person), text))

    def heard(self, channel: str, person: int) -> list[str]:
        """What a citizen got on one of the channels."""
        if channel == "telegram":
            return [sent.text for sent in self.telegram.to(person)]
        fake = self.zalo_bot if channel == "zalo_bot" else self.zalo_oa
        return fake.texts(str(person))

    async def _say(self, request: Request) -> Response:
        said = await request.json()
        # Posting to our webhook must not hold up the services that our program calls meanwhile.
        await asyncio.to_thread(self.say, said["channel"], int(said["person"]), said["text"])
        return JSONResponse({"ok": True})

    async def _heard(self, request: Request) -> Response:
        query = request.query_params
        return JSONResponse(self.heard(query["channel"], int(query["person"])))
