"""What a button carries: a short code that says what to do when it is pressed.

A press comes back from a channel as text that anybody can forge, so it is read with care and never
trusted: it names entries and questions, which are looked up again.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.dialogue.messages import LONGEST_PRESS

_KINDS = frozenset({"a", "d", "r", "c", "n", "u", "m", "p", "g", "k", "w", "t", "y", "l", "s"})


@dataclass(frozen=True, slots=True)
class Press:
    """A button's code, taken apart: the kind of act and its arguments."""

    kind: str
    arguments: tuple[str, ...] = ()


def answer(entry: str) -> str:
    """Show an entry."""
    return _code("a", entry)


def detail(entry: str) -> str:
    """Show the rest of an entry."""
    return _code("d", entry)


def related(entry: str) -> str:
    """List what is related to an entry."""
    return _code("r", entry)


def choice(question: int, entry: str) -> str:
    """Take an entry out of those offered for a question."""
    return _code("c", str(question), entry)


def none_of(question: int) -> str:
    """Take none of those offered for a question."""
    return _code("n", str(question))


def feedback(question: int, *, useful: bool) -> str:
    """Say whether the answer to a question was useful."""
    return _code("u", str(question), "1" if useful else "0")


def to_staff(question: int) -> str:
    """Send a question on to the office."""
    return _code("s", str(question))


def menu(by: str = "") -> str:
    """Open the menu, or its list by "part", "group" or "tools"."""
    return _code("m", by) if by else _code("m")


def part(part_id: str, page: int = 0) -> str:
    """List the questions of a part."""
    return _code("p", part_id, str(page))


def group(group_id: str, page: int = 0) -> str:
    """List the questions for a group of readers."""
    return _code("g", group_id, str(page))


def tool(tool_id: str, page: int = 0) -> str:
    """Open a calculator, or turn to a page of it."""
    return _code("k", tool_id, str(page)) if page else _code("k", tool_id)


def place(unit: str, village: str = "") -> str:
    """Tell where a commune, or one of its villages, votes."""
    return _code("w", unit, village)


def remind(*, on: bool) -> str:
    """Ask for reminders, or call them off."""
    return _code("l", "1" if on else "0")


def _code(*pieces: str) -> str:
    return ":".join(pieces)


def read_press(code: str) -> Press | None:
    """The press that a code stands for; None for anything that no button of ours carries."""
    if len(code.encode(errors="replace")) > LONGEST_PRESS:
        return None
    kind, *arguments = code.split(":")
    return Press(kind, tuple(arguments)) if kind in _KINDS else None
