"""What each update of the Zalo Bot Platform means to us."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.zalo_bot.events import read_incoming
from bot.dialogue.messages import Incoming, Message, Notice, NoticeKind
from tests.payloads import names, read_payload

AT = datetime(2025, 6, 19, 6, 55, 31, 602_000, tzinfo=UTC)
NOW = AT + timedelta(seconds=3)
TED = "6ede9afa66b88fe6d6a9"
ID = "2d758cb5e222177a4e35"


def says(text: str | None, at: datetime = AT) -> Message:
    return Message("zalo_bot", TED, ID, at, text=text)


TABLE: dict[str, Incoming | None] = {
    "text-wrapped": says("Xin chào"),
    "text-bare": says("Xin chào"),
    "text-first-name": says("Xin chào"),
    "list": says("Xin chào"),
    "without-date": says("Xin chào", NOW),
    "image-photo": says("mất thẻ cử tri thì làm sao"),
    "image-photo-url": says(None),
    "sticker": says(None),
    "voice": says(None),
    "text-is-a-number": says(None),
    "unsupported": Notice(NoticeKind.UNSUPPORTED, "zalo_bot", TED, ID, AT),
    "group-text": None,
    "from-a-bot": None,
    "unknown-event": None,
    "without-chat": None,
    "failure": None,
}


@pytest.mark.parametrize("name", TABLE)
def test_a_payload_means_what_the_table_says(name: str) -> None:
    expected = TABLE[name]
    got = read_incoming(read_payload("zalo_bot", name), NOW)
    assert got == ((expected,) if expected else ())


def test_every_payload_stands_in_the_table() -> None:
    assert names("zalo_bot") == set(TABLE)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from(["from", "chat", "text", "message_id", "date"]), JSON))
def test_rubbish_in_an_update_is_no_accident(message: dict[str, object]) -> None:
    for event in ("message.text.received", "message.unsupported.received"):
        for one in read_incoming({"event_name": event, "message": message}, NOW):
            assert one.person
            assert one.external_id


@given(JSON)
def test_any_json_is_read_or_left(payload: object) -> None:
    read_incoming(payload, NOW)
