"""What Telegram's updates mean to us; anybody can write to a bot, so nothing in them is trusted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.clock import Clock, utc_now
from bot.dialogue.messages import LONGEST_PRESS, Incoming, Message, Notice, NoticeKind

CHANNEL = "telegram"
ALLOWED = ("message", "callback_query", "my_chat_member")
"""The kinds of updates to be asked for; Telegram keeps the last list where none is named."""

_COMMAND = re.compile(r"/(\w{1,32})(?:@(\w+))?(?:\s+(.*))?", re.DOTALL)
_ORIGIN = re.compile(r"[\w-]{1,64}", re.ASCII)
_GROUPS = frozenset({"group", "supergroup"})
_UNREADABLE = frozenset(
    "sticker photo voice video video_note audio document animation location contact poll dice "
    "venue story paid_media checklist game".split()
)
_AWAY = frozenset({"kicked", "left"})
_COMMANDS = frozenset(
    {"start", "danhmuc", "menu", "trogiup", "help", "huy", "cancel", "nhac", "thoinhac"}
)
"""What is ours in a group without our name behind it."""


@dataclass(frozen=True, slots=True)
class Me:
    """The bot itself, as far as it is known: needed to see whether a group speaks to it."""

    id: int = 0
    username: str = ""


def read_update(update: Any, me: Me, clock: Clock = utc_now) -> tuple[Incoming, ...]:
    """What an update means to us; empty for what it does not."""
    if not isinstance(update, dict) or not _is_id(update.get("update_id")):
        return ()
    number = str(update["update_id"])
    if isinstance(update.get("message"), dict):
        return _read_message(update["message"], number, me, clock)
    if isinstance(update.get("callback_query"), dict):
        return _read_press(update["callback_query"], number, clock)
    if isinstance(update.get("my_chat_member"), dict):
        return _read_membership(update["my_chat_member"], number, clock)
    return ()


def press_to_answer(update: Any) -> str | None:
    """The id of a button press that waits for an answer (its button shows a clock until then)."""
    pressed = update.get("callback_query") if isinstance(update, dict) else None
    found = pressed.get("id") if isinstance(pressed, dict) else None
    return found if isinstance(found, str) else None


def _read_message(
    message: Mapping[str, Any], number: str, me: Me, clock: Clock
) -> tuple[Incoming, ...]:
    address = _address(message)
    if address is None:
        return ()
    at = _time(message.get("date"), clock)
    external_id = f"{number}.{message.get('message_id')}"
    moved = message.get("migrate_to_chat_id")
    if _is_id(moved):
        told = {"to": str(moved)}
        return (Notice(NoticeKind.MOVED, CHANNEL, address, external_id, at, told),)
    sender = message.get("from")
    if isinstance(sender, dict) and sender.get("is_bot") is True:
        return ()
    text = message.get("text", message.get("caption"))
    read = Message(CHANNEL, address, external_id, at)
    if _is_one_of(message["chat"].get("type"), _GROUPS):
        return _read_in_group(read, text, message, me)
    if isinstance(text, str):
        return (_with_text(read, text),)
    return (read,) if _UNREADABLE & message.keys() else ()


def _with_text(read: Message, text: str) -> Message:
    """The message with its text; a command without what belongs to Telegram alone."""
    command = _COMMAND.fullmatch(text.strip())
    if command is None:
        return replace(read, text=text)
    name, _, rest = command.groups()
    if name == "start":
        origin = rest.strip() if rest and _ORIGIN.fullmatch(rest.strip()) else None
        return replace(read, text="/start", origin=origin)
    return replace(read, text=f"/{name} {rest}".strip() if rest else f"/{name}")


def _read_in_group(
    read: Message, text: Any, message: Mapping[str, Any], me: Me
) -> tuple[Incoming, ...]:
    """In a group we answer only to whom speaks to us: a command, our name, a reply to our words."""
    if not isinstance(text, str):
        return ()
    command = _COMMAND.fullmatch(text.strip())
    if command is not None:
        name, to, _ = command.groups()
        ours = to.lower() == me.username.lower() if to else name in _COMMANDS
        return (_with_text(read, text),) if ours else ()
    called = re.compile(rf"@{re.escape(me.username)}\b", re.IGNORECASE) if me.username else None
    if called is not None and called.search(text):
        return (replace(read, text=" ".join(called.sub(" ", text).split())),)
    answered = message.get("reply_to_message")
    author = answered.get("from") if isinstance(answered, dict) else None
    if isinstance(author, dict) and me.id and author.get("id") == me.id:
        return (replace(read, text=text),)
    return ()


def _read_press(pressed: Mapping[str, Any], number: str, clock: Clock) -> tuple[Incoming, ...]:
    data, sender, under = (pressed.get(key) for key in ("data", "from", "message"))
    if (
        not isinstance(data, str)
        or not data
        or len(data.encode("utf-8", "replace")) > LONGEST_PRESS
    ):
        return ()
    address = _address(under) if isinstance(under, dict) else None
    if address is None and isinstance(sender, dict) and _is_id(sender.get("id")):
        address = str(sender["id"])
    if address is None:
        return ()
    # The date under a button is that of the message it stands under: the press is now.
    return (Message(CHANNEL, address, f"{number}.{pressed.get('id')}", clock(), press=data),)


def _read_membership(changed: Mapping[str, Any], number: str, clock: Clock) -> tuple[Incoming, ...]:
    now, address = changed.get("new_chat_member"), _address(changed)
    if address is None or not isinstance(now, dict) or not _is_one_of(now.get("status"), _AWAY):
        return ()
    at = _time(changed.get("date"), clock)
    return (Notice(NoticeKind.UNFOLLOWED, CHANNEL, address, f"{number}.member", at),)


def _address(holder: Mapping[str, Any]) -> str | None:
    """Where to answer: the chat, and in a forum the topic, as "chat" or "chat/topic"."""
    chat = holder.get("chat")
    if not isinstance(chat, dict) or not _is_id(chat.get("id")):
        return None
    topic = holder.get("message_thread_id")
    if holder.get("is_topic_message") is True and _is_id(topic):
        return f"{chat['id']}/{topic}"
    return str(chat["id"])


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63


def _is_one_of(value: Any, words: frozenset[str]) -> bool:
    return isinstance(value, str) and value in words


def _time(seconds: Any, clock: Clock) -> datetime:
    now = clock()
    if not _is_id(seconds) or seconds < 0:
        return now
    try:
        # A clock that goes wrong elsewhere must not put a message into the future.
        return min(datetime.fromtimestamp(seconds, UTC), now)
    except (OverflowError, OSError, ValueError):
        return now
