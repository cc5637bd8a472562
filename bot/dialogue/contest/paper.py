"""A paper as it is shown in the chat: one question at a time, the guess, the look over it all."""

from __future__ import annotations

from dataclasses import dataclass

from bot.contest.document import Published
from bot.contest.guess import show_guess
from bot.contest.sitting import Place, Sitting
from bot.contest.telling import show_span
from bot.dialogue.contest import codes, sayings
from bot.dialogue.contest.hall import Step, Visit
from bot.dialogue.contest.task import Task
from bot.dialogue.messages import Button, Reply


@dataclass(frozen=True, slots=True)
class Desk:
    """A person's open paper at the time of a message."""

    visit: Visit
    published: Published
    seat: Sitting

    @property
    def id(self) -> int:
        """The number of the attempt."""
        return self.seat.attempt.id

    @property
    def left(self) -> str:
        """The time left, in words."""
        seconds = int(self.seat.left(self.visit.at).total_seconds())
        return sayings.LEFT.format(show_span(seconds))

    @property
    def asks_guess(self) -> bool:
        """Whether a guess stands beside the questions."""
        return self.published.contest.prediction.enabled

    @property
    def guess_position(self) -> int:
        """The guess is asked after the last question."""
        return len(self.seat.places) + 1

    @property
    def takes_several(self) -> bool:
        """Whether several options of a question may be right."""
        return self.seat.paper.answer_kind == "multiple"

    @property
    def unanswered(self) -> list[int]:
        """The positions of the questions without an answer."""
        return [place.position for place in self.seat.places if not place.chosen]

    def place(self, position: int) -> Place | None:
        """The question at a position."""
        return next((p for p in self.seat.places if p.position == position), None)

    def task(self, position: int) -> Task:
        """What the person is in the middle of, once this question is shown."""
        return Task("paper", self.published.id, attempt=self.id, position=position)


def show(desk: Desk, position: int, lead: str = "") -> Step:
    """A question, or the guess after the last one; `lead` is said before it."""
    place = desk.place(position)
    if place is None:
        if position == desk.guess_position and desk.asks_guess:
            return show_guessing(desk, lead)
        total = len(desk.seat.places)
        said = sayings.NO_SUCH_QUESTION.format(total, total)
        return look_over(desk, f"{lead}\n\n{said}".strip())
    head = f"Câu {place.position}/{len(desk.seat.places)} · {desk.left}"
    options = "\n".join(f"{choice.letter}. {choice.text}" for choice in place.choices)
    parts = [lead, f"{head}\n{place.question.text}", options]
    if place.chosen:
        parts.append(sayings.CHOSEN.format(spell(place.letters)))
    buttons = [
        Button(choice.letter, codes.answer(desk.id, position, n))
        for n, choice in enumerate(place.choices)
    ]
    buttons.append(Button(sayings.LOOK_OVER, codes.look_over(desk.id)))
    reply = Reply(_joined(parts), buttons=tuple(buttons), note=_how(desk, place))
    return Step(reply, desk.task(position))


def show_guessing(desk: Desk, lead: str = "") -> Step:
    """The question for the guess."""
    asked, guess = desk.published.contest.prediction, desk.seat.attempt.prediction
    now = "" if guess is None else sayings.GUESS_NOW.format(show_guess(guess))
    text = _joined([lead, f"{sayings.GUESS} · {desk.left}\n{asked.text}", now, sayings.GUESS_HOW])
    buttons = (Button(sayings.LOOK_OVER, codes.look_over(desk.id)),)
    return Step(Reply(text, buttons=buttons), desk.task(desk.guess_position))


def show_next(desk: Desk, after: int, lead: str = "") -> Step:
    """What is to be answered next: the first open question after one, the guess, or the end."""
    left = desk.unanswered
    if desk.seat.paper.navigation == "sequential":
        left = [position for position in left if position > after]
    following = next((p for p in left if p > after), left[0] if left else None)
    if following is not None:
        return show(desk, following, lead)
    if desk.asks_guess and desk.seat.attempt.prediction is None:
        return show_guessing(desk, lead)
    return look_over(desk, lead)


def look_over(desk: Desk, lead: str = "") -> Step:
    """What is answered and what is not, before handing in."""
    seat, missing = desk.seat, desk.unanswered
    parts = [lead, sayings.REVIEW.format(seat.answered, len(seat.places), desk.left)]
    parts.append("  ".join(f"{p.position}.{p.letters or '–'}" for p in seat.places))
    if missing:
        parts.append(sayings.UNANSWERED.format(numbers(missing)))
    buttons = [Button(sayings.HAND_IN, codes.hand_in(desk.id, surely=False))]
    if missing:
        title = sayings.GO_TO.format(missing[0])
        buttons.append(Button(title, codes.question(desk.id, missing[0])))
    if desk.asks_guess:
        guess = seat.attempt.prediction
        known = "" if guess is None else sayings.GUESSED.format(show_guess(guess))
        parts.append(known or sayings.NO_GUESS)
        title = sayings.MEND_GUESS if known else sayings.GUESS
        buttons.append(Button(title, codes.question(desk.id, desk.guess_position)))
    reply = Reply(_joined(parts), buttons=tuple(buttons))
    return Step(reply, desk.task(0))


def spell(letters: str) -> str:
    """Letters as people read them: "A", "A, C"."""
    return ", ".join(letters)


def numbers(positions: list[int]) -> str:
    """Positions as people read them: "3, 7"."""
    return ", ".join(map(str, positions))


def letters_of(place: Place) -> str:
    """The letters of a question: "A, B, C hoặc D"."""
    *firsts, last = [choice.letter for choice in place.choices]
    return f"{', '.join(firsts)} hoặc {last}" if firsts else last


def _how(desk: Desk, place: Place) -> str:
    # Said once is enough; below every question it would be read by nobody.
    if place.position > 1 and desk.seat.answered:
        return ""
    if desk.takes_several:
        return sayings.HOW_SEVERAL
    return sayings.HOW.format(letters_of(place))


def _joined(parts: list[str]) -> str:
    return "\n\n".join(part for part in parts if part)
