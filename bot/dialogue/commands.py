"""The few words that mean the same wherever a person stands."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal, TypeAlias

from bot.dialogue.messages import Message
from bot.language.fold import fold, tidy

Command: TypeAlias = Literal["start", "cancel", "help", "menu"]

_WORDS: dict[Command, frozenset[str]] = {
    "start": frozenset({"/start", "start", "bat dau", "bat dau lai", "/batdau"}),
    "help": frozenset(
        {
            "/help",
            "help",
            "tro giup",
            "/trogiup",
            "huong dan",
            "huong dan su dung",
            "giup toi",
            "giup",
        }
    ),
    "menu": frozenset({"/menu", "menu", "danh muc", "/danhmuc", "muc luc", "chu de"}),
    "cancel": frozenset(
        {
            "/huy",
            "huy",
            "huy bo",
            "huy di",
            "thoat",
            "/cancel",
            "dung lai",
            "thoi",
            "thoi khong hoi nua",
        }
    ),
}

_CAME_BY = re.compile(r"u-\d{5}(?:-[a-z0-9][a-z0-9-]{0,39})?", re.ASCII)


def greet_arrival(message: Message) -> Message:
    """The message; where it is the code of a leaflet, a first greeting of who came by it.

    The links of Zalo hand no word on, so a leaflet asks people to send its code there.
    """
    code = (message.text or "").strip().lower()
    if message.origin or not _CAME_BY.fullmatch(code):
        return message
    return replace(message, text="/start", origin=code)


def command_in(text: str) -> Command | None:
    """The command that a text is; None where it is none."""
    command = fold(tidy(text)).rstrip(".!")
    if command.split(" ")[0] == "/start":
        return "start"
    return next((name for name, words in _WORDS.items() if command in words), None)
