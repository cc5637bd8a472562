"""What a person sees after a paper: his result as the rules show it, the key, his attempts."""

from __future__ import annotations

from bot.clock import show_time
from bot.contest.document import Published, from_ms
from bot.contest.guess import show_guess
from bot.contest.limits import attempts_left
from bot.contest.result import Earned, Judged, Result, earned, result_of
from bot.contest.sitting import Sitting
from bot.contest.telling import show_span
from bot.contest.winning import won_by
from bot.dialogue.compose import MENU_BUTTON
from bot.dialogue.contest import codes, complaint, lobby, sayings
from bot.dialogue.contest.codes import Act
from bot.dialogue.contest.hall import Step, Visit
from bot.dialogue.contest.paper import Desk, look_over, spell
from bot.dialogue.messages import Button, Reply
from bot.knowledge.citations import render_citations
from bot.store import contest_attempts
from bot.store.contest_attempts import Attempt

_ENDS = {
    "submitted": sayings.SUBMITTED,
    "timed_out": sayings.TIMED_OUT,
    "discarded": sayings.DISCARDED,
    "void": sayings.VOID,
}
_SHOWN_AT_MOST = 20


async def tell(visit: Visit, published: Published, seat: Sitting, lead: str = "") -> Step:
    """The result of an ended paper, as much of it as the rules show now."""
    attempt = seat.attempt
    result = await result_of(visit.tx, published, attempt.entrant_id, attempt.id, visit.at)
    left = await _left(visit, published, seat)
    parts = [lead, _ENDS[attempt.status], "\n".join(_lines(result))]
    parts.append("  ".join(_mark(judged) for judged in result.judged))
    if left is not None and published.is_open(seat.round, visit.at):
        parts.append(sayings.ATTEMPTS_LEFT.format(left) if left else sayings.NO_ATTEMPTS_LEFT)
    buttons = []
    if any(judged.key for judged in result.judged):
        buttons.append(Button(sayings.SHOW_KEY, codes.explain(attempt.id, 1)))
    if left != 0 and published.is_open(seat.round, visit.at):
        again = codes.ready(published.id, attempt.round)
        buttons.append(Button(sayings.ONCE_MORE, again))
    if complaint.is_taken(visit, published):
        buttons.append(Button(sayings.COMPLAIN, codes.complain(published.id)))
    buttons += [Button(sayings.MINE, codes.MINE), MENU_BUTTON]
    title = f"{published.contest.title} · {seat.round.label}"
    text = "\n\n".join(part for part in parts if part)
    return Step(Reply(text, title=title, buttons=tuple(buttons)))


async def show_ended(visit: Visit, published: Published, seat: Sitting, act: Act) -> Step:
    """The result, or a question with its key, of an ended paper; an open one is looked over."""
    if seat.is_open:
        return look_over(Desk(visit, published, seat))
    if act.verb == "result":
        return await tell(visit, published, seat)
    attempt = seat.attempt
    result = await result_of(visit.tx, published, attempt.entrant_id, attempt.id, visit.at)
    found = next((j for j in result.judged if j.place.position == act.number(1)), None)
    if found is None or not found.key:
        return await tell(visit, published, seat, sayings.NO_KEY)
    return Step(_explain(visit, result, found))


async def show_mine(visit: Visit) -> Step:
    """Every attempt of the person, newest contests last, with what the rules show of each."""
    parts, buttons = [], []
    for published in await visit.contests():
        entrant = await visit.entrant(published)
        found = await contest_attempts.of_entrant(visit.tx, entrant.id) if entrant else []
        lines = [_told(visit, published, attempt) for attempt in found[-_SHOWN_AT_MOST:]]
        if lines:
            last = found[-1].id
            buttons.append(Button(published.contest.title, codes.result(last)))
        if entrant is not None:
            won = await won_by(visit.tx, published, visit.hall.sealer, entrant)
            if won.missing:
                buttons.append(Button(sayings.CLAIM, codes.claim(published.id)))
            lines += filter(None, [lobby.tell_won(won)])
            lines += await complaint.tell_own(visit, published, entrant.id)
        if lines:
            parts.append("\n".join([published.contest.title, *lines]))
    if not parts:
        return Step(Reply(sayings.MINE_NONE, buttons=(MENU_BUTTON,)))
    text = "\n\n".join([sayings.MINE_TEXT, *parts])
    return Step(Reply(text, buttons=(*buttons[-3:], MENU_BUTTON)))


def _told(visit: Visit, published: Published, attempt: Attempt) -> str:
    one = published.round(attempt.round)
    label = one.label if one else ""
    began = show_time(from_ms(attempt.started_ms))
    return f"- {label}, {began}: {_short(visit, published, attempt)}."


def _short(visit: Visit, published: Published, attempt: Attempt) -> str:
    if attempt.status == "open":
        seconds = max(0, int((from_ms(attempt.deadline_ms) - visit.at).total_seconds()))
        return sayings.STILL_OPEN.format(sayings.LEFT.format(show_span(seconds)))
    found = earned(published, attempt, visit.at)
    if not found.is_counted:
        return sayings.NOT_COUNTED
    if found.correct is None:
        return sayings.NOT_SHOWN
    shown = f"đúng {found.correct}/{found.total} câu"
    return f"{shown}, {show_span(int(found.duration.total_seconds()))}" if found.duration else shown


async def _left(visit: Visit, published: Published, seat: Sitting) -> int | None:
    attempt = seat.attempt
    before = await contest_attempts.of_entrant(visit.tx, attempt.entrant_id)
    extra = await contest_attempts.granted(visit.tx, attempt.entrant_id, attempt.round)
    return attempts_left(published, seat.round, before, extra, visit.at)


def _lines(result: Result) -> list[str]:
    found: list[str] = []
    if result.correct is not None:
        found.append(sayings.CORRECT.format(result.correct, result.total))
        found += _score(result)
    elif result.is_counted:
        found.append(sayings.RECEIVED)
    if result.duration is not None:
        found.append(sayings.TOOK.format(show_span(int(result.duration.total_seconds()))))
    guess = result.seat.attempt.prediction
    if guess is not None:
        found.append(sayings.GUESSED.format(show_guess(guess)))
    return [*found, result.later] if result.later else found


def _score(result: Earned) -> list[str]:
    found = []
    if result.score is not None and result.score != result.correct:
        found.append(sayings.SCORE.format(result.score))
    if result.has_passed is not None:
        found.append(sayings.PASSED if result.has_passed else sayings.NOT_PASSED)
    return found


def _mark(judged: Judged) -> str:
    place = judged.place
    sign = "✓" if judged.is_right else "✗"
    return f"{place.position}.{place.letters or '–'} {sign}"


def _explain(visit: Visit, result: Result, judged: Judged) -> Reply:
    place = judged.place
    verdict = sayings.RIGHT if judged.is_right else sayings.WRONG
    verdict = verdict if place.chosen else sayings.NOT_ANSWERED
    options = "\n".join(f"{choice.letter}. {choice.text}" for choice in place.choices)
    parts = [place.question.text, options]
    if place.chosen:
        parts.append(sayings.CHOSEN.format(spell(place.letters)).replace("đang chọn", "đã chọn"))
    parts += [sayings.KEY_LINE.format(spell(judged.key_letters)), place.question.explain]
    attempt = result.seat.attempt.id
    buttons = [Button("Về kết quả", codes.result(attempt)), MENU_BUTTON]
    if place.position < len(result.judged):
        buttons.insert(0, Button(sayings.NEXT_KEY, codes.explain(attempt, place.position + 1)))
    return Reply(
        "\n\n".join(part for part in parts if part),
        title=f"Câu {place.position}/{len(result.judged)}: {verdict}",
        citations=tuple(render_citations(place.question.citations, visit.snapshot.base.laws)),
        buttons=tuple(buttons),
    )
