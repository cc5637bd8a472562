"""Exports and proofs in a process of their own, on a database that it can open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import openpyxl
import pytest

from bot.admin.contests.apart import Export, Proof, carry_out
from bot.contest.words import ExportFormat
from bot.errors import InputRefused
from bot.store import contest_audit
from bot.store.database import Database
from bot.store.migrate import migrate
from tests.contest.conftest import SEALER, Arena, at, open_arena
from tests.contest.folder import small_base

_LONG = 120


@pytest.fixture
async def played(tmp_path: Path) -> AsyncIterator[Arena]:
    """A contest with a result, in a file."""
    database = Database(f"sqlite:///{tmp_path / 'bot.db'}")
    await migrate(database)
    arena = await open_arena(database, tmp_path, {})
    for name, right in (("an", 4), ("binh", 1)):
        await arena.sit_through(name, right, guess=2, began=at(1))
    await arena.compute()
    yield arena
    await database.close()


def export_to(out: Path, as_format: ExportFormat = "xlsx") -> Export:
    return Export("thu", SEALER, small_base().places, as_format, out)


def silent(_doing: str, _done: int) -> None:
    return None


def watched(seen: list[str]) -> Callable[[str, int], None]:
    return lambda doing, _done: seen.append(doing)


async def test_it_is_the_workbook_that_would_be_written_here(played: Arena, tmp_path: Path) -> None:
    apart, here = tmp_path / "apart.xlsx", tmp_path / "here.xlsx"
    seen: list[str] = []
    rows = await carry_out(played.db, export_to(apart), watched(seen))
    async with played.db.reading() as tx:
        assert await export_to(here).carry_out(tx, silent) == rows
    one, other = openpyxl.load_workbook(apart), openpyxl.load_workbook(here)
    assert one.sheetnames == other.sheetnames == list(rows)
    for sheet in one:
        assert list(sheet.values) == list(other[sheet.title].values)
    assert seen, "it told how far it was"


async def test_a_proof_tells_what_does_not_hold(played: Arena) -> None:
    told = await carry_out(played.db, Proof("thu"), silent)
    assert (told["holds"], told["attempts"], told["results"]) == (True, 2, 1)
    async with played.tx() as tx:
        await tx.connection.exec_driver_sql("UPDATE attempts SET score = score + 1")
    told = await carry_out(played.db, Proof("thu"), silent)
    assert told["holds"] is False
    assert told["differences"]


async def test_others_write_and_read_while_it_works(played: Arena, tmp_path: Path) -> None:
    working = asyncio.create_task(carry_out(played.db, export_to(tmp_path / "a.xlsx"), silent))
    turns = 0
    async with asyncio.timeout(_LONG):
        while not working.done():
            async with played.tx() as tx:
                await contest_audit.count(tx, "thu")
            turns += 1
    assert (await working)["luot_thi"] == 2
    # Its start alone takes longer than a few short transactions.
    assert turns >= 10


async def test_what_is_refused_there_is_refused_here(played: Arena, tmp_path: Path) -> None:
    (tmp_path / "tep").touch()
    with pytest.raises(InputRefused, match="Không ghi được"):
        await carry_out(played.db, export_to(tmp_path / "tep" / "a.xlsx"), silent)


async def test_cancelled_it_ends_and_leaves_no_half_file(played: Arena, tmp_path: Path) -> None:
    out = tmp_path / "ra"
    out.mkdir()
    working = asyncio.create_task(carry_out(played.db, export_to(out / "a.xlsx"), silent))
    await asyncio.sleep(0)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(working, _LONG)
    assert list(out.iterdir()) == []


async def test_a_broken_process_is_told(played: Arena, tmp_path: Path) -> None:
    out = tmp_path / "a.xlsx"
    broken = Export("thu", None, small_base().places, "xlsx", out)  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match="ended with 1"):
        await carry_out(played.db, broken, silent)
