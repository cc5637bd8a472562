"""How long the import of a booklet takes, how much memory, and how many questions come out right.

    python -m benchmarks booklet

A made-up booklet of 195 questions on 340 pages goes through `kb import` in a process of its own.
Then every layout of the tests is printed whole and read back: a question is right where its number,
its question and its answer are, word for word.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.material import ROOT, SEED, own_base
from benchmarks.processes import in_fresh_process
from bot.knowledge.booklet import import_booklet
from bot.knowledge.booklet.model import Draft
from bot.knowledge.model import Base
from tests.fixtures.booklets.layouts import LAYOUTS
from tests.fixtures.booklets.made import Layout, Truth, print_booklet

QUESTIONS = 195
TARGET_S = 60.0
TARGET_MB = 500.0
TARGET_RIGHT = 190
_LONG = replace(Layout(), lines=16)


def measure(report: Callable[[str], None]) -> dict[str, Any]:
    """Seconds and megabytes of one import, and the questions that came out right by layout."""
    took = in_fresh_process("benchmarks.booklet", "once")
    report(
        f"kb import: {took['pages']} pages in {took['seconds']:.1f} s "
        f"({took['cpu_s']:.1f} s of processor time), {took['mb']:.0f} MB"
    )
    base = own_base()
    right = {}
    for name, layout in LAYOUTS.items():
        right[name] = _count_right(layout, base)
        report(f"{right[name]} of {QUESTIONS} right: {name}")
    kept = took["seconds"] <= TARGET_S and took["mb"] <= TARGET_MB
    return {
        **took,
        "right": right,
        "targets_met": kept and min(right.values()) >= TARGET_RIGHT,
    }


def table(results: dict[str, Any]) -> str:
    """The results as Markdown."""
    met = "met" if results["targets_met"] else "**missed**"
    rows = [f"| {name} | {right} |" for name, right in results["right"].items()]
    return "\n".join(
        [
            f"Targets ({TARGET_S:.0f} s, {TARGET_MB:.0f} MB, {TARGET_RIGHT} of {QUESTIONS} questions "
            f"right): {met}.",
            "",
            f"`kb import` of {results['pages']} pages: {results['seconds']:.1f} s, of them "
            f"{results['cpu_s']:.1f} s of processor time (what an idle machine takes), "
            f"{results['mb']:.0f} MB at most.",
            "",
            f"| layout | right of {QUESTIONS} |",
            "|---|---:|",
            *rows,
        ]
    )


def _count_right(layout: Layout, base: Base) -> int:
    data, truth = print_booklet(layout, SEED)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "booklet.pdf"
        path.write_bytes(data)
        drafts = import_booklet(path, base, lambda _question: None).drafts
    return len(_read(drafts) & _meant(truth))


def _read(drafts: Sequence[Draft]) -> set[tuple[int, str, str]]:
    return {(d.number, d.question, " ".join(d.answer.split())) for d in drafts}


def _meant(truth: Sequence[Truth]) -> set[tuple[int, str, str]]:
    return {(t.number, t.question, " ".join(t.answer.split())) for t in truth}


def _import_once() -> dict[str, Any]:
    """One long booklet through the command, as an editor runs it."""
    data, _ = print_booklet(_LONG, SEED)
    with tempfile.TemporaryDirectory() as folder:
        book, out = Path(folder) / "booklet.pdf", Path(folder) / "drafts.yaml"
        book.write_bytes(data)
        begun = time.perf_counter()
        command = [sys.executable, "-m", "bot", "kb", "import", str(book), "--out", str(out)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        seconds = time.perf_counter() - begun
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "pages": data.count(b"/Type /Page "),
        "seconds": round(seconds, 1),
        "cpu_s": round(used.ru_utime + used.ru_stime, 1),
        # Linux counts in units of 1,024 bytes.
        "mb": round(used.ru_maxrss * 1_024 / 1e6),
    }


if __name__ == "__main__":
    print(json.dumps(_import_once()))
