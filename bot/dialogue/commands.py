"""The few words that mean the same wherever a person stands."""

from __future__ import annotations

from typing import Literal, TypeAlias

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


def command_in(text: str) -> Command | None:
    """The command that a text is; None where it is none."""
    command = fold(tidy(text)).rstrip(".!")
    if command.split(" ")[0] == "/start":
        return "start"
    return next((name for name, words in _WORDS.items() if command in words), None)
