"""The buttons of contests: what each carries, and how a contest is named in so few bytes.

The first word is what to do, the rest says with what. Whatever comes back is looked up again: it
may be old, forged, or somebody else's.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from bot.dialogue.presses import read_press

_KIND = "t"


@dataclass(frozen=True, slots=True)
class Act:
    """A press of a contest's button, taken apart."""

    verb: str
    arguments: tuple[str, ...] = ()

    def text(self, place: int) -> str:
        """The argument at a place; empty where there is none."""
        return self.arguments[place] if place < len(self.arguments) else ""

    def number(self, place: int) -> int:
        """The number at a place; -1 where there is none."""
        text = self.text(place)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1


def read_act(code: str | None) -> Act | None:
    """The act that a code stands for; None for one that is no contest's."""
    press = read_press(code) if code else None
    if press is None or press.kind != _KIND or not press.arguments:
        return None
    verb, *arguments = press.arguments
    return Act(verb, tuple(arguments))


def write_act(verb: str, *arguments: object) -> str:
    """The code of a button."""
    return ":".join([_KIND, verb, *map(str, arguments)])


def mark_of(contest_id: str) -> str:
    """A short name of a contest, however long its id."""
    return hashlib.sha256(contest_id.encode()).hexdigest()[:10]


LIST = write_act("list")
MINE = write_act("mine")


def open_contest(contest_id: str) -> str:
    """Show a contest."""
    return write_act("open", mark_of(contest_id))


def rules(contest_id: str, page: int = 0) -> str:
    """Show a page of the signed rules."""
    return write_act("rules", mark_of(contest_id), page)


def enrol(contest_id: str) -> str:
    """Register, or go on registering."""
    return write_act("enrol", mark_of(contest_id))


def own(contest_id: str) -> str:
    """Show what one has registered with."""
    return write_act("own", mark_of(contest_id))


def amend(contest_id: str) -> str:
    """Correct what one has registered with."""
    return write_act("amend", mark_of(contest_id))


def claim(contest_id: str) -> str:
    """Give what only a winner is asked."""
    return write_act("claim", mark_of(contest_id))


def ready(contest_id: str, round_number: int) -> str:
    """Ask once more before the clock starts."""
    return write_act("ready", mark_of(contest_id), round_number)


def start(contest_id: str, round_number: int, before: int) -> str:
    """Start an attempt; `before` attempts came before it, so an old button starts no second one."""
    return write_act("start", mark_of(contest_id), round_number, before)


def form(nonce: str, step: str, value: str) -> str:
    """Answer a step of the registration."""
    return write_act("form", nonce, step, value)


def complain(contest_id: str) -> str:
    """Write a complaint to the board."""
    return write_act("complain", mark_of(contest_id))


def question(attempt_id: int, position: int) -> str:
    """Show a question of a paper."""
    return write_act("q", attempt_id, position)


def answer(attempt_id: int, position: int, place: int) -> str:
    """Choose the option shown at a place, from 0."""
    return write_act("a", attempt_id, position, place)


def guess(attempt_id: int, number: int) -> str:
    """Give the guess."""
    return write_act("guess", attempt_id, number)


def look_over(attempt_id: int) -> str:
    """Look the paper over."""
    return write_act("look", attempt_id)


def hand_in(attempt_id: int, *, surely: bool) -> str:
    """Hand the paper in; `surely` where questions were left out knowingly."""
    return write_act("hand", attempt_id, int(surely))


def explain(attempt_id: int, position: int) -> str:
    """Show a question of an ended paper with its key."""
    return write_act("key", attempt_id, position)


def result(attempt_id: int) -> str:
    """Show the result of an ended paper."""
    return write_act("result", attempt_id)
