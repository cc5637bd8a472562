"""Playing: take up an attempt, guess, hand in, run out of time (see also `starting`, `saving`).

Every function works in the caller's transaction, takes the server's time as `at`, and refuses by
raising `Refused` with a named reason before it has written anything. Who may do what is decided
here and nowhere else; channels only show it.
"""

from __future__ import annotations

from datetime import datetime

from bot.contest.document import Published, to_ms
from bot.contest.ending import check_in_time, is_overdue, last_moment, own, settle
from bot.contest.handing import Guess, HandIn, hand_in, keep_guesses
from bot.contest.sitting import Sitting, sit_at
from bot.contest.starting import check_open, start
from bot.store import contest_attempts
from bot.store.database import Tx

__all__ = [
    "check_in_time",
    "check_open",
    "expire",
    "is_overdue",
    "last_moment",
    "predict",
    "resume",
    "sitting",
    "start",
    "submit",
]


async def resume(tx: Tx, published: Published, entrant_id: int, at: datetime) -> list[Sitting]:
    """The entrant's open attempts, latest first; those whose time is over are ended on the way."""
    found = await contest_attempts.of_entrant(tx, entrant_id)
    settled = await settle(tx, published, found, at)
    open_ones = [a for a in settled if a.status == "open" and a.round in published.round_ids]
    return [await sit_at(tx, published, attempt) for attempt in reversed(open_ones)]


async def sitting(tx: Tx, published: Published, entrant_id: int, attempt_id: int) -> Sitting:
    """An attempt of the entrant's own, open or ended. Raises `Refused`: not_yours."""
    attempt = await contest_attempts.find(tx, attempt_id)
    return await sit_at(tx, published, own(published, attempt, entrant_id))


async def predict(
    tx: Tx, published: Published, entrant_id: int, attempt_id: int, guess: int, at: datetime
) -> None:
    """Keeps the guess; the last one holds.

    Raises `Refused`: not_yours, already_submitted, too_late, prediction_out_of_range, not_allowed.
    """
    (refused,) = await keep_guesses(tx, [Guess(published, entrant_id, attempt_id, guess, at)])
    if refused is not None:
        raise refused


async def submit(
    tx: Tx, published: Published, entrant_id: int, attempt_id: int, at: datetime
) -> Sitting:
    """Hands the paper in; it is marked at once and never changes again.

    Handing in twice gives the same. Raises `Refused`: not_yours, unanswered, prediction_missing.
    One whose time is over is ended by the rules of its paper instead.
    """
    (refused,) = await hand_in(tx, [HandIn(published, entrant_id, attempt_id, at)])
    if refused is not None:
        raise refused
    return await sitting(tx, published, entrant_id, attempt_id)


async def expire(tx: Tx, published: Published, at: datetime, limit: int = 500) -> int:
    """Ends open attempts whose time is over, at most `limit`; gives how many it ended.

    To be called now and then; whoever touches an overdue attempt ends it anyway.
    """
    rounds = list(published.rounds.values())
    found = await contest_attempts.overdue(tx, rounds, to_ms(at), limit)
    settled = await settle(tx, published, found, at)
    return sum(attempt.status != "open" for attempt in settled)
