"""How soon Zalo's events are answered: two seconds is what Zalo allows before it warns, then leaves.

    python -m benchmarks zalo_webhook

The program runs as one process on an empty SQLite file with debug logging; a Zalo Official Account on
loopback shares the machine with it. Each event is signed, asks a question, and is stored before it is
answered.

- Steady: so many events a second for a minute.
- Rush: a thousand events at once over as many connections as Zalo is likely to open.
- Slow Zalo: the same while Zalo takes seconds for every reply that is sent to it.

The share in time and the slowest answer are told; no event may be lost.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import httpx

from benchmarks.material import own_base
from tests.fakes.misbehaviour import Answer
from tests.fakes.serving import serving
from tests.fakes.zalo_oa import FakeZaloOa
from tests.web.conftest import Served

RATE, STEADY_S = 200, 60
RUSH, AT_ONCE = 1_000, 100
ALLOWED_S = 2.0
_SLOW_S = 5.0
_PEOPLE = 1_000


@dataclass(slots=True)
class _Posts:
    """Signed events on their way to the webhook, and how long each was."""

    zalo: FakeZaloOa
    session: aiohttp.ClientSession
    questions: list[str]
    waits: list[float] = field(default_factory=list)
    refused: int = 0
    written: int = 0

    async def write(self, due: float | None = None) -> None:
        """Someone asks something; the time runs from `due`, or from now."""
        self.written += 1
        text = self.questions[self.written % len(self.questions)]
        event = self.zalo.text(f"nguoi-{self.written % _PEOPLE}", text)
        body = json.dumps(event, ensure_ascii=False).encode()
        headers = {"X-ZEvent-Signature": self.zalo.sign(body), "Content-Type": "application/json"}
        begun = due or time.monotonic()
        async with self.session.post(self.zalo.webhook_url, data=body, headers=headers) as answer:
            await answer.read()
        self.waits.append(time.monotonic() - begun)
        self.refused += answer.status != 200

    async def steadily(self, rate: int, seconds: int) -> None:
        """So many a second, whether the ones before are answered or not."""
        begun, posts = time.monotonic(), []
        for number in range(rate * seconds):
            due = begun + number / rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            posts.append(asyncio.create_task(self.write(due)))
        await asyncio.gather(*posts)

    async def at_once(self, count: int) -> None:
        """All together, each from the moment when it has a connection."""
        connections = asyncio.Semaphore(AT_ONCE)

        async def write() -> None:
            async with connections:
                await self.write()

        await asyncio.gather(*(write() for _ in range(count)))

    def told(self) -> dict[str, Any]:
        """The figures since the last time they were told."""
        waits, self.waits = self.waits, []
        return {
            "events": len(waits),
            "p50_ms": round(statistics.median(waits) * 1_000, 1),
            "p99_ms": round(statistics.quantiles(waits, n=100)[98] * 1_000, 1),
            "max_ms": round(max(waits) * 1_000, 1),
            "late": sum(wait > ALLOWED_S for wait in waits),
        }


def measure(
    report: Callable[[str], None], rate: int = RATE, seconds: int = STEADY_S, rush: int = RUSH
) -> dict[str, Any]:
    """The three; the figures as `table` shows them."""
    questions = [entry.question for entry in own_base().spoken]
    with tempfile.TemporaryDirectory() as folder, _program(Path(folder)) as (program, zalo):
        found = asyncio.run(_measure(zalo, questions, rate, seconds, rush))
        stored = _stored(program.database)
    rounds = [found[name] for name in ("steady", "rush", "slow")]
    found["lost"] = sum(one["events"] for one in rounds) + 1 - stored
    found["targets_met"] = not any((found["lost"], found["refused"], *(r["late"] for r in rounds)))
    for name in ("steady", "rush", "slow"):
        report(f"{name}: {found[name]}")
    report(f"lost {found['lost']}, refused {found['refused']}")
    return {**found, "rate": rate, "seconds": seconds}


def table(results: dict[str, Any]) -> str:
    """The results as Markdown."""
    met = "met" if results["targets_met"] else "**missed**"
    titles = {
        "steady": f"{results['rate']} a second for {results['seconds']} s",
        "rush": "at once",
        "slow": f"at once, and Zalo takes {_SLOW_S:.0f} s for each reply",
    }
    rows = [
        f"| {title} | {one['events']:,} | {one['p50_ms']:.0f} | {one['p99_ms']:.0f} "
        f"| {one['max_ms']:.0f} | {one['late']} |"
        for name, title in titles.items()
        for one in [results[name]]
    ]
    return "\n".join(
        [
            f"Target (every event stored and answered within {ALLOWED_S:.0f} s): {met}.",
            "",
            "| signed events | number | p50 ms | p99 ms | slowest ms | late |",
            "|---|---:|---:|---:|---:|---:|",
            *rows,
        ]
    )


@contextmanager
def _program(folder: Path) -> Iterator[tuple[Served, FakeZaloOa]]:
    zalo = FakeZaloOa(refresh="ma-lam-moi-dau-tien", per_minute=1_000_000)
    with serving(zalo.app) as address:
        program = Served(folder)
        program.settings |= zalo.settings(address) | {"BOT_LOG_LEVEL": "DEBUG"}
        program.start()
        zalo.webhook_url = f"http://127.0.0.1:{program.port}/webhooks/zalo-oa"
        try:
            while httpx.get(f"{program.address}/healthz").json()["channels"]["zalo_oa"] != "ok":
                time.sleep(0.05)
            yield program, zalo
        finally:
            program.kill()


async def _measure(
    zalo: FakeZaloOa, questions: list[str], rate: int, seconds: int, rush: int
) -> dict[str, Any]:
    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    async with aiohttp.ClientSession(connector=connector) as session:
        posts = _Posts(zalo, session, questions)
        await posts.write()  # to warm up
        posts.waits.clear()
        await posts.steadily(rate, seconds)
        found = {"steady": posts.told()}
        await posts.at_once(rush)
        found["rush"] = posts.told()
        slowly = Answer({"error": 0, "data": {"message_id": "1"}}, delay=_SLOW_S)
        zalo.sends.add(*[slowly] * (10 * rush))
        await posts.at_once(rush)
        return {**found, "slow": posts.told(), "refused": posts.refused}


def _stored(database: Path) -> int:
    connection = sqlite3.connect(database)
    try:
        return int(connection.execute("SELECT count(*) FROM inbox").fetchone()[0])
    finally:
        connection.close()
