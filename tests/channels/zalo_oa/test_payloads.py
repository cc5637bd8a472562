"""What each event of the Official Account means to us."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.zalo_oa.events import Reader
from bot.channels.zalo_oa.presses import Presses
from bot.dialogue.messages import Incoming, Message, Notice, NoticeKind
from bot.sealing import Sealer
from tests.payloads import names, read_payload

AT = datetime(2018, 10, 24, 14, 20, 53, 474_000, tzinfo=UTC)
NOW = AT + timedelta(seconds=1)
USER = "2468013579246801357"
ID = "96d3cdf3af150460909"
STAMP = "1540390853474"

PRESSES = Presses(Sealer(["k" * 32]))
READER = Reader(PRESSES, staff_quiet=timedelta(minutes=30))


def says(text: str | None, person: str = USER) -> Message:
    return Message("zalo_oa", person, ID, AT, text=text)


def notice(kind: NoticeKind, external_id: str, **data: str) -> Notice:
    return Notice(kind, "zalo_oa", USER, external_id, AT, data)


SILENT_UNTIL = (AT + timedelta(minutes=30)).isoformat()
UNREADABLE = ("audio", "video", "sticker", "gif", "location", "business-card", "file", "image")
FOREIGN = (
    "echo",
    "group-text",
    "user-click-chatnow",
    "user-seen-message",
    "user-received-message",
    "user-reacted-message",
    "update-user-info",
    "add-user-to-tag",
    "shop-has-order",
    "without-msg-id",
    "message-is-text",
    "event-is-a-list",
    "anonymous-without-conversation",
)
TABLE: dict[str, Incoming | None] = {
    "text": says("Chào"),
    "text-ids-are-numbers": says("Chào"),
    "image-with-words": says("thẻ này có dùng được không"),
    "link": says("https://example.vn/bau-cu"),
    "anonymous-text": says("Chào", "anonymous/anon-7781/hoi-thoai-15"),
    "anonymous-image": says(None, "anonymous/anon-7781/hoi-thoai-15"),
    "follow": notice(NoticeKind.FOLLOWED, f"follow:{USER}:{STAMP}"),
    "unfollow": notice(NoticeKind.UNFOLLOWED, f"unfollow:{USER}:{STAMP}"),
    # What was filled in is left out: nobody has consented to our keeping it.
    "submit-info": notice(NoticeKind.SUBMITTED_INFO, f"user_submit_info:{USER}:{STAMP}"),
    "withdraw": notice(NoticeKind.WITHDREW, f"user_withdraw:{USER}:{STAMP}"),
    "withdraw-by-user-id": notice(NoticeKind.WITHDREW, f"user_withdraw:{USER}:{STAMP}"),
    "staff": notice(NoticeKind.STAFF_WROTE, f"oa_send_text:{USER}:{ID}", until=SILENT_UNTIL),
    "staff-image": notice(NoticeKind.STAFF_WROTE, f"oa_send_image:{USER}:{ID}", until=SILENT_UNTIL),
    **{name: says(None) for name in UNREADABLE},
    **dict.fromkeys(FOREIGN),
}


@pytest.mark.parametrize("name", TABLE)
def test_a_payload_means_what_the_table_says(name: str) -> None:
    assert READER.read(read_payload("zalo_oa", name), NOW) == TABLE[name]


def test_every_payload_stands_in_the_table() -> None:
    assert names("zalo_oa") == set(TABLE)


def typed(text: str, person: str = USER) -> Incoming | None:
    event = read_payload("zalo_oa", "text")
    event["message"]["text"] = text
    event["sender"]["id"] = person
    return READER.read(event, NOW)


def test_a_press_comes_as_text_and_is_known_by_its_mark() -> None:
    payload = PRESSES.write(USER, "a:tuoi-bau-cu")
    assert payload.startswith("#a:tuoi-bau-cu.")
    assert typed(payload) == Message("zalo_oa", USER, ID, AT, press="a:tuoi-bau-cu")


def test_a_key_that_was_replaced_still_knows_its_old_buttons() -> None:
    payload = PRESSES.write(USER, "m")
    renewed = Presses(Sealer(["n" * 32, "k" * 32]))
    assert renewed.read(USER, payload) == "m"


@pytest.mark.parametrize(
    "text",
    [
        "#a:tuoi-bau-cu",
        "#a:tuoi-bau-cu.",
        "#a:tuoi-bau-cu.0000000000",
        PRESSES.write(USER, "a:tuoi-bau-cu")[1:],
        PRESSES.write(USER, "a:tuoi-bau-cu") + " ",
        PRESSES.write(USER, "a:tuoi-bau-cu").replace("tuoi", "tuồi"),
        "#.",
        "#",
        "# tôi hỏi điều 2.1",
    ],
)
def test_what_was_not_offered_is_text(text: str) -> None:
    assert typed(text) == says(text)


def test_a_button_offered_to_somebody_else_is_text() -> None:
    payload = PRESSES.write(USER, "u:12:1")
    assert typed(payload, "999") == says(payload, "999")


@given(st.text(max_size=30))
def test_no_text_is_taken_for_a_press_by_accident(text: str) -> None:
    assert PRESSES.read(USER, text) is None
    assert PRESSES.read(USER, f"#{text}") is None


def test_an_event_from_another_age_happens_now() -> None:
    event = read_payload("zalo_oa", "text")
    late = AT + timedelta(days=400)
    got = READER.read(event, late)
    assert got is not None
    assert got.at == late
