"""Posts waiting updates to a bot's webhook as Telegram does: several at once, again until 200.

One chat's updates are posted one after the other; a refused one is tried again and holds up the
later ones of its chat.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict, deque
from typing import Any

import aiohttp

from tests.fakes.telegram import FakeTelegram

_AGAIN_SECONDS = 0.2
_DOWN_SECONDS = 0.3


class Posting:
    """The service's side of the webhook; runs in the fake's own loop."""

    def __init__(self, fake: FakeTelegram, at_once: int = 40) -> None:
        self._fake = fake
        self._slots = asyncio.Semaphore(at_once)
        self._chats: defaultdict[int, deque[dict[str, Any]]] = defaultdict(deque)
        self._tasks: set[asyncio.Task[None]] = set()
        self._rest_until = 0.0
        self.statuses: Counter[int] = Counter()

    @property
    def is_idle(self) -> bool:
        """Whether everything was taken."""
        return not self._chats and not self._fake.waiting

    async def run(self) -> None:
        """Posts what waits, for ever."""
        async with aiohttp.ClientSession() as session:
            while True:
                while self._fake.webhook and self._fake.waiting:
                    self._start(session, self._fake.waiting.popleft())
                await asyncio.sleep(0.002)

    def _start(self, session: aiohttp.ClientSession, update: dict[str, Any]) -> None:
        chat = _chat_of(update)
        queue = self._chats[chat]
        queue.append(update)
        if len(queue) == 1:
            task = asyncio.create_task(self._post_all(session, chat))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _post_all(self, session: aiohttp.ClientSession, chat: int) -> None:
        queue = self._chats[chat]
        while queue:
            async with self._slots:
                # A server that is down is not asked by every chat at once.
                await asyncio.sleep(max(0.0, self._rest_until - time.monotonic()))
                status = await self._post(session, queue[0])
            if status == 200:
                queue.popleft()
            else:
                await asyncio.sleep(_AGAIN_SECONDS)
        del self._chats[chat]

    async def _post(self, session: aiohttp.ClientSession, update: dict[str, Any]) -> int:
        hook = self._fake.webhook
        headers = {"X-Telegram-Bot-Api-Secret-Token": str(hook.get("secret_token", ""))}
        try:
            async with session.post(hook["url"], json=update, headers=headers) as answer:
                self.statuses[answer.status] += 1
                return answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            self.statuses[0] += 1
            self._rest_until = time.monotonic() + _DOWN_SECONDS
            return 0


def _chat_of(update: dict[str, Any]) -> int:
    content = next(value for key, value in update.items() if key != "update_id")
    holder = content.get("message", content)
    return int(holder["chat"]["id"])
