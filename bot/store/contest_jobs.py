"""Long work on a contest that an organizer started in the web: how far it is, what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update

from bot.store.contest_board_tables import contest_jobs
from bot.store.database import Tx

STALE = timedelta(seconds=90)
"""A job of which nothing was heard for so long died with its process."""


@dataclass(frozen=True, slots=True)
class Job:
    """One job. `done` rows of `doing` are written; `result` and `file` are there once it is done."""

    id: int
    contest_id: str
    kind: str
    wanted: dict[str, Any]
    by: str
    at: datetime
    seen_at: datetime
    state: str
    doing: str
    done: int
    result: dict[str, Any]
    file: str
    ended_at: datetime | None

    def state_at(self, at: datetime) -> str:
        """The state; `lost` where it runs by what is stored, but its process has ended."""
        is_lost = self.state == "running" and at - self.seen_at > STALE
        return "lost" if is_lost else self.state


_COLUMNS = tuple(contest_jobs.c[name] for name in Job.__dataclass_fields__)


async def begin(
    tx: Tx, contest_id: str, kind: str, wanted: Mapping[str, Any], by: str, at: datetime
) -> int:
    """Keeps a new job; gives its number."""
    values = {"contest_id": contest_id, "kind": kind, "wanted": dict(wanted), "by": by}
    statement = tx.insert(contest_jobs).values(**values, at=at, seen_at=at, result={})
    return int(await tx.value(statement.returning(contest_jobs.c.id)))


async def report(tx: Tx, job_id: int, doing: str, done: int, at: datetime) -> bool:
    """Tells how far a job is; False where somebody called it off."""
    statement = update(contest_jobs).where(
        contest_jobs.c.id == job_id, contest_jobs.c.state == "running"
    )
    return await tx.change(statement.values(doing=doing, done=done, seen_at=at)) == 1


async def end(
    tx: Tx, job_id: int, state: str, at: datetime, result: Mapping[str, Any], file: str = ""
) -> None:
    """Keeps what came of a running job: `done`, `failed` or `cancelled`."""
    await tx.change(
        update(contest_jobs)
        .where(contest_jobs.c.id == job_id, contest_jobs.c.state == "running")
        .values(state=state, result=dict(result), file=file, ended_at=at, seen_at=at)
    )


async def find(tx: Tx, job_id: int) -> Job | None:
    """A job by its number."""
    row = await tx.first(select(*_COLUMNS).where(contest_jobs.c.id == job_id))
    return Job(**row) if row else None


async def list_jobs(tx: Tx, contest_id: str, kinds: Sequence[str], limit: int = 20) -> list[Job]:
    """The last jobs of these kinds, newest first."""
    rows = await tx.rows(
        select(*_COLUMNS)
        .where(contest_jobs.c.contest_id == contest_id, contest_jobs.c.kind.in_(kinds))
        .order_by(contest_jobs.c.id.desc())
        .limit(limit)
    )
    return [Job(**row) for row in rows]


async def running(tx: Tx, contest_id: str, kinds: Sequence[str], at: datetime) -> Job | None:
    """The job of these kinds that runs now; None where none does."""
    row = await tx.first(
        select(*_COLUMNS)
        .where(
            contest_jobs.c.contest_id == contest_id,
            contest_jobs.c.kind.in_(kinds),
            contest_jobs.c.state == "running",
            contest_jobs.c.seen_at > at - STALE,
        )
        .order_by(contest_jobs.c.id)
        .limit(1)
    )
    return Job(**row) if row else None


async def forget(tx: Tx, before: datetime) -> list[str]:
    """Takes away jobs begun before that instant and not running; gives the names of their files."""
    old = [
        contest_jobs.c.at < before,
        or_(contest_jobs.c.state != "running", contest_jobs.c.seen_at < before),
    ]
    rows = await tx.rows(select(contest_jobs.c.file).where(*old))
    await tx.change(delete(contest_jobs).where(*old))
    return [row["file"] for row in rows if row["file"]]
