"""Disqualifying, objecting, complaining: the board decides, with a reason, and everybody may answer.

Nothing here is done by a flag alone. A disqualified person's attempts stay; whoever is lifted again
stands where he stood. Results show it once they are computed anew.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.clock import show_date, vietnam_date
from bot.contest.document import Published
from bot.contest.refusal import Refused
from bot.contest.words import ComplaintChannel
from bot.sealing import Sealer
from bot.store import contest_audit, contest_discipline, contest_entrants, outbox, people
from bot.store.contest_discipline import Complaint
from bot.store.contest_entrants import Entrant
from bot.store.database import Tx

LONGEST = 2_000
"""Letters of an objection or a complaint, and of the board's answer."""

WAITING_AT_MOST = 10
"""Complaints of one person that the board has not answered; more only bury one another."""

_READ_THERE = ("web", "console")
"""Channels on which nobody is written to: the answer is there when he looks."""

_ANSWERED = "Ban tổ chức trả lời khiếu nại số {} của bạn:\n\n{}"


async def disqualify(
    tx: Tx, published: Published, entrant_id: int, reason: str, note: str, by: str, at: datetime
) -> None:
    """The board takes somebody out of the contest, for one of the rules' reasons.

    Raises `Refused` (not_allowed) for another reason, or where he is out already.
    """
    allowed = published.contest.integrity.disqualify.reasons
    if reason not in allowed:
        raise Refused("not_allowed", f"Lý do phải là một trong: {', '.join(allowed)}.")
    entrant = await _need(tx, published, entrant_id)
    if entrant.standing == "disqualified":
        raise Refused("not_allowed", "Thí sinh này đã bị loại.")
    values = {"entrant_id": entrant_id, "reason": reason, "note": note, "by": by, "at": at}
    await contest_discipline.add(tx, {"contest_id": published.id, **values})
    await contest_entrants.change(tx, entrant_id, {"standing": "disqualified"})
    told = {"entrant": entrant_id, "reason": reason, "was": entrant.standing}
    await contest_audit.note(tx, published.id, by, "disqualify", told, at)


async def appeal(
    tx: Tx, published: Published, sealer: Sealer, entrant_id: int, text: str, at: datetime
) -> None:
    """The person objects to his disqualification. Raises `Refused` (not_allowed)."""
    found = await contest_discipline.in_force(tx, entrant_id)
    if found is None or found.contest_id != published.id:
        raise Refused("not_allowed", "Bạn không bị loại khỏi cuộc thi này.")
    if not published.contest.integrity.disqualify.appeal:
        raise Refused("not_allowed", "Theo thể lệ, quyết định loại là quyết định cuối cùng.")
    check_complaints_open(published, at)
    values = {"appeal": sealer.seal(_text(text)), "appealed_at": at}
    await contest_discipline.change(tx, found.id, values)


async def lift(
    tx: Tx, published: Published, entrant_id: int, note: str, by: str, at: datetime
) -> None:
    """The board takes the disqualification back. Raises `Refused` (not_allowed)."""
    found = await contest_discipline.in_force(tx, entrant_id)
    if found is None or found.contest_id != published.id:
        raise Refused("not_allowed", "Thí sinh này không bị loại.")
    if not note.strip():
        raise Refused("not_allowed", "Bạn cần ghi lý do khôi phục.")
    values = {"lifted_by": by, "lifted_at": at, "lift_note": note}
    await contest_discipline.change(tx, found.id, values)
    before = await _standing_before(tx, published, entrant_id)
    await contest_entrants.change(tx, entrant_id, {"standing": before})
    told = {"entrant": entrant_id, "note": note}
    await contest_audit.note(tx, published.id, by, "lift_disqualification", told, at)


async def complain(
    tx: Tx,
    published: Published,
    sealer: Sealer,
    entrant_id: int | None,
    channel: ComplaintChannel,
    text: str,
    at: datetime,
) -> int:
    """Takes a complaint in; gives its number. Raises `Refused` (not_allowed) once it is too late.

    The same words sent again, before they were answered, are the same complaint. Whoever was
    disqualified objects by it, where the rules let him.
    """
    if channel not in published.contest.complaints.channel:
        raise Refused("not_allowed", "Thể lệ không nhận khiếu nại qua kênh này.")
    check_complaints_open(published, at)
    written = _text(text)
    if entrant_id is not None:
        await _need(tx, published, entrant_id)
        waiting = await _waiting(tx, published, entrant_id)
        for one in waiting:
            if one.sealed and sealer.open(one.sealed) == written:
                return one.id
        if len(waiting) >= WAITING_AT_MOST:
            said = f"Bạn đã có {len(waiting)} khiếu nại chờ trả lời. Bạn chờ ban tổ chức giúp."
            raise Refused("not_allowed", said)
        await _object(tx, published, sealer, entrant_id, written, at)
    days = published.contest.complaints.answer_within_days
    return await contest_discipline.add_complaint(
        tx,
        {
            "contest_id": published.id,
            "entrant_id": entrant_id,
            "channel": channel,
            "sealed": sealer.seal(written),
            "at": at,
            "due_at": at + timedelta(days=days),
        },
    )


async def answer(
    tx: Tx, published: Published, complaint_id: int, text: str, by: str, at: datetime
) -> None:
    """The board answers a complaint; who wrote it in a chat is told there. Raises `Refused`.

    Where the channel forbids writing to him now, it leaves when he writes again.
    """
    found = await contest_discipline.find_complaint(tx, complaint_id)
    if found is None or found.contest_id != published.id:
        raise Refused("not_allowed", "Không có khiếu nại này.")
    if not text.strip():
        raise Refused("not_allowed", "Bạn cần ghi nội dung trả lời.")
    written = _text(text)
    await contest_discipline.answer_complaint(tx, complaint_id, written, by, at)
    told = {"complaint": complaint_id, "in_time": at <= found.due_at}
    await contest_audit.note(tx, published.id, by, "answer_complaint", told, at)
    await _tell_answer(tx, published, found, written, at)


def check_complaints_open(published: Published, at: datetime) -> None:
    """Whether complaints are still taken. Raises `Refused` (not_allowed)."""
    until = published.contest.complaints.open_until
    # "award" ends when the board says so, outside the program: until then all are taken.
    if until != "award" and vietnam_date(at) > until:
        raise Refused("not_allowed", f"Đã hết hạn khiếu nại từ {show_date(until)}.")


async def _waiting(tx: Tx, published: Published, entrant_id: int) -> list[Complaint]:
    found = await contest_discipline.list_complaints(tx, published.id, entrant_id)
    return [one for one in found if one.answered_at is None]


async def _object(
    tx: Tx, published: Published, sealer: Sealer, entrant_id: int, written: str, at: datetime
) -> None:
    """Keeps a complaint of somebody disqualified as his objection; the first one holds."""
    found = await contest_discipline.in_force(tx, entrant_id)
    allowed = published.contest.integrity.disqualify.appeal
    if allowed and found is not None and found.appealed_at is None:
        values = {"appeal": sealer.seal(written), "appealed_at": at}
        await contest_discipline.change(tx, found.id, values)


async def _tell_answer(
    tx: Tx, published: Published, found: Complaint, text: str, at: datetime
) -> None:
    if found.channel != "bot" or found.entrant_id is None:
        return
    entrant = await contest_entrants.get(tx, found.entrant_id)
    if entrant is None or entrant.person_id is None:
        return
    channel = await people.reached_on(tx, entrant.person_id)
    if channel is None or channel in _READ_THERE:
        return
    told = {"title": published.contest.title, "text": _ANSWERED.format(found.id, text)}
    await outbox.enqueue(tx, entrant.person_id, channel, None, [told], at)


async def _need(tx: Tx, published: Published, entrant_id: int) -> Entrant:
    found = await contest_entrants.get(tx, entrant_id, lock=True)
    if found is None or found.contest_id != published.id:
        raise Refused("not_allowed", f"Không có thí sinh số {entrant_id} trong cuộc thi.")
    return found


async def _standing_before(tx: Tx, published: Published, entrant_id: int) -> str:
    """The standing before the last disqualification; who was erased meanwhile stays out."""
    entrant = await _need(tx, published, entrant_id)
    if entrant.person_id is None:
        return "withdrawn"
    rows = await contest_audit.trail(tx, published.id)
    told = [r.data for r in rows if r.action == "disqualify" and r.data["entrant"] == entrant_id]
    return str(told[-1]["was"]) if told else "active"


def _text(text: str) -> str:
    written = text.strip()
    if not written or len(written) > LONGEST:
        raise Refused("not_allowed", f"Nội dung phải có, và không quá {LONGEST} chữ.")
    return written
