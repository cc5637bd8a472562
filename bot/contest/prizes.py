"""The prizes of a contest as its results give them: proposed, verified, passed down.

Prizes follow the ranking: every computing hands them out anew in all rounds that have no decision
yet, so that one who loses a prize, or may hold only one, makes room for the next everywhere.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from bot.contest.awards import Handed, InLine, Prize, Tie, hand_out, over_limit
from bot.contest.collective import collective_rows, spread_rows
from bot.contest.document import Published
from bot.contest.outcome import PrizeSet
from bot.contest.refusal import Refused
from bot.store import contest_audit, contest_awards, contest_results
from bot.store.contest_awards import Award
from bot.store.contest_results import WHOLE, Result
from bot.store.database import Tx

WINS_NOTHING = ("no_prize", "withdrawn", "disqualified")
"""The standings of people whom prizes pass over."""


@dataclass(frozen=True, slots=True)
class _List:
    """One list of a result (a segment) with its prizes and who stands in line for them."""

    result: Result
    segment: str
    prizes: PrizeSet
    line: tuple[InLine, ...]


async def hand_out_all(tx: Tx, published: Published, at: datetime) -> None:
    """Proposes the prizes of every result that has no decision yet."""
    for result_id, rows in (await expected_awards(tx, published)).items():
        stamped = [{**row, "at": at} for row in rows]
        await contest_awards.replace(tx, result_id, "individual", stamped)
    whole = await contest_results.last(tx, published.id, WHOLE)
    if whole is not None and not whole.is_decided:
        for kind, found in (
            ("collective", await collective_rows(tx, published, at)),
            ("spread", await spread_rows(tx, published, at)),
        ):
            await contest_awards.replace(tx, whole.id, kind, found)


async def expected_awards(tx: Tx, published: Published) -> dict[int, list[dict[str, object]]]:
    """The individual prizes that the rankings give, by the id of each undecided result."""
    lists = await _lists(tx, published)
    dropped: set[tuple[int, int]] = set()
    fixed = await contest_awards.held_by_decision(tx, published.id)
    while True:
        handed = [(one, _hand_out(published, one, dropped)) for one in lists]
        more = set(_over_limits(handed, fixed)) - dropped
        if not more:
            break
        dropped |= more
    rows: dict[int, list[dict[str, object]]] = {one.result.id: [] for one in lists}
    for one, prizes in handed:
        rows[one.result.id] += [_row(published, one, prize) for prize in prizes.prizes]
    return rows


async def prize_ties(tx: Tx, published: Published, result: Result) -> list[Tie]:
    """The equals of a result who would win different prizes, and whom nothing parts yet."""
    ties: list[Tie] = []
    for one in await _lists(tx, published, only=result):
        ties += _hand_out(published, one, set()).ties
    return ties


async def verify_award(
    tx: Tx, published: Published, award_id: int, note: str, by: str, at: datetime
) -> Award:
    """The board has checked the winner's papers; his certificate gets its code.

    Raises `Refused` (not_allowed) for a prize that is nobody's.
    """
    award = await _need(tx, published, award_id)
    code = secrets.token_urlsafe(9)
    await contest_awards.set_state(tx, award_id, "verified", note, by, at, code)
    told = {"award": award_id, "entrant": award.entrant_id, "note": note}
    await contest_audit.note(tx, published.id, by, "verify_award", told, at)
    return await _need(tx, published, award_id)


async def pass_down(
    tx: Tx, published: Published, award_id: int, reason: str, by: str, at: datetime
) -> None:
    """The winner drops out of this prize, for a reason; the next in line moves up.

    Raises `Refused` (not_allowed) without a reason, for a prize that is nobody's, or after the
    decision: then a new computing makes a new edition first.
    """
    award = await _need(tx, published, award_id)
    if not reason.strip():
        raise Refused("not_allowed", "Bạn cần ghi lý do.")
    result = await contest_results.last(tx, published.id, award.round)
    if result is None or result.id != award.result_id or result.is_decided:
        said = (
            "Kết quả này đã có quyết định. Hãy tính lại để có bản mới rồi mới đổi người đạt giải."
        )
        raise Refused("not_allowed", said)
    await contest_awards.set_state(tx, award_id, "passed_down", reason, by, at)
    told = {"award": award_id, "entrant": award.entrant_id, "reason": reason}
    await contest_audit.note(tx, published.id, by, "pass_down", told, at)
    await hand_out_all(tx, published, at)


def prize_set(published: Published, round_number: int) -> PrizeSet | None:
    """The prizes for people of a round (0: of the whole contest); None where there are none."""
    contest = published.contest
    if round_number == WHOLE:
        total = contest.ranking.contest_total
        name = total.prizes if total else None
    else:
        one = published.round(round_number)
        name = one.prizes if one else None
    return contest.prizes.sets.get(name) if name else None


async def _lists(tx: Tx, published: Published, only: Result | None = None) -> list[_List]:
    """The lists whose prizes are open, read as far as prizes can reach."""
    found = []
    for number in [*published.rounds.values(), WHOLE] if only is None else [only.round]:
        prizes = prize_set(published, number)
        result = only or await contest_results.last(tx, published.id, number)
        if prizes is None or result is None or (result.is_decided and only is None):
            continue
        lost = await contest_awards.passed_over(tx, result.id)
        for segment in await contest_results.segments(tx, result.id):
            # Whoever is passed over makes the line longer; far beyond the prizes nobody stands.
            reach = sum(tier.count for tier in prizes.individual) + len(lost) + _SPARE
            rows = await contest_awards.line(tx, result.id, segment, reach)
            line = tuple(
                InLine(
                    row["entrant_id"],
                    row["rank"],
                    row["standing"] not in WINS_NOTHING and row["entrant_id"] not in lost,
                )
                for row in rows
            )
            found.append(_List(result, segment, prizes, line))
    return found


_SPARE = 500
"""People beyond the number of prizes that are looked at, for those passed over."""


def _hand_out(published: Published, one: _List, dropped: set[tuple[int, int]]) -> Handed:
    line = (
        InLine(p.entrant_id, p.rank, p.may_win and (p.entrant_id, one.result.round) not in dropped)
        for p in one.line
    )
    return hand_out(line, one.prizes, published.contest.ranking.last_resort)


def _over_limits(
    handed: list[tuple[_List, Handed]], fixed: dict[int, int]
) -> list[tuple[int, int]]:
    """Who holds more prizes than one person may: (entrant, round) where he makes room."""
    won: dict[int, list[tuple[int, Prize]]] = defaultdict(list)
    limit = None
    for one, prizes in handed:
        if one.prizes.max_per_person_contest is not None:
            limit = one.prizes.max_per_person_contest
            for prize in prizes.prizes:
                won[prize.entrant_id].append((one.result.round, prize))
    return [] if limit is None else over_limit(won, limit, fixed)


def _row(published: Published, one: _List, prize: Prize) -> dict[str, object]:
    return {
        "contest_id": published.id,
        "round": one.result.round,
        "segment": one.segment,
        "name": prize.name,
        "place": prize.place,
        "value": prize.value,
        "entrant_id": prize.entrant_id,
        "rank": prize.rank,
    }


async def _need(tx: Tx, published: Published, award_id: int) -> Award:
    award = await contest_awards.find(tx, award_id)
    if award is None or award.contest_id != published.id or award.state == "passed_down":
        raise Refused("not_allowed", "Không tìm thấy giải này.")
    return award
