"""When an attempt is over, and what happens to it then: it is marked at once, for good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.contest.document import Published, to_ms
from bot.contest.marking import mark_paper
from bot.contest.refusal import Refused
from bot.contest.rules import Paper
from bot.store import contest_attempts
from bot.store.contest_attempts import Answer, Attempt, Finished
from bot.store.database import Tx


def last_moment(paper: Paper, deadline_ms: int, is_answer: bool) -> int:
    """The first millisecond that is too late for an answer, or for handing in."""
    waits = not (is_answer and paper.on_timeout == "grace")
    return deadline_ms + (paper.grace_ms if waits else 0)


def is_overdue(published: Published, attempt: Attempt, at: datetime) -> bool:
    """Whether the attempt is open only because nobody has ended it yet; `resume` ends it."""
    if attempt.status != "open" or attempt.round not in published.round_ids:
        return False
    paper = paper_of(published, attempt)
    return to_ms(at) >= last_moment(paper, attempt.deadline_ms, is_answer=False)


async def settle(
    tx: Tx, published: Published, found: Sequence[Attempt], at: datetime
) -> list[Attempt]:
    """The attempts as they stand after those were ended whose time is over."""
    over: list[tuple[Attempt, str, int]] = []
    for attempt in found:
        if is_overdue(published, attempt, at):
            kept = paper_of(published, attempt).on_timeout == "submit_answered"
            over.append((attempt, "timed_out" if kept else "discarded", attempt.deadline_ms))
    if not over:
        return list(found)
    await finish(tx, published, over, await read_papers(tx, [a.id for a, _, _ in over]))
    ended = {a.id: status for a, status, _ in over}
    return [
        replace(a, status=ended[a.id], submitted_ms=a.deadline_ms) if a.id in ended else a
        for a in found
    ]


async def read_papers(tx: Tx, attempt_ids: Sequence[int]) -> dict[int, list[Answer]]:
    """The places of each attempt's paper."""
    papers: dict[int, list[Answer]] = {attempt_id: [] for attempt_id in attempt_ids}
    if papers:
        for answer in await contest_attempts.papers_of(tx, list(papers)):
            papers[answer.attempt_id].append(answer)
    return papers


async def finish(
    tx: Tx,
    published: Published,
    ended: Sequence[tuple[Attempt, str, int]],
    papers: Mapping[int, Sequence[Answer]],
) -> None:
    """Marks the papers and ends the attempts (attempt, status, submitted_ms)."""
    finished = []
    for attempt, status, submitted_ms in ended:
        points = paper_of(published, attempt).points
        chosen = [(place.question, place.chosen) for place in papers[attempt.id]]
        marked = mark_paper(chosen, published.markings, points)
        finished.append(
            Finished(
                id=attempt.id,
                status=status,
                submitted_ms=submitted_ms,
                duration_ms=submitted_ms - attempt.started_ms,
                total=marked.total,
                correct=marked.correct,
                score=marked.score,
            )
        )
    await contest_attempts.finish(tx, finished)


def paper_of(published: Published, attempt: Attempt) -> Paper:
    """The rules of the attempt's paper; the caller has made sure that its round is known."""
    one = published.round(attempt.round)
    assert one is not None  # noqa: S101 callers have looked
    return published.paper(one)


def check_in_time(published: Published, attempt: Attempt, at: datetime, *, is_answer: bool) -> None:
    """Whether the attempt still takes answers, or the handing in. Raises `Refused`."""
    if attempt.status != "open":
        raise Refused("already_submitted", "Bài này đã nộp, không sửa được nữa.", attempt.id)
    if to_ms(at) >= last_moment(paper_of(published, attempt), attempt.deadline_ms, is_answer):
        raise Refused("too_late", "Đã hết giờ làm bài này.", attempt.id)


def own(published: Published, attempt: Attempt | None, entrant_id: int) -> Attempt:
    """The attempt, if it is the entrant's in this contest. Raises `Refused`: not_yours."""
    if (
        attempt is None
        or attempt.entrant_id != entrant_id
        or attempt.round not in published.round_ids
    ):
        raise Refused("not_yours", "Không tìm thấy bài thi này của bạn.")
    return attempt
