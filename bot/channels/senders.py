"""How fast one sender may write to us, and who was told that he is too fast.

A program that is alone keeps all of it in memory. Of several on one database each lets a sender write
a few messages by itself, which costs nothing, and tells the common count of every few: sixty at one
breath are let in altogether, and a few more for each further program.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from bot.channels.owners import new_owner
from bot.channels.web.limit import Limiter
from bot.dialogue.messages import Incoming, Notice
from bot.store import paces
from bot.store.database import Database

_TOLD_AGAIN_AFTER = timedelta(minutes=10)
_SENDERS_AT_MOST = 50_000
# A service that was away delivers a whole evening's messages of a person at one breath.
_BURST, _A_SECOND = 60, 1.0
_ON_TRUST = 10
"""Messages that a program lets in before it tells the others of them; no person is that quick."""
_FORGIVEN_A_SECOND = 0.1
"""Whoever writes no faster is never counted in common, as long as there are no ten programs."""


@dataclass(slots=True)
class _Account:
    """What one program knows of one sender: messages not told of yet, until when he is shut out."""

    since: float
    untold: float = 0.0
    shut_until: float = 0.0
    telling: asyncio.Task[None] | None = None


class Common:
    """Lets a sender write as fast as people write, whichever of several programs he reaches."""

    def __init__(
        self,
        database: Database,
        mark_of: Callable[[str], str],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._mark_of = mark_of
        self._now = now
        self._accounts: OrderedDict[str, _Account] = OrderedDict()

    async def allows(self, sender: str) -> bool:
        """Whether the sender may write now; a message that may counts. Raises `DatabaseUnavailable`."""
        account = self._account_of(sender)
        while account.untold > _ON_TRUST - 1 and self._now() >= account.shut_until:
            # Those that come meanwhile wait for the same answer, in their order.
            if account.telling is None:
                account.telling = asyncio.create_task(self._tell(sender, account))
            await asyncio.shield(account.telling)
        if self._now() < account.shut_until:
            return False
        account.untold += 1
        return True

    async def tells(self, sender: str) -> bool:
        """Whether it falls to this program to tell him that he is too fast."""
        async with self._database.transaction(quick=True) as tx:
            return await paces.tell(
                tx, self._mark_of(f"told/{sender}"), new_owner(), _TOLD_AGAIN_AFTER
            )

    @property
    def remembered(self) -> int:
        """Of how many senders anything is known."""
        return len(self._accounts)

    def _account_of(self, sender: str) -> _Account:
        now = self._now()
        account = self._accounts.pop(sender, None) or _Account(now)
        account.untold = max(0.0, account.untold - (now - account.since) * _FORGIVEN_A_SECOND)
        account.since = now
        self._accounts[sender] = account
        self._drop_forgiven(now)
        return account

    def _drop_forgiven(self, now: float) -> None:
        """Forgets who has been quiet for so long that nothing is held against him."""
        while self._accounts:
            sender, oldest = next(iter(self._accounts.items()))
            forgiven = now - oldest.since >= oldest.untold / _FORGIVEN_A_SECOND
            is_idle = oldest.telling is None and now >= oldest.shut_until and forgiven
            if len(self._accounts) <= _SENDERS_AT_MOST and (not is_idle or oldest.since == now):
                return
            del self._accounts[sender]

    async def _tell(self, sender: str, account: _Account) -> None:
        try:
            async with self._database.transaction(quick=True) as tx:
                much = timedelta(seconds=round(account.untold) / _A_SECOND)
                taken = await paces.take(tx, self._mark_of(f"pace/{sender}"), much)
            over = taken.total_seconds() * _A_SECOND + _ON_TRUST - _BURST
            account.untold = 0.0
            account.shut_until = self._now() + max(0.0, over / _A_SECOND)
        finally:
            account.telling = None


@dataclass(slots=True)
class Senders:
    """Lets everybody write as fast as people write, and tells whoever is faster, once in a while.

    With `common` that holds over several programs.
    """

    common: Common | None = None
    limiter: Limiter = field(default_factory=lambda: Limiter(_BURST, _A_SECOND))
    _told: OrderedDict[str, float] = field(default_factory=OrderedDict)

    async def allows(self, item: Incoming) -> bool:
        """Whether something that came in is to be handled; it counts then."""
        # What a channel tells of a person (that he left, that he wants to be erased) always passes.
        if isinstance(item, Notice):
            return True
        if self.common is not None:
            return await self.common.allows(_sender(item))
        return self.limiter.allows(_sender(item))

    async def is_to_be_told(self, item: Incoming) -> bool:
        """Whether the sender has not heard lately that he is too fast; he has then."""
        now, sender = self.limiter.now(), _sender(item)
        told = self._told.get(sender)
        if told is not None and now - told < _TOLD_AGAIN_AFTER.total_seconds():
            return False
        self._told[sender] = now
        self._told.move_to_end(sender)
        if len(self._told) > _SENDERS_AT_MOST:
            self._told.popitem(last=False)
        return self.common is None or await self.common.tells(sender)


def _sender(item: Incoming) -> str:
    return f"{item.channel}:{item.person}"
