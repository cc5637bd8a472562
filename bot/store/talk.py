"""What was said: where each person stands in the dialogue, what was asked and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Update, and_, bindparam, delete, func, insert, or_, select, text, update

from bot.clock import day_number
from bot.language.mask import mask_numbers
from bot.store.database import Insert, Tx, insert_into
from bot.store.prepared import Prepared
from bot.store.tables import questions, staff_requests, states

NONE_CHOSEN = "choose-none"
"""The outcome of a choice that the person answered with "none of these"."""


_LOAD_STATE = select(states.c.data).where(states.c.person_id == bindparam("b_person"))
_RECORD_QUESTION = insert(questions).returning(questions.c.id)
# Numbers are never used twice, not even that of a deleted row: both databases count apart.
_LAST_NUMBER = text("SELECT seq FROM sqlite_sequence WHERE name = 'questions'")
_NEXT_NUMBERS = text(
    "SELECT nextval(pg_get_serial_sequence('questions', 'id')) FROM generate_series(1, :b_count)"
)
_NUMBERS = Prepared(lambda is_postgresql: _NEXT_NUMBERS if is_postgresql else _LAST_NUMBER)


def _save(is_postgresql: bool) -> Insert:
    saving = insert_into(states, is_postgresql)
    new = {"data": saving.excluded.data, "at": saving.excluded.at}
    return saving.on_conflict_do_update(index_elements=[states.c.person_id], set_=new)


SAVE = Prepared(_save, ("person_id", "data", "at"))
"""Saves where a person stands."""


@dataclass(frozen=True, slots=True)
class QuestionAsked:
    """One question and what the bot made of it; `entries` are the ids given or offered.

    `origin` is the deep link by which the asker had come.
    """

    person_id: int
    channel: str
    text: str
    normalised: str
    outcome: str
    asked_at: datetime
    base_version: str
    entries: Sequence[str] = ()
    score: float = 0.0
    ms: float = 0.0
    inbox_id: int | None = None
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Miss:
    """A question that an editor should see: refused, no choice fitting, or a thumb down."""

    id: int
    asked_at: datetime
    channel: str
    text: str
    normalised: str
    outcome: str
    entries: tuple[str, ...]
    score: float
    feedback: int | None


@dataclass(frozen=True, slots=True)
class Purged:
    """How much `purge` took away."""

    questions: int
    states: int


async def load_state(tx: Tx, person_id: int) -> dict[str, Any]:
    """Where the person stands in the dialogue; empty at the beginning."""
    if tx.ahead and person_id in tx.ahead.states:
        return tx.ahead.states[person_id]
    return await tx.value(_LOAD_STATE, {"b_person": person_id}) or {}


async def save_state(tx: Tx, person_id: int, data: dict[str, Any], at: datetime) -> None:
    """Remembers where the person stands, in place of what was before."""
    if tx.ahead:
        tx.ahead.save(person_id, data, at)
        return
    await SAVE.run(tx, [{"person_id": person_id, "data": data, "at": at}])


async def record_question(tx: Tx, asked: QuestionAsked) -> int:
    """Keeps the question, with phone and identity numbers masked; gives its id."""
    given = {
        "person_id": asked.person_id,
        "inbox_id": asked.inbox_id,
        "asked_at": asked.asked_at,
        "channel": asked.channel,
        # The caller has masked already; what reaches the disk must not depend on that.
        "text": mask_numbers(asked.text),
        "normalised": mask_numbers(asked.normalised),
        "outcome": asked.outcome,
        "entries": list(asked.entries),
        "score": asked.score,
        "ms": asked.ms,
        "base_version": asked.base_version,
        "day": day_number(asked.asked_at),
        "entry": asked.entries[0] if asked.outcome == "answer" and asked.entries else None,
        "origin": asked.origin,
    }
    if tx.ahead is None:
        return int(await tx.value(_RECORD_QUESTION, given))
    if not tx.ahead.numbers:
        tx.ahead.numbers.extend(await _take_numbers(tx, tx.ahead.messages))
    number = tx.ahead.numbers.popleft()
    tx.ahead.asked.append({**given, "id": number})
    return number


async def _take_numbers(tx: Tx, count: int) -> Sequence[int]:
    """Numbers for the next questions of a batch, which nobody else gets."""
    # There is one writer at a time on SQLite, and writing a number moves the count on.
    found = await _NUMBERS.rows(tx, {"b_count": count} if tx.is_postgresql else {})
    if tx.is_postgresql:
        return [int(number) for (number,) in found]
    last = int(found[0][0]) if found else 0
    return range(last + 1, last + 1 + count)


async def choose_none(tx: Tx, question_id: int, person_id: int) -> bool:
    """The asker found none of the offered entries fitting: the question becomes a miss."""
    return await _amend(tx, question_id, person_id, outcome=NONE_CHOSEN)


async def give_feedback(tx: Tx, question_id: int, person_id: int, value: int, at: datetime) -> bool:
    """Keeps the asker's thumb up (+1) or down (-1); False where the question is not his own."""
    if value not in (-1, 1):
        raise ValueError(f"feedback is +1 or -1, not {value}")
    return await _amend(tx, question_id, person_id, feedback=value, feedback_at=at)


async def misses(tx: Tx, limit: int) -> list[Miss]:
    """The latest questions that the base could not answer well and no editor has handled."""
    columns = tuple(questions.c[name] for name in Miss.__dataclass_fields__)
    missed = or_(questions.c.outcome.in_(("refuse", NONE_CHOSEN)), questions.c.feedback == -1)
    rows = await tx.rows(
        select(*columns)
        .where(missed, questions.c.handled.is_(None), questions.c.text != "")
        .order_by(questions.c.asked_at.desc(), questions.c.id.desc())
        .limit(limit)
    )
    return [Miss(**{**row, "entries": tuple(row["entries"])}) for row in rows]


async def mark_handled(tx: Tx, question_id: int, how: str) -> bool:
    """Takes a question off the list of misses; `how` says what the editor did about it."""
    statement = update(questions).where(questions.c.id == question_id).values(handled=how)
    return await tx.change(statement) == 1


async def count_since(tx: Tx, since: datetime) -> dict[str, int]:
    """How many questions ended in each outcome from `since` on."""
    rows = await tx.rows(
        select(questions.c.outcome, func.count().label("n"))
        .where(questions.c.asked_at >= since)
        .group_by(questions.c.outcome)
        .order_by(questions.c.outcome)
    )
    return {row["outcome"]: row["n"] for row in rows}


async def purge(tx: Tx, before: datetime, idle_since: datetime | None = None) -> Purged:
    """Retention: forgets who asked what before that time, and states left lying since.

    States have a time of their own: left lying since `idle_since`.
    """
    await tx.change(delete(staff_requests).where(staff_requests.c.asked_at < before))
    kept = or_(questions.c.person_id.is_not(None), questions.c.text != "")
    return Purged(
        questions=await tx.change(forget().where(and_(questions.c.asked_at < before, kept))),
        states=await tx.change(delete(states).where(states.c.at < (idle_since or before))),
    )


def forget() -> Update:
    """Blanks questions and cuts them from their asker; how they ended stays, for the figures."""
    return update(questions).values(person_id=None, inbox_id=None, text="", normalised="")


async def _amend(tx: Tx, question_id: int, person_id: int, **values: Any) -> bool:
    # A button can be forged or forwarded: only the asker's own question gives way.
    own = and_(questions.c.id == question_id, questions.c.person_id == person_id)
    return await tx.change(update(questions).where(own).values(**values)) == 1
