"""The program as a process of its own, measured from outside."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.material import ROOT


@dataclass
class Server:
    """`bot serve` on a SQLite file in a folder; it keeps its port when started again."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        """Where it can be reached."""
        return f"http://localhost:{self.port}"

    @property
    def pid(self) -> int:
        """The number of its process."""
        assert self.process is not None
        return self.process.pid

    def start(self) -> None:
        """Starts it and waits until it says where it can be reached."""
        env = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
        env |= {
            "BOT_HOST": "127.0.0.1",
            "BOT_PORT": str(self.port),
            "BOT_PUBLIC_URL": "",
            "BOT_DATABASE_URL": f"sqlite+aiosqlite:///{self.folder / 'bot.db'}",
            "PYTHONPATH": str(ROOT),
            **self.settings,
        }
        with (self.folder / "stderr").open("a") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"],
                cwd=ROOT,
                env=env,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if found := re.search(r"localhost:(\d+)/", line):
                self.port = int(found.group(1))
                return
        raise RuntimeError((self.folder / "stderr").read_text())

    def cpu_seconds(self) -> float:
        """The time that the process has used of the processors so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Ends it."""
        process, self.process = self.process, None
        if process is not None:
            process.send_signal(number)
            process.wait(timeout=30)
            assert process.stdout is not None
            process.stdout.close()

    def kill(self) -> None:
        """Ends it at once, in the middle of whatever it does."""
        self.stop(signal.SIGKILL)
