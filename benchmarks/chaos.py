"""Two programs on one PostgreSQL, then one on SQLite, while everything around them fails; and an audit.

    python -m benchmarks chaos          (CHAOS_FAULTS, CHAOS_SEED, CHAOS_HOUSES change it)

People ask at random times, some of it is delivered twice, others play a contest on the web; a proxy
hands each message to one of the programs. Meanwhile, in random order (`chaos_faults`): programs are
asked to end, they and database servers are killed, the network is cut or goes silent, Telegram breaks
off, refuses or dawdles, the database's disk is full or its lock is held, clocks go wrong, files of
knowledge are half written.

In the end every question must have been handled once and answered in its person's order; a reply may
have come twice only where its sending was interrupted and counted as such. Every acknowledged answer
and paper of the contest must be there, every duty be done by somebody, and every program say
that all is well, without hands. Where something is wrong the programs' logs are kept.

The full disk is a small tmpfs, which only root may mount; elsewhere that fault is left out and said so.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import httpx

from benchmarks.chaos_audit import logs_kept, stuck_duties
from benchmarks.chaos_faults import House, all_is_well, come_to_rest, in_random_order
from benchmarks.chaos_players import Players, open_now
from benchmarks.material import KNOWLEDGE, own_base
from bot.store.backup import back_up
from bot.store.database import Database
from bot.store.migrate import migrate
from tests.fakes import postgres
from tests.fakes.cable import laid, to_port, to_socket
from tests.fakes.crowd import Crowd, Told
from tests.fakes.ordeal import Ordeal, Program, feed
from tests.fakes.posting import Posting
from tests.fakes.serving import free_port, serving
from tests.fakes.telegram import FakeTelegram

FAULTS = int(os.environ.get("CHAOS_FAULTS", "100"))
SEED = int(os.environ.get("CHAOS_SEED", "11"))
HOUSES = os.environ.get("CHAOS_HOUSES", "postgresql sqlite").split()
SHARES = {"postgresql": 0.6, "sqlite": 0.4}
PAUSE_SECONDS = 1.5
QUESTIONS_A_FAULT, PLAYERS_A_FAULT = 40, 0.6
EACH = 20
_FAULT_SECONDS = 6.0
"""What a fault and its end take, roughly: people come as long as faults do."""
_PATIENCE_SECONDS = 420.0
_DISK = {"postgresql": "600m", "sqlite": "64m"}
_SKEW_SECONDS = {"postgresql": 600, "sqlite": 20}
"""SQLite has no clock of its own to correct the machine's by: what waits then waits so much longer."""
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


@dataclass(frozen=True, slots=True)
class Audit:
    """What a house came to."""

    told: Told
    done: Counter[str]
    faults: tuple[str, ...]
    answers: int
    papers: int


def measure(report: Callable[[str], None]) -> dict[str, Any]:
    """What was done to the programs, and what the audit found."""
    audits = {}
    for kind in HOUSES:
        count = FAULTS if len(HOUSES) == 1 else round(FAULTS * SHARES[kind])
        audits[kind] = audit = asyncio.run(_run(kind, count, report))
        for fault in audit.faults[:10]:
            report(fault)
        report(f"{kind}: {_summary(audit)}")
    return {"seed": SEED, **{kind: _figures(audit) for kind, audit in audits.items()}}


async def _run(kind: str, count: int, report: Callable[[str], None]) -> Audit:
    with _folder() as folder, _small_disk(kind, report) as disk:
        if kind == "sqlite":
            return await _survive(folder, disk, None, count, report)
        with postgres.started((disk or folder) / "data", is_kept=True) as server:
            server.psql("ALTER SYSTEM SET max_wal_size = '128MB'; SELECT pg_reload_conf();")
            return await _survive(folder, disk, server, count, report)


async def _survive(
    folder: Path, disk: Path | None, server: Any, count: int, report: Callable[[str], None]
) -> Audit:
    url = server.get_uri() if server else f"sqlite:///{_place(folder, disk)}"
    database = Database(url)
    await database.connect()
    await migrate(database)
    await open_now(database, folder / "contest")
    if not server:
        # The program is the only one that may write there.
        await database.close()
    people = max(20, count * QUESTIONS_A_FAULT // EACH)
    crowd = Crowd(people, EACH, [entry.question for entry in own_base().spoken], SEED)
    async with AsyncExitStack() as stack:
        house = await _build(stack, folder, disk, server)
        wrong = stack.enter_context(logs_kept(house, report))
        posting = Proxy(house.fake, [program.port for program in house.programs])
        players = Players([p.port for p in house.programs], max(5, round(count * PLAYERS_A_FAULT)))
        done = await _live_through(stack, house, posting, crowd, players, count, report)
        if not server:
            database = Database(url)
        wrong += await stuck_duties(database)
        for program in house.programs:
            await program.end()
        wrong += await players.faults(database, report)
        await back_up(database, folder / "audit.db")
        await database.close()
        told = crowd.look_at(house.fake, folder / "audit.db")
        wrong += told.faults
    return Audit(told, done, tuple(wrong), len(players.saved), len(players.handed_in))


async def _build(stack: AsyncExitStack, folder: Path, disk: Path | None, server: Any) -> House:
    fake = FakeTelegram()
    fake.address = stack.enter_context(serving(fake.app))
    telegram = await stack.enter_async_context(laid(to_port(int(fake.address.rpartition(":")[2]))))
    cable, url = None, f"sqlite+aiosqlite:///{_place(folder, disk)}"
    if server:
        cable = await stack.enter_async_context(laid(to_socket(postgres.socket_of(server))))
        url = f"postgresql+asyncpg://postgres@127.0.0.1:{cable.port}/postgres"
    knowledge = folder / "knowledge"
    shutil.copytree(KNOWLEDGE, knowledge)
    more = {
        "BOT_DATABASE_URL": url,
        "BOT_SECRET_KEY": _KEY,
        "BOT_KNOWLEDGE_DIR": str(knowledge),
        "BOT_LOG_LEVEL": "INFO",
        "TELEGRAM_API_URL": f"http://127.0.0.1:{telegram.port}",
    }
    programs = []
    for number in range(2 if server else 1):
        place = folder / str(number)
        place.mkdir()
        programs.append(Program(place, free_port(), fake, more=more))
    skew = _SKEW_SECONDS["postgresql" if server else "sqlite"]
    chance = random.Random(SEED)
    if not server:
        (programs[0].folder / "bot.db").symlink_to(_place(folder, disk))
    house = House(programs, fake, knowledge, telegram, cable, server, disk, skew, chance)
    for program in programs:
        await program.start()
        stack.callback(_end_at_once, program)
    return house


async def _live_through(
    stack: AsyncExitStack,
    house: House,
    posting: Posting,
    crowd: Crowd,
    players: Players,
    count: int,
    report: Callable[[str], None],
) -> Counter[str]:
    """People ask and play while one fault comes after the other; then all must come to rest."""
    seconds = count * (PAUSE_SECONDS + _FAULT_SECONDS)
    about = Ordeal(house.programs[0], house.fake, posting, random.Random(SEED))
    posts = _beside(stack, posting.run())
    feeding = _beside(stack, feed(about, crowd, seconds, 0.1))
    playing = _beside(stack, players.play(seconds))
    done = await _torment(house, count, report)
    await asyncio.gather(feeding, playing)
    wanted = crowd.people * crowd.each
    await come_to_rest(
        house, lambda: len(house.fake.sent) >= wanted and posting.is_idle, _PATIENCE_SECONDS
    )
    await all_is_well(house)
    await _settled(house)
    posts.cancel()
    return done


def _beside(stack: AsyncExitStack, work: Any) -> asyncio.Task[Any]:
    """A task that ends with the house, also where something else went wrong."""
    task = asyncio.create_task(work)

    async def end() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(end)
    return task


async def _torment(house: House, count: int, report: Callable[[str], None]) -> Counter[str]:
    """One fault after the other; gives how often each."""
    done: Counter[str] = Counter()
    for number, (name, fault) in enumerate(in_random_order(house, count)):
        await asyncio.sleep(house.seconds(0.2, 1) * PAUSE_SECONDS)
        try:
            await fault(house)
        except Exception as error:
            raise AssertionError(f"fault {number + 1} ({name}) was not survived") from error
        done[name] += 1
        if number % 10 == 9:
            report(f"{number + 1} faults, {len(house.fake.sent)} replies so far")
    return done


async def _settled(house: House) -> None:
    """Waits until nothing is left to handle or to send: the last ones are settled a moment later."""
    address = f"http://127.0.0.1:{house.programs[0].port}/metrics"
    async with asyncio.timeout(_PATIENCE_SECONDS), httpx.AsyncClient(timeout=10) as client:
        while True:
            lines = (await client.get(address)).text.splitlines()
            left = [line for line in lines if line.startswith(("bot_outbox{", "bot_inbox{"))]
            if not any(float(line.rpartition(" ")[2]) for line in left):
                return
            await asyncio.sleep(0.5)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="chaos-") as name:
        # PostgreSQL runs as somebody else where this runs as root.
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def _small_disk(kind: str, report: Callable[[str], None]) -> Iterator[Path | None]:
    """A disk of its own for the database; None where it may not be mounted."""
    with tempfile.TemporaryDirectory(prefix="chaos-disk-") as folder:
        options = f"size={_DISK[kind]},mode=755"
        mount = ["mount", "-t", "tmpfs", "-o", options, "chaos", folder]
        if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
            report("no disk of its own may be mounted here: the full disk is left out")
            yield None
            return
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=False)


def _place(folder: Path, disk: Path | None) -> Path:
    return (disk or folder) / "chaos.db"


def _end_at_once(program: Program) -> None:
    if program.process is not None and program.process.poll() is None:
        program.kill()


def _summary(audit: Audit) -> str:
    told = audit.told
    return (
        f"{sum(audit.done.values())} faults, {told.messages} messages, {told.replies} replies, "
        f"{told.doubles} twice, {told.doubts} of unknown outcome, {audit.papers} papers, "
        f"{len(audit.faults)} wrong"
    )


def _figures(audit: Audit) -> dict[str, Any]:
    return {
        "faults": dict(audit.done),
        "messages": audit.told.messages,
        "replies": audit.told.replies,
        "doubles": audit.told.doubles,
        "doubts": audit.told.doubts,
        "papers": audit.papers,
        "answers": audit.answers,
        "wrong": len(audit.faults),
    }


def table(found: dict[str, Any]) -> str:
    """The figures for people, one column a house."""
    houses = {kind: found[kind] for kind in SHARES if kind in found}
    names = sorted({name for figures in houses.values() for name in figures["faults"]})
    rows = [
        (name, [figures["faults"].get(name, 0) for figures in houses.values()]) for name in names
    ]
    rows += [
        (title, [figures[name] for figures in houses.values()]) for title, name in _ROWS.items()
    ]
    lines = [f"| {name} | {' | '.join(f'{n:,}' for n in numbers)} |" for name, numbers in rows]
    head = "".join(f" {_TITLES[kind]} |" for kind in houses)
    return "\n".join([f"| |{head}", "|---|" + "---:|" * len(houses), *lines])


_TITLES = {"postgresql": "two programs, PostgreSQL", "sqlite": "one program, SQLite"}
_ROWS = {
    "messages, a tenth delivered twice": "messages",
    "replies that came twice": "doubles",
    "replies whose sending was interrupted": "doubts",
    "papers of a contest handed in": "papers",
    "answers acknowledged": "answers",
    "lost, handled twice or answered out of order": "wrong",
}
