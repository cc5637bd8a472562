"""What is looked at when all has come to rest: who does the duties; and what is kept where it went wrong."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select

from benchmarks.chaos_faults import House
from bot.channels.owners import is_gone
from bot.store.database import Database
from bot.store.tables import leases

WANTED = frozenset({"upkeep", "remind"})
DUTY_SECONDS = 60.0


async def stuck_duties(database: Database, seconds: float = DUTY_SECONDS) -> list[str]:
    """What nobody does although all is at rest; empty where every duty is seen to be done.

    A lease counts where it is renewed before our eyes. Until when it is held says nothing: on SQLite
    that is told by the program's clock, which may have been put wrong.
    """
    before = await _held(database)
    done: set[str] = set()
    for _ in range(round(seconds)):
        await asyncio.sleep(1)
        now = await _held(database)
        done |= {name for name, held in now.items() if before.get(name, held) != held}
        if done >= WANTED:
            return []
        before = now
    return [f"nobody does: {', '.join(sorted(WANTED - done))}"]


async def _held(database: Database) -> dict[str, tuple[str, object]]:
    """By whom of those who live, and until when."""
    async with database.reading() as tx:
        rows = await tx.rows(select(leases.c.name, leases.c.owner, leases.c.until))
    return {r["name"]: (r["owner"], r["until"]) for r in rows if not is_gone(r["owner"])}


@contextmanager
def logs_kept(house: House, report: Callable[[str], None]) -> Iterator[list[str]]:
    """Keeps the programs' logs where the block raises, or puts into the list what is wrong."""
    wrong: list[str] = []
    try:
        yield wrong
    except BaseException as error:
        wrong.append(repr(error)[:500])
        raise
    finally:
        if wrong:
            place = Path(tempfile.mkdtemp(prefix="chaos-wrong-"))
            for number, program in enumerate(house.programs):
                shutil.copy(program.folder / "log", place / f"{number}.log")
            (place / "wrong").write_text("\n".join(wrong) + "\n", encoding="utf-8")
            report(f"the programs' logs are kept in {place}")
