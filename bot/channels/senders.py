"""How fast one sender may write to us, and who was told that he is too fast."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import timedelta

from bot.channels.web.limit import Limiter
from bot.dialogue.messages import Incoming, Notice

_TOLD_AGAIN_AFTER = timedelta(minutes=10).total_seconds()
_SENDERS_AT_MOST = 50_000


def _messages() -> Limiter:
    # A service that was away delivers a whole evening's messages of a person at one breath.
    return Limiter(burst=60, per_second=1.0)


@dataclass(slots=True)
class Senders:
    """Lets everybody write as fast as people write, and tells whoever is faster, once in a while."""

    limiter: Limiter = field(default_factory=_messages)
    _told: OrderedDict[str, float] = field(default_factory=OrderedDict)

    def allows(self, item: Incoming) -> bool:
        """Whether something that came in is to be handled; it counts then."""
        # What a channel tells of a person (that he left, that he wants to be erased) always passes.
        return isinstance(item, Notice) or self.limiter.allows(_sender(item))

    def is_to_be_told(self, item: Incoming) -> bool:
        """Whether the sender has not heard lately that he is too fast; he has then."""
        now, sender = self.limiter.now(), _sender(item)
        told = self._told.get(sender)
        if told is not None and now - told < _TOLD_AGAIN_AFTER:
            return False
        self._told[sender] = now
        self._told.move_to_end(sender)
        if len(self._told) > _SENDERS_AT_MOST:
            self._told.popitem(last=False)
        return True


def _sender(item: Incoming) -> str:
    return f"{item.channel}:{item.person}"
