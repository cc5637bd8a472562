"""The program on a machine whose clock is wrong by so many seconds.

    python -m tests.fakes.skewed 300 serve

The program itself has no such switch: its one reading of the machine's clock is replaced from outside.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta

from bot import clock


def skew(seconds: float) -> None:
    """Put this process's clock forward, or back."""
    really, wrong = time.time, timedelta(seconds=seconds)
    time.time = lambda: really() + seconds
    clock.machine_now = lambda: datetime.now(UTC) + wrong


def main() -> None:
    skew(float(sys.argv.pop(1)))
    from bot.cli import main as run

    run()


if __name__ == "__main__":
    main()
