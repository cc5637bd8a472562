"""Working on a paper: what is pressed and typed while it is open, and what becomes of it.

Every message gets one reply that says what was done and shows what comes next; the engine decides
whether an answer still counts.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.contest import play, saving
from bot.contest.document import Published
from bot.contest.guess import read_guess, show_guess
from bot.contest.refusal import Refused
from bot.contest.saving import Save
from bot.contest.sitting import Place, Sitting
from bot.contest.spoken import read_spoken
from bot.dialogue.contest import codes, outcome, sayings, typed
from bot.dialogue.contest.codes import Act
from bot.dialogue.contest.hall import Step, Visit
from bot.dialogue.contest.paper import (
    Desk,
    letters_of,
    look_over,
    numbers,
    show,
    show_next,
    spell,
)
from bot.dialogue.contest.task import NOTHING, Task
from bot.dialogue.messages import Button, Reply
from bot.store import contest_attempts

_NUMBER = re.compile(r"\s*[1-9]\s*[.)]?\s*")
_ENDED = ("too_late", "already_submitted")


async def sit_down(visit: Visit, attempt_id: int) -> tuple[Published, Sitting] | None:
    """The person's own attempt, ended first where its time is over; None where it is not his."""
    attempt = await contest_attempts.find(visit.tx, attempt_id) if attempt_id > 0 else None
    published = await visit.contest_of_round(attempt.round) if attempt else None
    entrant = await visit.entrant(published) if published else None
    if attempt is None or published is None or entrant is None:
        return None
    if attempt.entrant_id != entrant.id:
        return None
    if play.is_overdue(published, attempt, visit.at):
        await play.resume(visit.tx, published, entrant.id, visit.at)
    return published, await play.sitting(visit.tx, published, entrant.id, attempt_id)


async def take_act(visit: Visit, act: Act) -> Step | None:
    """What a pressed button of a paper leads to; None where the paper is not the person's."""
    found = await sit_down(visit, act.number(0))
    if found is None:
        return None
    published, seat = found
    if act.verb in ("key", "result"):
        return await outcome.show_ended(visit, published, seat, act)
    if not seat.is_open:
        return await _after(visit, published, seat, is_answer=act.verb in ("a", "guess"))
    desk = Desk(visit, published, seat)
    position = act.number(1)
    match act.verb:
        case "q":
            return show(desk, position)
        case "a":
            return await _choose(desk, position, act.number(2))
        case "guess":
            return await _guess(desk, position)
        case "look":
            return look_over(desk)
        case "hand":
            return await hand_in(desk, surely=position == 1)
    return None


async def take_text(visit: Visit, task: Task, text: str) -> Step | None:
    """What a text leads to while a paper is open; None where it is about something else."""
    found = await sit_down(visit, task.attempt)
    if found is None:
        return None
    published, seat = found
    if not seat.is_open:
        if typed.answer_in(text) is None and typed.move_in(text) is None:
            return None
        is_answer = typed.answer_in(text) is not None
        return await _after(visit, published, seat, is_answer=is_answer)
    desk = Desk(visit, published, seat)
    return await _moved(desk, task, text) or await _answered(desk, task, text)


async def _after(visit: Visit, published: Published, seat: Sitting, *, is_answer: bool) -> Step:
    """The result of a paper that has ended; an answer to it is told that it does not count."""
    ran_out = seat.attempt.status in ("timed_out", "discarded")
    lead = sayings.TOO_LATE if ran_out else sayings.ALREADY_IN
    return await outcome.tell(visit, published, seat, lead if is_answer else "")


async def _moved(desk: Desk, task: Task, text: str) -> Step | None:
    position = typed.question_in(text)
    if position is not None:
        return show(desk, position)
    match typed.move_in(text):
        case "hand":
            return await hand_in(desk, surely=False)
        case "look":
            return look_over(desk)
        case "next":
            return _pass(desk, task)
        case "back":
            return show(desk, max(1, task.position - 1))
        case "show":
            return show(desk, task.position) if task.position else look_over(desk)
    return None


def _pass(desk: Desk, task: Task) -> Step:
    following = task.position + 1
    if following < desk.guess_position or (following == desk.guess_position and desk.asks_guess):
        return show(desk, following)
    return look_over(desk)


async def _answered(desk: Desk, task: Task, text: str) -> Step | None:
    if task.position == desk.guess_position:
        guessed = await _read_guess(desk, text)
        if guessed is not None:
            return guessed
    answer = typed.answer_in(text)
    if answer is None:
        place = desk.place(task.position)
        if place is None or not _NUMBER.fullmatch(text):
            return None
        return await _choose(desk, place.position, int(re.sub(r"\D", "", text)) - 1)
    named, letters = answer
    place = desk.place(named if named is not None else task.position)
    if place is None:
        return show(desk, named) if named is not None else look_over(desk)
    by_letter = {choice.letter: choice.id for choice in place.choices}
    unknown = [letter for letter in letters if letter not in by_letter]
    if unknown:
        return show(desk, place.position, sayings.NO_SUCH_LETTER.format(spell("".join(unknown))))
    if len(letters) > 1 and not desk.takes_several:
        return show(desk, place.position, sayings.ONE_LETTER)
    return await _save(desk, place, tuple(by_letter[letter] for letter in letters))


async def _choose(desk: Desk, position: int, number: int) -> Step:
    """An option by its place, from 0; where several may be right it is added, or taken back."""
    place = desk.place(position)
    if place is None or not 0 <= number < len(place.choices):
        lead = sayings.OUTDATED if place is None else sayings.NO_SUCH_LETTER.format(number + 1)
        return show(desk, place.position if place else 1, lead)
    option = place.choices[number].id
    if not desk.takes_several:
        return await _save(desk, place, (option,))
    chosen = set(place.chosen) ^ {option}
    return await _save(desk, place, tuple(sorted(chosen)), stays=True)


async def _save(desk: Desk, place: Place, chosen: tuple[str, ...], *, stays: bool = False) -> Step:
    visit, attempt = desk.visit, desk.seat.attempt
    save = Save(desk.published, attempt.entrant_id, attempt.id, place.position, chosen, visit.at)
    try:
        await saving.save_answer(visit.tx, save)
    except Refused as refused:
        return await _refused(desk, place.position, refused)
    desk = await _again(desk)
    now = desk.place(place.position)
    assert now is not None  # noqa: S101 it was there a moment ago
    lead = _acknowledged(place, now)
    if stays:
        step = show(desk, place.position, lead)
        following = Button(sayings.NEXT, codes.question(desk.id, place.position + 1))
        buttons = (*step.reply.buttons[:-1], following, step.reply.buttons[-1])
        return replace(step, reply=replace(step.reply, buttons=buttons))
    return show_next(desk, place.position, lead)


def _acknowledged(before: Place, now: Place) -> str:
    if not now.chosen:
        return sayings.TAKEN_BACK.format(now.position)
    if before.letters == now.letters:
        return sayings.SAME.format(now.position, spell(now.letters))
    if before.chosen:
        return sayings.CHANGED.format(now.position, spell(before.letters), spell(now.letters))
    return sayings.SAVED.format(now.position, spell(now.letters))


async def _again(desk: Desk) -> Desk:
    attempt = desk.seat.attempt
    seat = await play.sitting(desk.visit.tx, desk.published, attempt.entrant_id, attempt.id)
    return replace(desk, seat=seat)


async def _read_guess(desk: Desk, text: str) -> Step | None:
    try:
        return await _guess(desk, read_guess(text))
    except Refused:
        number = read_spoken(text)
    if number is None:
        return None
    said = show_guess(number)
    buttons = (
        Button(sayings.GUESS_YES.format(said), codes.guess(desk.id, number)),
        Button(sayings.LOOK_OVER, codes.look_over(desk.id)),
    )
    reply = Reply(sayings.GUESS_SURE.format(said), buttons=buttons)
    return Step(reply, desk.task(desk.guess_position))


async def _guess(desk: Desk, number: int) -> Step:
    attempt = desk.seat.attempt
    try:
        await play.predict(
            desk.visit.tx, desk.published, attempt.entrant_id, attempt.id, number, desk.visit.at
        )
    except Refused as refused:
        return await _refused(desk, desk.guess_position, refused)
    desk = await _again(desk)
    return show_next(desk, desk.guess_position, sayings.GUESS_SAVED.format(show_guess(number)))


async def hand_in(desk: Desk, *, surely: bool) -> Step:
    """Hands the paper in; asks first where questions were left out."""
    missing = desk.unanswered
    if missing and not surely and not desk.seat.paper.must_answer_all:
        text = sayings.HAND_IN_SURE.format(len(missing), numbers(missing))
        buttons = (
            Button(sayings.GO_TO.format(missing[0]), codes.question(desk.id, missing[0])),
            Button(sayings.HAND_IN_ANYWAY, codes.hand_in(desk.id, surely=True)),
        )
        return Step(Reply(text, buttons=buttons), desk.task(0))
    attempt, visit = desk.seat.attempt, desk.visit
    try:
        seat = await play.submit(visit.tx, desk.published, attempt.entrant_id, attempt.id, visit.at)
    except Refused as refused:
        position = desk.guess_position
        if refused.reason == "unanswered" and missing:
            position = missing[0]
        return show(desk, position, str(refused))
    return await outcome.tell(visit, desk.published, seat)


async def _refused(desk: Desk, position: int, refused: Refused) -> Step:
    """What the engine would not take: said, and the paper or its end shown again."""
    if refused.reason not in _ENDED:
        return show(desk, position, str(refused))
    desk = await _again(desk)
    if desk.seat.is_open:
        # The time for answers is over, the one for handing in is not.
        return look_over(desk, sayings.TOO_LATE)
    return await _after(desk.visit, desk.published, desk.seat, is_answer=True)


async def keep(visit: Visit, task: Task) -> Step | None:
    """What is told to whoever wants to stop: nothing is lost, and the clock runs."""
    found = await sit_down(visit, task.attempt)
    if found is None or not found[1].is_open:
        return None
    desk = Desk(visit, *found)
    text = sayings.KEPT.format(desk.seat.answered, len(desk.seat.places), desk.left)
    buttons = (
        Button(sayings.GO_ON, codes.question(desk.id, task.position or 1)),
        Button(sayings.HAND_IN, codes.hand_in(desk.id, surely=False)),
    )
    return Step(Reply(text, buttons=buttons), replace(task, active=False))


async def remind(visit: Visit, task: Task) -> tuple[str, tuple[Button, ...], Task]:
    """The note and button below an answer to something else, while a paper is open."""
    found = await sit_down(visit, task.attempt)
    if found is None:
        return "", (), NOTHING
    if not found[1].is_open:
        return sayings.ENDED, (), NOTHING
    desk = Desk(visit, *found)
    position = task.position or (desk.unanswered or [1])[0]
    place = desk.place(position)
    note = (
        sayings.RUNNING.format(desk.left, letters_of(place), position)
        if place
        else sayings.RUNNING_GUESS.format(desk.left)
    )
    button = Button(sayings.GO_ON, codes.question(desk.id, position))
    return note, (button,), replace(task, position=position)


async def show_again(visit: Visit, task: Task, lead: str = "") -> Step | None:
    """The question shown last, once more; None where the paper has ended."""
    found = await sit_down(visit, task.attempt)
    if found is None or not found[1].is_open:
        return None
    desk = Desk(visit, *found)
    return show(desk, task.position, lead) if task.position else look_over(desk, lead)


async def hand_in_left(visit: Visit, task: Task) -> Step | None:
    """Hands in a paper that the person had turned away from."""
    found = await sit_down(visit, task.attempt)
    if found is None or not found[1].is_open:
        return None
    return await hand_in(Desk(visit, *found), surely=False)
