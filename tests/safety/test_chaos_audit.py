"""The audit after a chaos run: it sees who does the duties, whatever time the program thinks it is."""

from __future__ import annotations

from pathlib import Path

from benchmarks.chaos_audit import stuck_duties
from bot.store.database import Database
from tests.fakes.ordeal import ordeal

TOO_LONG_FOR_ANY_LEASE = "-18"


async def test_duties_are_seen_done_by_a_program_whose_clock_is_behind(tmp_path: Path) -> None:
    async with ordeal(tmp_path) as all_:
        all_.program.command = ("-m", "tests.fakes.skewed", TOO_LONG_FOR_ANY_LEASE, "serve")
        await all_.program.start()
        database = Database(f"sqlite:///{all_.program.database}")
        assert await stuck_duties(database) == []
        all_.program.kill()
        assert await stuck_duties(database, 3) == ["nobody does: remind, upkeep"]
        await database.close()
