"""Token pairs that rotate, kept so that no kill and no second program can lose or use up one twice.

The refresh token of such a service works once. Whoever wants a new pair takes the lease, asks for
the pair outside any transaction, and stores it before it is used. Tokens come in and go out sealed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, update

from bot.store.database import Tx
from bot.store.tables import oauth_audit, oauth_tokens

SEEDED = "seeded"
LINKED = "linked"
BEGUN = "begun"
REFRESHED = "refreshed"
REFUSED = "refused"
FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StoredPair:
    """A pair as it lies in the store; `access` is missing until the first refresh of a seed.

    `broken` is the sentence that says why the refresh token works no more. `lease_owner` is who
    asks for the next pair now.
    """

    access: str | None
    refresh: str
    generation: int
    obtained_at: datetime
    expires_at: datetime
    broken: str | None
    lease_owner: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """One line of the audit: what happened, and the fingerprint of the refresh token concerned."""

    at: datetime
    act: str
    mark: str
    detail: str


_PAIR = tuple(oauth_tokens.c[name] for name in StoredPair.__dataclass_fields__)


async def read_pair(tx: Tx, service: str) -> StoredPair | None:
    """The pair of the service, or None where it never had one."""
    row = await tx.first(select(*_PAIR).where(oauth_tokens.c.service == service))
    return StoredPair(**row) if row else None


async def plant_seed(tx: Tx, service: str, refresh: str, at: datetime) -> bool:
    """Keeps a first refresh token; False where there is a working pair, which stays.

    A pair that is broken gives way, and its generation goes on.
    """
    start = {"access": None, "refresh": refresh, "obtained_at": at, "expires_at": at}
    again = {"generation": oauth_tokens.c.generation + 1, "broken": None, **_NO_LEASE}
    changed = await tx.change(
        tx.insert(oauth_tokens)
        .values(service=service, generation=0, **start)
        .on_conflict_do_update(
            index_elements=[oauth_tokens.c.service],
            set_={**start, **again},
            where=oauth_tokens.c.broken.is_not(None),
        )
    )
    return changed == 1


async def take_lease(
    tx: Tx, service: str, owner: str, at: datetime, until: datetime
) -> StoredPair | None:
    """The pair to be refreshed, ours alone until then; None while another one sees to it."""
    free = or_(oauth_tokens.c.lease_until.is_(None), oauth_tokens.c.lease_until <= at)
    row = await tx.first(
        update(oauth_tokens)
        .where(oauth_tokens.c.service == service, free)
        .values(lease_owner=owner, lease_until=until)
        .returning(*_PAIR)
    )
    return StoredPair(**row) if row else None


async def drop_lease(tx: Tx, service: str, owner: str) -> None:
    """Lets the next one refresh."""
    own = and_(oauth_tokens.c.service == service, oauth_tokens.c.lease_owner == owner)
    await tx.change(update(oauth_tokens).where(own).values(**_NO_LEASE))


async def store_pair(
    tx: Tx,
    service: str,
    generation: int,
    access: str,
    refresh: str,
    *,
    at: datetime,
    expires_at: datetime,
) -> bool:
    """Keeps the pair that follows `generation`; False where another pair has followed already.

    Neither a lease lost meanwhile nor a mark of being broken keeps it out: it is the newest.
    """
    new = {"access": access, "refresh": refresh, "obtained_at": at, "expires_at": expires_at}
    changed = await tx.change(
        update(oauth_tokens)
        .where(_is_at(service, generation))
        .values(**new, generation=generation + 1, broken=None, **_NO_LEASE)
    )
    return changed == 1


async def link_pair(
    tx: Tx, service: str, access: str, refresh: str, *, at: datetime, expires_at: datetime
) -> None:
    """Keeps a pair that a person consented to, in place of any other."""
    new = {"access": access, "refresh": refresh, "obtained_at": at, "expires_at": expires_at}
    again = {"generation": oauth_tokens.c.generation + 1, "broken": None, **_NO_LEASE}
    await tx.change(
        tx.insert(oauth_tokens)
        .values(service=service, generation=0, **new)
        .on_conflict_do_update(index_elements=[oauth_tokens.c.service], set_={**new, **again})
    )


async def mark_broken(tx: Tx, service: str, generation: int, sentence: str) -> bool:
    """The refresh token works no more; False where a new pair has come meanwhile."""
    statement = update(oauth_tokens).where(_is_at(service, generation))
    return await tx.change(statement.values(broken=sentence, **_NO_LEASE)) == 1


async def add_note(
    tx: Tx, service: str, at: datetime, act: str, mark: str, detail: str = ""
) -> None:
    """Writes a line of the audit."""
    await tx.change(
        insert(oauth_audit).values(service=service, at=at, act=act, mark=mark, detail=detail)
    )


async def last_notes(tx: Tx, service: str, limit: int) -> list[Note]:
    """The last lines of the audit, newest first."""
    columns = tuple(oauth_audit.c[name] for name in Note.__dataclass_fields__)
    rows = await tx.rows(
        select(*columns)
        .where(oauth_audit.c.service == service)
        .order_by(oauth_audit.c.id.desc())
        .limit(limit)
    )
    return [Note(**row) for row in rows]


async def was_used(tx: Tx, service: str, marks: Sequence[str]) -> bool:
    """Whether a refresh token with one of these fingerprints was ever kept or sent."""
    known = and_(oauth_audit.c.service == service, oauth_audit.c.mark.in_(marks))
    return bool(await tx.value(select(func.count()).select_from(oauth_audit).where(known)))


_NO_LEASE = {"lease_owner": None, "lease_until": None}


def _is_at(service: str, generation: int) -> ColumnElement[bool]:
    return and_(oauth_tokens.c.service == service, oauth_tokens.c.generation == generation)
