"""Runs a command line, and tells errors raised on purpose in one sentence."""

from __future__ import annotations

import os
import sys

import typer

from bot.errors import BotError


def run(app: typer.Typer) -> None:
    """Run the command that the program was started with; exit code 1 after an error of ours."""
    try:
        app()
    except BotError as error:
        typer.echo(str(error), err=True)
        sys.exit(1)
    except BrokenPipeError:
        # The reader (head, less) has gone; Python would complain again when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
