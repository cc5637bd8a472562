"""The channels that the contract is held against: each is described here, and then tested alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.channels.base import Channel
from bot.channels.telegram.channel import PATH, SECRET_HEADER, Telegram, TelegramConfig
from bot.channels.telegram.html import LONGEST as LONGEST_HTML
from tests.channels.paper import LONGEST, SECRET, Paper
from tests.contract import zalo

AT = 1_795_402_800
"""2026-11-23 03:00 UTC in seconds, the time of every payload made here."""

TELEGRAM_SECRET = "chuoi-bi-mat-cua-webhook"


@dataclass(frozen=True, slots=True)
class Case:
    """One channel under the contract.

    `build` gives the adapter without any network; `payload` what its service posts when a person
    (id) says a text in a message (id); `sign` the headers by which a body is known as genuine;
    `path` where it is posted; `longest` the UTF-16 units that one message may have.
    """

    name: str
    build: Callable[[], Channel]
    payload: Callable[[str, str, str], Any]
    sign: Callable[[bytes], dict[str, str]]
    path: str
    longest: int


def _paper_payload(person: str, message: str, text: str) -> Any:
    return {"who": person, "id": message, "says": text, "at": AT}


def _telegram() -> Telegram:
    return Telegram(
        TelegramConfig("123456:bi-mat-cua-bot", "http://127.0.0.1:9", "webhook", TELEGRAM_SECRET)
    )


def _telegram_payload(person: str, message: str, text: str) -> Any:
    number = int(message.removeprefix("m"))
    sender = {"id": int(person), "is_bot": False, "first_name": "Lan"}
    chat = {"id": int(person), "type": "private"}
    content = {"message_id": number, "from": sender, "chat": chat, "date": AT, "text": text}
    return {"update_id": 1_000 + number, "message": content}


CASES = [
    Case(
        "telegram",
        _telegram,
        _telegram_payload,
        lambda _: {SECRET_HEADER: TELEGRAM_SECRET},
        PATH,
        LONGEST_HTML,
    ),
    Case("paper", Paper, _paper_payload, lambda _: {"X-Paper": SECRET}, "/webhooks/paper", LONGEST),
    Case(
        "zalo_bot",
        lambda: zalo.build_bot(AT),
        lambda *said: zalo.bot_payload(AT, *said),
        zalo.sign_bot,
        "/webhooks/zalo-bot",
        2_000,
    ),
    Case(
        "zalo_oa",
        lambda: zalo.build_oa(AT),
        lambda *said: zalo.oa_payload(AT, *said),
        zalo.sign_oa,
        "/webhooks/zalo-oa",
        2_000,
    ),
]
