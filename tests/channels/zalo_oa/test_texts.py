"""Replies as the Official Account takes them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Outgoing
from bot.channels.plain import PICK
from bot.channels.split import count_units
from bot.channels.zalo_oa.presses import Presses
from bot.channels.zalo_oa.texts import render_reply, without_buttons, write_message
from bot.dialogue.messages import LONGEST_PRESS, Button, Reply
from bot.sealing import Sealer
from tests.fakes.zalo_oa import is_good_button

PRESSES = Presses(Sealer(["k" * 32]))
FEW = (Button("Xem thêm", "d:tuoi"), Button("Hữu ích", "u:1:1"))


def written(reply: Reply, template_type: str = "") -> list[dict[str, Any]]:
    return [write_message(part, "123", PRESSES, template_type) for part in render_reply(reply)]


def test_an_answer_is_text_with_buttons_below() -> None:
    reply = Reply(
        "Đủ 18 tuổi.", title="Mấy tuổi?", citations=("Điều 2",), buttons=FEW, note="Máy trả lời."
    )
    assert written(reply) == [
        {
            "text": "Mấy tuổi?\n\nĐủ 18 tuổi.\n\nCăn cứ pháp lý:\n• Điều 2\n\n(Máy trả lời.)",
            "attachment": {
                "type": "template",
                "payload": {
                    "buttons": [
                        {
                            "title": "Xem thêm",
                            "type": "oa.query.hide",
                            "payload": PRESSES.write("123", "d:tuoi"),
                        },
                        {
                            "title": "Hữu ích",
                            "type": "oa.query.hide",
                            "payload": PRESSES.write("123", "u:1:1"),
                        },
                    ]
                },
            },
        }
    ]


def test_the_template_type_is_a_setting() -> None:
    (message,) = written(Reply("Chào.", buttons=FEW), "button")
    assert message["attachment"]["payload"]["template_type"] == "button"


def test_an_address_opens() -> None:
    (message,) = written(Reply("Xem ở đây.", buttons=(Button("Trang", url="https://example.vn/"),)))
    (button,) = message["attachment"]["payload"]["buttons"]
    assert button == {
        "title": "Trang",
        "type": "oa.open.url",
        "payload": {"url": "https://example.vn/"},
    }
    assert message["text"] == "Xem ở đây."


@pytest.mark.parametrize(
    "buttons",
    [
        tuple(Button(f"Mục {n}", f"a:{n}") for n in range(6)),
        (Button("ă" * 101, "a:1"),),
    ],
)
def test_what_no_five_short_buttons_hold_is_numbered(buttons: tuple[Button, ...]) -> None:
    (message,) = written(Reply("Bạn chọn.", buttons=buttons))
    assert "attachment" not in message
    assert message["text"].endswith(f"{len(buttons)}. {buttons[-1].title}")
    assert PICK in message["text"]


def test_five_buttons_with_the_longest_titles_and_codes_are_taken() -> None:
    buttons = tuple(Button("ă" * 100, f"{n}" + "x" * (LONGEST_PRESS - 1)) for n in range(5))
    (message,) = written(Reply("Bạn chọn.", buttons=buttons))
    assert all(map(is_good_button, message["attachment"]["payload"]["buttons"]))


@given(st.integers(1, 4), st.integers(0, 7))
def test_only_the_last_part_of_a_long_text_has_the_buttons(parts: int, count: int) -> None:
    buttons = tuple(Button(f"Mục {n}", f"a:{n}") for n in range(count))
    rendered = render_reply(Reply(" ".join(["tiếng"] * 320 * parts), buttons=buttons))
    assert [bool(part.buttons) for part in rendered[:-1]] == [False] * (len(rendered) - 1)
    assert bool(rendered[-1].buttons) is (0 < count <= 5)
    assert all(0 < count_units(part.text) <= 1_900 for part in rendered)


def test_buttons_that_zalo_does_not_take_become_lines() -> None:
    outgoing = Outgoing("Bạn chọn.", (*FEW, Button("Trang", url="https://example.vn/")))
    assert without_buttons(outgoing) == [
        Outgoing(f"Bạn chọn.\n\nTrang: https://example.vn/\n\n{PICK}\n1. Xem thêm\n2. Hữu ích")
    ]
    long = Outgoing("ă" * 1_900, FEW)
    assert [count_units(part.text) for part in without_buttons(long)] == [1_900, len(PICK) + 23]
