"""What is remembered between two messages of a person: the buttons he was shown, for a while.

Channels without buttons show them numbered, so a "2" or "đáp án b" must mean the second one. The
same memory makes typed numbers work on every channel.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.dialogue.messages import Button
from bot.language.fold import fold, tidy

CHOICES_LAST = timedelta(minutes=30)

_NUMBERS = ("một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_CHOICE = re.compile(
    r"(?:(?:chon|lay|bam|dap an|lua chon|cau|so|nut|muc|thu|y)(?:\s+|(?=\d))){0,3}"
    rf"[(#]?([1-9][0-9]?|[a-h]|{'|'.join(map(fold, _NUMBERS))})\s*[.):/]?"
    r"(?: (?:a|nhe|nha|di))*[.!]?"
)
_KEYCAP = str.maketrans("", "", "\ufe0f\u20e3")


@dataclass(frozen=True, slots=True)
class State:
    """The buttons last shown, in their order, as (code, title), and when.

    `form` is the calculator that waits for its numbers; `task` what of a contest is under way, as
    plain data.
    """

    offered: tuple[tuple[str, str], ...] = ()
    at: datetime | None = None
    form: str = ""
    task: Mapping[str, Any] = field(default_factory=dict)

    def is_open(self, now: datetime) -> bool:
        """Whether what was offered or asked for still waits for the person."""
        return bool(self.offered or self.form) and self.is_fresh(now)

    def open_form(self, now: datetime) -> str:
        """The calculator that still waits for its numbers; empty where none does."""
        return self.form if self.is_fresh(now) else ""

    def is_fresh(self, now: datetime) -> bool:
        """Whether the last reply is so young that a message may answer it."""
        return self.at is not None and now - self.at <= CHOICES_LAST

    def title_of(self, code: str) -> str:
        """What stood on the button with this code; empty where it was not among the last ones."""
        return dict(self.offered).get(code, "")

    def to_data(self) -> dict[str, Any]:
        """The state as plain data for the store."""
        at = self.at.isoformat() if self.at else None
        offered = [list(pair) for pair in self.offered]
        data = {"offered": offered, "at": at, "form": self.form}
        return {**data, "task": dict(self.task)} if self.task else data

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> State:
        """The state out of the store; a damaged one is an empty one."""
        try:
            at = datetime.fromisoformat(data["at"]) if data.get("at") else None
            offered = tuple((str(c), str(t)) for c, t in data.get("offered", ()))
        except (AttributeError, TypeError, ValueError):
            return cls()
        form, task = str(data.get("form", "")), data.get("task")
        if at is not None and at.tzinfo is None:
            return cls()
        return cls(offered, at, form, task if isinstance(task, dict) else {})


def remember(
    buttons: Sequence[Button], now: datetime, form: str = "", task: Mapping[str, Any] | None = None
) -> State:
    """The state after showing buttons; without any there is nothing to choose."""
    return State(tuple((b.press, b.title) for b in buttons if b.press), now, form, task or {})


def read_choice(text: str) -> int | None:
    """The place (from 0) that "2", "b.", "đáp án B" or "số hai ạ" points to, or None."""
    typed = tidy(text).translate(_KEYCAP).lower()
    found = _CHOICE.fullmatch(fold(typed))
    if found is None:
        return None
    mark = typed[found.start(1) : found.end(1)]
    if mark.isdigit():
        return int(mark) - 1
    if len(mark) == 1:
        # "à" and "ạ" are no choice of "a".
        return ord(mark) - ord("a") if mark.isascii() else None
    ways = ((number, fold(number)) for number in _NUMBERS)
    return next((place for place, way in enumerate(ways) if mark in way), None)
