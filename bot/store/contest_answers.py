"""Answers as they come in: what stands at a place of a paper, and writing what was chosen there.

A launch saves a thousand a second, so both are one statement for many places, made once. Each place
is found by the primary key: the table may hold twenty million others.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Integer, and_, bindparam, case, func, select, text, update

from bot.store.contest_tables import answers
from bot.store.database import Tx


@dataclass(frozen=True, slots=True)
class Asked:
    """One place of one attempt, with what decides whether an answer may still go there."""

    attempt_id: int
    position: int
    entrant_id: int
    round: int
    status: str
    deadline_ms: int
    question: int
    shown: str
    chosen: str | None


_COLUMNS = """
    answers.attempt_id, answers.position, attempts.entrant_id, attempts.round, attempts.status,
    attempts.deadline_ms, answers.question, answers.shown, answers.chosen
"""
# CROSS keeps SQLite from beginning with the large tables, whatever it believes of their sizes.
_ASKED_SQLITE = text(f"""
    SELECT {_COLUMNS}
    FROM json_each(:places) AS place
    CROSS JOIN answers ON answers.attempt_id = json_extract(place.value, '$[0]')
        AND answers.position = json_extract(place.value, '$[1]')
    CROSS JOIN attempts ON attempts.id = answers.attempt_id
""")  # noqa: S608 only names of columns
_ASKED_POSTGRESQL = text(f"""
    SELECT {_COLUMNS}
    FROM unnest(CAST(:ids AS bigint[]), CAST(:positions AS smallint[])) AS place (id, position)
    JOIN attempts ON attempts.id = place.id
    JOIN answers ON answers.attempt_id = place.id AND answers.position = place.position
    ORDER BY attempts.id, answers.position
    FOR SHARE OF attempts
""")  # noqa: S608


async def asked_at(tx: Tx, places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Asked]:
    """What stands at the places (attempt, position); the attempts stay open meanwhile.

    They are locked in the order of their ids, so that two who save at once cannot wait for each
    other; whoever hands one of them in waits until we are done.
    """
    wanted = sorted(set(places))
    if tx.is_postgresql:
        ids, positions = [attempt for attempt, _ in wanted], [position for _, position in wanted]
        rows = await tx.rows(_ASKED_POSTGRESQL, {"ids": ids, "positions": positions})
    else:
        rows = await tx.rows(_ASKED_SQLITE, {"places": json.dumps(wanted)})
    return {(row["attempt_id"], row["position"]): Asked(**row) for row in rows}


_LAST = (
    select(answers.c.attempt_id, func.max(answers.c.position).label("position"))
    .where(
        answers.c.attempt_id.in_(bindparam("ids", expanding=True)), answers.c.chosen.is_not(None)
    )
    .group_by(answers.c.attempt_id)
)


async def last_answered(tx: Tx, attempt_ids: Iterable[int]) -> dict[int, int]:
    """The last answered position of each attempt that has one."""
    rows = await tx.rows(_LAST, {"ids": sorted(set(attempt_ids))})
    return {row["attempt_id"]: row["position"] for row in rows}


_SAVE = (
    update(answers)
    .where(
        answers.c.attempt_id == bindparam("in_attempt"),
        answers.c.position == bindparam("at_position"),
    )
    .values(
        chosen=bindparam("new"),
        at_ms=bindparam("saved_ms"),
        changes=answers.c.changes
        + case(
            (
                and_(
                    answers.c.chosen.is_not(None),
                    answers.c.chosen.is_distinct_from(bindparam("new")),
                ),
                1,
            ),
            else_=0,
        ).cast(Integer),
    )
)


# One statement for all of them spares PostgreSQL and its driver one for each.
_SAVE_TOGETHER = text("""
    UPDATE answers
    SET chosen = new.chosen, at_ms = new.at_ms, changes = answers.changes + CASE
        WHEN answers.chosen IS NOT NULL AND answers.chosen IS DISTINCT FROM new.chosen THEN 1
        ELSE 0 END
    FROM unnest(
        CAST(:ids AS bigint[]), CAST(:positions AS smallint[]), CAST(:chosen AS text[]),
        CAST(:times AS bigint[])
    ) AS new (id, position, chosen, at_ms)
    WHERE answers.attempt_id = new.id AND answers.position = new.position
""")


async def save(tx: Tx, saves: Sequence[tuple[int, int, str | None, int]]) -> None:
    """Writes answers (attempt, position, chosen, at_ms); of two for one place the later holds."""
    ordered = sorted(saves, key=lambda s: s[:2])
    # Two answers for one place are two changes, which one statement would not tell.
    if tx.is_postgresql and len({one[:2] for one in ordered}) == len(ordered):
        names = ("ids", "positions", "chosen", "times")
        columns = (list(column) for column in zip(*ordered, strict=True))
        await tx.change(_SAVE_TOGETHER, dict(zip(names, columns, strict=True)))
        return
    await tx.connection.execute(
        _SAVE,
        [
            {"in_attempt": a, "at_position": p, "new": chosen, "saved_ms": ms}
            for a, p, chosen, ms in ordered
        ],
    )
