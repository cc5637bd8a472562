"""A running program whose background work fails says so at /healthz, and does it again when it can."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx

from benchmarks.chaos_audit import stuck_duties
from bot.store.database import Database
from tests.fakes.ordeal import Program, ordeal

SPOIL = "CREATE TRIGGER spoilt BEFORE INSERT ON leases BEGIN SELECT RAISE(ABORT, 'spoilt'); END"
MEND = "DROP TRIGGER spoilt"
LEASES = {"lease/upkeep", "lease/remind", "lease/present"}


async def health_that(program: Program, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """What the program says of itself, once that is so."""
    async with asyncio.timeout(120), httpx.AsyncClient(timeout=60) as client:
        while True:
            answer = await client.get(f"http://127.0.0.1:{program.port}/healthz")
            told: dict[str, Any] = answer.json()
            if is_so(told):
                return told
            await asyncio.sleep(0.1)


async def test_leases_that_cannot_be_written_are_told_and_taken_again(tmp_path: Path) -> None:
    async with ordeal(tmp_path) as all_:
        program = all_.program
        await program.start()
        with closing(sqlite3.connect(program.database, timeout=60, isolation_level=None)) as other:
            other.execute(SPOIL)
            told = await health_that(program, lambda told: set(told["failing"]) >= LEASES)
            assert (told["status"], told["database"]) == ("trouble", "ok")
            other.execute(MEND)
        await health_that(program, lambda told: bool(told["status"] == "ok"))
        database = Database(f"sqlite:///{program.database}")
        assert await stuck_duties(database) == []
        await database.close()
        assert '"task_failed"' in program.log
        assert await program.end() == 0
