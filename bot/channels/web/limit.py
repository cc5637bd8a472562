"""How fast one sender may write: a token bucket each, kept in memory."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

_SENDERS_AT_MOST = 50_000


@dataclass(slots=True)
class Limiter:
    """Lets a sender write `burst` messages at once and `per_second` ever after.

    The defaults leave any person alone: nobody types twenty questions at one breath.
    """

    burst: float = 20
    per_second: float = 1.0
    now: Callable[[], float] = time.monotonic
    _buckets: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def allows(self, sender: str) -> bool:
        """Whether the sender may write now; a message that may counts."""
        now = self.now()
        left, since = self._buckets.pop(sender, (self.burst, now))
        left = min(self.burst, left + (now - since) * self.per_second)
        allowed = left >= 1
        self._buckets[sender] = (left - 1 if allowed else left, now)
        self._drop_full(now)
        return allowed

    @property
    def remembered(self) -> int:
        """How many senders are remembered."""
        return len(self._buckets)

    def _drop_full(self, now: float) -> None:
        """Forgets who has been quiet so long that his bucket is full again, as if he never wrote."""
        full_s = self.burst / self.per_second if self.per_second else float("inf")
        while self._buckets:
            _, since = next(iter(self._buckets.values()))
            if now - since < full_s and len(self._buckets) <= _SENDERS_AT_MOST:
                return
            self._buckets.popitem(last=False)
