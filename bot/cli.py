"""The command line: stable words that people, scripts and tests call (DESIGN section 6).

Heavy rooms are imported inside the commands that need them, so that `ask` and `kb lint` start fast.
"""

from __future__ import annotations

import os
import sys

import typer

from bot.commands import (
    board,
    check,
    complaints,
    contest,
    contest_export,
    contest_honours,
    contest_simulate,
    data,
    evaluation,
    key,
    knowledge,
    lists,
    outbox,
    report,
    talk,
    upkeep,
    user,
    zalo,
)
from bot.errors import BotError

app = typer.Typer(
    help="Hỏi đáp pháp luật về bầu cử.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(talk.serve)
app.command()(talk.chat)
app.command()(talk.ask)
app.command(name="eval")(evaluation.evaluate)
app.command()(check.check)
app.command()(upkeep.migrate)
app.command()(upkeep.backup)
app.command()(upkeep.restore)
app.add_typer(knowledge.app, name="kb")
contest.app.add_typer(board.app)
contest.app.add_typer(lists.app)
contest.app.add_typer(complaints.app)
contest.app.command(name="export")(contest_export.export)
contest.app.command()(contest_simulate.simulate)
contest.app.command()(contest_honours.certificates)
contest.app.command()(contest_honours.notice)
app.add_typer(contest.app, name="contest")
app.add_typer(report.app, name="report")
app.command()(report.leaflets)
app.add_typer(data.app, name="data")
app.add_typer(key.app, name="key")
app.add_typer(outbox.app, name="outbox")
app.add_typer(zalo.app, name="zalo")
app.add_typer(user.app, name="user")


def main() -> None:
    """Run the command line; errors raised on purpose are told in one sentence, exit code 1."""
    try:
        app()
    except BotError as error:
        typer.echo(str(error), err=True)
        sys.exit(1)
    except BrokenPipeError:
        # The reader (head, less) has gone; Python would complain again when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
