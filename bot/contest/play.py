"""Playing: start an attempt, answer, guess, hand in, run out of time, take up again.

Every function works in the caller's transaction, takes the server's time as `at`, and refuses by
raising `Refused` with a named reason before it has written anything. Who may do what is decided
here and nowhere else; channels only show it.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.clock import show_time, vietnam_date
from bot.contest.document import Published, to_ms
from bot.contest.draw import Drawn, draw
from bot.contest.eligible import check_may_play
from bot.contest.limits import check_limits
from bot.contest.marking import mark_paper
from bot.contest.refusal import Refused
from bot.contest.rules import Paper, Round
from bot.contest.sitting import Sitting, seat_of, sit_at
from bot.store import contest_attempts, contest_entrants
from bot.store.contest_attempts import Attempt, Finished
from bot.store.contest_entrants import Entrant
from bot.store.database import Tx


async def start(
    tx: Tx,
    published: Published,
    entrant_id: int,
    round_id: str,
    at: datetime,
    *,
    channel: str,
    device: str | None = None,
    seed: str | None = None,
) -> Sitting:
    """Starts an attempt, or gives the one that is open in this round (pressed twice, come back).

    `device` is a mark of the browser or account, kept to notice many attempts from one; `seed` is
    drawn by chance if not given. Raises `Refused`: not_registered, disqualified, not_eligible,
    wrong_channel, not_open_yet, outside_hours, closed, too_soon, no_attempts_left, no_resume,
    too_few_questions.
    """
    entrant = await contest_entrants.get(tx, entrant_id, lock=True)
    one = published.contest.round(round_id)
    if entrant is None or entrant.contest_id != published.id or one is None:
        raise Refused("not_registered", "Bạn chưa đăng ký cuộc thi này.")
    one = published.in_force(one)
    if channel not in published.contest.channels:
        raise Refused("wrong_channel", "Cuộc thi này không mở trên kênh bạn đang dùng.")
    before = await _settled(tx, published, await contest_attempts.of_entrant(tx, entrant_id), at)
    number = published.rounds[one.id]
    for attempt in before:
        if attempt.round == number and attempt.status == "open":
            return await _taken_up(tx, published, attempt, device)
    check_open(published, one, at)
    await check_may_play(tx, published, entrant, one, at)
    await _check_limits(tx, published, entrant, one, before, at)
    last = before[-1].id if before else None
    seat = await _new_attempt(tx, published, entrant, one, at, device, seed, last)
    locks = published.contest.registration.lock_after == "first_attempt"
    if locks and entrant.locked_at is None:
        await contest_entrants.lock(tx, entrant_id, at)
    return seat


async def resume(tx: Tx, published: Published, entrant_id: int, at: datetime) -> list[Sitting]:
    """The entrant's open attempts, latest first; those whose time is over are ended on the way."""
    found = await contest_attempts.of_entrant(tx, entrant_id)
    settled = await _settled(tx, published, found, at)
    open_ones = [a for a in settled if a.status == "open" and a.round in published.round_ids]
    return [await sit_at(tx, published, attempt) for attempt in reversed(open_ones)]


async def sitting(tx: Tx, published: Published, entrant_id: int, attempt_id: int) -> Sitting:
    """An attempt of the entrant's own, open or ended. Raises `Refused`: not_yours."""
    attempt = await contest_attempts.find(tx, attempt_id)
    return await sit_at(tx, published, _own(published, attempt, entrant_id))


async def predict(
    tx: Tx, published: Published, entrant_id: int, attempt_id: int, guess: int, at: datetime
) -> None:
    """Keeps the guess; the last one holds.

    Raises `Refused`: not_yours, already_submitted, too_late, prediction_out_of_range, not_allowed.
    """
    asked = published.contest.prediction
    if not asked.enabled:
        raise Refused("not_allowed", "Cuộc thi này không có câu dự đoán.")
    if not asked.min <= guess <= asked.max:
        said = f"Số dự đoán phải từ {asked.min} đến {asked.max}."
        raise Refused("prediction_out_of_range", said)
    attempt = await contest_attempts.find(tx, attempt_id, lock=True)
    attempt = _own(published, attempt, entrant_id)
    check_in_time(published, attempt, at, is_answer=True)
    await contest_attempts.predict(tx, attempt_id, guess)


async def submit(
    tx: Tx, published: Published, entrant_id: int, attempt_id: int, at: datetime
) -> Sitting:
    """Hands the paper in; it is marked at once and never changes again.

    Handing in twice gives the same. Raises `Refused`: not_yours, unanswered, prediction_missing.
    One whose time is over is ended by the rules of its paper instead.
    """
    attempt = await contest_attempts.find(tx, attempt_id, lock=True)
    attempt = _own(published, attempt, entrant_id)
    (attempt,) = await _settled(tx, published, [attempt], at)
    if attempt.status == "open":
        seat = await sit_at(tx, published, attempt)
        missing = [place.position for place in seat.places if not place.chosen]
        if seat.paper.must_answer_all and missing:
            said = f"Bạn chưa trả lời câu {', '.join(map(str, missing[:10]))}."
            raise Refused("unanswered", said, missing[0])
        asked = published.contest.prediction
        if asked.enabled and asked.required and attempt.prediction is None:
            raise Refused("prediction_missing", "Bạn chưa trả lời câu dự đoán.")
        ended = min(to_ms(at), attempt.deadline_ms)
        await _finish(tx, published, [(attempt, "submitted", ended)])
    return await sitting(tx, published, entrant_id, attempt_id)


async def expire(tx: Tx, published: Published, at: datetime, limit: int = 500) -> int:
    """Ends open attempts whose time is over, at most `limit`; gives how many it ended.

    To be called now and then; whoever touches an overdue attempt ends it anyway.
    """
    rounds = list(published.rounds.values())
    found = await contest_attempts.overdue(tx, rounds, to_ms(at), limit)
    settled = await _settled(tx, published, found, at)
    return sum(attempt.status != "open" for attempt in settled)


def check_open(published: Published, one: Round, at: datetime) -> None:
    """Whether the round is open now. Raises `Refused`: not_open_yet, outside_hours, closed."""
    if published.is_open(one, at):
        return
    opening = published.next_opening(one, at)
    if opening is None:
        words = one.closing_words or (show_time(one.closes_at) if one.closes_at else "")
        raise Refused("closed", f"{one.label} đã đóng ({words}).")
    if at < one.opens_at:
        raise Refused("not_open_yet", f"{one.label} chưa mở. Giờ mở: {show_time(opening)}.")
    said = f"{one.label} đang nghỉ. Giờ mở lại: {show_time(opening)}."
    raise Refused("outside_hours", said)


def check_in_time(published: Published, attempt: Attempt, at: datetime, *, is_answer: bool) -> None:
    """Whether the attempt still takes answers, or the handing in. Raises `Refused`."""
    if attempt.status != "open":
        raise Refused("already_submitted", "Bài này đã nộp, không sửa được nữa.", attempt.id)
    if to_ms(at) >= last_moment(_paper_of(published, attempt), attempt.deadline_ms, is_answer):
        raise Refused("too_late", "Đã hết giờ làm bài này.", attempt.id)


def last_moment(paper: Paper, deadline_ms: int, is_answer: bool) -> int:
    """The first millisecond that is too late for an answer, or for handing in."""
    waits = not (is_answer and paper.on_timeout == "grace")
    return deadline_ms + (paper.grace_ms if waits else 0)


def is_overdue(published: Published, attempt: Attempt, at: datetime) -> bool:
    """Whether the attempt is open only because nobody has ended it yet; `resume` ends it."""
    if attempt.status != "open" or attempt.round not in published.round_ids:
        return False
    paper = _paper_of(published, attempt)
    return to_ms(at) >= last_moment(paper, attempt.deadline_ms, is_answer=False)


async def _new_attempt(
    tx: Tx,
    published: Published,
    entrant: Entrant,
    one: Round,
    at: datetime,
    device: str | None,
    seed: str | None,
    last: int | None,
) -> Sitting:
    seed = seed or secrets.token_hex(8)
    paper = published.paper(one)
    seen = await _seen(tx, paper, entrant.id)
    drawn = draw_paper(published, one, at, seed, seen)
    started = to_ms(at)
    attempt = Attempt(
        id=last + 1 if last else contest_attempts.number_attempt(entrant.id, 1),
        entrant_id=entrant.id,
        round=published.rounds[one.id],
        version=published.version,
        seed=seed,
        device=device,
        started_ms=started,
        deadline_ms=deadline_of(published, one, paper, at),
        submitted_ms=None,
        status="open",
        prediction=None,
        total=len(drawn),
        correct=None,
        score=None,
        duration_ms=None,
    )
    rows = [(published.numbers[d.question.name], ",".join(d.options)) for d in drawn]
    answers = await contest_attempts.add(tx, attempt, rows)
    return seat_of(published, attempt, answers, is_new=True)


def draw_paper(
    published: Published, one: Round, at: datetime, seed: str, seen: Sequence[str] = ()
) -> tuple[Drawn, ...]:
    """The paper that a seed gives in a round at an instant. Raises `Refused`: too_few_questions."""
    paper = published.paper(one)
    by_round = paper.question_pool.valid_on == "round_open"
    pool = published.pool(paper, vietnam_date(one.opens_at if by_round else at))
    return draw(paper, pool, seed, f"{published.document.seed}/{one.id}", seen)


def deadline_of(published: Published, one: Round, paper: Paper, at: datetime) -> int:
    """When the time of an attempt started at `at` is over, in milliseconds since 1970."""
    full = to_ms(at) + paper.time_limit_s * 1_000
    end = published.open_until(one, at)
    if published.contest.attempts.open_attempt_at_close == "full_time" or end is None:
        return full
    return min(full, to_ms(end))


async def _seen(tx: Tx, paper: Paper, entrant_id: int) -> list[str]:
    if not paper.avoid_repeat_for_person:
        return []
    return sorted(await contest_attempts.seen_questions(tx, entrant_id))


async def _check_limits(
    tx: Tx,
    published: Published,
    entrant: Entrant,
    one: Round,
    before: Sequence[Attempt],
    at: datetime,
) -> None:
    try:
        check_limits(published, one, before, 0, at)
    except Refused:
        # Only now it matters whether the board gave him more.
        extra = await contest_attempts.granted(tx, entrant.id, published.rounds[one.id])
        check_limits(published, one, before, extra, at)


async def _taken_up(tx: Tx, published: Published, attempt: Attempt, device: str | None) -> Sitting:
    seat = await sit_at(tx, published, attempt)
    if not seat.paper.resume and device != attempt.device:
        said = "Bạn có bài đang làm dở trên thiết bị khác. Thể lệ không cho làm tiếp ở đây."
        raise Refused("no_resume", said, attempt.id)
    return seat


async def _settled(
    tx: Tx, published: Published, found: Sequence[Attempt], at: datetime
) -> list[Attempt]:
    """The attempts, those ended whose time is over."""
    over: list[tuple[Attempt, str, int]] = []
    for attempt in found:
        if is_overdue(published, attempt, at):
            kept = _paper_of(published, attempt).on_timeout == "submit_answered"
            over.append((attempt, "timed_out" if kept else "discarded", attempt.deadline_ms))
    if not over:
        return list(found)
    await _finish(tx, published, over)
    ended = {a.id: status for a, status, _ in over}
    return [
        replace(a, status=ended[a.id], submitted_ms=a.deadline_ms) if a.id in ended else a
        for a in found
    ]


async def _finish(tx: Tx, published: Published, ended: Sequence[tuple[Attempt, str, int]]) -> None:
    """Marks the papers and ends the attempts (attempt, status, submitted_ms)."""
    papers: dict[int, list[tuple[int, str | None]]] = {a.id: [] for a, _, _ in ended}
    for answer in await contest_attempts.papers_of(tx, list(papers)):
        papers[answer.attempt_id].append((answer.question, answer.chosen))
    finished = []
    for attempt, status, submitted_ms in ended:
        points = _paper_of(published, attempt).points
        marked = mark_paper(papers[attempt.id], published.markings, points)
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


def _own(published: Published, attempt: Attempt | None, entrant_id: int) -> Attempt:
    if (
        attempt is None
        or attempt.entrant_id != entrant_id
        or attempt.round not in published.round_ids
    ):
        raise Refused("not_yours", "Không tìm thấy bài thi này của bạn.")
    return attempt


def _paper_of(published: Published, attempt: Attempt) -> Paper:
    one = published.round(attempt.round)
    assert one is not None  # noqa: S101 callers have looked
    return published.paper(one)
