"""What the Official Account's events mean to us: a message, a notice, or nothing.

Ids and times come as text. A press of a button comes as text too (see `presses`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.channels.wire import read_id, read_instant
from bot.channels.zalo_oa.address import anonymous_address
from bot.channels.zalo_oa.presses import Presses
from bot.dialogue.messages import Incoming, Message, Notice, NoticeKind

NAME = "zalo_oa"

_SENT = "user_send_"
_IN_GROUP = "user_send_group_"
_ANONYMOUS = "anonymous_send_"
_BY_US = "oa_send_"
_NOTICES = {
    "follow": NoticeKind.FOLLOWED,
    "unfollow": NoticeKind.UNFOLLOWED,
    "user_withdraw": NoticeKind.WITHDREW,
    "user_submit_info": NoticeKind.SUBMITTED_INFO,
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads events; `staff_quiet` is how long the bot keeps still after staff wrote in a chat."""

    presses: Presses
    staff_quiet: timedelta

    def read(self, event: Any, now: datetime) -> Incoming | None:
        """What an event means; None for what it does not mean to us, broken ones too."""
        name = event.get("event_name") if isinstance(event, Mapping) else None
        if not isinstance(name, str) or name.startswith(_IN_GROUP):
            return None
        if name in _NOTICES:
            return _notice(_NOTICES[name], event, _follower(event), now)
        if name.startswith(_SENT):
            return self._sent(event, now)
        if name.startswith(_ANONYMOUS):
            return _sent_by_nobody(event, now)
        return self._sent_by_us(event, now) if name.startswith(_BY_US) else None

    def _sent(self, event: Mapping[str, Any], now: datetime) -> Incoming | None:
        person, text = _id_in(event, "sender"), _text(event)
        press = self.presses.read(person, text) if text else None
        return _message(event, person, now, text=None if press else text, press=press)

    def _sent_by_us(self, event: Mapping[str, Any], now: datetime) -> Incoming | None:
        """Staff has a name in the event; our own messages, which come back too, have none."""
        staff = read_id(event.get("admin_id")) or read_id(_part(event, "sender").get("admin_id"))
        if not staff:
            return None
        until = read_instant(event.get("timestamp"), now) + self.staff_quiet
        person = _id_in(event, "recipient")
        return _notice(NoticeKind.STAFF_WROTE, event, person, now, until=until.isoformat())


def _sent_by_nobody(event: Mapping[str, Any], now: datetime) -> Incoming | None:
    conversation = read_id(_part(event, "message").get("conversation_id"))
    address = anonymous_address(_id_in(event, "sender"), conversation)
    return _message(event, address, now, text=_text(event))


def _message(
    event: Mapping[str, Any],
    person: str,
    now: datetime,
    *,
    text: str | None,
    press: str | None = None,
) -> Message | None:
    message_id = read_id(_part(event, "message").get("msg_id"))
    if not person or not message_id:
        return None
    at = read_instant(event.get("timestamp"), now)
    return Message(NAME, person, message_id, at, text=text, press=press)


def _notice(
    kind: NoticeKind, event: Mapping[str, Any], person: str, now: datetime, **data: str
) -> Notice | None:
    if not person:
        return None
    # These carry no id of their own; one that is delivered again says the same.
    own = read_id(_part(event, "message").get("msg_id")) or read_id(event.get("timestamp"))
    external_id = f"{event['event_name']}:{person}:{own}"
    at = read_instant(event.get("timestamp"), now)
    return Notice(kind, NAME, person, external_id, at, data)


def _follower(event: Mapping[str, Any]) -> str:
    return _id_in(event, "follower") or _id_in(event, "sender") or read_id(event.get("user_id"))


def _text(event: Mapping[str, Any]) -> str | None:
    text = _part(event, "message").get("text")
    return text if isinstance(text, str) and text.strip() else None


def _id_in(event: Mapping[str, Any], part: str) -> str:
    return read_id(_part(event, part).get("id"))


def _part(event: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = event.get(name)
    return part if isinstance(part, Mapping) else {}
