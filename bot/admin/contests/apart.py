"""Exports and proofs in a process of their own: pages and answers wait for nothing of them.

A million people are minutes of computing and hundreds of megabytes, which the program that serves
must not have to bear. The other process reads the database itself, in one unchanging view, tells
how far it is line by line, and ends with the one that started it. Where the database is in memory,
which nobody else can open, the same work is done here, a few rows at a time.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import pickle
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

from bot.contest.publish import Shelf
from bot.contest.typed import Trees
from bot.contest.verify import verify
from bot.contest.words import ExportFormat
from bot.errors import BotError, InputRefused
from bot.knowledge.places import Places
from bot.reports.contest_files import write_contest
from bot.sealing import Sealer
from bot.store.database import Database, Tx

Tell = Callable[[str, int], None]
"""Told what is being done and how much of it is."""
_TELL_S = 0.5
_MANNERS = 10
"""How far the process stands back behind the one that serves, see nice(2)."""
_LAST_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Export:
    """The files of a contest to write to `out`; with `full` people are named."""

    contest_id: str
    sealer: Sealer
    places: Places
    as_format: ExportFormat
    out: Path
    full: bool = False

    async def carry_out(self, tx: Tx, tell: Tell) -> dict[str, Any]:
        """Writes them; gives the rows of each table. Raises `InputRefused` where it cannot."""
        published = await Shelf().need(tx, self.contest_id)
        trees = Trees(self.places, published.document.units)
        return dict(
            await write_contest(
                tx, published, self.sealer, trees, self.as_format, self.out,
                full=self.full, progress=tell,
            )
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proof:
    """A contest to compute anew from its raw answers."""

    contest_id: str

    async def carry_out(self, tx: Tx, tell: Tell) -> dict[str, Any]:
        """Computes it; gives the fields of the report, and whether it `holds`."""
        done = 0

        def count(_round: str, more: int) -> None:
            nonlocal done
            done += more
            tell("tính lại từ bài làm gốc", done)

        report = await verify(tx, Shelf(), self.contest_id, count)
        return {**asdict(report), "holds": report.holds}


Order: TypeAlias = Export | Proof


async def carry_out(database: Database, order: Order, tell: Tell) -> Mapping[str, Any]:
    """What the work gives, done apart where it can be.

    Raises `InputRefused` where the work was refused, RuntimeError where its process broke down.
    Cancelled, it ends the process and leaves no half file.
    """
    if database.file is None and not database.is_shared:
        async with database.reading() as tx:
            return await order.carry_out(tx, tell)
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert child.stdin is not None  # noqa: S101 both are pipes
    assert child.stdout is not None  # noqa: S101
    is_done = False
    try:
        # By a pipe: the key and the database's password must not be seen in a list of processes.
        child.stdin.write(pickle.dumps((database.address, order)))
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            await child.stdin.drain()
        child.stdin.close()
        async for line in child.stdout:
            kind, told = json.loads(line)
            is_done = kind in ("done", "refused")
            if kind == "done":
                return dict(told)
            if kind == "refused":
                raise InputRefused(str(told))
            tell(*told)
        raise RuntimeError(f"the process apart ended with {await child.wait()}")
    finally:
        await _see_off(child, is_done)


async def _see_off(child: asyncio.subprocess.Process, is_done: bool) -> None:
    """Waits for the process; one that is still at work is told to take its half files away."""
    if not is_done:
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(signal.SIGINT)
    try:
        await asyncio.wait_for(child.wait(), _LAST_SECONDS)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()


def main() -> None:
    """Carries out the order on the standard input; tells how far it is on the standard output."""
    # From the program that started this one, and nobody else.
    address, order = pickle.load(sys.stdin.buffer)  # noqa: S301
    os.nice(_MANNERS)
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        asyncio.run(_carry_out(address, order))


async def _carry_out(address: str, order: Order) -> None:
    told_at = 0.0

    def tell(doing: str, done: int) -> None:
        nonlocal told_at
        if time.monotonic() - told_at >= _TELL_S:
            told_at = time.monotonic()
            _say("doing", [doing, done])

    database = Database(address)
    try:
        async with database.reading() as tx:
            done = await order.carry_out(tx, tell)
        _say("done", done)
    except BotError as error:
        _say("refused", str(error))
    finally:
        await database.close()


def _say(kind: str, told: object) -> None:
    sys.stdout.write(json.dumps([kind, told], ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
