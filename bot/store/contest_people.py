"""What contests hold about a person: shown and erased when he asks, or when the rules' time is up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, case, select, update

from bot.store.contest_board_tables import awards, complaints, disqualifications, flags
from bot.store.contest_entrants import MARKS
from bot.store.contest_tables import answers, attempts, consents, contest_questions, entrants
from bot.store.database import Tx

_OF_ENTRANT = {
    "consents": consents,
    "flags": flags,
    "disqualifications": disqualifications,
    "complaints": complaints,
    "awards": awards,
}


async def export(tx: Tx, person_id: int) -> list[dict[str, Any]]:
    """Everything that contests hold about the person, fit for JSON.

    What he registered with is still sealed there, under `sealed`.
    """
    rows = await tx.rows(select(entrants).where(entrants.c.person_id == person_id))
    return [await _export_one(tx, row) for row in rows]


async def erase(tx: Tx, person_id: int) -> int:
    """Takes the person out of all contests; gives in how many he was.

    The attempts stay, nobody's any more, so that the numbers of a round do not change by it. A prize
    not yet decided passes to the next in line; a decision already signed names whom it names, and
    is kept by its signers.
    """
    rows = await tx.rows(select(entrants.c.id).where(entrants.c.person_id == person_id))
    await forget(tx, [row["id"] for row in rows])
    return len(rows)


async def forget(tx: Tx, entrant_ids: Sequence[int], *, leave: bool = True) -> None:
    """Erases who these entrants were; what they played stays counted.

    Without `leave` they keep their places: nobody left, only the time of keeping names is over.
    """
    if not entrant_ids:
        return
    standing = entrants.c.standing
    withdrawn = case((standing == "disqualified", standing), else_="withdrawn")
    await tx.change(
        update(entrants)
        .where(entrants.c.id.in_(entrant_ids))
        .values(
            person_id=None,
            sealed="",
            eligible_until=None,
            referred_by=None,
            standing=withdrawn if leave else standing,
            **dict.fromkeys(MARKS),
        )
    )
    await tx.change(
        update(attempts).where(attempts.c.entrant_id.in_(entrant_ids)).values(device=None)
    )
    await tx.change(
        update(disqualifications)
        .where(disqualifications.c.entrant_id.in_(entrant_ids))
        .values(note="", appeal=None)
    )
    await tx.change(
        update(complaints).where(complaints.c.entrant_id.in_(entrant_ids)).values(sealed="")
    )


async def _export_one(tx: Tx, entrant: RowMapping) -> dict[str, Any]:
    found = _plain(entrant)
    for name, table in _OF_ENTRANT.items():
        rows = await tx.rows(
            select(table).where(table.c.entrant_id == entrant["id"]).order_by(table.c.id)
        )
        found[name] = [_plain(row) for row in rows]
    found["attempts"] = await _attempts(tx, entrant["id"])
    return found


async def _attempts(tx: Tx, entrant_id: int) -> list[dict[str, Any]]:
    rows = await tx.rows(
        select(attempts).where(attempts.c.entrant_id == entrant_id).order_by(attempts.c.id)
    )
    found = []
    for row in rows:
        given = await tx.rows(
            select(
                answers.c.position,
                contest_questions.c.question_id,
                contest_questions.c.version,
                answers.c.chosen,
                answers.c.at_ms,
            )
            .join(contest_questions, contest_questions.c.id == answers.c.question)
            .where(answers.c.attempt_id == row["id"])
            .order_by(answers.c.position)
        )
        found.append({**_plain(row), "answers": [dict(answer) for answer in given]})
    return found


def _plain(row: RowMapping) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()
    }
