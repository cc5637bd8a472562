"""What becomes of a reply after it was sent, or was not: each kind of failure has its way on."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.channels.metrics import Sent
from bot.channels.redaction import redact
from bot.errors import (
    ChannelStopped,
    ChatMoved,
    NotDelivered,
    OutcomeUnknown,
    OutsideWindow,
    PersonGone,
    RetryLater,
    TooLate,
)
from bot.store import outbox, people
from bot.store.database import Tx
from bot.store.outbox import OutboxRow

KEEP_TRYING = timedelta(hours=24)
"""After that time an answer helps nobody any more: the row is given up."""

DOUBLES_AT_MOST = 8
"""Times a reply is sent again although it may have arrived; then an operator must look."""

_FIRST_WAIT = 1.0
_LONGEST_WAIT = 300.0
_MOVES_AT_MOST = 3


@dataclass(frozen=True, slots=True)
class Tried:
    """How sending a row went: `error` None where all its messages were taken.

    `done` is how many of its messages the person has now; `remote_id` the channel's ids of them.
    """

    row: OutboxRow
    error: NotDelivered | None
    done: int = 0
    remote_id: str | None = None

    @property
    def kind(self) -> Sent:
        """The outcome's name in the figures."""
        if self.error is None:
            return Sent.SENT
        kinds = {
            PersonGone: Sent.GONE,
            TooLate: Sent.LATE,
            RetryLater: Sent.LATER,
            OutcomeUnknown: Sent.UNKNOWN,
            ChatMoved: Sent.MOVED,
            OutsideWindow: Sent.HELD,
            ChannelStopped: Sent.STOPPED,
        }
        return next(
            (kind for error, kind in kinds.items() if isinstance(self.error, error)), Sent.DEAD
        )


async def settle(tx: Tx, outcomes: Sequence[Tried], now: datetime) -> None:
    """Writes down how the rows went."""
    sent = [(one.row, one.remote_id) for one in outcomes if one.error is None]
    await outbox.mark_all_sent(tx, sent, now)
    for one in outcomes:
        if one.error is not None:
            await _settle_failed(tx, one, one.error, now)


async def _settle_failed(tx: Tx, one: Tried, error: NotDelivered, now: datetime) -> None:
    row, said = one.row, redact(str(error))
    match error:
        case PersonGone():
            await outbox.withdraw(tx, row, said)
            await people.set_reachable(tx, row.person_id, False)
            await outbox.cancel(tx, row.person_id)
        case TooLate():
            await outbox.withdraw(tx, row, said)
        case OutsideWindow():
            await outbox.hold(tx, row, now, said)
        case ChannelStopped():
            await outbox.put_back(tx, row, said)
        case ChatMoved() if row.attempts <= _MOVES_AT_MOST:
            await people.move(tx, row.channel, row.channel_id, error.address)
            await outbox.retry_later(tx, row, now, said, parts_sent=one.done)
        case RetryLater() if now - row.created_at < KEEP_TRYING:
            at = now + timedelta(seconds=wait_before(row.attempts, error.seconds))
            await outbox.retry_later(tx, row, at, said, parts_sent=one.done)
        case OutcomeUnknown() if row.lane == "reply" and row.doubt < DOUBLES_AT_MOST:
            at = now + timedelta(seconds=wait_before(row.attempts + 2))
            await outbox.retry_later(tx, row, at, said, doubtful=True, parts_sent=one.done)
        case _:
            await outbox.bury(tx, row, said)


def wait_before(attempts: int, asked: float | None = None) -> float:
    """Seconds until the next try after so many: what was asked for, or ever longer, never alike.

    1, 2, 4 … up to 300 s, each shortened by up to a half by chance, so that a service that comes
    back is not hit by everybody at once.
    """
    if asked is not None:
        return asked + random.uniform(0, 0.5)  # noqa: S311 nothing secret hangs on it
    longest = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** min(attempts - 1, 20))
    return longest * random.uniform(0.5, 1)  # noqa: S311
