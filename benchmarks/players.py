"""People in front of `/thi`: they start, wait where they must, read, think, answer, press twice.

They come when they are due, whatever the answers take, so that a slow server meets a growing crowd
as in life. Every time is counted from the moment a request was due.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import statistics
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.wire import Answer, Connection

Times = list[tuple[float, float]]
"""When each request was answered, and how long after it was due; seconds."""

_OPTION = re.compile(rb'name="cau-(\d+)" value="(\w+)"')
_PATIENCE = 60
"""How often somebody tries again whose server is away, twice a second."""


@dataclass(slots=True)
class Tally:
    """What the people met: when each thing was done that they asked for, and what was not."""

    starts: Times = field(default_factory=list)
    queued: Times = field(default_factory=list)
    asked: Times = field(default_factory=list)
    papers: Times = field(default_factory=list)
    saves: Times = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    acknowledged: dict[tuple[int, int], str] = field(default_factory=dict)


@dataclass(slots=True)
class Players:
    """A crowd in front of some programs, each person at one of them, as a proxy would have it.

    Answers are given over `think_s`; `doubles` is the share of presses that come twice.
    """

    ports: Sequence[int]
    contest: str
    round_id: str
    think_s: float = 8.0
    retries: bool = False
    doubles: float = 0.0
    tally: Tally = field(default_factory=Tally)
    begun: float = 0.0
    _free: dict[int, list[Connection]] = field(default_factory=dict)
    _chance: random.Random = field(default_factory=lambda: random.Random(20_260_316))

    async def come(self, arrivals: Iterable[tuple[float, str]]) -> None:
        """Everybody comes when he does (seconds from now, cookie) and plays to the end."""
        self.begun = time.perf_counter()
        going = set()
        for n, (after, token) in enumerate(arrivals):
            due = self.begun + after
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            port = self.ports[n % len(self.ports)]
            going.add(asyncio.create_task(self.play(port, token, due)))
        await asyncio.gather(*going)
        self.leave()

    def leave(self) -> None:
        """Closes every connection."""
        for connection in (one for kept in self._free.values() for one in kept):
            connection.close()
        self._free.clear()

    async def play(self, port: int, token: str, due: float) -> None:
        """One person, from his first press to his last answer."""
        paper, places = await self.open(port, token, due)
        now = time.perf_counter()
        moments = sorted(now + self._chance.random() * self.think_s for _ in places)
        for moment, (position, options) in zip(moments, places.items(), strict=True):
            await asyncio.sleep(max(0.0, moment - time.perf_counter()))
            for _ in range(2 if self._chance.random() < self.doubles else 1):
                await self.save(port, token, paper, position, self._chance.choice(options), moment)

    async def open(self, port: int, token: str, due: float) -> tuple[str, dict[int, list[str]]]:
        """Starts; gives the path of the paper and its options by position, none where it failed."""
        paper = await self.start(port, token, due)
        now = time.perf_counter()
        page = paper and await self._ask(port, "GET", paper, token, now, self.tally.papers)
        places: dict[int, list[str]] = {}
        for position, option in _OPTION.findall(page.body) if page else ():
            places.setdefault(int(position), []).append(option.decode())
        return paper, places

    async def start(self, port: int, token: str, due: float) -> str:
        """The path of the paper, after waiting where one must; empty where it failed."""
        path, body = f"/thi/{self.contest}/bat-dau", f"vong={self.round_id}".encode()
        times: Times = []
        presses = 2 if self._chance.random() < self.doubles else 1
        told = [await self._ask(port, "POST", path, token, due, times, body)]
        if presses > 1:
            told.append(await self._ask(port, "POST", path, token, due, [], body))
        first = told[0]
        if first is None or "/cho?" not in first.location:
            self.tally.starts += times
            return first.location if first else ""
        return await self._wait(port, token, first.location, due)

    async def _wait(self, port: int, token: str, page: str, due: float) -> str:
        """Somebody who keeps the page of the queue open until he is let in."""
        again_s = 0.0
        while True:
            now = time.perf_counter()
            shown = await self._ask(port, "GET", page, token, now, self.tally.asked)
            if shown is None:
                return ""
            if shown.location:
                self.tally.queued.append((time.perf_counter() - self.begun, now - due))
                return shown.location
            again_s = 2.0
            while again_s:
                await asyncio.sleep(again_s)
                ask = page.replace("/cho?", "/cho/trang-thai?")
                now = time.perf_counter()
                told = await self._ask(port, "GET", ask, token, now, self.tally.asked)
                if told is None:
                    return ""
                place = json.loads(told.body)
                page, again_s = place["page"], place["again_s"]

    async def save(
        self, port: int, token: str, paper: str, position: int, chosen: str, due: float
    ) -> None:
        """One answer."""
        body = f'{{"position":"{position}","chosen":"{chosen}"}}'.encode()
        told = await self._ask(port, "POST", f"{paper}/luu", token, due, self.tally.saves, body)
        if told is not None:
            attempt = int(paper.rsplit("/", 1)[1])
            self.tally.acknowledged[attempt, position] = chosen

    async def _ask(
        self,
        port: int,
        method: str,
        path: str,
        token: str,
        due: float,
        times: Times,
        body: bytes = b"",
    ) -> Answer | None:
        """The answer; None, and told among the errors, where there is no good one."""
        kept = self._free.setdefault(port, [])
        for attempt in range(_PATIENCE if self.retries else 1):
            connection = kept.pop() if kept else Connection(port)
            try:
                answer = await connection.ask(method, path, token, body)
            except (OSError, EOFError) as error:
                connection.close()
                if not self.retries or attempt == _PATIENCE - 1:
                    self.tally.errors[type(error).__name__] += 1
                    return None
                await asyncio.sleep(0.5)
                continue
            kept.append(connection)
            now = time.perf_counter()
            # A refusal comes quickly and saves nothing: it is no good time, but an error.
            if answer.status in (200, 303):
                times.append((now - self.begun, now - due))
                return answer
            self.tally.errors[f"{path.rsplit('/', 1)[1][:8]} {answer.status}"] += 1
            return None
        return None


def told(times: Times, since: float = 0.0, until: float = 1e9) -> dict[str, Any]:
    """Figures of all; the rate is that of the time between the two instants, in seconds."""
    if len(times) < 2:
        return {"n": len(times)}
    cuts = statistics.quantiles((late for _, late in times), n=100)
    until = min(until, max(when for when, _ in times))
    inside = sum(since <= when < until for when, _ in times)
    return {
        "n": len(times),
        "a_second": round(inside / max(until - since, 0.001), 1),
        "p50_ms": round(cuts[49] * 1000, 1),
        "p99_ms": round(cuts[98] * 1000, 1),
    }
