"""The program under load: realistic people against `/thi` and the webhooks, past capacity as well.

    python -m benchmarks load

- Saves: two programs on one PostgreSQL; as many answers as they take, from people who always have
  one more.
- Burst: so many people start within one minute, at two programs on PostgreSQL (`BENCH_ON=sqlite`:
  one on SQLite). Whoever is told to wait keeps the page open until he is let in; a twentieth presses
  twice; everybody answers his ten questions over the next minute.
- Replies: questions by Telegram's webhook; first as many as are answered, then 70 % of that.
- Long: half of what a launch brings, for `BENCH_SECONDS` (1800 for the half hour), at one program on
  SQLite (`BENCH_LONG_ON=postgresql`: two on PostgreSQL); memory and latency of its last fifth beside
  those of its first. Nobody hands in: from a third of the time on papers run out as quickly as new
  ones begin, in a short run as in a long one.

`BENCH_STARTS`, `BENCH_PEOPLE`, `BENCH_MESSAGES`, `BENCH_SECONDS`, `BENCH_ON` and `BENCH_PARTS`
(some of saves, burst, replies, long) change the size; a part that is not asked for keeps its figures
and the day of them. Beside each stand, from the same run, what a bare Starlette route and bare INSERTs
take on this machine. A person posts four times a second at most: with fewer people than a quarter of
the saves a second some are refused, which counts as errors.
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks import bare, delivery
from benchmarks.contest_web import CONTEST, KEY, PAPER_S, ROUND, prepare
from benchmarks.players import Players, Times, told
from benchmarks.processes import resident_mb
from benchmarks.served import Server
from benchmarks.wire import run
from tests.fakes import postgres

STARTS = int(os.environ.get("BENCH_STARTS", "10000"))
PEOPLE = int(os.environ.get("BENCH_PEOPLE", "1000"))
MESSAGES = int(os.environ.get("BENCH_MESSAGES", "10000"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "120"))
ON = os.environ.get("BENCH_ON", "postgresql")
LONG_ON = os.environ.get("BENCH_LONG_ON", "sqlite")
PARTS = os.environ.get("BENCH_PARTS", "saves,burst,replies,long").split(",")
SAVING_S, AT_ONCE = 30, 48
BURST_S = THINK_S = 60.0
DOUBLES = 0.05
SHARE, REPLYING_S = 0.7, 60
LONG_STARTS = 50
SAVES_TARGET, REPLIES_TARGET, P99_MS = 2_000, 800, 250


def measure(report: Callable[[str], None]) -> dict[str, Any]:
    """The parts that are asked for; the figures as `table` shows them."""
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "saves": measure_saves,
        "burst": measure_burst,
        "replies": lambda: measure_replies(report),
        "long": measure_long,
    }
    with tempfile.TemporaryDirectory(prefix="bench-bare-") as folder:
        found: dict[str, Any] = {
            "route": run(bare.route_a_second()),
            "sqlite_inserts": bare.sqlite_inserts_a_second(Path(folder)),
        }
    report(f"bare: {found}")
    for name in PARTS:
        found[name] = {**parts[name](), "route": found["route"]}
        report(f"{name}: {found[name]}")
    return found


def keep(before: dict[str, Any], found: dict[str, Any], day: str) -> dict[str, Any]:
    """The figures of today with those parts of earlier runs that were not measured today.

    `days` tells when each part was.
    """
    kept = {name: before[name] for name in _ROWS if name in before and name not in found}
    days = {name: before.get("days", {}).get(name, before.get("on", "")) for name in kept}
    # A part measured before it kept the bare route of its run has that of the entry.
    kept = {name: {"route": before["route"], **part} for name, part in kept.items()}
    days |= {name: day for name in _ROWS if name in found}
    return {**kept, **found, "days": days}


def measure_saves() -> dict[str, Any]:
    """Answers saved a second by two programs on PostgreSQL."""
    with _programs("postgresql", 2) as (url, servers):
        tokens = asyncio.run(prepare(url, PEOPLE))
        inserts = run(bare.postgresql_inserts_a_second(_plain(url)))
        _start(servers)
        crowd = Players([server.port for server in servers], CONTEST, ROUND)
        cpu = [server.cpu_seconds() for server in servers]
        seconds = run(_keep_saving(crowd, tokens, SAVING_S))
        cpu = [server.cpu_seconds() - b for server, b in zip(servers, cpu, strict=True)]
    saves = told(crowd.tally.saves)
    saves["a_second"] = round(saves["n"] / seconds)
    return {
        **saves,
        "errors": dict(crowd.tally.errors),
        "inserts": inserts,
        "cpu_ms": round(sum(cpu) / saves["n"] * 1_000, 2),
    }


async def _keep_saving(crowd: Players, tokens: Sequence[str], seconds: float) -> float:
    """Everybody starts, then saves one answer after the other; gives how long they saved."""
    crowd.begun = time.perf_counter()
    seats: list[tuple[int, str, str, dict[int, list[str]]]] = []
    waiting = iter(enumerate(tokens))

    async def sit_down() -> None:
        for n, token in waiting:
            port = crowd.ports[n % len(crowd.ports)]
            paper, places = await crowd.open(port, token, time.perf_counter())
            if places:
                seats.append((port, token, paper, places))

    await asyncio.gather(*(sit_down() for _ in range(8)))
    chance, begun = random.Random(5), time.perf_counter()

    async def answer() -> None:
        while time.perf_counter() < begun + seconds:
            port, token, paper, places = chance.choice(seats)
            position = chance.choice(list(places))
            chosen = chance.choice(places[position])
            await crowd.save(port, token, paper, position, chosen, time.perf_counter())

    await asyncio.gather(*(answer() for _ in range(AT_ONCE)))
    crowd.leave()
    return time.perf_counter() - begun


def measure_burst() -> dict[str, Any]:
    """What became of everybody who started within the minute."""
    with _programs(ON, 2 if ON == "postgresql" else 1) as (url, servers):
        tokens = asyncio.run(prepare(url, STARTS))
        _start(servers)
        ports = [server.port for server in servers]
        crowd = Players(ports, CONTEST, ROUND, THINK_S, doubles=DOUBLES)
        chance = random.Random(17)
        arrivals = sorted((chance.random() * BURST_S, token) for token in tokens)
        run(crowd.come(arrivals))
        tally = crowd.tally
        last = max(when for when, _ in [*tally.starts, *tally.queued])
        waits = [wait for _, wait in tally.queued]
    return {
        "on": ON,
        "people": len(tokens),
        "at_once": told(tally.starts),
        "queued": len(waits),
        "longest_wait_s": round(max(waits, default=0.0), 1),
        "all_in_after_s": round(last, 1),
        "failed": len(tokens) - len(tally.papers),
        "saves": told(tally.saves),
        "places": told(tally.asked),
        "errors": dict(tally.errors),
    }


def measure_replies(report: Callable[[str], None]) -> dict[str, Any]:
    """Messages answered a second, and how long each takes at 70 % of that."""
    ceiling = asyncio.run(delivery.measure_ceiling(report, MESSAGES))
    rate = max(1, int(ceiling["mixed_a_second"] * SHARE))
    texts = delivery.mixed_texts(rate * REPLYING_S)
    steady = asyncio.run(delivery.measure_steady(report, texts, rate=rate))
    return {"ceiling": ceiling, "steady": steady}


def measure_long() -> dict[str, Any]:
    """Half of a launch for long: the first and the last fifth of it."""
    with _programs(LONG_ON, 2 if LONG_ON == "postgresql" else 1) as (url, servers):
        tokens = asyncio.run(prepare(url, LONG_STARTS * SECONDS, min(PAPER_S, SECONDS // 3)))
        _start(servers)
        crowd = Players([server.port for server in servers], CONTEST, ROUND, doubles=DOUBLES)
        memory: list[float] = []
        arrivals = [(n / LONG_STARTS, token) for n, token in enumerate(tokens)]
        run(_watched(crowd, arrivals, servers, memory))
    fifth = SECONDS / 5
    spans = {"first": (fifth / 2, fifth * 1.5), "last": (SECONDS - fifth, float(SECONDS))}
    found: dict[str, Any] = {
        "on": LONG_ON,
        "seconds": SECONDS,
        "errors": dict(crowd.tally.errors),
    }
    for name, (since, until) in spans.items():
        at = memory[int(since / SECONDS * len(memory)) : int(until / SECONDS * len(memory)) + 1]
        found[name] = {
            "saves": told(_between(crowd.tally.saves, since, until)),
            "starts": told(_between(crowd.tally.starts, since, until)),
            "mb": round(sum(at) / len(at)),
        }
    return found


async def _watched(
    crowd: Players,
    arrivals: Sequence[tuple[float, str]],
    servers: list[Server],
    memory: list[float],
) -> None:
    async def watch() -> None:
        while True:
            memory.append(sum(resident_mb(server.pid) for server in servers))
            await asyncio.sleep(1)

    watching = asyncio.create_task(watch())
    await crowd.come(arrivals)
    watching.cancel()


def _between(times: Times, since: float, until: float) -> Times:
    return [(when - since, late) for when, late in times if since <= when < until]


@contextmanager
def _programs(kind: str, count: int) -> Iterator[tuple[str, list[Server]]]:
    """The address of a new database and so many programs on it, not started yet."""
    with ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-load-"))
        folder = Path(name)
        url = f"sqlite+aiosqlite:///{folder}/bot.db"
        if kind == "postgresql":
            server = stack.enter_context(postgres.started(folder / "data"))
            url = str(server.get_uri())
        programs = []
        for n in range(count):
            own = folder / f"program-{n}"
            own.mkdir()
            programs.append(Server(own, {"BOT_SECRET_KEY": KEY, "BOT_DATABASE_URL": url}))
            stack.callback(programs[-1].stop)
        yield url, programs


def _start(servers: Sequence[Server]) -> None:
    for server in servers:
        server.start()


def _plain(url: str) -> str:
    """The address as the driver itself takes it."""
    return url.replace("postgresql+asyncpg://", "postgresql://")


def table(found: dict[str, Any]) -> str:
    """The results as Markdown."""
    rows = [
        ("a bare Starlette route, posts a second", f"{found['route']:,}"),
        ("bare INSERTs into SQLite, a second", f"{found['sqlite_inserts']:,}"),
    ]
    for name, make in _ROWS.items():
        if name in found:
            rows += [(f"**{name}**", found.get("days", {}).get(name, "")), *make(found[name])]
    lines = [f"| {name} | {value} |" for name, value in rows]
    return "\n".join(
        [
            f"Targets: {SAVES_TARGET:,} answers saved a second by two programs on PostgreSQL; of "
            f"10,000 starts in a minute none failed; {REPLIES_TARGET} replies a second, p99 "
            f"{P99_MS} ms at 70 %; memory and latency flat.",
            "",
            "| | |",
            "|---|---:|",
            *lines,
        ]
    )


Rows = list[tuple[str, str]]


def _saves_rows(saves: dict[str, Any]) -> Rows:
    share = saves["a_second"] / saves["route"]
    return [
        ("bare INSERTs into PostgreSQL over two connections, a second", f"{saves['inserts']:,}"),
        ("answers saved a second, two programs on PostgreSQL", f"{saves['a_second']:,}"),
        ("of what the bare route takes / of bare INSERTs", _shares(share, saves)),
        ("p50 / p99 of a save, ms", f"{saves.get('p50_ms', 0):.0f} / {saves.get('p99_ms', 0):.0f}"),
        ("processor of the programs for a save, ms", f"{saves['cpu_ms']:.2f}"),
        ("errors", str(sum(saves["errors"].values()))),
    ]


def _shares(share: float, saves: dict[str, Any]) -> str:
    return f"{share:.0%} / {saves['a_second'] / saves['inserts']:.0%}"


def _burst_rows(burst: dict[str, Any]) -> Rows:
    at_once, saves = burst["at_once"], burst["saves"]
    return [
        (f"people who start within {BURST_S:.0f} s, on {burst['on']}", f"{burst['people']:,}"),
        ("let in at once / after waiting / failed",
         f"{at_once['n']:,} / {burst['queued']:,} / {burst['failed']}"),
        ("p99 of a start at once, ms", f"{at_once.get('p99_ms', 0):.0f}"),
        ("longest wait, s / all in after, s",
         f"{burst['longest_wait_s']} / {burst['all_in_after_s']}"),
        ("answers saved meanwhile / p99, ms",
         f"{saves['n']:,} / {saves.get('p99_ms', 0):.0f}"),
        ("errors", str(sum(burst["errors"].values()))),
    ]  # fmt: skip


def _replies_rows(replies: dict[str, Any]) -> Rows:
    ceiling, steady = replies["ceiling"], replies["steady"]
    share = ceiling["a_second"] / replies["route"]
    return [
        ("replies a second, one program on SQLite", f"{ceiling['a_second']:,} ({share:.0%})"),
        ("half of them to wordings never seen before", f"{ceiling['mixed_a_second']:,}"),
        (f"p50 / p99 at {steady['rate']} a second, ms",
         f"{steady['p50_ms']:.0f} / {steady['p99_ms']:.0f}"),
    ]  # fmt: skip


def _long_rows(long: dict[str, Any]) -> Rows:
    first, last = long["first"], long["last"]
    return [
        (f"{LONG_STARTS} starts and their answers a second for {long['seconds']} s, "
         f"on {long.get('on', 'sqlite')}: p50 / p99 of a save at first, ms", _medians(first)),
        ("p50 / p99 of a save at last, ms", _medians(last)),
        ("resident at first / at last, MB", f"{first['mb']} / {last['mb']}"),
        ("errors", str(sum(long["errors"].values()))),
    ]  # fmt: skip


def _medians(span: dict[str, Any]) -> str:
    saves = span["saves"]
    return f"{saves.get('p50_ms', 0):.0f} / {saves.get('p99_ms', 0):.0f}"


_ROWS: dict[str, Callable[[dict[str, Any]], Rows]] = {
    "saves": _saves_rows,
    "burst": _burst_rows,
    "replies": _replies_rows,
    "long": _long_rows,
}
"""The parts, in the order of the page."""
