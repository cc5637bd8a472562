"""A booklet read in a process of its own, with no more memory and time than a booklet needs.

The file comes from a stranger, and the libraries that open it are large and old: one page may unpack to
gigabytes, or go round for ever. Then that process ends, and one sentence says so; the one that asked
goes on. Where the system sets no limits (Windows) there is the process alone.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import astuple
from pathlib import Path
from typing import Any

from bot.errors import InputRefused
from bot.knowledge.booklet.model import Booklet, Line, Page
from bot.knowledge.booklet.read_file import Progress, check_file, read_file

MEMORY_MB = 1_000
"""Of addresses; half of them are libraries, and a booklet of 340 pages takes a tenth."""
SECONDS = 60
"""Of the processor; a booklet of 340 pages takes ten."""
_NO_MEMORY = 3


def read_apart(
    path: Path, progress: Progress, *, memory_mb: int = MEMORY_MB, seconds: int = SECONDS
) -> Booklet:
    """As `read_file`, in a process of its own. Raises `InputRefused`, also where it needs too much."""
    check_file(path)
    told: list[Any] = []
    asked = [str(path.absolute()), str(memory_mb), str(seconds)]
    with subprocess.Popen(  # noqa: S603 this program itself
        [sys.executable, "-m", __name__, *asked],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment(),
    ) as child:  # fmt: skip
        try:
            assert child.stdout is not None  # noqa: S101 it is a pipe
            _hear(child.stdout, told.append, progress)
        except BaseException:
            child.kill()
            raise
    kind, *rest = told or [""]
    if kind == "refused":
        raise InputRefused(str(rest[0]))
    if kind == "read" and child.returncode == 0:
        return _booklet(rest)
    raise InputRefused(_why(path.name, child.returncode))


def _environment() -> dict[str, str]:
    """Ours, with the folder where this program lies; nothing is compiled beside it."""
    here = str(Path(__file__).resolve().parents[3])
    paths = [here, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def _hear(lines: Iterable[bytes], take: Callable[[Any], None], progress: Progress) -> None:
    for line in lines:
        kind, *rest = json.loads(line)
        if kind == "progress":
            progress(*rest)
            continue
        take(kind)
        for one in rest:
            take(one)


def _why(name: str, status: int) -> str:
    if status == -signal.SIGXCPU:
        return (
            f"Tệp {name} đọc mãi không xong. Hãy lưu lại thành tệp mới, hoặc tách thành nhiều tệp."
        )
    if status in (_NO_MEMORY, -signal.SIGABRT, -signal.SIGTRAP, -signal.SIGKILL):
        return f"Tệp {name} khi mở ra quá lớn. Hãy tách thành các tệp nhỏ hơn."
    return f"Tệp {name} bị hỏng, không đọc được. Hãy mở rồi lưu lại thành tệp mới."


def _booklet(told: list[Any]) -> Booklet:
    pages, notes, warnings = told
    return Booklet(
        tuple(Page(number, tuple(Line(*line) for line in lines)) for number, lines in pages),
        tuple(notes),
        tuple(warnings),
    )


def main(path: Path, memory_mb: int, seconds: int) -> int:
    """Reads the file and tells it as JSON on the standard output; gives the status to end with."""
    _limit(memory_mb, seconds)
    try:
        found = read_file(path, lambda done, all_: _say("progress", done, all_))
        pages = [(page.number, [astuple(line) for line in page.lines]) for page in found.pages]
        _say("read", pages, found.notes, found.warnings)
    except InputRefused as refused:
        # What a library made of the want of memory is no fault of the file's form.
        if isinstance(refused.__cause__, MemoryError):
            return _NO_MEMORY
        _say("refused", str(refused))
    except MemoryError:
        return _NO_MEMORY
    return 0


def _limit(memory_mb: int, seconds: int) -> None:
    try:
        import resource
    except ImportError:
        return
    size = memory_mb * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _say(*told: object) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
