"""After a change of the secret key: everything that is sealed, sealed anew with the newest one.

Row by row in small transactions while the service runs. A row is either as it was or done, and a done
one is known by its seal: killed anywhere and started again, it goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.contest.publish import Shelf
from bot.contest.registration import marks_again
from bot.errors import SealBroken
from bot.sealing import Sealer
from bot.store import contest_entrants, sealed
from bot.store.database import Database, Tx
from bot.store.sealed import Found, Place

TOGETHER = 200
"""Rows renewed in one transaction: what comes in meanwhile does not wait long."""

Progress = Callable[[str, int], None]
"""Told the place and how many of its rows were looked at so far."""


@dataclass(slots=True)
class Renewed:
    """What became of the sealed texts, by place; those unreadable fit none of our keys."""

    renewed: dict[str, int] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)
    unreadable: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many texts were sealed anew."""
        return sum(self.renewed.values())

    def add(self, group: dict[str, int], place: Place) -> None:
        """Counts one text."""
        group[place.name] = group.get(place.name, 0) + 1


async def renew(
    database: Database, sealer: Sealer, progress: Progress = lambda _place, _rows: None
) -> Renewed:
    """Renews every sealed text there is. Raises `DatabaseUnavailable`; then start again."""
    done, shelf = Renewed(), Shelf()
    for place in sealed.PLACES:
        after, looked_at = None, 0
        while True:
            async with database.transaction() as tx:
                found = await sealed.page(tx, place, after, TOGETHER)
                for one in found:
                    await _renew(tx, shelf, sealer, place, one, done)
            if not found:
                break
            after, looked_at = found[-1].key, looked_at + len(found)
            progress(place.name, looked_at)
    return done


async def _renew(
    tx: Tx, shelf: Shelf, sealer: Sealer, place: Place, found: Found, done: Renewed
) -> None:
    if sealer.is_newest(found.text):
        done.add(done.kept, place)
        return
    try:
        text = sealer.renew(found.text)
    except SealBroken:
        # Lost before us; the row stays as it is, for the day the key of then turns up.
        done.add(done.unreadable, place)
        return
    marks = await _marks(tx, shelf, sealer, found) if place is sealed.ENTRANTS else {}
    await sealed.put(tx, place, found, text, marks)
    done.add(done.renewed, place)


async def _marks(tx: Tx, shelf: Shelf, sealer: Sealer, found: Found) -> dict[str, str | None]:
    """The entrant's fingerprints under the newest key, so that doubles are noticed as before.

    Those that were taken away for their age stay away.
    """
    entrant = await contest_entrants.get(tx, found.key)
    published = await shelf.current(tx, entrant.contest_id) if entrant else None
    if entrant is None or published is None:
        return {}
    standing = await contest_entrants.marks_of(tx, entrant.id)
    fresh = marks_again(published.contest, sealer, entrant)
    return {name: mark for name, mark in fresh.items() if standing[name] is not None}
