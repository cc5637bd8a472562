"""Published contests, word for word, and the short numbers of their rounds and questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update

from bot.store.contest_tables import (
    contest_keys,
    contest_questions,
    contest_rounds,
    contest_versions,
)
from bot.store.database import Tx

Name = tuple[str, int]
"""A question's id and version."""


@dataclass(frozen=True, slots=True)
class Version:
    """One published version; `document` is the JSON that `sha256` was made of."""

    contest_id: str
    version: int
    document: str
    sha256: str
    reason: str
    by: str
    at: datetime


_COLUMNS = tuple(contest_versions.c[name] for name in Version.__dataclass_fields__)


_LATEST = (
    select(contest_versions.c.version, contest_versions.c.sha256)
    .where(contest_versions.c.contest_id == bindparam("contest"))
    .order_by(contest_versions.c.version.desc())
    .limit(1)
)


async def latest(tx: Tx, contest_id: str) -> tuple[int, str] | None:
    """The number and SHA-256 of the version that is played; None where none was published."""
    row = await tx.first(_LATEST, {"contest": contest_id})
    return (row["version"], row["sha256"]) if row else None


async def read_version(tx: Tx, contest_id: str, version: int) -> Version | None:
    """A version as it was published."""
    row = await tx.first(
        select(*_COLUMNS).where(
            contest_versions.c.contest_id == contest_id, contest_versions.c.version == version
        )
    )
    return Version(**row) if row else None


async def list_versions(tx: Tx, contest_id: str) -> list[Version]:
    """Every version of a contest, oldest first."""
    rows = await tx.rows(
        select(*_COLUMNS)
        .where(contest_versions.c.contest_id == contest_id)
        .order_by(contest_versions.c.version)
    )
    return [Version(**row) for row in rows]


async def list_contests(tx: Tx) -> list[str]:
    """The ids of all contests that were ever published."""
    rows = await tx.rows(
        select(contest_versions.c.contest_id).distinct().order_by(contest_versions.c.contest_id)
    )
    return [row["contest_id"] for row in rows]


async def add_version(tx: Tx, version: Version) -> None:
    """Keeps a new version; one number is given once only."""
    values = {name: getattr(version, name) for name in Version.__dataclass_fields__}
    await tx.change(tx.insert(contest_versions).values(**values))


async def number_rounds(tx: Tx, contest_id: str, round_ids: Iterable[str]) -> dict[str, int]:
    """The number of each round of the contest; new rounds get one, old ones keep theirs."""
    for round_id in round_ids:
        await tx.change(
            tx.insert(contest_rounds)
            .values(contest_id=contest_id, round_id=round_id)
            .on_conflict_do_nothing()
        )
    return await round_numbers(tx, contest_id)


async def round_numbers(tx: Tx, contest_id: str) -> dict[str, int]:
    """The number of each round that the contest ever had."""
    rows = await tx.rows(
        select(contest_rounds.c.round_id, contest_rounds.c.id).where(
            contest_rounds.c.contest_id == contest_id
        )
    )
    return {row["round_id"]: row["id"] for row in rows}


async def number_questions(
    tx: Tx, contest_id: str, questions: Sequence[tuple[str, int, int]]
) -> dict[Name, int]:
    """The number of each question (id, version, level); old ones keep theirs."""
    known = await question_numbers(tx, contest_id)
    new = [
        {"contest_id": contest_id, "question_id": q, "version": v, "level": level}
        for q, v, level in questions
        if (q, v) not in known
    ]
    if new:
        await tx.connection.execute(tx.insert(contest_questions), new)
    return await question_numbers(tx, contest_id)


async def question_numbers(tx: Tx, contest_id: str) -> dict[Name, int]:
    """The number of each question that the contest ever published."""
    rows = await tx.rows(
        select(
            contest_questions.c.question_id, contest_questions.c.version, contest_questions.c.id
        ).where(contest_questions.c.contest_id == contest_id)
    )
    return {(row["question_id"], row["version"]): row["id"] for row in rows}


async def write_keys(tx: Tx, markings: Mapping[int, tuple[str, Iterable[str]]]) -> None:
    """What counts as right from now on: for each question's number its treatment and answers."""
    numbers = list(markings)
    await tx.change(delete(contest_keys).where(contest_keys.c.question.in_(numbers)))
    accepted = [
        {"question": number, "chosen": chosen}
        for number, (_, answers) in markings.items()
        for chosen in answers
    ]
    if accepted:
        await tx.connection.execute(tx.insert(contest_keys), accepted)
    for treatment in {treatment for treatment, _ in markings.values()}:
        alike = [number for number, (t, _) in markings.items() if t == treatment]
        await tx.change(
            update(contest_questions)
            .where(contest_questions.c.id.in_(alike))
            .values(treatment=treatment)
        )
