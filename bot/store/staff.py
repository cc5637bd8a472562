"""Questions that people sent on to the office, and what somebody there answered them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, func, select, update

from bot.store import outbox
from bot.store.database import Tx
from bot.store.tables import outbox as replies
from bot.store.tables import people, questions, staff_requests


@dataclass(frozen=True, slots=True)
class Request:
    """A question sent to the office; `sent` is how its answer fares on its way (see `outbox`).

    `is_held` where the answer waits for the person to write again.
    """

    question_id: int
    person_id: int
    channel: str
    text: str
    normalised: str
    origin: str | None
    asked_at: datetime
    answer: str | None
    answered_by: str | None
    answered_at: datetime | None
    sent: str | None
    is_held: bool
    is_reachable: bool


async def send_on(tx: Tx, question_id: int, person_id: int, at: datetime) -> bool:
    """Sends a question on to the office; False where it is not the asker's own, or forgotten.

    Sending it twice changes nothing.
    """
    own = (
        questions.c.id == question_id,
        questions.c.person_id == person_id,
        questions.c.text != "",
    )
    if not await tx.value(select(exists().where(*own))):
        return False
    await tx.change(
        tx.insert(staff_requests)
        .values(question_id=question_id, person_id=person_id, asked_at=at)
        .on_conflict_do_nothing(index_elements=[staff_requests.c.question_id])
    )
    return True


async def count(tx: Tx, *, answered: bool) -> int:
    """How many questions wait for an answer, or have one."""
    told = staff_requests.c.answered_at
    wanted = told.is_not(None) if answered else told.is_(None)
    return int(await tx.value(select(func.count()).select_from(staff_requests).where(wanted)))


async def list_requests(tx: Tx, *, answered: bool, offset: int, limit: int) -> list[Request]:
    """The questions that wait, the oldest first; or those answered, the latest first."""
    told = staff_requests.c.answered_at
    if answered:
        chosen = _requests().where(told.is_not(None)).order_by(told.desc())
    else:
        chosen = _requests().where(told.is_(None)).order_by(staff_requests.c.asked_at)
    rows = await tx.rows(chosen.offset(offset).limit(limit))
    return [_request(row) for row in rows]


async def find(tx: Tx, question_id: int) -> Request | None:
    """One question that was sent to the office."""
    row = await tx.first(_requests().where(staff_requests.c.question_id == question_id))
    return _request(row) if row else None


async def answer(
    tx: Tx,
    request: Request,
    reply: dict[str, Any],
    text: str,
    by: str,
    at: datetime,
    *,
    direct: bool,
) -> bool:
    """Keeps the answer and lays it out for its person; False where somebody else was faster.

    `direct` channels show it when the person looks; the others have it delivered.
    """
    claimed = (
        update(staff_requests)
        .where(
            staff_requests.c.question_id == request.question_id,
            staff_requests.c.answered_at.is_(None),
        )
        .values(answer=text, answered_by=by, answered_at=at)
    )
    if await tx.change(claimed) != 1:
        return False
    await outbox.enqueue(tx, request.person_id, request.channel, None, [reply], at)
    row = select(func.max(replies.c.id)).where(replies.c.person_id == request.person_id)
    number = await tx.value(row)
    if direct:
        sent = {"state": "sent", "attempts": 1, "sent_at": at}
        await tx.change(update(replies).where(replies.c.id == number).values(**sent))
    await tx.change(
        update(staff_requests)
        .where(staff_requests.c.question_id == request.question_id)
        .values(outbox_id=number)
    )
    return True


def _requests() -> Select[Any]:
    return (
        select(
            staff_requests.c.question_id,
            staff_requests.c.person_id,
            questions.c.channel,
            questions.c.text,
            questions.c.normalised,
            questions.c.origin,
            staff_requests.c.asked_at,
            staff_requests.c.answer,
            staff_requests.c.answered_by,
            staff_requests.c.answered_at,
            replies.c.state.label("sent"),
            replies.c.next_at,
            people.c.reachable,
        )
        .join(questions, questions.c.id == staff_requests.c.question_id)
        .join(people, people.c.id == staff_requests.c.person_id)
        .outerjoin(replies, replies.c.id == staff_requests.c.outbox_id)
    )


def _request(row: Any) -> Request:
    values = dict(row)
    held = values.pop("next_at") == outbox.HELD and values["sent"] == "waiting"
    reachable = bool(values.pop("reachable"))
    return Request(**values, is_held=held, is_reachable=reachable)
