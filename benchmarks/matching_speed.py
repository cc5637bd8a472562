"""How long one question takes and how much memory the index holds, as the base grows.

    python -m benchmarks matching_speed       (BENCH_QUESTIONS, BENCH_SIZES="1000 35000" change the size)

Bases of 1,000 to 100,000 wordings are shuffled copies of the project's own, spread over entries; the
one of 35,000 is about what the project's own base has. The time grows with the entries that come near
a question more than with the wordings of each.
The questions stand in none of them: a word is left out and a letter mistyped, so that every one
goes the whole way. Each size is measured in a fresh process. Times are processor time, which is
what an idle machine takes; the wall time of the same run stands beside it.

The project's own base is measured as it is served, with its fitted numbers and its network: a question
never asked before and one that a leaflet suggests, each beside the plainest way to find an entry
(rapidfuzz's token_set_ratio with every wording), which is timed in turn with them. So the ratio holds
on a busy machine too.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from benchmarks.baselines import TokenSet, Wordings, fold_line
from benchmarks.material import KNOWLEDGE, TODAY, base_of_size, noisy_questions, own_base
from benchmarks.processes import in_fresh_process, resident_mb
from bot.dialogue.advise import advise
from bot.dialogue.snapshot import build_snapshot
from bot.knowledge.model import Base
from bot.matching.find import Matcher

SIZES = tuple(map(int, os.environ.get("BENCH_SIZES", "1000 3000 10000 35000 100000").split()))
QUESTIONS = int(os.environ.get("BENCH_QUESTIONS", "500"))
PLAINEST = 5
"""Every so manieth question is searched in the plainest way too, which takes fifty times as long."""
OWN = "own"
WARM = 50
"""Questions before the clock runs."""
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
    served = in_fresh_process("benchmarks.matching_speed", OWN)
    report(_served_line(served))
    kept = all(row["p95_ms"] <= TARGETS.get(row["wordings"], row["p95_ms"]) for row in rows)
    small = all(row["index_mb"] <= LARGEST_MB for row in rows)
    met = kept and small
    return {"questions": QUESTIONS, "rows": rows, "served": served, "targets_met": met}


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


def _measure_served() -> dict[str, Any]:
    """The own base as it is served: what a question takes the matcher, and the whole advice on it."""
    base = own_base()
    snapshot = build_snapshot(base, KNOWLEDGE)
    plainest = _plainest(base)
    unseen = noisy_questions(base, 2 * QUESTIONS + WARM)
    told = [text for entry in base.spoken for text in entry.questions][::97]
    for question in unseen[:WARM]:
        advise(snapshot, question, TODAY)
    gc.collect()
    gc.freeze()
    times: defaultdict[str, list[float]] = defaultdict(list)
    find = snapshot.matcher.find
    for number, question in enumerate(unseen[WARM : WARM + QUESTIONS]):
        # What was just found is found faster: the whole advice is on another question.
        other, known = unseen[WARM + QUESTIONS + number], told[number % len(told)]
        times["unseen"].append(_own_ms(partial(find, question)))
        times["advised"].append(_own_ms(partial(advise, snapshot, other, TODAY)))
        times["told"].append(_own_ms(partial(find, known)))
        if number % PLAINEST == 0:
            times["plainest"].append(_own_ms(partial(plainest.scores, fold_line(question))))
    return {name: _spread(some) for name, some in times.items()}


def _plainest(base: Base) -> TokenSet:
    lines = [fold_line(text) for entry in base.spoken for text in entry.questions]
    owners = np.repeat(range(len(base.spoken)), [len(e.questions) for e in base.spoken])
    return TokenSet(Wordings(lines, owners, len(base.spoken), len(base.spoken)))


def _own_ms(work: Callable[[], object]) -> float:
    """The processor time that a piece of work takes this thread, in milliseconds."""
    begun = time.thread_time()
    work()
    return (time.thread_time() - begun) * 1_000


def _spread(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    p50, p95 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
    return {"p50_ms": round(p50, 3), "p95_ms": round(p95, 3)}


def _served_line(served: dict[str, Any]) -> str:
    """The figures of the own base in one line."""
    plainest = served["plainest"]["p50_ms"]
    named = (("unseen", "unseen question"), ("advised", "its whole advice"), ("told", "known one"))
    return "; ".join(
        f"{title} p50 {served[name]['p50_ms']:.2f} ms, p95 {served[name]['p95_ms']:.2f} ms, "
        f"1/{plainest / served[name]['p50_ms']:.0f} of the plainest way"
        for name, title in named
    )


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
    if "served" in results:
        lines += ["", f"The own base as it is served: {_served_line(results['served'])}."]
    return "\n".join([about, "", *lines])


if __name__ == "__main__":
    wanted = sys.argv[1]
    print(json.dumps(_measure_served() if wanted == OWN else _measure_here(int(wanted))))
