"""Saving answers, one by one or many at once: what the busiest page of a contest does.

A second press of the same answer changes nothing; a late, forged or foreign one is refused by name.
Many saves in one transaction cost hardly more than one, so a server gathers them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.contest.document import Published, to_ms
from bot.contest.ending import last_moment
from bot.contest.marking import join_options, split_options
from bot.contest.refusal import Refused
from bot.contest.rules import Paper
from bot.store import contest_answers
from bot.store.batching import Batcher
from bot.store.contest_answers import Asked
from bot.store.database import Database, Tx


@dataclass(frozen=True, slots=True)
class Save:
    """An answer to be saved: ids of options (none takes the answer back), and the server's time.

    `published` is the version played now, from the shelf.
    """

    published: Published
    entrant_id: int
    attempt_id: int
    position: int
    chosen: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Saved:
    """An answer that is kept, as it now stands."""

    attempt_id: int
    position: int
    chosen: tuple[str, ...]


async def save_answer(tx: Tx, save: Save) -> Saved:
    """Saves one answer.

    Raises `Refused`: not_yours, already_submitted, too_late, no_such_question, no_such_option,
    no_going_back.
    """
    (result,) = await save_answers(tx, [save])
    if isinstance(result, Refused):
        raise result
    return result


async def save_answers(tx: Tx, saves: Sequence[Save]) -> list[Saved | Refused]:
    """Saves many answers; each has its own result, in the same order, and spoils no other one."""
    asked = await contest_answers.asked_at(tx, ((s.attempt_id, s.position) for s in saves))
    reached = await _reached(tx, saves, asked)
    results: list[Saved | Refused] = []
    taken: list[tuple[int, int, str | None, int]] = []
    for save in saves:
        place = asked.get((save.attempt_id, save.position))
        try:
            chosen = _check(save, place, reached)
        except Refused as refusal:
            results.append(refusal)
            continue
        taken.append((save.attempt_id, save.position, chosen or None, to_ms(save.at)))
        results.append(Saved(save.attempt_id, save.position, split_options(chosen)))
        if save.attempt_id in reached and chosen:
            reached[save.attempt_id] = max(reached[save.attempt_id], save.position)
    if taken:
        await contest_answers.save(tx, taken)
    return results


def _check(save: Save, place: Asked | None, reached: dict[int, int]) -> str:
    """What is to be stored. Raises `Refused`."""
    if place is None or place.entrant_id != save.entrant_id:
        raise Refused("not_yours", "Không tìm thấy câu này trong bài thi của bạn.")
    paper = _paper_of(save, place)
    if place.status != "open":
        raise Refused("already_submitted", "Bài này đã nộp, không sửa được nữa.", place.attempt_id)
    if to_ms(save.at) >= last_moment(paper, place.deadline_ms, is_answer=True):
        raise Refused("too_late", "Đã hết giờ làm bài này.", place.attempt_id)
    if not set(save.chosen) <= set(split_options(place.shown)):
        raise Refused("no_such_option", "Không có phương án này.", place.position)
    chosen = join_options(save.chosen)
    if paper.answer_kind == "single" and len(split_options(chosen)) > 1:
        raise Refused("no_such_option", "Mỗi câu chỉ chọn một phương án.", place.position)
    if place.position < reached.get(place.attempt_id, 0):
        said = "Đề này làm lần lượt từng câu, không quay lại câu trước."
        raise Refused("no_going_back", said, place.position)
    return chosen


async def _reached(
    tx: Tx, saves: Sequence[Save], asked: dict[tuple[int, int], Asked]
) -> dict[int, int]:
    """The last answered position of the attempts whose paper does not let people go back."""
    forward = {
        s.attempt_id
        for s in saves
        if (place := asked.get((s.attempt_id, s.position)))
        and place.round in s.published.round_ids
        and _paper_of(s, place).navigation == "sequential"
    }
    found = await contest_answers.last_answered(tx, forward) if forward else {}
    return {attempt_id: found.get(attempt_id, 0) for attempt_id in forward}


def _paper_of(save: Save, place: Asked) -> Paper:
    one = save.published.round(place.round)
    if one is None:
        raise Refused("not_yours", "Không tìm thấy câu này trong bài thi của bạn.")
    return save.published.paper(one)


class AnswerSaver:
    """Saves answers of many people together: those that arrive while a commit runs share the next.

    One for the whole program. An answer is on the disk when `save` returns.
    """

    def __init__(self, database: Database) -> None:
        self._batches = Batcher(database, save_answers, quick=True)

    async def save(self, save: Save) -> Saved:
        """Saves one answer. Raises as `save_answer` does."""
        result = await self._batches.add(save)
        if isinstance(result, Refused):
            raise result
        return result
