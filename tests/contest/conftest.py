"""A published contest in every kind of store, and people who play it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from bot.clock import VIETNAM
from bot.contest import play, registration, results, saving
from bot.contest.computing import compute_aside
from bot.contest.document import Published
from bot.contest.load import Contests, load_contests
from bot.contest.publish import Shelf, publish
from bot.contest.registration import Form
from bot.contest.sitting import Sitting
from bot.contest.typed import Trees
from bot.contest.verify import Report, verify
from bot.knowledge.model import Base
from bot.sealing import Sealer
from bot.store import contest_awards, contest_results, people
from bot.store.contest_entrants import Entrant
from bot.store.contest_results import Result
from bot.store.database import Database, Tx
from bot.store.schema import metadata
from tests.conftest import KNOWLEDGE, TODAY
from tests.contest.folder import define, small_base
from tests.databases import copy_migrated, new_memory

T = TypeVar("T")
OPENS = datetime(2026, 2, 27, 8, 0, tzinfo=VIETNAM)
CLOSES = datetime(2026, 3, 9, 0, 0, tzinfo=VIETNAM)
AFTER = CLOSES + timedelta(hours=1)
SEALER = Sealer(["k" * 43])
VALUES = {"ho_ten": "Nguyễn Văn An", "ngay_sinh": "5/9/1990"}
CONSENTS = {"to_chuc_thi": True}


def at(hours: float = 1.0, **more: float) -> datetime:
    """An instant so many hours after the first round opens."""
    return (OPENS + timedelta(hours=hours) + timedelta(**more)).astimezone(UTC)


@dataclass
class Arena:
    """A published contest in a store, and what people do in it, each in a transaction."""

    db: Database
    published: Published
    shelf: Shelf
    people: dict[str, Entrant] = field(default_factory=dict)

    @property
    def trees(self) -> Trees:
        return Trees(small_base().places, self.published.document.units)

    @asynccontextmanager
    async def tx(self) -> AsyncIterator[Tx]:
        async with self.db.transaction() as tx:
            yield tx

    async def run(self, deed: Callable[[Tx], Awaitable[T]]) -> T:
        async with self.db.transaction() as tx:
            return await deed(tx)

    async def register(
        self, name: str = "an", now: datetime | None = None, form: Form | None = None, **values: str
    ) -> Entrant:
        form = form or Form({**VALUES, **values}, CONSENTS)
        now = now or at(0)
        async with self.db.transaction() as tx:
            person = await people.meet(tx, "web", name, now)
            entrant = await registration.register(
                tx, self.published, SEALER, self.trees, person.id, "web", form, now
            )
        self.people[name] = entrant
        return entrant

    async def start(
        self, name: str = "an", now: datetime | None = None, round_id: str = "w1", **more: Any
    ) -> Sitting:
        entrant = self.people[name] if name in self.people else await self.register(name)
        more.setdefault("channel", "web")
        async with self.db.transaction() as tx:
            return await play.start(tx, self.published, entrant.id, round_id, now or at(), **more)

    async def answer(
        self, seat: Sitting, position: int, *chosen: str, now: datetime | None = None
    ) -> saving.Saved:
        save = saving.Save(
            self.published, seat.attempt.entrant_id, seat.attempt.id, position, chosen, now or at()
        )
        async with self.db.transaction() as tx:
            return await saving.save_answer(tx, save)

    async def predict(self, seat: Sitting, guess: int, now: datetime | None = None) -> None:
        ids = seat.attempt.entrant_id, seat.attempt.id
        async with self.db.transaction() as tx:
            await play.predict(tx, self.published, *ids, guess, now or at())

    async def submit(self, seat: Sitting, now: datetime | None = None) -> Sitting:
        ids = seat.attempt.entrant_id, seat.attempt.id
        async with self.db.transaction() as tx:
            return await play.submit(tx, self.published, *ids, now or at())

    async def look(self, seat: Sitting) -> Sitting:
        ids = seat.attempt.entrant_id, seat.attempt.id
        async with self.db.reading() as tx:
            return await play.sitting(tx, self.published, *ids)

    async def sit_through(
        self,
        name: str,
        right: int,
        guess: int = 1,
        began: datetime | None = None,
        seconds: float = 60,
        round_id: str = "w1",
    ) -> Sitting:
        """A whole attempt: the first `right` questions answered right, the others wrong."""
        began = began or at()
        seat = await self.start(name, began, round_id)
        for place in seat.places:
            chosen = "b" if place.position <= right else "a"
            await self.answer(seat, place.position, chosen, now=began + timedelta(seconds=1))
        await self.predict(seat, guess, began + timedelta(seconds=2))
        return await self.submit(seat, began + timedelta(seconds=seconds))

    async def compute(self, round_id: str | None = "w1", now: datetime | None = None) -> Result:
        order = (self.published.id, round_id, "An", now or AFTER)
        return (await compute_aside(self.db, self.shelf, *order)).result

    async def ranking(self, round_id: str = "w1") -> list[tuple[str, int]]:
        """The names with their ranks, of the last result of a round."""
        names = {entrant.id: name for name, entrant in self.people.items()}
        async with self.db.reading() as tx:
            result = await results.need_result(tx, self.published, round_id)
            rows = [row async for row in contest_results.stream(tx, result.id)]
        return [(names[row["entrant_id"]], row["rank"]) for row in rows]

    async def winners(self, round_id: str | None = "w1") -> list[tuple[str, str]]:
        """The names with the prizes that are theirs now."""
        names = {entrant.id: name for name, entrant in self.people.items()}
        async with self.db.reading() as tx:
            result = await results.need_result(tx, self.published, round_id)
            found = await contest_awards.of_result(tx, result.id)
        return [
            (names.get(a.entrant_id or 0, a.unit or ""), a.name)
            for a in found
            if a.state in contest_awards.LIVING
        ]

    async def verify(self) -> Report:
        async with self.db.reading() as tx:
            return await verify(tx, self.shelf, self.published.id)


@pytest.fixture(scope="session")
def shipped(base: Base) -> Contests:
    """The contests that are shipped, read from the project's own files."""
    return load_contests(KNOWLEDGE, base, TODAY)


NewArena = Callable[..., Awaitable[Arena]]


async def open_arena(db: Database, folder: Path, changes: Mapping[str, Any]) -> Arena:
    definition = define(folder, **changes)
    shelf = Shelf()
    async with db.transaction() as tx:
        published = await publish(tx, shelf, definition, "ban tổ chức", "Mở cuộc thi.", at(-24))
    return Arena(db, published, shelf)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy from."""
    path = tmp_path_factory.mktemp("migrated") / "bot.db"
    copy_migrated(path)
    return path


@pytest.fixture(scope="session")
def shared_postgresql(new_postgresql: Callable[..., str]) -> str:
    """One migrated PostgreSQL database for all tests of contests; each leaves it empty."""
    return new_postgresql("test_1")


@pytest.fixture(params=["sqlite", "postgresql"])
async def db(request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """An empty database of each kind."""
    is_shared = request.param == "postgresql"
    database = Database(request.getfixturevalue("shared_postgresql")) if is_shared else new_memory()
    yield database
    if is_shared:
        async with database.transaction() as tx:
            for table in reversed(metadata.sorted_tables):
                await tx.change(table.delete())
    await database.close()


@pytest.fixture
def new_arena(db: Database, tmp_path: Path) -> NewArena:
    """Publishes the small contest with some of its values changed, in a store of each kind."""

    async def new(**changes: Any) -> Arena:
        return await open_arena(db, tmp_path, changes)

    return new


@pytest.fixture
async def arena(new_arena: NewArena) -> Arena:
    return await new_arena()
