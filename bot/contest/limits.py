"""How many attempts a person still has, and from when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.clock import show_time, vietnam_date
from bot.contest.document import Published, from_ms, to_ms
from bot.contest.refusal import Refused
from bot.contest.rules import Round
from bot.store.contest_attempts import Attempt


def check_limits(
    published: Published, one: Round, before: Sequence[Attempt], extra: int, at: datetime
) -> None:
    """Whether one more attempt may start in the round.

    `before` are all attempts of the person, `extra` what the board gave beyond the round's limit.
    Raises `Refused`: no_attempts_left, too_soon.
    """
    for count, limit, what in _counted(published, one, before, at):
        if limit is not None and count >= limit + extra:
            said = f"Bạn đã dùng hết {limit + extra} lượt thi {what}."
            raise Refused("no_attempts_left", said)
    gap = published.contest.attempts.min_gap_s
    ended = max((a.submitted_ms or a.deadline_ms for a in before), default=0)
    ready = ended + gap * 1_000
    if gap and to_ms(at) < ready:
        said = f"Bạn nghỉ một lát rồi thi tiếp sau {show_time(from_ms(ready))} nhé."
        raise Refused("too_soon", said)


def attempts_left(
    published: Published, one: Round, before: Sequence[Attempt], extra: int, at: datetime
) -> int | None:
    """How many attempts the person still has in the round today; None where nothing limits them."""
    left = [
        limit + extra - count
        for count, limit, _ in _counted(published, one, before, at)
        if limit is not None
    ]
    return max(0, min(left)) if left else None


def _counted(
    published: Published, one: Round, before: Sequence[Attempt], at: datetime
) -> Iterator[tuple[int, int | None, str]]:
    """Attempts used, the limit, and of what."""
    limits = published.contest.attempts
    used = [
        a
        for a in before
        if a.status != "void" and (limits.abandoned_counts or a.status != "discarded")
    ]
    number, today = published.rounds[one.id], vietnam_date(at)
    yield sum(a.round == number for a in used), limits.max_per_round, "của vòng này"
    yield len(used), limits.max_total, "của cuộc thi"
    on_day = sum(vietnam_date(from_ms(a.started_ms)) == today for a in used)
    yield on_day, limits.max_per_day, "của hôm nay"
