"""The time that personal data of a contest is kept, as its rules say, and what happens after it.

First go phone, identity number and mail; later it is no longer known who the people were. What they
played stays, so that every ranking can still be proved.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.contest.document import Published, to_ms
from bot.contest.fields import SECRET_TYPES
from bot.errors import SealBroken
from bot.sealing import Sealer
from bot.store import contest_people, contest_retention
from bot.store.database import Tx


@dataclass(frozen=True, slots=True)
class Trimmed:
    """How many registrations lost their contact data, and how many their name."""

    contacts: int = 0
    names: int = 0

    def __add__(self, other: Trimmed) -> Trimmed:
        return Trimmed(self.contacts + other.contacts, self.names + other.names)


async def trim(
    tx: Tx, published: Published, sealer: Sealer, at: datetime, limit: int = 500
) -> Trimmed:
    """Takes out of a contest what has been kept long enough, of at most `limit` people each.

    Nothing is taken while a complaint waits for its answer.
    """
    if await contest_retention.open_complaints(tx, published.id):
        return Trimmed()
    data, end = published.contest.data, last_closing(published)
    names = 0
    kept = timedelta(days=data.answers_pseudonymise_after_days)
    if end is None or at >= end + kept:
        # A practice without end: whoever has not come for so long.
        idle = to_ms(at - kept) if end is None else None
        found = await contest_retention.still_named(tx, published.id, limit, idle)
        await contest_people.forget(tx, found, leave=False)
        names = len(found)
    awarded = await contest_retention.awarded_at(tx, published.id)
    if not published.contest.prizes.sets:
        awarded = awarded or end
    contact_days = timedelta(days=data.contact_retention_days_after_award)
    if awarded is None or at < awarded + contact_days:
        return Trimmed(0, names)
    return Trimmed(await _drop_contacts(tx, published, sealer, limit), names)


def last_closing(published: Published) -> datetime | None:
    """When the contest is over for good; None where a round has no end."""
    ends = [w.closes_at for one in published.contest.rounds for w in published.windows(one)]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


async def _drop_contacts(tx: Tx, published: Published, sealer: Sealer, limit: int) -> int:
    secret = {one.key for one in published.contest.registration.fields if one.type in SECRET_TYPES}
    found = await contest_retention.with_contacts(tx, published.id, limit)
    for entrant_id, sealed in found:
        await contest_retention.drop_contacts(tx, entrant_id, _without(sealer, sealed, secret))
    return len(found)


def _without(sealer: Sealer, sealed: str, keys: Collection[str]) -> str:
    if not sealed:
        return ""
    try:
        data = json.loads(sealer.open(sealed))
    except SealBroken:
        # Nobody can read it any more, so there is nothing to keep.
        return ""
    values = {key: value for key, value in data["values"].items() if key not in keys}
    return sealer.seal(json.dumps({**data, "values": values}, ensure_ascii=False))
