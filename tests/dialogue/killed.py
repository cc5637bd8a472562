"""A chat in the terminal that is killed in the middle of a paper, and taken up again."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.conftest import ROOT


def play_and_kill(folder: Path) -> tuple[str, str]:
    """What was said before the kill, and after the next start, by the same person."""
    first = _open(folder)
    lines = ["luyện tập", "vào thi", "bắt đầu tính giờ", "a", "b", "c"]
    before = ""
    for line in lines:
        before += _say(first, line)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    second = _open(folder)
    after = _say(second, "thi")
    second.communicate(timeout=180)
    return before, after


def _open(folder: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "BOT_DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'bot.db'}",
        "PYTHONUTF8": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "chat", "--as", "lan"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=environment,
    )
    _hear(process)
    return process


def _say(process: subprocess.Popen[bytes], line: str) -> str:
    assert process.stdin is not None
    process.stdin.write(line.encode() + b"\n")
    process.stdin.flush()
    return _hear(process)


def _hear(process: subprocess.Popen[bytes], patience: float = 120) -> str:
    """What comes until nothing more does for a moment; every reply ends with an empty line."""
    assert process.stdout is not None
    heard, until = b"", time.monotonic() + patience
    while time.monotonic() < until and not heard.endswith(b"\n\n"):
        ready, _, _ = select.select([process.stdout], [], [], 1)
        if ready:
            piece = os.read(process.stdout.fileno(), 65_536)
            if not piece:
                break
            heard += piece
    return heard.decode()
