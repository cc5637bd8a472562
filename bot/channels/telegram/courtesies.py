"""Small politenesses beside the replies: a pressed button is released, a slow answer announced.

Nothing depends on them, so they are not stored and not repeated.
"""

from __future__ import annotations

import asyncio
from typing import Any

from bot.channels.telegram.client import Client
from bot.channels.telegram.updates import Me, press_to_answer, read_update
from bot.dialogue.messages import Message
from bot.errors import NotDelivered

_SLOW_SECONDS = 0.8
"""An answer that takes longer is announced with "typing"; most are there before."""
_AT_ONCE = 20
"""Chats that are watched for a slow answer; in a rush it would only make the answers slower."""


class Courtesies:
    """Answers presses and shows that something is being written."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._calls: set[asyncio.Task[None]] = set()
        self._announcing: dict[str, asyncio.TimerHandle] = {}

    def heard(self, update: Any) -> None:
        """An update came in and is stored."""
        pressed = press_to_answer(update)
        if pressed is not None:
            self._call("answerCallbackQuery", callback_query_id=pressed)
        if len(self._announcing) >= _AT_ONCE:
            return
        # Without our name no group message is ours here: in groups nothing is announced.
        for item in read_update(update, Me()):
            if isinstance(item, Message) and item.person not in self._announcing:
                loop = asyncio.get_running_loop()
                timer = loop.call_later(_SLOW_SECONDS, self._announce, item.person)
                self._announcing[item.person] = timer

    def answered(self, address: str) -> None:
        """The answer to a chat is on its way."""
        timer = self._announcing.pop(address, None)
        if timer is not None:
            timer.cancel()

    async def close(self) -> None:
        """Drops what is still to be said."""
        for timer in self._announcing.values():
            timer.cancel()
        self._announcing.clear()
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)

    def _announce(self, address: str) -> None:
        self._announcing.pop(address, None)
        chat, _, topic = address.partition("/")
        extra = {"message_thread_id": int(topic)} if topic else {}
        self._call("sendChatAction", chat_id=int(chat), action="typing", **extra)

    def _call(self, method: str, **fields: Any) -> None:
        call = asyncio.create_task(self._surely(method, fields))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def _surely(self, method: str, fields: dict[str, Any]) -> None:
        try:
            await self._client.call(method, **fields)
        except NotDelivered:
            return  # Too late, or not to be had: nobody waits for it.
