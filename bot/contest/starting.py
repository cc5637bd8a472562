"""Starting attempts, many at once: a launch brings most of a round's load in its first hours.

The rules are asked for each person alone; only the reading and writing is shared.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.clock import show_time, vietnam_date
from bot.contest.document import Published, to_ms
from bot.contest.draw import Drawn, draw
from bot.contest.eligible import check_may_play
from bot.contest.ending import read_papers, settle
from bot.contest.limits import check_limits
from bot.contest.refusal import Refused
from bot.contest.rules import Paper, Round
from bot.contest.sitting import Sitting, seat_of
from bot.store import contest_attempts, contest_entrants
from bot.store.contest_attempts import Answer, Attempt
from bot.store.contest_entrants import Entrant
from bot.store.database import Tx


@dataclass(frozen=True, slots=True)
class Start:
    """Somebody wants to start in a round, at the server's time.

    `device` is a mark of the browser or account, kept to notice many attempts from one; `seed` is
    drawn by chance if not given.
    """

    entrant_id: int
    round_id: str
    at: datetime
    channel: str
    device: str | None = None
    seed: str | None = None


@dataclass(slots=True)
class _Batch:
    """What is known of the people of a batch, and what is to be written for them."""

    entrants: Mapping[int, Entrant]
    before: Mapping[int, Sequence[Attempt]]
    extra: Mapping[tuple[int, int], int]
    seen: Mapping[int, Collection[str]]
    new: list[tuple[Attempt, list[Answer]]] = field(default_factory=list)


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

    Raises `Refused`: not_registered, disqualified, not_eligible, wrong_channel, not_open_yet,
    outside_hours, closed, too_soon, no_attempts_left, no_resume, too_few_questions.
    """
    wish = Start(entrant_id, round_id, at, channel, device, seed)
    (result,) = await start_many(tx, published, [wish])
    if isinstance(result, Refused):
        raise result
    return result


async def start_many(
    tx: Tx, published: Published, wishes: Sequence[Start]
) -> list[Sitting | Refused]:
    """Starts for many people; each has its own result, in the same order, and spoils no other."""
    results: dict[int, Sitting | Refused] = {}
    left = list(range(len(wishes)))
    while left:
        # Of two presses of one person the second finds what the first has started.
        turn = {wishes[n].entrant_id: n for n in reversed(left)}
        found = await _start_each(tx, published, {n: wishes[n] for n in sorted(turn.values())})
        results |= found
        left = [n for n in left if n not in found]
    return [results[n] for n in range(len(wishes))]


async def _start_each(
    tx: Tx, published: Published, wishes: Mapping[int, Start]
) -> dict[int, Sitting | Refused]:
    batch = await _read(tx, published, wishes.values())
    results: dict[int, Sitting | Refused] = {}
    open_ones: dict[int, Attempt] = {}
    for n, wish in wishes.items():
        try:
            found = await _decide(tx, published, batch, wish)
        except Refused as refused:
            results[n] = refused
            continue
        if isinstance(found, Attempt):
            open_ones[n] = found
        else:
            results[n] = found
    await contest_attempts.add(tx, batch.new)
    if batch.new and published.contest.registration.lock_after == "first_attempt":
        at = max(wish.at for wish in wishes.values())
        await contest_entrants.lock(tx, [a.entrant_id for a, _ in batch.new], at)
    return results | await _take_up(tx, published, wishes, open_ones)


async def _read(tx: Tx, published: Published, wishes: Collection[Start]) -> _Batch:
    """All that the rules ask about these people, their overdue attempts ended."""
    ids = [wish.entrant_id for wish in wishes]
    entrants = await contest_entrants.get_many(tx, ids)
    found = await contest_attempts.of_entrants(tx, ids)
    # The clock of the earliest: what is overdue then is so for all.
    found = await settle(tx, published, found, min(wish.at for wish in wishes))
    before: dict[int, list[Attempt]] = {entrant_id: [] for entrant_id in ids}
    for attempt in found:
        before[attempt.entrant_id].append(attempt)
    avoids = any(paper.avoid_repeat_for_person for paper in published.contest.papers.values())
    seen = await contest_attempts.seen_questions(tx, [a.id for a in found] if avoids else [])
    return _Batch(entrants, before, await contest_attempts.granted_to(tx, ids), seen)


async def _decide(tx: Tx, published: Published, batch: _Batch, wish: Start) -> Sitting | Attempt:
    """The attempt that is open already, or the seat of a new one. Raises `Refused`."""
    entrant = batch.entrants.get(wish.entrant_id)
    one = published.contest.round(wish.round_id)
    if entrant is None or entrant.contest_id != published.id or one is None:
        raise Refused("not_registered", "Bạn chưa đăng ký cuộc thi này.")
    one = published.in_force(one)
    if wish.channel not in published.contest.channels:
        raise Refused("wrong_channel", "Cuộc thi này không mở trên kênh bạn đang dùng.")
    before, number = batch.before[entrant.id], published.rounds[one.id]
    for attempt in before:
        if attempt.round == number and attempt.status == "open":
            return attempt
    check_open(published, one, wish.at)
    await check_may_play(tx, published, entrant, one, wish.at)
    extra = batch.extra.get((entrant.id, number), 0)
    check_limits(published, one, before, extra, wish.at)
    attempt, places = _draw(published, one, wish, before, batch.seen.get(entrant.id, ()))
    batch.new.append((attempt, places))
    return seat_of(published, attempt, places, is_new=True)


async def _take_up(
    tx: Tx, published: Published, wishes: Mapping[int, Start], open_ones: Mapping[int, Attempt]
) -> dict[int, Sitting | Refused]:
    """The attempts that were open already, where their paper may be gone on with."""
    if not open_ones:
        return {}
    places = await read_papers(tx, [attempt.id for attempt in open_ones.values()])
    found: dict[int, Sitting | Refused] = {}
    for n, attempt in open_ones.items():
        seat = seat_of(published, attempt, places[attempt.id])
        found[n] = seat
        if not seat.paper.resume and wishes[n].device != attempt.device:
            said = "Bạn có bài đang làm dở trên thiết bị khác. Thể lệ không cho làm tiếp ở đây."
            found[n] = Refused("no_resume", said, attempt.id)
    return found


def _draw(
    published: Published,
    one: Round,
    wish: Start,
    before: Sequence[Attempt],
    seen: Collection[str],
) -> tuple[Attempt, list[Answer]]:
    """A new attempt and its paper."""
    paper, seed = published.paper(one), wish.seed or secrets.token_hex(8)
    drawn = draw_paper(published, one, wish.at, seed, seen if paper.avoid_repeat_for_person else ())
    attempt = Attempt(
        id=contest_attempts.next_id(wish.entrant_id, before),
        entrant_id=wish.entrant_id,
        round=published.rounds[one.id],
        version=published.version,
        seed=seed,
        device=wish.device,
        started_ms=to_ms(wish.at),
        deadline_ms=deadline_of(published, one, paper, wish.at),
        submitted_ms=None,
        status="open",
        prediction=None,
        total=len(drawn),
        correct=None,
        score=None,
        duration_ms=None,
    )
    return attempt, [
        Answer(
            attempt_id=attempt.id,
            position=position,
            question=published.numbers[place.question.name],
            shown=",".join(place.options),
            chosen=None,
            at_ms=None,
            changes=0,
        )
        for position, place in enumerate(drawn, 1)
    ]


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


def draw_paper(
    published: Published, one: Round, at: datetime, seed: str, seen: Collection[str] = ()
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
