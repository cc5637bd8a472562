"""From the webhook to the reply sent, with the program killed on the way, and at its ceiling.

    python -m benchmarks delivery

The program runs as one process on an empty SQLite file; Telegram is a program on loopback that
enforces the real one's limits and, like this benchmark, shares the machine with it.

- Killed: people write at random times, a tenth of their messages are delivered twice, and the
  program is killed with SIGKILL again and again. In the end every question must be answered once,
  in its person's order; a reply may have come twice only where its sending was interrupted.
- Steady: so many messages a second for minutes; from the time a message is due at the webhook to
  the time its reply arrives. Half are questions of the base word for word, as buttons and examples
  give them, half wordings never seen before, damaged as people type.
- Ceiling: all messages at once; how many are answered a second.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import tempfile
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.material import noisy_questions, own_base
from benchmarks.processes import processor_s, resident_mb
from tests.fakes.crowd import Crowd
from tests.fakes.ordeal import Ordeal, ordeal, survive, until

PEOPLE, EACH, KILLS, KILLED_S = 1_000, 20, 20, 180.0
RATE, STEADY_S = 200, 300
CEILING_MESSAGES = 10_000
TARGET_P99_MS = 150.0
TARGET_CEILING = 500.0
TARGET_GROWTH_MB = 10.0
_FIRST = 500_001


def measure(report: Callable[[str], None]) -> dict[str, Any]:
    """All three; the figures as `table` shows them."""
    killed = asyncio.run(measure_killed(report))
    steady = asyncio.run(measure_steady(report))
    ceiling = asyncio.run(measure_ceiling(report))
    met = (
        not killed["faults"]
        and steady["p99_ms"] <= TARGET_P99_MS
        and steady["growth_mb"] <= TARGET_GROWTH_MB
        and ceiling["a_second"] >= TARGET_CEILING
    )
    return {"killed": killed, "steady": steady, "ceiling": ceiling, "targets_met": met}


async def measure_killed(
    report: Callable[[str], None],
    people: int = PEOPLE,
    each: int = EACH,
    kills: int = KILLS,
    seconds: float = KILLED_S,
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
    report: Callable[[str], None], rate: int = RATE, seconds: int = STEADY_S
) -> dict[str, Any]:
    """Latency and memory at a steady rate."""
    count = rate * seconds
    texts = _mixed_texts(count)
    with tempfile.TemporaryDirectory() as folder:
        async with ordeal(Path(folder)) as all_:
            await all_.program.start()
            await _flood(all_, texts[:500], 500)  # to warm up
            load = _Load(all_, texts)
            await load.run(rate)
            report(
                f"steady {rate}/s for {seconds} s: p50 {load.ms(50):.0f} ms, "
                f"p99 {load.ms(99):.0f} ms, {load.cpu_ms(count):.2f} ms of processor a message"
            )
            return {
                "rate": rate,
                "seconds": seconds,
                "p50_ms": round(load.ms(50), 1),
                "p99_ms": round(load.ms(99), 1),
                "max_ms": round(max(load.waits) * 1_000, 1),
                "cpu_ms": round(load.cpu_ms(count), 2),
                "first_mb": round(load.memory[0], 1),
                "last_mb": round(load.memory[-1], 1),
                "growth_mb": round(load.memory[-1] - load.memory[len(load.memory) // 2], 1),
            }


async def measure_ceiling(
    report: Callable[[str], None], count: int = CEILING_MESSAGES
) -> dict[str, Any]:
    """Messages answered a second when they are always waiting."""
    base = own_base()
    known = [entry.question for entry in base.spoken]
    found: dict[str, Any] = {}
    kinds = {
        "a_second": [random.Random(3).choice(known) for _ in range(count)],
        "mixed_a_second": _mixed_texts(count),
    }
    for kind, texts in kinds.items():
        with tempfile.TemporaryDirectory() as folder:
            async with ordeal(Path(folder)) as all_:
                await all_.program.start()
                await _flood(all_, texts[:500], 500)
                begun, before = time.perf_counter(), _cpu(all_)
                await _flood(all_, texts, PEOPLE)
                passed = time.perf_counter() - begun
                found[kind] = round(count / passed)
                found[f"{kind}_cpu_ms"] = round((_cpu(all_) - before) / count * 1_000, 2)
    report(
        f"ceiling: {found['a_second']}/s known wordings, {found['mixed_a_second']}/s mixed; "
        f"{found['a_second_cpu_ms']} and {found['mixed_a_second_cpu_ms']} ms of processor a message"
    )
    return found


def table(results: dict[str, Any]) -> str:
    """The results as Markdown."""
    met = "met" if results["targets_met"] else "**missed**"
    killed, steady, ceiling = results["killed"], results["steady"], results["ceiling"]
    rows = [
        ("messages, a tenth delivered twice", f"{killed['messages']:,}"),
        ("SIGKILLs on the way", str(killed["kills"])),
        ("messages lost, handled twice or answered out of order", str(killed["faults"])),
        ("replies that came twice / whose sending was interrupted", _doubles(killed)),
        (f"at {steady['rate']}/s for {steady['seconds']} s: p50, ms", f"{steady['p50_ms']:.0f}"),
        ("p99, ms", f"{steady['p99_ms']:.0f}"),
        ("processor a message, ms", f"{steady['cpu_ms']:.2f}"),
        ("resident at the start / at the end, MB", _memory(steady)),
        ("ceiling, known wordings, messages/s", f"{ceiling['a_second']:,}"),
        ("ceiling, half of them never seen before, messages/s", f"{ceiling['mixed_a_second']:,}"),
    ]
    return "\n".join(
        [
            f"Targets (nothing lost, p99 {TARGET_P99_MS:.0f} ms, memory flat, ceiling "
            f"{TARGET_CEILING:.0f}/s): {met}.",
            "",
            "| | |",
            "|---|---:|",
            *(f"| {name} | {value} |" for name, value in rows),
        ]
    )


def _doubles(killed: dict[str, Any]) -> str:
    return f"{killed['doubles']} / {killed['doubts']}"


def _memory(steady: dict[str, Any]) -> str:
    return f"{steady['first_mb']:.0f} / {steady['last_mb']:.0f}"


def _mixed_texts(count: int) -> list[str]:
    base = own_base()
    chance = random.Random(11)
    known = [entry.question for entry in base.spoken]
    fresh = noisy_questions(base, count // 2)
    texts = fresh + [chance.choice(known) for _ in range(count - len(fresh))]
    chance.shuffle(texts)
    return texts


async def _flood(all_: Ordeal, texts: list[str], people: int) -> None:
    """All texts at once, each from a person of his own."""
    before = len(all_.fake.sent)
    for number, text in enumerate(texts):
        all_.fake.write(_FIRST + number % people, text)
    await until(lambda: len(all_.fake.sent) >= before + len(texts), all_.program, 600)


def _cpu(all_: Ordeal) -> float:
    assert all_.program.process is not None
    return processor_s(all_.program.process.pid)


@dataclass(slots=True)
class _Load:
    """Messages at a steady rate from a thousand people, and how long each waits for its reply."""

    all_: Ordeal
    texts: list[str]
    waits: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    _due: defaultdict[int, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _cpu_used: float = 0.0

    async def run(self, rate: int) -> None:
        """Writes all texts, then waits for the last reply."""
        first, before = len(self.all_.fake.sent), _cpu(self.all_)
        watching = asyncio.create_task(self._watch())
        begun = time.monotonic()
        for number, text in enumerate(self.texts):
            due = begun + number / rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            person = _FIRST + number % PEOPLE
            self._due[person].append(due)
            self.all_.fake.write(person, text)
        wanted = first + len(self.texts)
        await until(lambda: len(self.all_.fake.sent) >= wanted, self.all_.program)
        watching.cancel()
        self._cpu_used = _cpu(self.all_) - before
        for sent in self.all_.fake.sent[first:]:
            self.waits.append(sent.at - self._due[sent.chat].popleft())

    async def _watch(self) -> None:
        assert self.all_.program.process is not None
        while True:
            self.memory.append(resident_mb(self.all_.program.process.pid))
            await asyncio.sleep(5)

    def ms(self, percent: int) -> float:
        """The wait that so many percent of the messages do not exceed."""
        return statistics.quantiles(self.waits, n=100)[percent - 1] * 1_000

    def cpu_ms(self, count: int) -> float:
        """Milliseconds of processor that the program used a message."""
        return self._cpu_used / count * 1_000
