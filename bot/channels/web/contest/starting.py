"""Starting an attempt: the one door that everybody on the web comes through.

Starts that arrive together share a transaction. Who may come to the door, and who must wait, the
queue decides (`bot/contest/queue.py`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.channels.web.visitor import CHANNEL
from bot.contest.document import Published, from_ms
from bot.contest.publish import Shelf
from bot.contest.refusal import Refused
from bot.contest.registration import Form, register
from bot.contest.sitting import Sitting
from bot.contest.starting import Start, check_open, start_many
from bot.contest.typed import Trees
from bot.sealing import Sealer
from bot.store import contest_entrants, people
from bot.store.batching import Batcher
from bot.store.database import Database, Tx

_FRESH, _FRESH_AT_MOST = timedelta(seconds=5), 1_000


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody wants to start in a round; `device` marks what he plays on, `origin` how he came."""

    contest_id: str
    person: str
    round_id: str
    device: str
    at: datetime
    origin: str | None = None


class Door:
    """Starts attempts of many people together. One for the whole program.

    `trees` gives the units of a contest, for those who need not register first.
    """

    def __init__(
        self,
        database: Database,
        shelf: Shelf,
        sealer: Sealer,
        trees: Callable[[Published], Trees],
    ) -> None:
        self._shelf = shelf
        self._sealer = sealer
        self._trees = trees
        self._fresh: OrderedDict[int, Sitting] = OrderedDict()
        self._batches = Batcher(database, self._start_all, most=25, quick=True)

    async def start(self, wish: Wish) -> Sitting:
        """The attempt: a new one, or the one that is open already.

        Raises `Refused` as `start_many` and, where nothing is asked, `register` do.
        """
        result = await self._batches.add(wish)
        if isinstance(result, Refused):
            raise result
        if result.is_new:
            self._fresh[result.attempt.id] = result
            if len(self._fresh) > _FRESH_AT_MOST:
                self._fresh.popitem(last=False)
        return result

    def hand_over(self, entrant_id: int, attempt_id: int, at: datetime) -> Sitting | None:
        """A paper that was just started, once: its page need not ask the database again."""
        seat = self._fresh.pop(attempt_id, None)
        if seat is None or seat.attempt.entrant_id != entrant_id:
            return None
        return seat if at - from_ms(seat.attempt.started_ms) < _FRESH else None

    def outdate(self, attempt_id: int) -> None:
        """Something was answered: what was kept to be handed over is no longer the paper."""
        self._fresh.pop(attempt_id, None)

    async def _start_all(self, tx: Tx, wishes: Sequence[Wish]) -> list[Sitting | Refused]:
        by_contest: dict[str, list[int]] = {}
        for n, wish in enumerate(wishes):
            by_contest.setdefault(wish.contest_id, []).append(n)
        results: dict[int, Sitting | Refused] = {}
        for contest_id, numbers in by_contest.items():
            published = await self._shelf.need(tx, contest_id)
            found = await self._start_in(tx, published, [wishes[n] for n in numbers])
            results |= dict(zip(numbers, found, strict=True))
        return [results[n] for n in range(len(wishes))]

    async def _start_in(
        self, tx: Tx, published: Published, wishes: Sequence[Wish]
    ) -> list[Sitting | Refused]:
        names = [wish.person for wish in wishes]
        known = await contest_entrants.find_of(tx, published.id, CHANNEL, names)
        refused: dict[int, Refused] = {}
        for n, wish in enumerate(wishes):
            if wish.person not in known and not published.contest.registration.fields:
                try:
                    known[wish.person] = await self._let_in(tx, published, wish)
                except Refused as error:
                    refused[n] = error
        # Nobody has the number 0: who is not known is refused as not registered.
        starts = [
            Start(known.get(w.person, 0), w.round_id, w.at, CHANNEL, w.device) for w in wishes
        ]
        found = await start_many(tx, published, starts)
        return [refused.get(n, one) for n, one in enumerate(found)]

    async def _let_in(self, tx: Tx, published: Published, wish: Wish) -> int:
        """Registers somebody for a contest that asks nothing; only who may start leaves a trace."""
        one = published.contest.round(wish.round_id)
        if one is None:
            raise Refused("not_published", "Cuộc thi này không có vòng bạn chọn.")
        check_open(published, one, wish.at)
        person = await people.meet(tx, CHANNEL, wish.person, wish.at, wish.origin)
        entrant = await register(
            tx,
            published,
            self._sealer,
            self._trees(published),
            person.id,
            CHANNEL,
            Form({}),
            wish.at,
        )
        return entrant.id
