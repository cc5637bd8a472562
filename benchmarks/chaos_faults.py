"""What can go wrong around the program, done to it on purpose, and undone again."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import random
import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.fakes import postgres
from tests.fakes.cable import Cable
from tests.fakes.misbehaviour import Answer
from tests.fakes.ordeal import Program, until
from tests.fakes.telegram import FakeTelegram

TENDED_SECONDS = 90.0
"""How long the program may take to see that something is well again."""
_CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend';"
)
_LOST = {"ok": False, "error_code": 502, "description": "Bad Gateway"}
_TOO_MANY = {"ok": False, "error_code": 429, "parameters": {"retry_after": 1}}


@dataclass
class House:
    """Programs on one database with all that stands around them."""

    programs: list[Program]
    fake: FakeTelegram
    knowledge: Path
    to_telegram: Cable
    to_database: Cable | None
    server: Any
    disk: Path | None
    """A small disk with nothing but the database on it, where this machine lets us have one."""
    skew_seconds: int
    chance: random.Random = field(default_factory=lambda: random.Random(11))

    def seconds(self, least: float, most: float) -> float:
        return self.chance.uniform(least, most)

    async def health(self, program: Program) -> dict[str, Any]:
        """What a program says of itself; nothing where it does not answer."""
        with contextlib.suppress(httpx.HTTPError):
            async with httpx.AsyncClient(timeout=10) as client:
                told = await client.get(f"http://127.0.0.1:{program.port}/healthz")
                body: dict[str, Any] = told.json()
                return body
        return {}

    async def all_tell(self, is_so: Callable[[dict[str, Any]], bool]) -> None:
        """Waits until every program's health is so."""
        for program in self.programs:
            async with asyncio.timeout(TENDED_SECONDS):
                while not is_so(await self.health(program)):
                    if program.process is not None and program.process.poll() is not None:
                        raise AssertionError(f"a program ended by itself\n{program.log[-2_000:]}")
                    await asyncio.sleep(0.1)


async def kill_a_program(house: House) -> None:
    victim = house.chance.choice(house.programs)
    victim.kill()
    await asyncio.sleep(house.chance.random())
    await victim.start()


async def end_a_program(house: House) -> None:
    """A program is asked to end in the middle of everything, as at an upgrade, and started again."""
    victim = house.chance.choice(house.programs)
    code = await victim.end()
    if code:
        raise AssertionError(f"a program ended with {code}\n{victim.log[-2_000:]}")
    await asyncio.sleep(house.chance.random())
    await victim.start()


async def skew_a_clock(house: House) -> None:
    """A program is killed, and comes back on a machine with another time."""
    victim = house.chance.choice(house.programs)
    off = house.chance.choice((-1, 1)) * house.chance.randint(5, house.skew_seconds)
    victim.kill()
    victim.command = ("-m", "tests.fakes.skewed", str(off), "serve")
    await victim.start()


async def cut_connections(house: House) -> None:
    await asyncio.to_thread(house.server.psql, _CUT)


async def kill_database(house: House) -> None:
    """kill -9 of the server and every process of it; started again a moment later."""
    await asyncio.to_thread(postgres.kill, house.server)
    await asyncio.sleep(house.seconds(0, 3))
    await asyncio.to_thread(postgres.start_again, house.server)


async def cut_network(house: House) -> None:
    """The line to the database, or to Telegram, is cut for some seconds."""
    cable = house.chance.choice([c for c in (house.to_database, house.to_telegram) if c])
    cable.cut()
    await asyncio.sleep(house.seconds(0.5, 3))
    cable.mend()


async def silence_network(house: House) -> None:
    """The far side says no more; then the line is cut, as a firewall does at last, or goes on."""
    cable = house.chance.choice([c for c in (house.to_database, house.to_telegram) if c])
    cable.hush()
    await asyncio.sleep(house.seconds(0.5, 4))
    if house.chance.random() < 0.5:
        cable.cut()
    cable.mend()


async def trouble_telegram(house: House) -> None:
    """Answers that are cut off, refused, too many, or very late."""
    ways = (
        Answer(cut=True),
        Answer(cut=True, after=True),
        Answer("<html>502</html>", 502),
        Answer(_LOST, 502),
        Answer(_TOO_MANY, 429),
        Answer(delay=house.seconds(1, 6)),
    )
    house.fake.script("sendMessage").add(*(house.chance.choice(ways) for _ in range(4)))


async def spoil_knowledge(house: House) -> None:
    """A file that is half written, or not text at all: the last good version goes on answering."""
    file = house.chance.choice(sorted((house.knowledge / "entries").glob("*.yaml")))
    whole = file.read_bytes()
    half = whole[: len(whole) // 2] + b"\n  - id: nua-chung\n    question: ["
    file.write_bytes(house.chance.choice((half, b"\xff\xfe\x00" * 1_000, b"")))
    try:
        await house.all_tell(lambda told: bool(told and told["knowledge"]["faults"]))
    finally:
        file.write_bytes(whole)
    await house.all_tell(lambda told: bool(told and not told["knowledge"]["faults"]))


async def fill_disk(house: House) -> None:
    """Not a byte is left on the database's disk for some seconds."""
    assert house.disk is not None
    ballast = house.disk / "ballast"
    await asyncio.to_thread(_fill, ballast)
    await asyncio.sleep(house.seconds(1, 4))
    ballast.unlink()
    if house.server is not None:
        # PostgreSQL gives up where it cannot write its log; who runs it starts it again.
        await asyncio.to_thread(postgres.start_again, house.server)


async def lock_database(house: House) -> None:
    """Another program keeps SQLite's write lock for longer than ours waits."""

    def hold(file: Path, seconds: float) -> None:
        other = sqlite3.connect(file, isolation_level=None, timeout=20)
        with contextlib.closing(other):
            other.execute("BEGIN IMMEDIATE")
            time.sleep(seconds)
            other.execute("ROLLBACK")

    await asyncio.to_thread(hold, house.programs[0].database, house.seconds(1, 8))


Fault = Callable[[House], Awaitable[None]]


def faults_for(house: House) -> dict[str, tuple[Fault, int]]:
    """What can be done to this house, under its name, and how often against the others."""
    all_: dict[str, tuple[Fault, int]] = {
        "programs killed": (kill_a_program, 4),
        "programs asked to end": (end_a_program, 2),
        "clocks put wrong": (skew_a_clock, 2),
        "answers of Telegram cut, refused or late": (trouble_telegram, 4),
        "networks cut": (cut_network, 3),
        "networks silent": (silence_network, 2),
        "knowledge files spoilt": (spoil_knowledge, 1),
    }
    if house.server is not None:
        all_["database servers killed"] = (kill_database, 3)
        all_["connections of the database ended"] = (cut_connections, 2)
    else:
        all_["databases locked by another program"] = (lock_database, 2)
    if house.disk is not None:
        all_["disks full"] = (fill_disk, 2)
    return all_


def in_random_order(house: House, count: int) -> Sequence[tuple[str, Fault]]:
    """So many faults, each kind at least once where there is room for it."""
    kinds = faults_for(house)
    names = list(kinds)
    weights = [weight for _, weight in kinds.values()]
    chosen = (names + house.chance.choices(names, weights, k=count))[:count]
    house.chance.shuffle(chosen)
    return [(name, kinds[name][0]) for name in chosen]


async def all_is_well(house: House) -> None:
    """Waits until every program says so of itself, without hands."""

    def is_well(told: dict[str, Any]) -> bool:
        return bool(
            told
            and (told["status"], told["database"]) == ("ok", "ok")
            and not told["knowledge"]["faults"]
            and all(state.startswith("ok") for state in told["channels"].values())
        )

    await house.all_tell(is_well)


async def come_to_rest(house: House, is_done: Callable[[], bool], seconds: float) -> None:
    """Waits until nothing is left to do."""
    await until(is_done, house.programs[0], seconds)


def _fill(file: Path) -> None:
    with file.open("wb", buffering=0) as ballast:
        for size in (1 << 20, 4_096, 1):
            try:
                while True:
                    ballast.write(b"\0" * size)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
