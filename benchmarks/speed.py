"""How fast the matcher is, how large it gets, and how soon the program answers."""

from __future__ import annotations

import gc
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.material import ROOT, base_of_size, noisy_questions, own_base

SIZES = (1_000, 3_000, 10_000, 100_000)
_ONE = "from benchmarks.speed import one_size; one_size({})"


def _resident() -> float:
    """Megabytes of memory that this process holds now."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1_048_576


def one_size(size: int) -> None:
    """Print build seconds, median and p95 milliseconds and megabytes of one size (own process)."""
    from bot.matching.find import Matcher

    base = own_base()
    questions = noisy_questions(base, 400)
    grown = base_of_size(base, size)
    before = _resident()
    begun = time.perf_counter()
    matcher = Matcher(grown)
    built = time.perf_counter() - begun
    after = _resident()
    times = []
    for question in questions:
        begun = time.perf_counter()
        matcher.find(question)
        times.append((time.perf_counter() - begun) * 1_000)
    times.sort()
    print(built, times[200], times[380], after - before)


def measure() -> dict[str, Any]:
    """Every size in a fresh process, and a cold `ask`."""
    sizes = {}
    for size in SIZES:
        told = subprocess.run(
            [sys.executable, "-c", _ONE.format(size)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        built, median, p95, megabytes = map(float, told.stdout.split())
        sizes[str(size)] = {
            "build_s": round(built, 2),
            "median_ms": round(median, 2),
            "p95_ms": round(p95, 2),
            "memory_mb": round(megabytes, 1),
        }
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "bot", "ask", "mất thẻ cử tri thì làm sao"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    cold = time.perf_counter() - begun
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1_024
    return {"sizes": sizes, "cold_ask_s": round(cold, 2), "largest_child_mb": round(memory, 1)}


def table(results: dict[str, Any]) -> str:
    """The results as Markdown."""
    rows = "\n".join(
        f"| {size} | {r['build_s']} | {r['median_ms']} | {r['p95_ms']} | {r['memory_mb']} |"
        for size, r in results["sizes"].items()
    )
    return (
        "## Speed\n\nShuffled copies of the base's wordings, each size in a process of its own; the memory is\n"
        "what the process grew by when the matcher was built.\n\n"
        "| wordings | build s | median ms | p95 ms | memory MB |\n| --- | --- | --- | --- | --- |\n"
        + rows
        + f"\n\nFrom nothing to the first answer (`python -m bot ask`): {results['cold_ask_s']} s.\n"
    )
