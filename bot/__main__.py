"""Lets `python -m bot` start the command line."""

from __future__ import annotations

import gc
import sys

from bot.commands import talk
from bot.commands.running import run

_TALKING = ("serve", "chat", "ask")


def main() -> None:
    """Run the command that the program was started with."""
    # Nearly all that a start makes stays. At Python's usual pace the search for garbage would go
    # through it again and again, a seventh of the time until the first answer.
    gc.set_threshold(100_000, 20, 20)
    if sys.argv[1:2] and sys.argv[1] in _TALKING:
        run(talk.app)
        return
    # The commands of organizers and editors take as long to import as an answer takes.
    from bot.cli import main as run_any

    run_any()


if __name__ == "__main__":
    main()
