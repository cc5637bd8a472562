"""A million broken inputs for everything that reads something from outside: none may go unhandled.

Every input is made from a seed that is told with it: `fuzz.again(name, seed)` gives it back. Besides
errors it is noted how long the slowest input of each reader took, for one that hangs is a fault too.
`FUZZ_INPUTS` sets another number.
"""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.material import KNOWLEDGE, own_base
from bot.dialogue.snapshot import build_snapshot
from tests.safety.fuzzing import Target, build_targets, new_folder

INPUTS = int(os.environ.get("FUZZ_INPUTS", "1000000"))
SEED = int(os.environ.get("FUZZ_SEED", "20261128"))
_SLOW_SECONDS = 2.0


def measure(report: Callable[[str], None]) -> dict[str, Any]:
    """Inputs, errors and the slowest input of every reader."""
    found: dict[str, Any] = {"readers": {}, "seed": SEED}
    with new_folder() as folder:
        targets = build_targets(Path(folder), build_snapshot(own_base(), KNOWLEDGE))
        for target in targets:
            figures = _throw(target, max(1, round(INPUTS * target.share)), report)
            found["readers"][target.name] = figures
            report(
                f"{target.name}: {figures['inputs']} inputs, {figures['unhandled']} unhandled, "
                f"slowest {figures['slowest_ms']:.0f} ms, {figures['seconds']:.0f} s"
            )
    readers = found["readers"].values()
    found["inputs"] = sum(one["inputs"] for one in readers)
    found["unhandled"] = sum(one["unhandled"] for one in readers)
    return found


def again(name: str, seed: int) -> Any:
    """The input that a seed stands for."""
    with new_folder() as folder:
        targets = build_targets(Path(folder), build_snapshot(own_base(), KNOWLEDGE))
        target = next(one for one in targets if one.name == name)
        return target.make(Random(seed))


def _throw(target: Target, inputs: int, report: Callable[[str], None]) -> dict[str, Any]:
    began, slowest, unhandled = time.perf_counter(), 0.0, 0
    kinds: dict[str, int] = {}
    for number in range(inputs):
        seed = SEED + number
        made = target.make(Random(seed))
        at = time.perf_counter()
        try:
            target.take(made)
        except Exception as error:
            unhandled += 1
            last = traceback.extract_tb(error.__traceback__)[-1]
            kind = f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"
            if kind not in kinds:
                report(f"{target.name}: {kind}, seed {seed}: {str(error)[:200]}")
            kinds[kind] = kinds.get(kind, 0) + 1
        took = time.perf_counter() - at
        if took > slowest:
            slowest = took
            if took > _SLOW_SECONDS:
                report(f"{target.name}: {took:.1f} s, seed {seed}")
    return {
        "inputs": inputs,
        "unhandled": unhandled,
        "kinds": kinds,
        "slowest_ms": round(slowest * 1_000, 1),
        "seconds": round(time.perf_counter() - began, 1),
    }


def table(found: dict[str, Any]) -> str:
    """The figures for people."""
    lines = ["| reader | inputs | unhandled | slowest input |", "| --- | --- | --- | --- |"]
    for name, one in found["readers"].items():
        lines.append(
            f"| {name} | {one['inputs']:,} | {one['unhandled']} | {one['slowest_ms']:.0f} ms |"
        )
    lines.append(f"| **all** | {found['inputs']:,} | {found['unhandled']} | |")
    return "\n".join(lines)
