"""The numbers before and after a measure, worked out without changing anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.contest.awards import InLine, hand_out
from bot.contest.document import Measure, Published
from bot.contest.prizes import WINS_NOTHING, prize_set
from bot.contest.remark import marks_with, new_markings
from bot.contest.results import population, ranked_rounds, rules_for
from bot.contest.rules import Round
from bot.store import contest_marks, contest_measures, contest_ranking
from bot.store.contest_marks import Marks
from bot.store.database import Tx

_SPARE = 100


async def figures_with(
    tx: Tx, published: Published, measure: Measure, data: dict[str, Any]
) -> dict[str, Any]:
    """What the measure would change, fit for JSON.

    For each round people, attempts, all-correct people and the predictions' actual number before
    and after, and who would win or lose a prize (numbers of entrants).
    """
    if measure.question is not None:
        marks = marks_with(published, new_markings(published, measure))
        changed = await contest_marks.count_changes(tx, marks)
        rounds = await _rounds(tx, published, marks, ())
        told = {"attempts": changed.attempts, "up": changed.up, "down": changed.down}
        return {"changed": told, "rounds": rounds}
    if measure.kind == "void_attempts_by_list":
        ids: list[int] = data["attempts"]
        return {
            "changed": {"attempts": len(ids)},
            "rounds": await _rounds(tx, published, None, ids),
        }
    found: dict[str, Any] = {"changed": {"people": measure.count}}
    if measure.round is not None:
        number = published.rounds[measure.round]
        found["changed"]["open"] = await contest_measures.count_open(tx, number)
    return found


async def _rounds(
    tx: Tx, published: Published, marks: Marks | None, without: Sequence[int]
) -> dict[str, Any]:
    found = {}
    for one in ranked_rounds(published):
        before, won = await _of_round(tx, published, one, None, ())
        after, wins = await _of_round(tx, published, one, marks, without)
        found[str(one.id)] = {
            "before": before,
            "after": after,
            "win": sorted(wins - won),
            "lose": sorted(won - wins),
        }
    return found


async def _of_round(
    tx: Tx,
    published: Published,
    one: Round,
    marks: Marks | None,
    without: Sequence[int],
) -> tuple[dict[str, Any], set[int]]:
    found, actual = await population(tx, published, one, marks, without)
    numbers = {
        "persons": found.persons,
        "attempts": found.attempts,
        "persons_all_correct": found.persons_all_correct,
        "attempts_all_correct": found.attempts_all_correct,
        "actual": actual,
    }
    number = published.rounds[one.id]
    prizes = prize_set(published, number)
    if prizes is None:
        return numbers, set()
    reach = sum(tier.count for tier in prizes.individual) + _SPARE
    ranking = contest_ranking.ranked(
        contest_ranking.counted([number], marks, without=without),
        await rules_for(tx, published, one),
        actual,
        published.id,
        number,
    )
    lists: dict[str, list[InLine]] = {}
    for row in await contest_ranking.first_of(tx, ranking, reach):
        may_win = row["standing"] not in WINS_NOTHING
        lists.setdefault(row["segment"], []).append(InLine(row["entrant_id"], row["rank"], may_win))
    resort = published.contest.ranking.last_resort
    handed = [hand_out(line, prizes, resort) for line in lists.values()]
    return numbers, {prize.entrant_id for one in handed for prize in one.prizes}
