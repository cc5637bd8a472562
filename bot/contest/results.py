"""The result of a round: computed anew as often as needed, final once a decision is issued."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.contest.document import Published
from bot.contest.play import expire
from bot.contest.prizes import hand_out_all, prize_ties
from bot.contest.ranking import actual_of, rank_rules
from bot.contest.refusal import Refused
from bot.contest.rules import Round
from bot.store import contest_attempts, contest_audit, contest_ranking, contest_results
from bot.store.contest_marks import Marks
from bot.store.contest_ranking import Figures, Ranking, RankRules
from bot.store.contest_results import WHOLE, Result
from bot.store.database import Tx


@dataclass(frozen=True, slots=True)
class Computed:
    """What computing a round's result gave; `before` is the result that it replaced."""

    result: Result
    before: Result | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a result will be: its columns, and its ranking where it has one."""

    values: Mapping[str, Any]
    ranking: Ranking | None


async def compute(
    tx: Tx, published: Published, round_id: str | None, by: str, at: datetime
) -> Computed:
    """Computes the ranking, the prediction's actual number and the prizes of a round.

    None is the whole contest: its ranking over all rounds where the rules have one, its prizes for
    units and for those who brought others. An undecided result is replaced,
    a decided one stays and this makes the next edition.
    Raises `Refused` (not_allowed) where a round is still being played or ranks nobody.
    `bot.contest.computing` does the same without keeping others from writing.
    """
    number = await check_computable(tx, published, round_id, at)
    before = await contest_results.last(tx, published.id, number)
    plan = await plan_for(tx, published, round_id, at)
    result_id = await contest_results.add(tx, plan.values)
    if plan.ranking is not None:
        await contest_results.write_ranking(tx, result_id, plan.ranking)
    await contest_results.seal_digest(tx, result_id)
    return Computed(await announce(tx, published, round_id, by, at), before)


async def announce(
    tx: Tx, published: Published, round_id: str | None, by: str, at: datetime
) -> Result:
    """Hands out the prizes by a result that was just computed, and notes it; gives the result."""
    result = await need_result(tx, published, round_id)
    await hand_out_all(tx, published, at)
    told = {"round": round_id, "edition": result.edition, "digest": result.digest}
    told |= {"actual": result.actual}
    await contest_audit.note(tx, published.id, by, "compute_result", told, at)
    return result


async def plan_for(tx: Tx, published: Published, round_id: str | None, at: datetime) -> Plan:
    """What the result of a round (None: of the whole contest) is by what is stored now.

    Raises `Refused` where a round that it needs has no result.
    """
    if round_id is None:
        return await _plan_total(tx, published, at)
    return await _plan_round(tx, published, need_round(published, round_id), at)


async def decide(
    tx: Tx, published: Published, round_id: str | None, number: str, by: str, at: datetime
) -> Result:
    """The board issued its decision on the last result of a round: from now on it stands.

    Raises `Refused` (not_allowed) where there is no result to decide on, where equals are still to
    be parted, or where the rules want a decision number and none is given.
    """
    result = await need_result(tx, published, round_id)
    if result.is_decided:
        said = f"Kết quả này đã có quyết định {result.decision_number}."
        raise Refused("not_allowed", said)
    if not number.strip() and published.contest.results.decision_number == "required":
        raise Refused("not_allowed", "Bạn cần ghi số quyết định công nhận kết quả.")
    ties = await prize_ties(tx, published, result)
    if ties:
        ranks = ", ".join(str(tie.rank) for tie in ties)
        raise Refused(
            "not_allowed",
            f"Còn người bằng nhau ở hạng {ranks} chưa phân định. Hãy bốc thăm hoặc ghi quyết định "
            "của ban tổ chức trước.",
        )
    await contest_results.decide(tx, result.id, number.strip(), by, at)
    told = {"round": round_id, "edition": result.edition, "number": number, "digest": result.digest}
    await contest_audit.note(tx, published.id, by, "decide_result", told, at)
    return await need_result(tx, published, round_id)


async def draw_lots(
    tx: Tx,
    published: Published,
    round_id: str | None,
    by: str,
    at: datetime,
    seed: str | None = None,
) -> Computed:
    """Draws lots among equals who would win different prizes; the seed is kept in the trail.

    With the same seed the same lots come out: SHA-256 of seed and entrant's number.
    Raises `Refused` (not_allowed) where the rules do not let lots decide or nobody is to be parted.
    """
    if published.contest.ranking.last_resort != "draw_lots":
        raise Refused("not_allowed", "Thể lệ không cho phân định bằng bốc thăm.")
    result = await need_result(tx, published, round_id)
    ties = await prize_ties(tx, published, result)
    if not ties or result.is_decided:
        raise Refused("not_allowed", "Không có ai bằng nhau cần bốc thăm.")
    seed = seed or secrets.token_hex(8)
    drawn = {
        entrant_id: lot
        for tie in ties
        for lot, entrant_id in enumerate(sorted(tie.entrants, key=lambda e: _lot(seed, e)), 1)
    }
    told = {"round": round_id, "seed": seed, "lots": {str(k): v for k, v in drawn.items()}}
    return await _part(
        tx, published, round_id, drawn, "draw", f"Bốc thăm, mã {seed}.", told, by, at
    )


async def place_equals(
    tx: Tx,
    published: Published,
    round_id: str | None,
    order: Sequence[int],
    reason: str,
    by: str,
    at: datetime,
) -> Computed:
    """The board's own order of equals (entrants, first to last), with its reason.

    Raises `Refused` (not_allowed) where the rules do not leave it to the board, where the order
    names others than equals, or without a reason.
    """
    if published.contest.ranking.last_resort != "board_decision":
        raise Refused("not_allowed", "Thể lệ không để ban tổ chức tự phân định.")
    if not reason.strip():
        raise Refused("not_allowed", "Bạn cần ghi lý do phân định.")
    result = await need_result(tx, published, round_id)
    ties = await prize_ties(tx, published, result)
    if not any(set(tie.entrants) == set(order) for tie in ties) or result.is_decided:
        raise Refused("not_allowed", "Danh sách phải gồm đúng những người đang bằng nhau.")
    placed = {entrant_id: lot for lot, entrant_id in enumerate(order, 1)}
    told = {"round": round_id, "order": list(order), "reason": reason}
    return await _part(tx, published, round_id, placed, "board", reason, told, by, at)


async def check_computable(tx: Tx, published: Published, round_id: str | None, at: datetime) -> int:
    """The number of a round whose result may be computed now (0 for all). Raises `Refused`."""
    rounds = ranked_rounds(published)
    if round_id is None:
        if not rounds:
            raise Refused("not_allowed", "Cuộc thi này chỉ để luyện tập, không xếp hạng.")
    else:
        rounds = [need_round(published, round_id)]
        if rounds[0].kind == "practice":
            raise Refused("not_allowed", "Vòng luyện tập không xếp hạng.")
    for one in rounds:
        if not published.is_over(one, at):
            raise Refused("not_allowed", f"{one.label} chưa đóng nên chưa có kết quả.")
    while await expire(tx, published, at):
        pass
    playing = await contest_attempts.count_open(tx, [published.rounds[one.id] for one in rounds])
    if playing:
        said = f"Còn {playing} người đang làm bài. Hãy chờ hết giờ của họ."
        raise Refused("not_allowed", said)
    return WHOLE if round_id is None else published.rounds[rounds[0].id]


def need_round(published: Published, round_id: str) -> Round:
    """The round with this id. Raises `Refused`."""
    one = published.contest.round(round_id)
    if one is None:
        raise Refused("not_allowed", f"Không có vòng nào mang mã «{round_id}».")
    return one


async def need_result(tx: Tx, published: Published, round_id: str | None) -> Result:
    """The last result of a round. Raises `Refused` where it was not computed yet."""
    number = WHOLE if round_id is None else published.rounds[need_round(published, round_id).id]
    result = await contest_results.last(tx, published.id, number)
    if result is None:
        raise Refused("not_allowed", "Chưa tính kết quả của vòng này.")
    return result


def ranked_rounds(published: Published) -> list[Round]:
    """The rounds that rank people, by their opening."""
    rounds = [one for one in published.contest.rounds if one.kind != "practice"]
    return sorted(rounds, key=lambda one: one.opens_at)


async def population(
    tx: Tx,
    published: Published,
    one: Round,
    marks: Marks | None = None,
    without: Sequence[int] = (),
) -> tuple[Figures, int | None]:
    """The figures of a round's ranked population, and the number that its predictions guessed.

    `marks` are other marks to count by than those stored, see `contest_marks.remarked`; the attempts
    `without` are left out.
    """
    asked, counting = published.contest.prediction, published.contest.attempts.counting
    rounds = [published.rounds[one.id]]
    counted = contest_ranking.counted(rounds, marks, without=without)
    found = await contest_ranking.figures(tx, counted, counting)
    if not asked.enabled:
        return found, None
    scope = rounds
    if asked.scope == "contest":
        scope = [published.rounds[other.id] for other in ranked_rounds(published)]
    guessed = await contest_ranking.figures(
        tx,
        contest_ranking.counted(
            scope, marks, without=without, with_disqualified=asked.freeze == "at_close"
        ),
        counting,
    )
    return found, actual_of(guessed, asked.target)


async def rules_for(tx: Tx, published: Published, one: Round) -> RankRules:
    """The ranking rules of a round, with the results that count to its cumulative score."""
    earlier = []
    for other in ranked_rounds(published):
        if other.opens_at < one.opens_at:
            result = await contest_results.last(tx, published.id, published.rounds[other.id])
            earlier += [result.id] if result else []
    return rank_rules(published.contest, earlier)


async def _plan_round(tx: Tx, published: Published, one: Round, at: datetime) -> Plan:
    number = published.rounds[one.id]
    found, actual = await population(tx, published, one)
    rules = await rules_for(tx, published, one)
    ranking = contest_ranking.ranked(
        contest_ranking.counted([number]), rules, actual, published.id, number
    )
    return Plan(_values(published, number, actual, found, at), ranking)


async def _plan_total(tx: Tx, published: Published, at: datetime) -> Plan:
    parts = [await need_result(tx, published, one.id) for one in ranked_rounds(published)]
    rounds = [published.rounds[one.id] for one in ranked_rounds(published)]
    found = await contest_ranking.figures(
        tx, contest_ranking.counted(rounds), published.contest.attempts.counting
    )
    ranking = None
    if published.contest.ranking.contest_total is not None:
        keys = rank_rules(published.contest).keys
        ranking = contest_results.added_up([part.id for part in parts], keys, published.id)
    return Plan(_values(published, WHOLE, None, found, at), ranking)


def _values(
    published: Published, number: int, actual: int | None, found: Figures, at: datetime
) -> dict[str, Any]:
    return {
        "contest_id": published.id,
        "round": number,
        "version": published.version,
        "actual": actual,
        "persons": found.persons,
        "attempts": found.attempts,
        "all_correct": found.persons_all_correct,
        "computed_at": at,
    }


async def _part(
    tx: Tx,
    published: Published,
    round_id: str | None,
    places: Mapping[int, int],
    how: str,
    reason: str,
    told: Mapping[str, object],
    by: str,
    at: datetime,
) -> Computed:
    number = WHOLE if round_id is None else published.rounds[round_id]
    await contest_results.write_lots(tx, published.id, number, places, how, reason, by, at)
    await contest_audit.note(tx, published.id, by, f"part_equals_{how}", told, at)
    return await compute(tx, published, round_id, by, at)


def _lot(seed: str, entrant_id: int) -> str:
    return hashlib.sha256(f"{seed}:{entrant_id}".encode()).hexdigest()
