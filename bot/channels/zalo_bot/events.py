"""What the updates of a Zalo bot mean to us: a message, a notice, or nothing.

They come wrapped (`{"ok": true, "result": {…}}`) or bare, and from a poll as the result alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from bot.channels.wire import read_id, read_instant
from bot.dialogue.messages import Incoming, Message, Notice, NoticeKind

NAME = "zalo_bot"

_TEXT = "message.text.received"
_UNREADABLE = ("message.image.received", "message.sticker.received", "message.voice.received")
_UNSUPPORTED = "message.unsupported.received"
"""Zalo may not pass on what some people write, children among them: no fault of theirs or ours."""


def read_incoming(payload: Any, now: datetime) -> tuple[Incoming, ...]:
    """What a payload means; empty for what it does not mean to us, broken ones too."""
    found = (_read(update, now) for update in _updates(payload))
    return tuple(one for one in found if one is not None)


def _updates(payload: Any) -> Iterator[Mapping[str, Any]]:
    """The updates in a payload: one, though a list would do as well."""
    if isinstance(payload, Mapping) and "event_name" not in payload:
        payload = payload.get("result")
    for update in payload if isinstance(payload, list) else [payload]:
        if isinstance(update, Mapping):
            yield update


def _read(update: Mapping[str, Any], now: datetime) -> Incoming | None:
    message = _part(update, "message")
    chat = _part(message, "chat")
    person, message_id = read_id(chat.get("id")), read_id(message.get("message_id"))
    # In groups the bot is there for those who call it, and so far it is for talks of two only.
    if not person or not message_id or chat.get("chat_type", "PRIVATE") != "PRIVATE":
        return None
    if _part(message, "from").get("is_bot") is True:
        return None
    at = read_instant(message.get("date"), now)
    event = update.get("event_name")
    if event == _UNSUPPORTED:
        return Notice(NoticeKind.UNSUPPORTED, NAME, person, message_id, at)
    if event == _TEXT:
        return Message(NAME, person, message_id, at, text=_text(message, "text"))
    if event in _UNREADABLE:
        # What was written below a picture is a question like any other.
        return Message(NAME, person, message_id, at, text=_text(message, "caption"))
    return None


def _text(message: Mapping[str, Any], key: str) -> str | None:
    text = message.get(key)
    return text if isinstance(text, str) and text.strip() else None


def _part(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = whole.get(name)
    return part if isinstance(part, Mapping) else {}
