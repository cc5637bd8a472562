"""How a contest stands while it runs: as much as the rules let the public see, or the organizers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from bot.clock import show_time
from bot.contest.document import Published
from bot.contest.rules import Round
from bot.store import contest_attempts
from bot.store.contest_ranking import COUNTED
from bot.store.database import Tx

State: TypeAlias = Literal["chưa mở", "đang mở", "đang nghỉ", "đã đóng"]


@dataclass(frozen=True, slots=True)
class LiveCounts:
    """A round's numbers; None where the rules hide them from whom they are for."""

    state: State
    persons: int | None
    attempts: int | None
    playing: int | None


async def live_counts(
    tx: Tx, published: Published, one: Round, at: datetime, *, for_public: bool = True
) -> LiveCounts:
    """The numbers of a round now.

    The public sees none while a guess about them is open: whoever comes last would guess best.
    """
    state = state_of(published, one, at)
    asked = published.contest.prediction
    guessing = [one] if asked.scope == "round" else list(published.contest.rounds)
    is_guessed = asked.enabled and asked.hide_live_counts
    if for_public and is_guessed and not all(published.is_over(r, at) for r in guessing):
        return LiveCounts(state, None, None, None)
    number = published.rounds[one.id]
    counts = await contest_attempts.count(tx, [number])
    return LiveCounts(
        state,
        await contest_attempts.count_persons(tx, [number]),
        sum(counts.get(status, 0) for status in COUNTED),
        counts.get("open", 0),
    )


def announcements(published: Published) -> list[str]:
    """What the players are told of the measures taken, newest last; empty where the rules do not."""
    if not published.contest.incidents.announce:
        return []
    told = []
    for measure in published.document.measures:
        one = published.contest.round(measure.round or "")
        if one is None or measure.closes_at is None:
            continue
        until = show_time(measure.closes_at)
        if measure.kind == "extend_round":
            told.append(f"{one.label} được kéo dài đến {until}.")
        elif measure.opens_at is not None:
            told.append(f"{one.label} mở lại từ {show_time(measure.opens_at)} đến {until}.")
    if any(measure.question is not None for measure in published.document.measures):
        told.append("Có câu hỏi được chấm lại; điểm bạn xem là điểm sau khi chấm lại.")
    return told


def state_of(published: Published, one: Round, at: datetime) -> State:
    """Whether the round is to come, open, closed for the night or between windows, or over."""
    if published.is_open(one, at):
        return "đang mở"
    if at < one.opens_at:
        return "chưa mở"
    return "đã đóng" if published.is_over(one, at) else "đang nghỉ"
