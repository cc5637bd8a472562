"""What is done about a wrong question or a failure: one person proposes, another one approves.

    propose_*   works out the figures before and after; nothing changes yet
    approve     publishes a version with the measure in it and computes everything anew
    reject      leaves all as it was

Each step is in the trail. Once a result was decided a measure makes a new edition, which needs a
decision of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.clock import show_time
from bot.contest.document import Measure, Published, to_ms
from bot.contest.figures import figures_with
from bot.contest.publish import Shelf, add_measure
from bot.contest.refusal import Refused
from bot.contest.remark import new_markings, remark_all
from bot.contest.results import compute, need_round
from bot.contest.words import FaultAction, Id, IncidentAction
from bot.store import contest_audit, contest_measures, contest_results
from bot.store.contest_measures import StoredMeasure
from bot.store.contest_results import WHOLE
from bot.store.database import Tx

MOST = 10_000
"""People or attempts in one measure; more are several measures."""


async def propose_fault(
    tx: Tx,
    published: Published,
    kind: FaultAction,
    question: tuple[str, int],
    accepted: Sequence[Sequence[str]],
    reason: str,
    by: str,
    at: datetime,
) -> StoredMeasure:
    """Proposes what to do about a question (id, version).

    `accepted` are the sets of options that are right instead (rekey: one) or as well
    (accept_several). Raises `Refused` (not_allowed) with what is wrong.
    """
    _check(kind in published.contest.question_faults.actions, "Thể lệ không cho cách xử lý này.")
    found = next((q for q in published.document.questions if q.name == question), None)
    _check(found is not None, f"Không có câu «{question[0]}» phiên bản {question[1]}.")
    assert found is not None  # noqa: S101 just checked
    needs = kind in ("rekey", "accept_several")
    _check(bool(accepted) == needs, "Cần ghi đáp án mới." if needs else "Không ghi đáp án ở đây.")
    _check(kind != "rekey" or len(accepted) == 1, "Sửa đáp án thì ghi đúng một đáp án.")
    for options in accepted:
        known = bool(options) and all(found.option(option) for option in options)
        _check(known, f"Câu «{found.id}» không có phương án {', '.join(options)}.")
    data = {
        "question": question[0],
        "version": question[1],
        "accepted": [sorted(set(options)) for options in accepted],
    }
    return await _propose(tx, published, kind, data, reason, by, at)


async def propose_extension(
    tx: Tx,
    published: Published,
    round_id: str,
    closes_at: datetime,
    reason: str,
    by: str,
    at: datetime,
) -> StoredMeasure:
    """Proposes a later closing of a round. Raises `Refused` (not_allowed)."""
    one = published.in_force(need_round(published, round_id))
    later = one.closes_at is not None and closes_at > max(one.closes_at, at)
    _check(later, "Giờ đóng mới phải sau giờ đóng cũ và sau lúc này.")
    data = {"round": round_id, "closes_at": closes_at.isoformat()}
    return await _propose_incident(tx, published, "extend_round", data, reason, by, at)


async def propose_reopening(
    tx: Tx,
    published: Published,
    round_id: str,
    opens_at: datetime,
    closes_at: datetime,
    reason: str,
    by: str,
    at: datetime,
) -> StoredMeasure:
    """Proposes another window in which a round is open. Raises `Refused` (not_allowed)."""
    need_round(published, round_id)
    _check(opens_at < closes_at and closes_at > at, "Khung giờ mở lại phải còn ở phía trước.")
    data = {
        "round": round_id,
        "opens_at": opens_at.isoformat(),
        "closes_at": closes_at.isoformat(),
    }
    return await _propose_incident(tx, published, "reopen_window", data, reason, by, at)


async def propose_grant(
    tx: Tx,
    published: Published,
    round_id: str,
    entrant_ids: Sequence[int],
    extra: int,
    reason: str,
    by: str,
    at: datetime,
) -> StoredMeasure:
    """Proposes more attempts for people whom a failure hit. Raises `Refused` (not_allowed)."""
    need_round(published, round_id)
    ids = sorted(set(entrant_ids))
    _check(0 < len(ids) <= MOST, f"Danh sách phải có từ 1 đến {MOST} người.")
    _check(0 < extra < 100, "Số lượt thêm phải từ 1 đến 99.")
    unknown = set(ids) - await contest_measures.known_entrants(tx, ids, published.id)
    _check(not unknown, f"Không có thí sinh số {_some(unknown)} trong cuộc thi.")
    data = {"round": round_id, "entrants": ids, "extra": extra}
    return await _propose_incident(tx, published, "grant_attempt", data, reason, by, at)


async def propose_void(
    tx: Tx, published: Published, attempt_ids: Sequence[int], reason: str, by: str, at: datetime
) -> StoredMeasure:
    """Proposes that attempts count no more. Raises `Refused` (not_allowed)."""
    ids = sorted(set(attempt_ids))
    _check(0 < len(ids) <= MOST, f"Danh sách phải có từ 1 đến {MOST} lượt thi.")
    rounds = list(published.rounds.values())
    unknown = set(ids) - await contest_measures.known_attempts(tx, ids, rounds)
    _check(not unknown, f"Không có lượt thi số {_some(unknown)} trong cuộc thi.")
    data = {"attempts": ids}
    return await _propose_incident(tx, published, "void_attempts_by_list", data, reason, by, at)


async def approve(
    tx: Tx, shelf: Shelf, published: Published, measure_id: int, by: str, at: datetime
) -> Published:
    """A second person approves: the measure takes effect, and what it touches is computed anew.

    Raises `Refused`: same_person, or not_allowed where it was decided before or can no longer be.
    """
    stored = await _need_proposal(tx, published, measure_id)
    if by == stored.proposed_by:
        raise Refused("same_person", "Người duyệt phải khác người đề xuất.")
    measure = to_measure(stored)
    await _check_still_fits(tx, published, measure)
    figures = {
        **stored.figures,
        "approved": await figures_with(tx, published, measure, stored.data),
    }
    newer = await add_measure(tx, shelf, published, measure, by, stored.reason, at)
    await _take_effect(tx, newer, measure, stored)
    computed = await _compute_again(tx, newer, measure, by, at)
    await contest_measures.decide(
        tx,
        measure_id,
        {
            "state": "approved",
            "decided_by": by,
            "decided_at": at,
            "version": newer.version,
            "figures": figures,
        },
    )
    told = {"measure": measure_id, "kind": stored.kind, "rounds": computed}
    await contest_audit.note(tx, published.id, by, "approve_measure", told, at)
    return newer


async def reject(
    tx: Tx, published: Published, measure_id: int, reason: str, by: str, at: datetime
) -> None:
    """The proposal is not followed. Raises `Refused` where it was decided before."""
    await _need_proposal(tx, published, measure_id)
    values = {"state": "rejected", "decided_by": by, "decided_at": at}
    await contest_measures.decide(tx, measure_id, values)
    told = {"measure": measure_id, "reason": reason}
    await contest_audit.note(tx, published.id, by, "reject_measure", told, at)


def to_measure(stored: StoredMeasure) -> Measure:
    """The measure as the published document holds it."""
    data: dict[str, Any] = stored.data
    listed = data.get("entrants") or data.get("attempts") or ()
    kind: FaultAction | IncidentAction = stored.kind  # type: ignore[assignment]  # only we write it
    return Measure(
        id=stored.id,
        kind=kind,
        question=Id(data["question"]) if "question" in data else None,
        version=data.get("version"),
        accepted=tuple(tuple(map(Id, options)) for options in data.get("accepted", ())),
        round=Id(data["round"]) if "round" in data else None,
        opens_at=_instant(data.get("opens_at")),
        closes_at=_instant(data.get("closes_at")),
        count=len(listed),
    )


async def _propose_incident(
    tx: Tx,
    published: Published,
    kind: IncidentAction,
    data: dict[str, Any],
    reason: str,
    by: str,
    at: datetime,
) -> StoredMeasure:
    _check(kind in published.contest.incidents.actions, "Thể lệ không cho cách xử lý này.")
    return await _propose(tx, published, kind, data, reason, by, at)


async def _propose(
    tx: Tx,
    published: Published,
    kind: FaultAction | IncidentAction,
    data: dict[str, Any],
    reason: str,
    by: str,
    at: datetime,
) -> StoredMeasure:
    _check(bool(reason.strip()), "Bạn cần ghi lý do.")
    draft = StoredMeasure(
        0, published.id, kind, data, reason, {}, "proposed", by, at, None, None, None
    )
    measure = to_measure(draft)
    await _check_still_fits(tx, published, measure)
    figures = await figures_with(tx, published, measure, data)
    measure_id = await contest_measures.propose(
        tx,
        {
            "contest_id": published.id,
            "kind": kind,
            "data": data,
            "reason": reason,
            "figures": figures,
            "proposed_by": by,
            "proposed_at": at,
        },
    )
    told = {"measure": measure_id, "kind": kind, "reason": reason}
    await contest_audit.note(tx, published.id, by, "propose_measure", told, at)
    found = await contest_measures.find(tx, measure_id)
    assert found is not None  # noqa: S101 just written
    return found


async def _check_still_fits(tx: Tx, published: Published, measure: Measure) -> None:
    """A round with a decision is not played again."""
    if measure.kind in ("extend_round", "reopen_window", "grant_attempt") and measure.round:
        number = published.rounds[measure.round]
        decided = await contest_results.last(tx, published.id, number, decided=True)
        said = "Vòng này đã có quyết định công nhận kết quả nên không mở lại được."
        _check(decided is None, said)


async def _take_effect(
    tx: Tx, published: Published, measure: Measure, stored: StoredMeasure
) -> None:
    if measure.question is not None:
        await remark_all(tx, published, new_markings(published, measure))
    elif measure.kind == "void_attempts_by_list":
        await contest_measures.void(tx, stored.data["attempts"])
    elif measure.round is not None:
        one = need_round(published, measure.round)
        number = published.rounds[one.id]
        if measure.kind == "grant_attempt":
            people, extra = stored.data["entrants"], stored.data["extra"]
            await contest_measures.grant(tx, stored.id, people, number, extra)
        elif measure.kind == "extend_round" and measure.closes_at is not None:
            limit_ms = published.paper(one).time_limit_s * 1_000
            await contest_measures.move_deadlines(tx, number, limit_ms, to_ms(measure.closes_at))


async def _compute_again(
    tx: Tx, published: Published, measure: Measure, by: str, at: datetime
) -> list[str]:
    """Computes every result anew that the measure may change; gives the rounds."""
    if measure.question is None and measure.kind != "void_attempts_by_list":
        return []
    done = []
    for one in sorted(published.contest.rounds, key=lambda r: r.opens_at):
        number = published.rounds[one.id]
        if await contest_results.last(tx, published.id, number) and published.is_over(one, at):
            await compute(tx, published, one.id, by, at)
            done.append(str(one.id))
    if await contest_results.last(tx, published.id, WHOLE):
        await compute(tx, published, None, by, at)
    return done


async def _need_proposal(tx: Tx, published: Published, measure_id: int) -> StoredMeasure:
    found = await contest_measures.find(tx, measure_id, lock=True)
    if found is None or found.contest_id != published.id:
        raise Refused("not_allowed", "Không có đề xuất này.", measure_id)
    if found.state != "proposed":
        when = show_time(found.decided_at) if found.decided_at else ""
        raise Refused("not_allowed", f"Đề xuất này đã được xử lý lúc {when}.", measure_id)
    return found


def _check(holds: bool, sentence: str) -> None:
    if not holds:
        raise Refused("not_allowed", sentence)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _some(ids: set[int]) -> str:
    return ", ".join(map(str, sorted(ids)[:5]))
