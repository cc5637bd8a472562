"""From the webhook to the reply sent, with the program killed on the way, and at its ceiling.

    python -m benchmarks delivery

The program runs as one process on an empty SQLite file, or as BENCH_PROGRAMS=2 on a PostgreSQL of
their own (BENCH_STORE=postgresql); Telegram is a program on loopback that shares the machine with it.

- Killed: people write at random times, a tenth of their messages are delivered twice, and the
  program is killed with SIGKILL again and again. In the end every question must be answered once,
  in its person's order; a reply may have come twice only where its sending was interrupted. This
  Telegram enforces the real one's limits. On SQLite only; `chaos` torments two programs.
- Steady: so many messages a second for minutes; from the time a message is due at the webhook to
  the time its reply arrives: once questions of the base word for word, as buttons and examples
  give them, once half of them wordings never seen before, damaged as people type.
- Ceiling: all messages at once; how many are answered a second. Beside it what a bare Starlette
  route takes and how many bare INSERTs are committed one by one, in the same run.

Sizes: BENCH_PEOPLE, BENCH_EACH, BENCH_KILLS (0 leaves the killed run out), BENCH_RATE,
BENCH_SECONDS (0 leaves the steady run out), BENCH_MESSAGES. Figures on PostgreSQL are kept apart, as
those of `delivery_shared`.
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from benchmarks import bare
from benchmarks.material import noisy_questions, own_base
from benchmarks.rush import Load, Rush, rush
from tests.fakes import postgres
from tests.fakes.crowd import Crowd
from tests.fakes.ordeal import survive


def _size(name: str, usual: int) -> int:
    return int(os.environ.get(f"BENCH_{name}", usual))


PEOPLE, EACH, KILLS = _size("PEOPLE", 1_000), _size("EACH", 20), _size("KILLS", 20)
KILLED_S = max(8.0 * KILLS, PEOPLE * EACH / 111)
"""How long people write while the program is killed: each of its lives must be worth something."""
RATE, STEADY_S = _size("RATE", 200), _size("SECONDS", 300)
MESSAGES = _size("MESSAGES", 10_000)


@dataclass(frozen=True, slots=True)
class Setup:
    """What the programs work on, and how many they are."""

    store: str
    programs: int


ASKED = Setup(os.environ.get("BENCH_STORE", "sqlite"), _size("PROGRAMS", 1))
TARGET_P99_MS = 150.0
TARGET_CEILING = 500.0
TARGET_GROWTH_MB = 10.0
_KEY = "khoa-cua-cac-chuong-trinh-do-" + "k" * 30
_WARMING = 1_000
_CONNECTIONS = 8
"""To PostgreSQL, for what it commits at best."""


def measure(report: Callable[[str], None], setup: Setup = ASKED) -> dict[str, Any]:
    """All three; the figures as `table` shows them."""
    found: dict[str, Any] = {"programs": setup.programs, "store": setup.store}
    if KILLS and setup.store == "sqlite":
        found["killed"] = asyncio.run(measure_killed(report, PEOPLE, EACH, KILLS, KILLED_S))
    # uvicorn's choice of a loop, as for the program: the sender must not need more than it.
    loop_factory = uvicorn.Config("", log_config=None).get_loop_factory()
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        found["ceiling"] = runner.run(measure_ceiling(report, setup=setup))
        if STEADY_S:
            for kind, texts in (("steady_known", known_texts), ("steady", mixed_texts)):
                report(f"{kind}:")
                found[kind] = runner.run(measure_steady(report, texts(RATE * STEADY_S), setup))
    return {**found, "targets_met": _are_targets_met(found)}


def _are_targets_met(found: dict[str, Any]) -> bool:
    killed, steady, ceiling = (found.get(name) for name in ("killed", "steady", "ceiling"))
    return (
        not (killed and killed["faults"])
        and bool(ceiling and ceiling["a_second"] >= TARGET_CEILING)
        and not (steady and steady["p99_ms"] > TARGET_P99_MS)
        and not (steady and steady["growth_mb"] > TARGET_GROWTH_MB)
    )


async def measure_killed(
    report: Callable[[str], None], people: int, each: int, kills: int, seconds: float
) -> dict[str, Any]:
    """What a crowd got although the program was killed so often."""
    questions = [entry.question for entry in own_base().spoken]
    with tempfile.TemporaryDirectory() as folder:
        crowd = Crowd(people, each, questions)
        told, log = await survive(Path(folder), crowd, kills=kills, seconds=seconds)
    for fault in told.faults[:10]:
        report(f"killed: {fault}")
    report(
        f"killed {kills} times: {told.messages} messages, {told.replies} replies, "
        f"{told.doubles} twice, {told.doubts} of unknown outcome, {len(told.faults)} faults"
    )
    return {
        "kills": kills,
        "messages": told.messages,
        "replies": told.replies,
        "doubles": told.doubles,
        "doubts": told.doubts,
        "faults": len(told.faults),
        "secrets_logged": log.count("bi-mat"),
    }


async def measure_steady(
    report: Callable[[str], None], texts: list[str], setup: Setup = ASKED, rate: int = RATE
) -> dict[str, Any]:
    """Latency and memory at a steady rate."""
    seconds = len(texts) // rate
    async with _programs(setup) as all_:
        load = Load(all_)
        await load.run(texts, rate, 1_000)
        report(
            f"steady {rate}/s for {seconds} s: p50 {load.ms(50):.0f} ms, p99 {load.ms(99):.0f} ms, "
            f"{load.cpu_ms:.2f} ms of processor a message, memory +{load.growth_mb:.1f} MB"
        )
        return {
            "rate": rate,
            "seconds": seconds,
            "p50_ms": round(load.ms(50), 1),
            "p99_ms": round(load.ms(99), 1),
            "max_ms": round(max(load.waits) * 1_000, 1),
            "cpu_ms": round(load.cpu_ms, 2),
            "first_mb": round(load.memory[0], 1),
            "last_mb": round(load.memory[-1], 1),
            "growth_mb": round(load.growth_mb, 1),
        }


async def measure_ceiling(
    report: Callable[[str], None], count: int = MESSAGES, setup: Setup = ASKED
) -> dict[str, Any]:
    """Messages answered a second when they are always waiting, and what the machine does bare."""
    found: dict[str, Any] = {}
    kinds = {"a_second": known_texts(count), "mixed_a_second": mixed_texts(count)}
    for kind, texts in kinds.items():
        async with _programs(setup) as all_:
            begun, before, own = time.perf_counter(), all_.processor_s(), time.process_time()
            await all_.flood(texts, 1_000)
            found[kind] = round(count / (time.perf_counter() - begun))
            found[f"{kind}_cpu_ms"] = round((all_.processor_s() - before) / count * 1_000, 2)
            found[f"{kind}_sender_ms"] = round((time.process_time() - own) / count * 1_000, 2)
            if all_.refused:
                report(f"{all_.refused} posts were refused")
        report(
            f"{kind}: {found[kind]}; {found[f'{kind}_cpu_ms']} ms of processor a message in the "
            f"program, {found[f'{kind}_sender_ms']} in the sender"
        )
    found |= await _measure_bare(report, setup)
    return found


async def _measure_bare(report: Callable[[str], None], setup: Setup) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        route = await bare.route_a_second()
        if setup.store == "sqlite":
            inserts = bare.sqlite_inserts_a_second(Path(folder))
        else:
            with _postgresql(Path(folder)) as url:
                inserts = await bare.postgresql_inserts_a_second(url, _CONNECTIONS)
    report(f"bare: {route} posts/s on a route, {inserts} INSERTs/s one by one")
    return {"bare_route": route, "bare_inserts": inserts}


@asynccontextmanager
async def _programs(setup: Setup) -> AsyncIterator[Rush]:
    """The programs on an empty store, warm."""
    with tempfile.TemporaryDirectory() as folder, _store(Path(folder), setup) as url:
        settings = {"BOT_DATABASE_URL": url, "BOT_SECRET_KEY": _KEY}
        async with rush(Path(folder), setup.programs, **settings) as all_:
            await all_.flood(mixed_texts(_WARMING), _WARMING // 2)
            yield all_


def _store(folder: Path, setup: Setup) -> AbstractContextManager[str]:
    if setup.store == "postgresql":
        return _postgresql(folder)
    if setup.programs > 1:
        raise SystemExit("BENCH_PROGRAMS=2 cần BENCH_STORE=postgresql.")
    return nullcontext(f"sqlite+aiosqlite:///{folder}/bot.db")


@contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    with postgres.started(folder / "postgresql") as server:
        yield server.get_uri()


def table(results: dict[str, Any]) -> str:
    """The results as Markdown."""
    met = "met" if results["targets_met"] else "**missed**"
    rows = [*_killed_rows(results), *_steady_rows(results), *_ceiling_rows(results)]
    where = f"{results['programs']} program(s) on {results['store']}"
    return "\n".join(
        [
            f"Targets (nothing lost, p99 {TARGET_P99_MS:.0f} ms, memory flat, ceiling "
            f"{TARGET_CEILING:.0f}/s): {met}; {where}.",
            "",
            "| | |",
            "|---|---:|",
            *(f"| {name} | {value} |" for name, value in rows),
        ]
    )


def _killed_rows(results: dict[str, Any]) -> list[tuple[str, str]]:
    killed = results.get("killed")
    if not killed:
        return []
    return [
        ("messages, a tenth delivered twice", f"{killed['messages']:,}"),
        ("SIGKILLs on the way", str(killed["kills"])),
        ("messages lost, handled twice or answered out of order", str(killed["faults"])),
        (
            "replies that came twice / whose sending was interrupted",
            f"{killed['doubles']} / {killed['doubts']}",
        ),
    ]


def _steady_rows(results: dict[str, Any]) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for kind, named in (("steady_known", "known wordings"), ("steady", "half never seen before")):
        if steady := results.get(kind):
            when = f"at {steady['rate']}/s for {steady['seconds']} s, {named}"
            resident = f"{steady['first_mb']:.0f} / {steady['last_mb']:.0f}"
            rows += [
                (f"{when}: p50 / p99, ms", f"{steady['p50_ms']:.0f} / {steady['p99_ms']:.0f}"),
                ("processor a message, ms", f"{steady['cpu_ms']:.2f}"),
                ("resident at the start / at the end, MB", resident),
            ]
    return rows


def _ceiling_rows(results: dict[str, Any]) -> list[tuple[str, str]]:
    ceiling = results["ceiling"]
    return [
        ("ceiling, known wordings, messages/s", f"{ceiling['a_second']:,}"),
        ("processor a message, ms", f"{ceiling['a_second_cpu_ms']:.2f}"),
        ("ceiling, half of them never seen before, messages/s", f"{ceiling['mixed_a_second']:,}"),
        ("processor a message, ms", f"{ceiling['mixed_a_second_cpu_ms']:.2f}"),
        ("posts/s on a bare route of Starlette", _beside(ceiling, "bare_route")),
        ("bare INSERTs/s, each committed", _beside(ceiling, "bare_inserts")),
    ]


def _beside(ceiling: dict[str, Any], name: str) -> str:
    return f"{ceiling[name]:,} (the ceiling is {ceiling['a_second'] / ceiling[name]:.0%} of it)"


def known_texts(count: int) -> list[str]:
    """Questions of the base word for word."""
    known = [entry.question for entry in own_base().spoken]
    chance = random.Random(3)
    return [chance.choice(known) for _ in range(count)]


def mixed_texts(count: int) -> list[str]:
    """Half questions of the base word for word, half wordings that nobody has typed before."""
    base = own_base()
    chance = random.Random(11)
    known = [entry.question for entry in base.spoken]
    fresh = noisy_questions(base, count // 2)
    texts = fresh + [chance.choice(known) for _ in range(count - len(fresh))]
    chance.shuffle(texts)
    return texts
