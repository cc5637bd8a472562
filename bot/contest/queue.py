"""The queue before the papers: past capacity new starts wait, and running papers keep their speed.

The gate measures itself: how many starts are under way, how old the oldest of them is, and how long
the program takes to come round to its next task. While it is free and nobody waits, everybody goes
straight in. Else each gets a place by the time he came, and is called in that order.

All of it lies in memory, since what is short when it is needed is the database. Each program has a
queue of its own. A place is known by its ticket as well, which says since when its person waits: so
it outlives a restart, and holds where a browser comes to another program.
"""

from __future__ import annotations

import bisect
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.contest.document import from_ms, to_ms

_SLOWEST = timedelta(seconds=1)
"""A start that is under way for longer shows that more would only wait inside."""
_LONGEST_ROUND = 0.1
"""Seconds the program may take to come round; an answer is saved after about four rounds."""
_SHARE_OF_NEWS = 0.2
_SOONEST, _LATEST = 2.0, 30.0
_COMES = timedelta(seconds=4)
"""So long a place inside is held for somebody who was called; asking later he still goes in."""
_MEASURED_S = 10
_FEW = 5
_MOST_CALLED = 20
_MOST = 200_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody stands: his number, and after how many seconds he should ask again.

    Number 0 was called, and goes in when he asks to.
    """

    number: int
    again_s: float
    since_ms: int


@dataclass(slots=True)
class _Waiting:
    """Somebody in the queue; `is_called` once it is his turn.

    `number` parts those who came in the same millisecond.
    """

    since_ms: int
    number: int
    asked: datetime
    again_s: float = _SOONEST
    is_called: bool = False


class Gate:
    """Whether one more start may begin; `most` under way at once, few where all is slow already."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._inside: OrderedDict[int, datetime] = OrderedDict()
        self._lately: deque[tuple[int, int]] = deque(maxlen=_MEASURED_S)
        self._number = 0
        self._round_s = 0.0

    def note_round(self, seconds: float) -> None:
        """The program has just taken so long to come round to its next task."""
        self._round_s += (seconds - self._round_s) * _SHARE_OF_NEWS

    def is_slow(self, at: datetime) -> bool:
        """Whether the starts under way, or everything, take longer than they should."""
        oldest = next(iter(self._inside.values()), at)
        return self._round_s > _LONGEST_ROUND or at - oldest > _SLOWEST

    def room(self, at: datetime) -> int:
        """How many more starts may begin now."""
        # A few always: else nobody would find out that it has become quicker.
        most = min(self.most, _FEW) if self.is_slow(at) else self.most
        return max(0, most - len(self._inside))

    def enter(self, at: datetime) -> int:
        """A start begins; gives its number, by which it is told to `leave` once it is done."""
        self._number += 1
        self._inside[self._number] = at
        second = int(at.timestamp())
        if self._lately and self._lately[-1][0] == second:
            self._lately[-1] = (second, self._lately[-1][1] + 1)
        else:
            self._lately.append((second, 1))
        return self._number

    def leave(self, number: int) -> None:
        """The start is done."""
        self._inside.pop(number, None)

    def per_second(self, at: datetime) -> float:
        """How many went in a second lately; one at least."""
        since = int(at.timestamp()) - _MEASURED_S
        recent = [(second, count) for second, count in self._lately if second >= since]
        span = max(1.0, at.timestamp() - recent[0][0]) if recent else 1.0
        return max(1.0, sum(count for _, count in recent) / span)


class Queue:
    """Everybody who waits, by a key that is one person's in one contest.

    `most` starts are under way at once; a place is kept so long after its person last asked.
    `ahead` times as many are called to begin with: the more, the less strictly in order.
    """

    def __init__(
        self, most: int = 50, kept: timedelta = timedelta(minutes=10), ahead: int = 1
    ) -> None:
        self.gate = Gate(most)
        self.kept = kept
        self._all: dict[str, _Waiting] = {}
        self._order: list[tuple[int, int, str]] = []
        self._number = 0
        self._called: OrderedDict[str, datetime] = OrderedDict()
        self._expected: OrderedDict[str, datetime] = OrderedDict()
        self._gone_in: OrderedDict[str, datetime] = OrderedDict()
        # How many may be called and not yet here: each takes a second or two to come, so it takes
        # more of them than may be inside to keep the gate busy. It grows while there is room and
        # shrinks when starts become slow.
        self._callable = float(most * ahead)
        self._shrunk: datetime | None = None

    @property
    def length(self) -> int:
        """How many wait to be called."""
        return len(self._order)

    def ask(self, key: str, at: datetime, since_ms: int | None = None) -> Place | None:
        """None where the person may go in now; else his place, taken at the first asking.

        `since_ms` is what his ticket says. Whoever goes in must do so by `inside`.
        """
        place = self.look(key, at, since_ms)
        if place is None:
            if not self._order and self.gate.room(at) > len(self._expected):
                return None
            place = self._join(key, at, since_ms)
        if place.number:
            return place
        if not self.gate.room(at):
            # More came at once than were expected; he is next.
            return Place(1, _SOONEST / 2, place.since_ms)
        self._forget(key)
        return None

    def look(self, key: str, at: datetime, since_ms: int | None = None) -> Place | None:
        """The place of somebody who waits; None for whoever does not, and has no ticket."""
        self._call(at)
        one = self._all.get(key)
        if one is not None and at - one.asked > self.kept:
            self._forget(key)
            one = None
        if one is None:
            return self._join(key, at, since_ms) if since_ms is not None else None
        one.asked = at
        return self._place(key, one, at)

    def drop(self, key: str) -> None:
        """Somebody waits no longer; nothing where he did not."""
        if key in self._all:
            self._forget(key)

    @contextmanager
    def inside(self, key: str, at: datetime) -> Iterator[None]:
        """While the block runs, the person's start is under way."""
        number = self.gate.enter(at)
        self._learn(at)
        self._gone_in[key] = at
        self._gone_in.move_to_end(key)
        _forget_old(self._gone_in, at - self.kept)
        try:
            yield
        finally:
            self.gate.leave(number)

    def _join(self, key: str, at: datetime, since_ms: int | None) -> Place:
        now_ms = to_ms(at)
        since = now_ms if since_ms is None else min(since_ms, now_ms)
        gone_in = self._gone_in.get(key)
        if gone_in is not None and from_ms(since) <= gone_in:
            # The ticket was used: who plays once more waits once more.
            since = now_ms
        if len(self._order) >= _MOST:
            return Place(_MOST, _LATEST, since)
        self._number += 1
        one = self._all[key] = _Waiting(since, self._number, at)
        bisect.insort(self._order, (since, one.number, key))
        self._call(at)
        return self._place(key, one, at)

    def _call(self, at: datetime) -> None:
        """Calls as many as there is room for, in the order of their coming."""
        _forget_old(self._expected, at - _COMES)
        for key in _forget_old(self._called, at - self.kept):
            del self._all[key]
        room = int(self._callable) - len(self._expected) if self.gate.room(at) else 0
        while room > 0 and self._order:
            _, _, key = self._order.pop(0)
            one = self._all[key]
            if at - one.asked > self.kept:
                del self._all[key]
                continue
            one.is_called = True
            self._called[key] = at
            # Nothing is held for somebody who should have asked long ago.
            if (at - one.asked).total_seconds() <= 2 * one.again_s + _SOONEST:
                self._expected[key] = at
                room -= 1

    def _learn(self, at: datetime) -> None:
        """From how the gate does now, how many may be called at once."""
        if self.gate.is_slow(at):
            if self._shrunk is None or at - self._shrunk > _SLOWEST:
                self._shrunk = at
                self._callable = max(min(_FEW, self.gate.most), self._callable * 0.7)
        elif self._order and self.gate.room(at) > self.gate.most // 2:
            self._callable = min(self._callable + 1, _MOST_CALLED * self.gate.most)

    def _forget(self, key: str) -> None:
        one = self._all.pop(key)
        if one.is_called:
            del self._called[key]
            self._expected.pop(key, None)
            return
        del self._order[bisect.bisect_left(self._order, (one.since_ms, one.number, key))]

    def _place(self, key: str, one: _Waiting, at: datetime) -> Place:
        if one.is_called:
            return Place(0, 0.0, one.since_ms)
        number = bisect.bisect_left(self._order, (one.since_ms, one.number, key)) + 1
        left = number / self.gate.per_second(at)
        # Half of what is left: seldom while it is long, often near the end.
        one.again_s = min(_LATEST, max(_SOONEST, left / 2))
        return Place(number, one.again_s, one.since_ms)


def _forget_old(times: OrderedDict[str, datetime], before: datetime) -> list[str]:
    """Takes away, oldest first, what happened before an instant; gives what it took away."""
    old = []
    while times and next(iter(times.values())) < before:
        old.append(times.popitem(last=False)[0])
    return old
