"""Starting an attempt: the one door that everybody on the web comes through.

Starts that arrive together share a transaction. When more are waiting than can be served soon, the
door says so and names a place, instead of letting everybody wait and running papers suffer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.contest import play, registration
from bot.contest.publish import Shelf
from bot.contest.refusal import Refused
from bot.contest.registration import Form
from bot.contest.sitting import Sitting
from bot.contest.typed import Trees
from bot.sealing import Sealer
from bot.store import contest_entrants, people
from bot.store.batching import Batcher
from bot.store.database import Database, Tx

CHANNEL = "web"
MOST_WAITING = 500
"""Starts that wait at once; at some hundred a second, nobody waits longer than a few seconds."""


@dataclass(frozen=True, slots=True)
class Start:
    """Somebody wants to start in a round; `device` marks what he plays on."""

    contest_id: str
    person: str
    round_id: str
    device: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Full:
    """The door is full; `place` is how many are waiting before this one, and itself."""

    place: int


class Door:
    """Starts attempts of many people together. One for the whole program."""

    def __init__(
        self, database: Database, shelf: Shelf, sealer: Sealer, most: int = MOST_WAITING
    ) -> None:
        self._shelf = shelf
        self._sealer = sealer
        self._most = most
        self._inside = 0
        self._batches = Batcher(database, self._start_all, most=50)

    async def start(self, wish: Start, trees: Trees) -> Sitting | Full:
        """The attempt: a new one, or the one that is open already.

        Raises `Refused` as `play.start` and, where nothing is asked, `registration.register` do.
        """
        if self._inside >= self._most:
            return Full(self._inside - self._most + 1)
        self._inside += 1
        try:
            result = await self._batches.add((wish, trees))
        finally:
            self._inside -= 1
        if isinstance(result, Refused):
            raise result
        return result

    async def _start_all(
        self, tx: Tx, wishes: Sequence[tuple[Start, Trees]]
    ) -> list[Sitting | Refused]:
        found: list[Sitting | Refused] = []
        for wish, trees in wishes:
            # Refusals are raised before anything was written, so one spoils no other.
            try:
                found.append(await self._start(tx, wish, trees))
            except Refused as refused:
                found.append(refused)
        return found

    async def _start(self, tx: Tx, wish: Start, trees: Trees) -> Sitting:
        published = await self._shelf.need(tx, wish.contest_id)
        entrant = None
        person = await people.find(tx, CHANNEL, wish.person)
        if person is not None:
            entrant = await contest_entrants.find(tx, published.id, person.id)
        if entrant is None:
            if published.contest.registration.fields:
                raise Refused("not_registered", "Bạn chưa đăng ký cuộc thi này.")
            one = published.contest.round(wish.round_id)
            if one is None:
                raise Refused("not_published", "Cuộc thi này không có vòng bạn chọn.")
            play.check_open(published, one, wish.at)
            person = await people.meet(tx, CHANNEL, wish.person, wish.at)
            entrant = await registration.register(
                tx, published, self._sealer, trees, person.id, CHANNEL, Form({}), wish.at
            )
        return await play.start(
            tx,
            published,
            entrant.id,
            wish.round_id,
            wish.at,
            channel=CHANNEL,
            device=wish.device,
        )
