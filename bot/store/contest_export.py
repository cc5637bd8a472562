"""A contest's rows for whoever takes them away: read page by page, never all at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, exists, select

from bot.store.contest_board_tables import rankings
from bot.store.contest_raw import of_rounds
from bot.store.contest_tables import answers, attempts, consents, contest_questions, entrants
from bot.store.database import Tx

_PAGE = 1_000
_ENTRANT = (
    "id", "registered_ms", "channel", "track", "standing", "is_child", "unit", "commune",
    "province", "age_band", "gender", "group", "occupation", "segment", "referred_by", "sealed",
)  # fmt: skip
_ATTEMPT = (
    "id", "entrant_id", "round", "version", "started_ms", "deadline_ms", "submitted_ms",
    "duration_ms", "status", "total", "correct", "score", "prediction", "device",
)  # fmt: skip
PLACE = (
    answers.c.position,
    answers.c.question,
    contest_questions.c.question_id,
    contest_questions.c.version,
    answers.c.shown,
    answers.c.chosen,
    answers.c.at_ms,
    answers.c.changes,
)
"""A place of a paper as whoever checks it reads it; needs the two tables joined."""

Rows = AsyncIterator[Mapping[str, Any]]


def entrant_rows(tx: Tx, contest_id: str) -> Rows:
    """Everybody registered, by number; `sealed` still holds what was registered with."""
    return _stream(
        tx,
        select(*(entrants.c[name] for name in _ENTRANT))
        .where(entrants.c.contest_id == contest_id)
        .order_by(entrants.c.id),
    )


def attempt_rows(tx: Tx, rounds: Sequence[int], results: Sequence[int]) -> Rows:
    """Every attempt of the rounds; `counting` where it stands in a ranking of these results."""
    ranked = exists().where(
        rankings.c.result_id.in_(results),
        rankings.c.entrant_id == attempts.c.entrant_id,
        rankings.c.attempt_id == attempts.c.id,
    )
    return _stream(
        tx,
        select(*(attempts.c[name] for name in _ATTEMPT), ranked.label("counting"))
        .where(of_rounds(*rounds))
        .order_by(attempts.c.id),
    )


def answer_rows(tx: Tx, rounds: Sequence[int]) -> Rows:
    """Every place of every paper of the rounds: what was asked, shown, chosen and when."""
    return _stream(
        tx,
        select(answers.c.attempt_id, *PLACE)
        .join(attempts, attempts.c.id == answers.c.attempt_id)
        .join(contest_questions, contest_questions.c.id == answers.c.question)
        .where(of_rounds(*rounds))
        .order_by(answers.c.attempt_id, answers.c.position),
    )


def consent_rows(tx: Tx, contest_id: str) -> Rows:
    """Every consent given or not, by person and purpose, with its proof."""
    return _stream(
        tx,
        select(consents)
        .join(entrants, entrants.c.id == consents.c.entrant_id)
        .where(entrants.c.contest_id == contest_id)
        .order_by(consents.c.entrant_id, consents.c.id),
    )


async def _stream(tx: Tx, statement: Select[Any]) -> Rows:
    found = await tx.connection.stream(statement)
    names = tuple(found.keys())
    async for page in found.partitions(_PAGE):
        for row in page:
            yield dict(zip(names, row, strict=True))
