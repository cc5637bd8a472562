"""Runs a piece of a benchmark in a fresh process, so that memory and start are its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.material import ROOT

_PAGE = os.sysconf("SC_PAGE_SIZE")


def resident_mb(pid: int | str = "self") -> float:
    """The resident memory of a process in MB (10^6 bytes); Linux only."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * _PAGE / 1e6


def processor_s(pid: int) -> float:
    """The seconds of processor that a process has used; Linux only."""
    # Behind the name, which may hold blanks: fields 14 and 15 are user and system ticks.
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def in_fresh_process(module: str, *arguments: str) -> dict[str, Any]:
    """What a module prints as its last line, run with `python -m` in a process of its own."""
    ran = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    told: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return told
