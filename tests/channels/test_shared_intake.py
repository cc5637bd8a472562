"""Two programs handle what comes in on one PostgreSQL: each thing once, each person in his order."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable

import pytest
from sqlalchemy import func, select

from bot.channels import intake as intakes
from bot.channels.intake import Intake
from bot.channels.senders import Common
from bot.dialogue import sayings
from bot.dialogue.snapshot import Snapshot
from bot.dialogue.turn import Handler
from bot.store.database import Database
from bot.store.tables import inbox, outbox
from tests.channels.conftest import said
from tests.conftest import SEALER

PEOPLE = [f"người {number}" for number in range(12)]
TEXTS = ("danh mục", "mất thẻ cử tri thì làm sao", "cảm ơn", "1", "/start")


class Program:
    """One of several programs on a database."""

    def __init__(self, url: str, snapshot: Snapshot) -> None:
        self.database = Database(url)
        handler = Handler(self.database, lambda: snapshot)
        self.intake = Intake(handler, SEALER, lambda _channel: None)
        self.handling: asyncio.Task[None] | None = None

    def handle(self) -> None:
        self.handling = asyncio.create_task(self.intake.handle_all(["telegram"]))

    async def end(self) -> None:
        self.intake.stop()
        if self.handling:
            await self.handling
        await self.database.close()


@pytest.fixture
async def pair(
    new_postgresql: Callable[..., str], snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Program, Program]]:
    monkeypatch.setattr(intakes, "_ADOPT_SECONDS", 0.1)
    url = new_postgresql("test_1")
    first, second = Program(url, snapshot), Program(url, snapshot)
    yield first, second
    for program in (first, second):
        await program.end()


async def handled(database: Database, expected: int) -> dict[int, list[int]]:
    """The messages that each person's replies answer, in the order of the replies."""
    for _ in range(6_000):
        async with database.reading() as tx:
            done = await tx.value(
                select(func.count()).select_from(inbox).where(inbox.c.status == "done")
            )
            if done == expected:
                rows = await tx.rows(
                    select(outbox.c.person_id, outbox.c.inbox_id).order_by(outbox.c.id)
                )
                break
        await asyncio.sleep(0.02)
    else:
        raise AssertionError(f"{done} of {expected} are handled")
    order: defaultdict[int, list[int]] = defaultdict(list)
    for row in rows:
        order[row["person_id"]].append(row["inbox_id"])
    return order


async def test_each_person_keeps_his_order_whichever_program_his_messages_reach(
    pair: tuple[Program, Program],
) -> None:
    for program in pair:
        program.handle()

    async def write(number: int, person: str) -> None:
        for turn in range(10):
            message = said(TEXTS[turn % len(TEXTS)], person, f"{number}-{turn}")
            await pair[(number + turn) % 2].intake.take([message])

    await asyncio.gather(*(write(number, person) for number, person in enumerate(PEOPLE)))
    order = await handled(pair[0].database, 10 * len(PEOPLE))
    assert len(order) == len(PEOPLE)
    for answered in order.values():
        assert answered == sorted(answered)
        assert len(set(answered)) == len(answered) == 10


async def test_what_a_killed_program_had_stored_is_handled_by_the_other(
    pair: tuple[Program, Program],
) -> None:
    killed, other = pair
    other.handle()
    await asyncio.sleep(0.3)
    for turn in range(3):
        await killed.intake.take([said(TEXTS[turn], "lan", f"trước {turn}")])
    await other.intake.take([said(TEXTS[3], "lan", "sau")])
    order = await handled(other.database, 4)
    (answered,) = order.values()
    assert answered == sorted(answered)
    assert len(answered) == 4


async def test_who_waits_is_forgotten_once_he_was_handled(pair: tuple[Program, Program]) -> None:
    first, _ = pair
    await first.intake.take([said("danh mục", "lan", "một")])

    async def senders() -> list[str | None]:
        async with first.database.reading() as tx:
            return [row["sender"] for row in await tx.rows(select(inbox.c.sender))]

    assert await senders() == ["lan"]
    first.handle()
    await handled(first.database, 1)
    assert await senders() == [None]


async def kept_of(database: Database, sender: str) -> int:
    async with database.reading() as tx:
        found = await tx.value(
            select(func.count()).select_from(inbox).where(inbox.c.sender == sender)
        )
    return int(found)


async def test_who_floods_two_programs_gets_what_one_gives_and_is_told_once(
    pair: tuple[Program, Program],
) -> None:
    for turn in range(100):
        for program in pair:
            await program.intake.take([said(TEXTS[0], "lan", f"{turn}-{id(program)}")])
    kept = await kept_of(pair[0].database, "lan")
    assert 60 <= kept <= 60 + 10 + 1  # and the notice
    flood = [said(TEXTS[0], "minh") for _ in range(2_000)]
    await asyncio.gather(*(program.intake.take(flood[n::2]) for n, program in enumerate(pair)))
    assert 60 <= await kept_of(pair[0].database, "minh") <= 71
    for program in pair:
        program.handle()
    async with pair[0].database.reading() as tx:
        everything = await tx.value(select(func.count()).select_from(inbox))
    await handled(pair[0].database, everything)
    async with pair[0].database.reading() as tx:
        said_to = [row["reply"]["text"] for row in await tx.rows(select(outbox.c.reply))]
    assert said_to.count(sayings.TOO_FAST) == 2, "one for each of the two"


async def test_what_is_left_of_a_flood_comes_back_with_time_and_holds_for_all(
    pair: tuple[Program, Program],
) -> None:
    now = 0.0
    programs = [Common(one.database, SEALER.fingerprint, lambda: now) for one in pair]

    async def write(times: int) -> int:
        return sum([await one.allows("lan") for _ in range(times) for one in programs])

    assert 60 <= await write(100) <= 70
    assert await write(100) == 0
    # The common count keeps the database's time, which a test cannot move: only what a program
    # lets in on trust comes back here, once its door opens.
    now = 1_000.0
    assert await write(100) <= 20


async def test_whoever_writes_as_people_do_costs_no_look_at_the_database() -> None:
    now = 0.0
    nowhere = Database("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    program = Common(nowhere, SEALER.fingerprint, lambda: now)
    for person in range(200):
        for turn in range(10):
            now += turn / 10
            assert await program.allows(f"người {person}")
    await nowhere.close()


async def test_nothing_is_kept_of_senders_who_have_been_quiet_for_a_while() -> None:
    now, most = 0.0, 0
    nowhere = Database("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    program = Common(nowhere, SEALER.fingerprint, lambda: now)
    for person in range(2_000):
        now += 1.0
        assert await program.allows(f"người {person}")
        most = max(most, program.remembered)
    assert most <= 11
    await nowhere.close()
