"""Every wording that an entry ever had, and the new ones that wait for an approver."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select

from bot.store.admin_tables import entry_proposals, entry_versions
from bot.store.database import Tx

FILE = "file"
"""The act of somebody who changed the file itself."""
PROPOSED = "propose"
"""The act of somebody whose words wait; these have not stood in the file yet."""


@dataclass(frozen=True, slots=True)
class Version:
    """A wording: the lines of the entry in its file, and their fingerprint."""

    id: int
    entry_id: str
    at: datetime
    by: str
    act: str
    text: str
    mark: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """Words that wait for an approver; `based_on` is the mark of those that they would replace."""

    entry_id: str
    at: datetime
    by: str
    text: str
    based_on: str


_COLUMNS = tuple(entry_versions.c[name] for name in Version.__dataclass_fields__)
_PROPOSED = tuple(entry_proposals.c[name] for name in Proposal.__dataclass_fields__)


async def add(tx: Tx, entry_id: str, at: datetime, by: str, act: str, text: str, mark: str) -> None:
    """Keeps a wording."""
    values = {"entry_id": entry_id, "at": at, "by": by, "act": act, "text": text, "mark": mark}
    await tx.change(tx.insert(entry_versions).values(**values))


async def in_file(tx: Tx, entry_id: str, limit: int) -> list[Version]:
    """The last wordings that stood in the file, newest first."""
    rows = await tx.rows(
        select(*_COLUMNS)
        .where(entry_versions.c.entry_id == entry_id, entry_versions.c.act != PROPOSED)
        .order_by(entry_versions.c.id.desc())
        .limit(limit)
    )
    return [Version(**row) for row in rows]


async def list_of(tx: Tx, entry_id: str, offset: int, limit: int) -> list[Version]:
    """The wordings of an entry, newest first."""
    rows = await tx.rows(
        select(*_COLUMNS)
        .where(entry_versions.c.entry_id == entry_id)
        .order_by(entry_versions.c.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [Version(**row) for row in rows]


async def count(tx: Tx, entry_id: str) -> int:
    """How many wordings of an entry were kept."""
    own = entry_versions.c.entry_id == entry_id
    return int(await tx.value(select(func.count()).select_from(entry_versions).where(own)))


async def find(tx: Tx, entry_id: str, version: int) -> Version | None:
    """One wording of an entry."""
    row = await tx.first(
        select(*_COLUMNS).where(
            entry_versions.c.entry_id == entry_id, entry_versions.c.id == version
        )
    )
    return Version(**row) if row else None


async def before(tx: Tx, version: Version) -> Version | None:
    """The wording that was kept before another one."""
    row = await tx.first(
        select(*_COLUMNS)
        .where(entry_versions.c.entry_id == version.entry_id, entry_versions.c.id < version.id)
        .order_by(entry_versions.c.id.desc())
        .limit(1)
    )
    return Version(**row) if row else None


async def propose(tx: Tx, proposal: Proposal) -> None:
    """Keeps words for an approver, in place of any that wait already."""
    values = {name: getattr(proposal, name) for name in Proposal.__dataclass_fields__}
    await tx.change(
        tx.insert(entry_proposals)
        .values(**values)
        .on_conflict_do_update(index_elements=[entry_proposals.c.entry_id], set_=values)
    )


async def proposal_of(tx: Tx, entry_id: str) -> Proposal | None:
    """The words of an entry that wait for an approver."""
    row = await tx.first(select(*_PROPOSED).where(entry_proposals.c.entry_id == entry_id))
    return Proposal(**row) if row else None


async def proposals(tx: Tx) -> list[Proposal]:
    """Everything that waits for an approver, the oldest first."""
    rows = await tx.rows(select(*_PROPOSED).order_by(entry_proposals.c.at))
    return [Proposal(**row) for row in rows]


async def drop_proposal(tx: Tx, entry_id: str) -> bool:
    """Takes words away that wait; False where there are none."""
    own = entry_proposals.c.entry_id == entry_id
    return await tx.change(delete(entry_proposals).where(own)) == 1
