"""How long one question takes and how much memory the index holds, as the base grows.

    python -m benchmarks matching_speed

Bases of 1,000 to 100,000 wordings are shuffled copies of the project's own, spread over entries; the
one of 35,000 is about what the project's own base has. The time grows with the entries that come near
a question more than with the wordings of each.
The questions stand in none of them: a word is left out and a letter mistyped, so that every one
goes the whole way. Each size is measured in a fresh process. Times are processor time, which is
what an idle machine takes; the wall time of the same run stands beside it.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.material import base_of_size, noisy_questions, own_base
from benchmarks.processes import in_fresh_process, resident_mb
from bot.matching.find import Matcher

SIZES = (1_000, 3_000, 10_000, 35_000, 100_000)
QUESTIONS = 500
TARGETS = {3_000: 2.0, 100_000: 10.0}
"""The 95th percentile in milliseconds that a size must keep to."""
LARGEST_MB = 100.0


def measure(report: Callable[[str], None]) -> dict[str, Any]:
    """The figures of every size."""
    rows = []
    for size in SIZES:
        row = in_fresh_process("benchmarks.matching_speed", str(size))
        rows.append(row)
        report(
            f"{row['wordings']:7,} wordings   median {row['median_ms']:5.2f} ms   "
            f"p95 {row['p95_ms']:5.2f} ms   build {row['build_s']:5.2f} s   "
            f"index {row['index_mb']:5.1f} MB"
        )
    kept = all(row["p95_ms"] <= TARGETS.get(row["wordings"], row["p95_ms"]) for row in rows)
    small = all(row["index_mb"] <= LARGEST_MB for row in rows)
    return {"questions": QUESTIONS, "rows": rows, "targets_met": kept and small}


def _measure_here(size: int) -> dict[str, object]:
    own = own_base()
    questions = noisy_questions(own, QUESTIONS)
    base = base_of_size(own, size)
    del own
    gc.collect()
    before, begun = resident_mb(), time.perf_counter()
    matcher = Matcher(base)
    build_s = time.perf_counter() - begun
    gc.collect()
    held = resident_mb() - before
    for question in questions[:50]:
        matcher.find(question)
    both = [_milliseconds(matcher, question) for question in questions]
    times, wall = sorted(own for own, _ in both), sorted(wall for _, wall in both)
    return {
        "wordings": sum(len(entry.questions) for entry in base.spoken),
        "entries": len(base.spoken),
        "median_ms": round(times[len(times) // 2], 3),
        "p95_ms": round(times[int(len(times) * 0.95)], 3),
        "p95_wall_ms": round(wall[int(len(wall) * 0.95)], 3),
        "build_s": round(build_s, 2),
        "index_mb": round(held, 1),
    }


def _milliseconds(matcher: Matcher, question: str) -> tuple[float, float]:
    """The processor time and the wall time of one question."""
    begun, begun_own = time.perf_counter(), time.thread_time()
    matcher.find(question)
    return (time.thread_time() - begun_own) * 1_000, (time.perf_counter() - begun) * 1_000


def table(results: dict[str, Any]) -> str:
    """The results as Markdown; growth is beside the smallest base."""
    least = results["rows"][0]
    lines = [
        "| wordings | entries | median ms | p95 ms | p95 wall ms | growth | build s | index MB |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {row['wordings']:,} | {row['entries']:,} | {row['median_ms']:.2f} | {row['p95_ms']:.2f} | "
        f"{row['p95_wall_ms']:.2f} | wordings ×{row['wordings'] / least['wordings']:.0f}, "
        f"p95 ×{row['p95_ms'] / least['p95_ms']:.1f} | {row['build_s']:.2f} | {row['index_mb']:.1f} |"
        for row in results["rows"]
    ]
    met = "met" if results["targets_met"] else "**missed**"
    about = f"Targets (p95 2 ms at 3,000 and 10 ms at 100,000, index 100 MB): {met}."
    return "\n".join([about, "", *lines])


if __name__ == "__main__":
    print(json.dumps(_measure_here(int(sys.argv[1]))))
