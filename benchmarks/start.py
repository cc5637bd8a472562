"""How soon a cold start answers, and what the serving process holds after some talk.

    python -m benchmarks start

Each start is a process of its own with an empty database; the middle of three counts. The first of
all finds nothing kept by an earlier one, as after an edit of the knowledge, and is told apart.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from benchmarks.material import ROOT, noisy_questions, own_base
from benchmarks.processes import resident_mb
from benchmarks.served import Server

STARTS = 3
QUESTIONS = 200
TARGET_S = 3.0
TARGET_MB = 200.0
_ASKED = "chua du 18t co dc di bau ko"
_PATIENCE_S = 60.0


def measure(report: Callable[[str], None]) -> dict[str, Any]:
    """Seconds to the first answer of `ask` and `serve`, and megabytes of `serve`."""
    shutil.rmtree(ROOT / "data" / "kept", ignore_errors=True)
    cold_s = _start_serve(0)[0]
    report(f"serve, nothing kept: first answer after {cold_s:.2f} s")
    ask_s = statistics.median(_start_ask() for _ in range(STARTS))
    report(f"ask: first answer after {ask_s:.2f} s")
    starts = [_start_serve(0) for _ in range(STARTS - 1)]
    starts.append(_start_serve(QUESTIONS))
    serve_s = statistics.median(seconds for seconds, _, _ in starts)
    first_mb, later_mb = starts[-1][1:]
    report(
        f"serve: first answer after {serve_s:.2f} s, {later_mb:.0f} MB after {QUESTIONS} questions"
    )
    return {
        "ask_s": round(ask_s, 2),
        "serve_s": round(serve_s, 2),
        "serve_cold_s": round(cold_s, 2),
        "serve_first_mb": round(first_mb, 1),
        "serve_mb": round(later_mb, 1),
        "questions": QUESTIONS,
        "targets_met": max(ask_s, serve_s) <= TARGET_S and later_mb <= TARGET_MB,
    }


def table(results: dict[str, Any]) -> str:
    """The results as Markdown."""
    met = "met" if results["targets_met"] else "**missed**"
    cold = results.get("serve_cold_s")
    return "\n".join(
        [
            f"Targets ({TARGET_S:.0f} s to the first answer, {TARGET_MB:.0f} MB resident): {met}.",
            "",
            "| | |",
            "|---|---:|",
            f"| `python -m bot ask` to its answer, s | {results['ask_s']:.2f} |",
            f"| `python -m bot serve` to its first answer, s | {results['serve_s']:.2f} |",
            "| the same where nothing was kept by an earlier start, s | "
            # Figures from before this was measured stay until the next run.
            f"{'–' if cold is None else format(cold, '.2f')} |",
            f"| resident after that answer, MB | {results['serve_first_mb']:.0f} |",
            f"| resident after {results['questions']} questions, MB | {results['serve_mb']:.0f} |",
        ]
    )


def _start_ask() -> float:
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "bot", "ask", _ASKED], cwd=ROOT, check=True, capture_output=True
    )
    return time.perf_counter() - begun


def _start_serve(questions: int) -> tuple[float, float, float]:
    """Seconds to the first answer, and the megabytes then and after more questions."""
    with tempfile.TemporaryDirectory() as folder:
        server, begun = Server(Path(folder)), time.perf_counter()
        server.start()
        try:
            _ask(server.address, _ASKED)
            seconds = time.perf_counter() - begun
            first_mb = resident_mb(server.pid)
            # Every person is a new one, so that no guard against floods bites.
            for question in noisy_questions(own_base(), questions) if questions else ():
                _ask(server.address, question)
            return seconds, first_mb, resident_mb(server.pid)
        finally:
            server.stop()


def _ask(address: str, question: str) -> None:
    answer = httpx.post(
        f"{address}/chat",
        json={"id": uuid.uuid4().hex, "text": question},
        headers={"Origin": address},
        timeout=_PATIENCE_S,
    )
    answer.raise_for_status()
    assert answer.json()["html"]
