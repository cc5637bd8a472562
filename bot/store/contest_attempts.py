"""Attempts and their answers: the paper as drawn, what was chosen, when, and what it earned.

An attempt's id is its entrant's id followed by its own number, so one person's attempts and answers
are a span of the primary key.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, exists, func, literal_column, select, update

from bot.store.contest_tables import answers, attempts, contest_questions, entrants, grants
from bot.store.database import Tx

_PER_ENTRANT = 1 << 16
"""Attempts that one entrant can have; a practice never has so many."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt. Instants in milliseconds since 1970; what it earned is known once it ended."""

    id: int
    entrant_id: int
    round: int
    version: int
    seed: str
    device: str | None
    started_ms: int
    deadline_ms: int
    submitted_ms: int | None
    status: str
    prediction: int | None
    total: int
    correct: int | None
    score: int | None
    duration_ms: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One place of a paper: the question's number, the options as shown, and what was chosen."""

    attempt_id: int
    position: int
    question: int
    shown: str
    chosen: str | None
    at_ms: int | None
    changes: int


@dataclass(frozen=True, slots=True)
class Finished:
    """How an attempt ended and what it earned."""

    id: int
    status: str
    submitted_ms: int
    duration_ms: int
    total: int
    correct: int
    score: int


_ATTEMPT = tuple(attempts.c[name] for name in Attempt.__dataclass_fields__)
_ANSWER = tuple(answers.c[name] for name in Answer.__dataclass_fields__)
_OPEN = attempts.c.status == "open"
# Written so that SQLite goes through the few open ones, by an index that has nobody else in it, and
# not through all attempts of the rounds: only a word that stands in the statement tells it so.
_FEW_OPEN = attempts.c.status == literal_column("'open'")
_ROUND = attempts.c.round + 0
_FIRST = entrants.c.id * _PER_ENTRANT
_OF_ENTRANTS = (
    select(*_ATTEMPT)
    .join(entrants, attempts.c.id.between(_FIRST, _FIRST + _PER_ENTRANT - 1))
    .where(entrants.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(attempts.c.id)
)
_FIND = select(*_ATTEMPT).where(attempts.c.id == bindparam("of_id"))
_PAPERS = (
    select(*_ANSWER)
    .where(answers.c.attempt_id.in_(bindparam("ids", expanding=True)))
    .order_by(answers.c.attempt_id, answers.c.position)
)
_GRANTED = (
    select(grants.c.entrant_id, grants.c.round, func.sum(grants.c.extra).label("extra"))
    .where(grants.c.entrant_id.in_(bindparam("ids", expanding=True)))
    .group_by(grants.c.entrant_id, grants.c.round)
)


def number_attempt(entrant_id: int, number: int) -> int:
    """The id of an entrant's own first (1), second, … attempt."""
    return entrant_id * _PER_ENTRANT + number


async def of_entrant(tx: Tx, entrant_id: int) -> list[Attempt]:
    """Every attempt of an entrant, oldest first."""
    return await of_entrants(tx, [entrant_id])


async def of_entrants(tx: Tx, entrant_ids: Sequence[int]) -> list[Attempt]:
    """Every attempt of some entrants, by entrant, oldest first."""
    rows = await tx.rows(_OF_ENTRANTS, {"ids": entrant_ids})
    return [Attempt(**row) for row in rows]


async def find(tx: Tx, attempt_id: int, *, lock: bool = False) -> Attempt | None:
    """An attempt by its id; with `lock` nobody else changes it until the transaction ends."""
    row = await tx.first(_FIND.with_for_update() if lock else _FIND, {"of_id": attempt_id})
    return Attempt(**row) if row else None


async def lock_many(tx: Tx, attempt_ids: Iterable[int]) -> dict[int, Attempt]:
    """Attempts by their id; nobody else changes them until the transaction ends."""
    rows = await tx.rows(
        select(*_ATTEMPT)
        .where(attempts.c.id.in_(sorted(set(attempt_ids))))
        .order_by(attempts.c.id)
        .with_for_update()
    )
    return {row["id"]: Attempt(**row) for row in rows}


async def any_of(tx: Tx, rounds: Sequence[int]) -> bool:
    """Whether anybody has started an attempt in one of the rounds."""
    return bool(await tx.value(select(exists().where(attempts.c.round.in_(rounds)))))


def next_id(entrant_id: int, before: Iterable[Attempt]) -> int:
    """The id of the entrant's next attempt; `before` are all he has."""
    return max((a.id for a in before), default=number_attempt(entrant_id, 0)) + 1


async def add(tx: Tx, new: Sequence[tuple[Attempt, Sequence[Answer]]]) -> None:
    """Keeps new attempts with their papers."""
    if new:
        await tx.connection.execute(tx.insert(attempts), [_values(a) for a, _ in new])
        papers = [_values(place) for _, paper in new for place in paper]
        await tx.connection.execute(tx.insert(answers), papers)


async def paper_of(tx: Tx, attempt_id: int) -> list[Answer]:
    """The places of an attempt's paper in their order."""
    return await papers_of(tx, [attempt_id])


async def papers_of(tx: Tx, attempt_ids: Sequence[int]) -> list[Answer]:
    """The places of several attempts' papers, attempt by attempt in the order of their ids."""
    rows = await tx.rows(_PAPERS, {"ids": attempt_ids})
    return [Answer(**row) for row in rows]


async def seen_questions(tx: Tx, attempt_ids: Sequence[int]) -> dict[int, set[str]]:
    """The ids of the questions that stood in these attempts, by their entrant."""
    found: dict[int, set[str]] = {}
    if attempt_ids:
        rows = await tx.rows(
            select(answers.c.attempt_id, contest_questions.c.question_id)
            .join(contest_questions, contest_questions.c.id == answers.c.question)
            .where(answers.c.attempt_id.in_(attempt_ids))
        )
        for row in rows:
            found.setdefault(row["attempt_id"] // _PER_ENTRANT, set()).add(row["question_id"])
    return found


_PREDICT = (
    update(attempts)
    .where(attempts.c.id == bindparam("of_id"), _OPEN)
    .values(prediction=bindparam("new_prediction"))
)


async def predict(tx: Tx, guesses: Sequence[tuple[int, int]]) -> None:
    """Keeps guesses (attempt, number) of open attempts; of two for one the later holds."""
    if guesses:
        rows = [{"of_id": attempt_id, "new_prediction": guess} for attempt_id, guess in guesses]
        await tx.connection.execute(_PREDICT, rows)


_FINISH = (
    update(attempts)
    .where(attempts.c.id == bindparam("of_id"), _OPEN)
    .values({name: bindparam(f"new_{name}") for name in Finished.__dataclass_fields__ if name != "id"})
)  # fmt: skip


async def finish(tx: Tx, finished: Sequence[Finished]) -> None:
    """Ends open attempts; one that has ended already stays as it is."""
    if finished:
        names = [name for name in Finished.__dataclass_fields__ if name != "id"]
        rows = [{"of_id": f.id, **{f"new_{n}": getattr(f, n) for n in names}} for f in finished]
        await tx.connection.execute(_FINISH, rows)


async def overdue(tx: Tx, rounds: Sequence[int], before_ms: int, limit: int) -> list[Attempt]:
    """Open attempts in the rounds whose deadline passed before that instant, locked."""
    statement = (
        select(*_ATTEMPT)
        .where(_FEW_OPEN, attempts.c.deadline_ms <= before_ms, _ROUND.in_(rounds))
        .order_by(attempts.c.deadline_ms, attempts.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [Attempt(**row) for row in await tx.rows(statement)]


async def granted(tx: Tx, entrant_id: int, round_number: int) -> int:
    """How many attempts the board gave the entrant beyond the limit of the round."""
    return (await granted_to(tx, [entrant_id])).get((entrant_id, round_number), 0)


async def granted_to(tx: Tx, entrant_ids: Sequence[int]) -> dict[tuple[int, int], int]:
    """How many attempts the board gave beyond the limit, by entrant and number of the round."""
    rows = await tx.rows(_GRANTED, {"ids": entrant_ids})
    return {(row["entrant_id"], row["round"]): int(row["extra"]) for row in rows}


async def count(tx: Tx, rounds: Sequence[int]) -> dict[str, int]:
    """How many attempts of the rounds are in each status."""
    rows = await tx.rows(
        select(attempts.c.status, func.count().label("n"))
        .where(attempts.c.round.in_(rounds))
        .group_by(attempts.c.status)
    )
    return {row["status"]: row["n"] for row in rows}


async def count_open(tx: Tx, rounds: Sequence[int]) -> int:
    """How many attempts of the rounds are still open; at once, however many have ended."""
    counted = select(func.count()).select_from(attempts)
    return int(await tx.value(counted.where(_FEW_OPEN, _ROUND.in_(rounds))))


async def count_persons(tx: Tx, rounds: Sequence[int]) -> int:
    """How many people have a counted attempt in one of the rounds, each once."""
    return int(
        await tx.value(
            select(func.count(attempts.c.entrant_id.distinct()))
            .join(entrants, entrants.c.id == attempts.c.entrant_id)
            .where(
                attempts.c.round.in_(rounds),
                attempts.c.status.in_(("submitted", "timed_out")),
                entrants.c.standing != "disqualified",
            )
        )
    )


def _values(row: Attempt | Answer) -> dict[str, object]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}
