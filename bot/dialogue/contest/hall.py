"""What the contest in the chat stands on, and one person's message there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.contest.document import Published
from bot.contest.publish import Shelf
from bot.contest.queue import Queue
from bot.contest.telling import State as Standing
from bot.contest.telling import state_of
from bot.contest.typed import Trees
from bot.dialogue.contest.codes import mark_of
from bot.dialogue.contest.task import NOTHING, Task
from bot.dialogue.messages import Reply
from bot.dialogue.snapshot import Snapshot
from bot.sealing import Sealer
from bot.store import contest_entrants, contest_versions
from bot.store.contest_entrants import Entrant
from bot.store.database import Tx


@dataclass(frozen=True, slots=True)
class Hall:
    """What all messages share: the key that seals what people tell, the published contests.

    Whoever starts a paper waits in the same queue as on the web.
    """

    sealer: Sealer
    shelf: Shelf = field(default_factory=Shelf)
    queue: Queue = field(default_factory=Queue)


@dataclass(frozen=True, slots=True)
class Step:
    """What a message led to: the reply, and what the person is in the middle of now.

    With `hides` what he said is personal, and no page shows it again. `erases` asks that everything
    about him be erased before the reply leaves.
    """

    reply: Reply
    task: Task = NOTHING
    hides: bool = False
    erases: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """One message of a person, in the transaction that handles it; `address` is his on the channel."""

    hall: Hall
    tx: Tx
    snapshot: Snapshot
    person_id: int
    channel: str
    address: str
    at: datetime

    @property
    def device(self) -> str:
        """The mark of the account that plays."""
        return self.hall.sealer.fingerprint(f"device:{self.channel}:{self.address}")

    def trees(self, published: Published) -> Trees:
        """The units that the contest's fields choose from."""
        return Trees(self.snapshot.base.places, published.document.units)

    async def contests(self) -> list[Published]:
        """Every published contest that is played on this channel."""
        names = await contest_versions.list_contests(self.tx)
        found = [await self.hall.shelf.current(self.tx, name) for name in names]
        return [one for one in found if one is not None and self.channel in one.contest.channels]

    async def contest(self, mark: str) -> Published | None:
        """The contest with this mark or id."""
        for one in await self.contests():
            if mark in (mark_of(one.id), one.id):
                return one
        return None

    async def contest_of_round(self, number: int) -> Published | None:
        """The contest that a round belongs to."""
        return next((p for p in await self.contests() if number in p.round_ids), None)

    async def entrant(self, published: Published) -> Entrant | None:
        """The person in the contest; None where he has not registered."""
        return await contest_entrants.find(self.tx, published.id, self.person_id)

    def standing(self, published: Published) -> Standing:
        """How the contest as a whole stands now."""
        return state_of(published, self.at)
