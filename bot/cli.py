"""The command line: stable words that people, scripts and tests call (DESIGN section 6).

Heavy rooms are imported inside the commands that need them, so that `ask` and `kb lint` start fast.
Those who talk to the bot are spared even this file; see `__main__`.
"""

from __future__ import annotations

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
from bot.commands.running import run

app = talk.app
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
    """Run any command."""
    run(app)
