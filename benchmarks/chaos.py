"""Two programs on one PostgreSQL while everything around them fails; and an audit of what is left.

    python -m benchmarks chaos

People write at random times, some of it is delivered twice, a proxy hands each message to one of two
programs. Meanwhile, in random order: a program is killed with SIGKILL and started again, the database cuts
every connection, Telegram cuts its answers off or says 502. In the end every question must have been
handled once and answered in its person's order; a reply may have come twice only where its sending was
interrupted and counted as such. `CHAOS_FAULTS` sets another number of faults.
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.material import own_base
from bot.store.backup import back_up
from bot.store.database import Database
from bot.store.migrate import migrate
from tests.fakes.crowd import Crowd, Told
from tests.fakes.misbehaviour import Answer
from tests.fakes.ordeal import Ordeal, Program, feed, until
from tests.fakes.posting import Posting
from tests.fakes.serving import free_port, serving
from tests.fakes.telegram import FakeTelegram

FAULTS = int(os.environ.get("CHAOS_FAULTS", "100"))
PEOPLE, EACH = 200, 20
PAUSE_SECONDS = 2.0
_PATIENCE_SECONDS = 420.0
_KEY = "khoa-cua-hai-chuong-trinh-" + "k" * 30


class Proxy(Posting):
    """Hands each message to the next of several programs, as a proxy in front of them does."""

    def __init__(self, fake: FakeTelegram, ports: list[int]) -> None:
        super().__init__(fake)
        self._ports = ports
        self._turn = 0

    async def _post(self, session: aiohttp.ClientSession, update: dict[str, Any]) -> int:
        self._turn += 1
        port = self._ports[self._turn % len(self._ports)]
        self._fake.webhook["url"] = f"http://127.0.0.1:{port}/webhooks/telegram"
        return await super()._post(session, update)


def measure(report: Callable[[str], None]) -> dict[str, Any]:
    """What was done to the programs, and what the audit found."""
    return asyncio.run(_measure(report))


async def _measure(report: Callable[[str], None]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pgserver.postgres_server import get_server

        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            told, done = await _survive(Path(folder), server, report)
        finally:
            server.cleanup()
    for fault in told.faults[:10]:
        report(fault)
    report(
        f"{sum(done.values())} faults: {told.messages} messages, {told.replies} replies, "
        f"{told.doubles} twice, {told.doubts} of unknown outcome, {len(told.faults)} wrong"
    )
    return {
        "faults": dict(done),
        "messages": told.messages,
        "replies": told.replies,
        "doubles": told.doubles,
        "doubts": told.doubts,
        "wrong": len(told.faults),
    }


async def _survive(
    folder: Path, server: Any, report: Callable[[str], None]
) -> tuple[Told, Counter[str]]:
    url = server.get_uri()
    database = Database(url)
    await migrate(database)
    fake = FakeTelegram()
    with serving(fake.app) as fake.address:
        programs = [_program(folder / str(n), fake, url) for n in range(2)]
        posting = Proxy(fake, [program.port for program in programs])
        posts = asyncio.create_task(posting.run())
        crowd = Crowd(PEOPLE, EACH, [entry.question for entry in own_base().spoken])
        all_ = Ordeal(programs[0], fake, posting)
        for program in programs:
            await program.start()
        try:
            feeding = asyncio.create_task(feed(all_, crowd, FAULTS * PAUSE_SECONDS * 1.5, 0.1))
            done = await _torment(programs, server, fake, report)
            await feeding
            wanted = PEOPLE * EACH
            await until(
                lambda: len(fake.sent) >= wanted and posting.is_idle,
                programs[0],
                _PATIENCE_SECONDS,
            )
            await _settle(database, wanted)
            for program in programs:
                await program.end()
        finally:
            for program in programs:
                if program.process is not None and program.process.poll() is None:
                    program.kill()
            posts.cancel()
            await asyncio.gather(posts, return_exceptions=True)
    await back_up(database, folder / "audit.db")
    await database.close()
    return crowd.look_at(fake, folder / "audit.db"), done


def _program(folder: Path, fake: FakeTelegram, url: str) -> Program:
    folder.mkdir()
    more = {"BOT_DATABASE_URL": url, "BOT_SECRET_KEY": _KEY}
    return Program(folder, free_port(), fake, more=more)


async def _torment(
    programs: list[Program], server: Any, fake: FakeTelegram, report: Callable[[str], None]
) -> Counter[str]:
    """Does it, one fault after the other; gives how often each."""
    chance, done = random.Random(11), Counter[str]()
    for number in range(FAULTS):
        await asyncio.sleep(chance.uniform(0.2, 1) * PAUSE_SECONDS)
        match chance.choice(("kill", "kill", "cut", "telegram")):
            case "kill":
                victim = chance.choice(programs)
                victim.kill()
                await asyncio.sleep(chance.random())
                await victim.start()
                done["programs killed"] += 1
            case "cut":
                await asyncio.to_thread(server.psql, _CUT)
                done["connections of the database cut"] += 1
            case _:
                script = fake.script("sendMessage")
                script.add(Answer(cut=True), Answer("<html>502</html>", 502), Answer(cut=True))
                done["answers of Telegram cut or refused"] += 1
        if number % 10 == 9:
            report(f"{number + 1} faults, {len(fake.sent)} replies so far")
    return done


_CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend';"
)


async def _settle(database: Database, wanted: int) -> None:
    """Waits until every row says that it was sent: the last ones are settled a moment later."""
    from sqlalchemy import func, select

    from bot.store.tables import outbox

    statement = select(func.count()).select_from(outbox).where(outbox.c.state == "sent")
    for _ in range(int(_PATIENCE_SECONDS)):
        async with database.reading() as tx:
            if await tx.value(statement) >= wanted:
                return
        await asyncio.sleep(1)


def table(found: dict[str, Any]) -> str:
    """The figures for people."""
    rows = [(what, f"{times}") for what, times in found["faults"].items()]
    rows += [
        ("messages, a tenth delivered twice", f"{found['messages']:,}"),
        ("replies that came twice / whose sending was interrupted", f"{found['doubles']} / {found['doubts']}"),
        ("lost, handled twice or answered out of order", f"{found['wrong']}"),
    ]  # fmt: skip
    return "\n".join(["| | |", "|---|---:|", *(f"| {name} | {value} |" for name, value in rows)])
