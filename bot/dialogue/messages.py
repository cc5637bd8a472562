"""What travels between a channel and the dialogue: one message in, replies out.

A reply is plain text with a few marks. Each channel renders it its own way (Telegram with HTML and
an inline keyboard, the web with elements, the console as lines), so no markup stands in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

LONGEST_PRESS = 64
"""Bytes; Telegram allows no more in a button's data, and one limit for all keeps them alike."""


@dataclass(frozen=True, slots=True)
class Message:
    """One thing a person did on a channel: text typed, or a button pressed.

    `person` and `external_id` are the channel's own ids; (channel, external_id) comes once only.
    `origin` is the word of a deep link by which the person came. A message with neither text nor
    press is one the channel cannot read to us (a sticker, a picture).
    """

    channel: str
    person: str
    external_id: str
    at: datetime
    text: str | None = None
    press: str | None = None
    origin: str | None = None


class NoticeKind(StrEnum):
    """What a channel tells of a person besides his messages."""

    FOLLOWED = "followed"
    UNFOLLOWED = "unfollowed"  # or blocked: nothing can be sent to him
    WITHDREW = "withdrew"  # he wants his data erased
    STAFF_WROTE = "staff_wrote"  # a person of the office answers in that chat
    SUBMITTED_INFO = "submitted_info"
    UNSUPPORTED = "unsupported"  # the channel may not tell us what he sent
    MOVED = "moved"  # his chat has another address: data["to"]
    TOO_FAST = "too_fast"  # he writes faster than anybody reads


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a channel tells of a person that is no message; the ids as in `Message`."""

    kind: NoticeKind
    channel: str
    person: str
    external_id: str
    at: datetime
    data: Mapping[str, str] = field(default_factory=dict)


Incoming = Message | Notice


@dataclass(frozen=True, slots=True)
class Button:
    """A choice under a reply: `press` comes back when it is pressed, or `url` opens."""

    title: str
    press: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply: an optional title, text in paragraphs, the legal basis, buttons.

    `note` is said in a lower voice below the text (that it is general information). `said` is what
    the person had said, numbers masked, for a page that shows the talk. `asks` is the form that
    waits for the person's next words. One that `is_private` repeats what a person told of himself,
    and lies sealed until it is sent and after.
    """

    text: str
    title: str = ""
    citations: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()
    note: str = ""
    said: str = ""
    asks: str = ""
    is_private: bool = False
