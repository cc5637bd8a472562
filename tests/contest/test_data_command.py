"""`data` at the command line: what is held of a person goes out or away, and the trail says so."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.store import admin_audit, contest_audit
from bot.store.admin_audit import Line, Wanted
from bot.store.contest_audit import Noted
from bot.store.contest_entrants import Entrant
from bot.store.database import Database
from tests.contest.conftest import at, open_arena

KEY = "k" * 43


@pytest.fixture
def home(tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a database that the commands work on."""
    shutil.copy(migrated, tmp_path / "bot.db")
    monkeypatch.setenv("BOT_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/bot.db")
    monkeypatch.setenv("BOT_SECRET_KEY", KEY)
    return tmp_path


async def played(home: Path) -> Entrant:
    """Somebody who has played in the database of the commands."""
    database = Database(f"sqlite:///{home}/bot.db")
    arena = await open_arena(database, home, {})
    await arena.sit_through("an", 4, began=at(1))
    await database.close()
    return arena.people["an"]


async def lines_in(home: Path, contest_id: str) -> tuple[list[Line], list[Noted], int | None]:
    """The log, the trail of the contest, and its first broken link."""
    database = Database(f"sqlite:///{home}/bot.db")
    async with database.reading() as tx:
        lines = await admin_audit.lines(tx, Wanted(act="data"), 0, 9)
        trail = await contest_audit.trail(tx, contest_id)
        broken = await contest_audit.first_broken_link(tx, contest_id)
    await database.close()
    return lines, trail, broken


def test_giving_away_and_erasing_leave_a_line_in_the_log_and_in_the_trail(home: Path) -> None:
    entrant, run = asyncio.run(played(home)), CliRunner()
    person, copy = str(entrant.person_id), home / "copy.json"
    out = ["--out", str(copy), "--by", "Lan"]
    assert run.invoke(app, ["data", "export", person, *out]).exit_code == 0
    assert json.loads(copy.read_text(encoding="utf-8"))["contests"][0]["id"] == entrant.id
    assert run.invoke(app, ["data", "erase", person, "--yes"]).exit_code == 0
    assert run.invoke(app, ["data", "show", person]).exit_code != 0, "nobody is left"

    lines, trail, broken = asyncio.run(lines_in(home, entrant.contest_id))
    subject = f"web {person}"
    assert [(one.act, one.subject) for one in lines] == [
        ("data.erase", subject),
        ("data.export", subject),
    ]
    assert lines[1].by == "Lan"
    assert lines[0].by, "the user of the machine where nobody is named"
    told = [(row.action, row.data) for row in trail if row.action.startswith("data_")]
    assert told == [
        ("data_export", {"entrant": entrant.id}),
        ("data_erase", {"entrant": entrant.id}),
    ]
    assert broken is None
