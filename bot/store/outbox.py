"""What is to be sent: written with the turn that caused it, sent afterwards, never out of order.

A row waits, is being sent, and is sent; or it dies (given up, an operator looks at it) or is
cancelled. A row may also be held: it waits for the person to write again, not for a time.
`reply` rows answer somebody and are sent again where it is unknown whether they arrived;
`broadcast` rows are not. The lanes go their own pace, or a slow broadcast would hold up answers;
within a lane one person's rows leave in the order of their ids, one at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Integer,
    Update,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    literal_column,
    select,
    update,
)

from bot.store.database import Tx
from bot.store.prepared import Prepared, among
from bot.store.tables import outbox, people

Lane = Literal["reply", "broadcast"]

HELD = datetime(9999, 1, 1, tzinfo=UTC)
"""The `next_at` of a row that waits for its person, not for a time."""

_UNSENT = ("waiting", "sending")
PARTS_SENT = "parts_sent"
"""In a stored reply: how many of its messages the person has already."""

EXPIRES = "expires"
"""In a stored reply: the instant (ISO) after which it is not to be sent any more."""

_INTERRUPTED = "interrupted while sending"


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One reply on its way; `channel_id` is its address, `attempts` counts the present one too.

    `doubt` is how often it may have arrived without our knowing.
    """

    id: int
    person_id: int
    channel: str
    channel_id: str
    inbox_id: int | None
    position: int
    reply: dict[str, Any]
    lane: Lane
    attempts: int
    doubt: int
    created_at: datetime
    error: str | None


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a kill left half-sent: replies that will be sent again, broadcasts given up."""

    replies: int
    broadcasts: int


_ROW = tuple(
    people.c.channel_id if name == "channel_id" else outbox.c[name]
    for name in OutboxRow.__dataclass_fields__
)
_ROW_TRIED_ONCE_MORE = tuple(
    (column + 1).label("attempts") if column is outbox.c.attempts else column for column in _ROW
)
LAY_OUT = Prepared(
    lambda _: insert(outbox),
    (
        *("person_id", "channel", "inbox_id", "lane", "state"),
        *("next_at", "created_at", "position", "reply"),
    ),
)
_EARLIER = outbox.alias("earlier")
_DUE = Prepared(
    lambda _: (
        select(*_ROW_TRIED_ONCE_MORE)
        .join(people, people.c.id == outbox.c.person_id)
        .where(
            outbox.c.channel == bindparam("b_channel"),
            outbox.c.lane == bindparam("b_lane"),
            outbox.c.state == "waiting",
            outbox.c.next_at <= bindparam("b_at"),
            ~exists().where(
                _EARLIER.c.person_id == outbox.c.person_id,
                _EARLIER.c.lane == outbox.c.lane,
                # Written out: a list that is bound has as many texts as lengths.
                _EARLIER.c.state.in_([literal_column(f"'{state}'") for state in _UNSENT]),
                _EARLIER.c.id < outbox.c.id,
            ),
        )
        .order_by(outbox.c.next_at, outbox.c.id)
        .limit(bindparam("b_limit", type_=Integer))
        # SQLite knows no row locks and needs none: there is one writer at a time.
        .with_for_update(of=outbox, skip_locked=True)
    )
)
_TAKE = Prepared(
    lambda _: (
        update(outbox)
        .where(outbox.c.id == bindparam("b_id"))
        .values(state="sending", attempts=outbox.c.attempts + 1, next_at=bindparam("b_at"))
    )
)
_SENT = Prepared(
    lambda _: (
        update(outbox)
        .where(outbox.c.id == bindparam("b_id"))
        .values(
            state="sent", sent_at=bindparam("b_at"), remote_id=bindparam("b_remote"), error=None
        )
    )
)
_RELEASE = Prepared(
    lambda is_postgresql: (
        update(outbox)
        .where(
            among(outbox.c.person_id, "b_people", is_postgresql),
            outbox.c.state == "waiting",
            outbox.c.next_at == bindparam("b_held"),
        )
        .values(next_at=bindparam("b_at"))
        .returning(outbox.c.id)
    )
)


async def enqueue(
    tx: Tx,
    person_id: int,
    channel: str,
    inbox_id: int | None,
    replies: Sequence[dict[str, Any]],
    at: datetime,
    lane: Lane = "reply",
) -> None:
    """Lays the replies out for sending from `at` on, in this order."""
    if not replies:
        return
    common = {
        "person_id": person_id,
        "channel": channel,
        "inbox_id": inbox_id,
        "lane": lane,
        "state": "waiting",
        "next_at": at,
        "created_at": at,
    }
    rows = [{**common, "position": n, "reply": reply} for n, reply in enumerate(replies)]
    if tx.ahead:
        tx.ahead.laid_out += rows
    else:
        await LAY_OUT.run(tx, rows)


async def replies_of(tx: Tx, inbox_id: int) -> list[dict[str, Any]]:
    """What was answered to that message, sent or not, in order."""
    rows = await tx.rows(
        select(outbox.c.reply).where(outbox.c.inbox_id == inbox_id).order_by(outbox.c.id)
    )
    return [row["reply"] for row in rows]


async def take_due(tx: Tx, channel: str, at: datetime, limit: int, lane: Lane) -> list[OutboxRow]:
    """Takes rows that are due for sending, at most one a person; nobody else gets them.

    A person whose oldest row is being sent, or waits for another try, gets nothing meanwhile.
    """
    given = {"b_channel": channel, "b_lane": lane, "b_at": at, "b_limit": limit}
    taken = [OutboxRow(*row) for row in await _DUE.rows(tx, given)]
    await _TAKE.run(tx, [{"b_id": row.id, "b_at": at} for row in taken])
    return taken


async def mark_sent(tx: Tx, row: OutboxRow, at: datetime, remote_id: str | None = None) -> None:
    """The channel took the row; `remote_id` is the channel's own id of the message."""
    await tx.change(
        update(outbox)
        .where(outbox.c.id == row.id)
        .values(state="sent", sent_at=at, remote_id=remote_id, error=None)
    )


async def mark_all_sent(tx: Tx, sent: Sequence[tuple[OutboxRow, str | None]], at: datetime) -> None:
    """As `mark_sent`, for many rows with their remote ids."""
    await _SENT.run(
        tx, [{"b_id": row.id, "b_at": at, "b_remote": remote_id} for row, remote_id in sent]
    )


async def retry_later(
    tx: Tx,
    row: OutboxRow,
    at: datetime,
    error: str,
    *,
    doubtful: bool = False,
    parts_sent: int = 0,
) -> None:
    """A passing failure: the row waits until `at`, and the person's later ones behind it.

    `doubtful` where it is unknown whether the row arrived: the possible double is counted.
    `parts_sent` is how many messages of a long reply the person has already.
    """
    changed: dict[str, Any] = {"state": "waiting", "next_at": at, "error": error}
    if doubtful:
        changed["doubt"] = outbox.c.doubt + 1
    if parts_sent:
        changed["reply"] = {**row.reply, PARTS_SENT: parts_sent}
    await tx.change(_sending(row).values(changed))


async def hold(tx: Tx, row: OutboxRow, at: datetime, error: str) -> None:
    """The channel forbids writing first: the row waits until `release_held`.

    A person who has written since the row was taken need not write again: it may leave from `at`.
    """
    last_seen = select(people.c.last_seen).where(people.c.id == row.person_id).scalar_subquery()
    waits_until = case((last_seen > outbox.c.next_at, at), else_=HELD)
    await tx.change(_sending(row).values(state="waiting", next_at=waits_until, error=error))


async def release_held(tx: Tx, person_ids: Sequence[int], at: datetime) -> int:
    """These people have written again: what was held for them may leave from `at` on."""
    given = {"b_people": list(person_ids), "b_held": HELD, "b_at": at}
    return len(await _RELEASE.rows(tx, given))


async def put_back(tx: Tx, row: OutboxRow, error: str) -> None:
    """The channel stopped: the row waits as if it had never been taken."""
    attempts = outbox.c.attempts - 1
    await tx.change(_sending(row).values(state="waiting", attempts=attempts, error=error))


async def bury(tx: Tx, row: OutboxRow, error: str) -> None:
    """A permanent failure: the row is given up, and the person's later ones may leave."""
    await tx.change(_sending(row).values(state="dead", error=error))


async def withdraw(tx: Tx, row: OutboxRow, error: str) -> None:
    """The row is not to be sent any more, and nobody need look at it."""
    await tx.change(_sending(row).values(state="cancelled", error=error))


async def cancel(tx: Tx, person_id: int) -> int:
    """Withdraws all that waits for a person who cannot be reached or wants nothing any more."""
    return await tx.change(
        update(outbox)
        .where(outbox.c.person_id == person_id, outbox.c.state == "waiting")
        .values(state="cancelled")
    )


async def recover_interrupted(
    tx: Tx, channel: str, taken_before: datetime | None = None
) -> Recovered:
    """Sees to the rows that a killed program left in sending; to be called before sending starts.

    Where several machines send on one channel, `taken_before` spares what the others just took.
    """
    left = and_(outbox.c.channel == channel, outbox.c.state == "sending")
    if taken_before is not None:
        left = and_(left, outbox.c.next_at < taken_before)
    again = {"state": "waiting", "doubt": outbox.c.doubt + 1, "error": _INTERRUPTED}
    given_up = {"state": "dead", "error": _INTERRUPTED}
    return Recovered(
        replies=await tx.change(update(outbox).where(left, _in_lane("reply")).values(again)),
        broadcasts=await tx.change(
            update(outbox).where(left, _in_lane("broadcast")).values(given_up)
        ),
    )


async def count_unsent(tx: Tx) -> dict[tuple[str, str, str], int]:
    """How many rows of each (channel, lane, state) are on their way or dead."""
    rows = await tx.rows(
        select(outbox.c.channel, outbox.c.lane, outbox.c.state, func.count().label("n"))
        .where(outbox.c.state.in_((*_UNSENT, "dead")))
        .group_by(outbox.c.channel, outbox.c.lane, outbox.c.state)
    )
    return {(row["channel"], row["lane"], row["state"]): row["n"] for row in rows}


async def dead_letters(tx: Tx, limit: int = 100) -> list[OutboxRow]:
    """The latest rows that were given up, with the reason."""
    rows = await tx.rows(
        select(*_ROW)
        .join(people, people.c.id == outbox.c.person_id)
        .where(outbox.c.state == "dead")
        .order_by(outbox.c.id.desc())
        .limit(limit)
    )
    return [OutboxRow(**row) for row in rows]


async def revive(tx: Tx, row_id: int, at: datetime) -> bool:
    """Sends a dead row after all, as if for the first time; False where there is no such row."""
    dead = and_(outbox.c.id == row_id, outbox.c.state == "dead")
    again = {"state": "waiting", "next_at": at, "created_at": at, "attempts": 0, "doubt": 0}
    return await tx.change(update(outbox).where(dead).values(again)) == 1


async def drop_dead(tx: Tx, row_id: int) -> bool:
    """Gives a dead row up for good; False where there is no such row."""
    dead = and_(outbox.c.id == row_id, outbox.c.state == "dead")
    return await tx.change(update(outbox).where(dead).values(state="cancelled")) == 1


async def prune_sent(tx: Tx, before: datetime) -> int:
    """Drops rows sent or cancelled that were written before that time."""
    over = outbox.c.state.in_(("sent", "cancelled"))
    return await tx.change(delete(outbox).where(over, outbox.c.created_at < before))


def _sending(row: OutboxRow) -> Update:
    # Whoever was slow must not reopen a row that another machine has taken over and sent.
    return update(outbox).where(outbox.c.id == row.id, outbox.c.state == "sending")


def _in_lane(lane: Lane) -> ColumnElement[bool]:
    return outbox.c.lane == lane
