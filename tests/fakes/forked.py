"""The program in a process of its own, forked from one that has imported it already.

Importing it takes longer than what most tests ask of it. Nothing else is shared: folder, environment,
streams and signals are those of a fresh start. `tests/web/test_phone.py` and the tests of killing start
it from nothing, as people do.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).resolve().parent.parent.parent
_PRELOADED = ["tests.fakes.forked", "bot.cli", "bot.server"]
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(_PRELOADED)


@dataclass(slots=True)
class Forked:
    """A running program, with the verbs of `subprocess.Popen` that tests need."""

    stdout: TextIO
    _process: ForkServerProcess

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float) -> int:
        self._process.join(timeout)
        code = self.returncode
        if code is None:
            raise subprocess.TimeoutExpired("bot", timeout)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def start(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], errors: Path
) -> Forked:
    """Starts `python -m bot` with these words; what it logs goes to a file."""
    heard, said = _context.Pipe(duplex=False)
    given = (list(arguments), str(folder), dict(environment), str(errors), said)
    process = _context.Process(target=_run, args=given, daemon=True)
    process.start()
    said.close()
    with heard:
        stdout = os.fdopen(os.dup(heard.fileno()), encoding="utf-8")
    return Forked(stdout, process)


def _run(
    arguments: list[str], folder: str, environment: dict[str, str], errors: str, said: Connection
) -> None:
    from bot import cli

    # Another copy that is installed must not be what is tested.
    assert Path(cli.__file__).is_relative_to(ROOT), cli.__file__
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    with said, Path(errors).open("wb") as log:
        os.dup2(said.fileno(), 1)
        os.dup2(log.fileno(), 2)
    sys.argv = ["bot", *arguments]
    cli.main()
