"""A reply as Telegram takes it, held against the limits that the real one enforces."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Outgoing
from bot.channels.split import count_units
from bot.channels.telegram.html import LONGEST, write_html, write_keyboard
from bot.dialogue import compose
from bot.dialogue.messages import Button, Reply
from bot.dialogue.snapshot import Snapshot
from tests.fakes.telegram_limits import check_keyboard, visible_text

_buttons = st.builds(
    Button,
    title=st.text(min_size=1, max_size=90),
    press=st.from_regex(r"[adrc]:[a-z0-9-]{1,60}", fullmatch=True),
)
_replies = st.builds(
    Reply,
    text=st.text(min_size=1).map(lambda text: text * 40),
    title=st.text(max_size=60),
    citations=st.lists(st.text(min_size=1, max_size=80), max_size=4).map(tuple),
    buttons=st.lists(_buttons, max_size=14).map(tuple),
    note=st.text(max_size=60),
)


def accepted(outgoing: Outgoing) -> str:
    """The text as people see it; fails where Telegram would refuse the message."""
    check_keyboard(write_keyboard(outgoing.buttons))
    return visible_text(outgoing.text, "HTML")


def test_an_answer_has_its_title_basis_note_and_buttons() -> None:
    reply = Reply(
        "Đủ 18 tuổi <trở lên> & có tên.\n\nXem thêm ở dưới.",
        title="Bao nhiêu tuổi?",
        citations=("Điều 2 Luật Bầu cử",),
        buttons=(
            Button("Xem thêm", "d:tuoi"),
            Button("Hữu ích", "u:7:1"),
            Button("Chưa đúng ý tôi", "u:7:0"),
        ),
        note="Máy trả lời tự động.",
    )
    (message,) = write_html(reply)
    assert message.text == (
        "<b>Bao nhiêu tuổi?</b>\n\n"
        "Đủ 18 tuổi &lt;trở lên&gt; &amp; có tên.\n\nXem thêm ở dưới.\n\n"
        "Căn cứ pháp lý:\n• Điều 2 Luật Bầu cử\n\n"
        "<i>Máy trả lời tự động.</i>"
    )
    assert write_keyboard(message.buttons) == {
        "inline_keyboard": [
            [
                {"text": "Xem thêm", "callback_data": "d:tuoi"},
                {"text": "Hữu ích", "callback_data": "u:7:1"},
            ],
            [{"text": "Chưa đúng ý tôi", "callback_data": "u:7:0"}],
        ]
    }


def test_long_choices_are_written_out_and_numbered() -> None:
    long = "Công dân đi làm ăn xa thì bỏ phiếu ở nơi nào?"
    (message,) = write_html(
        Reply("Ý bạn là?", buttons=(Button(long, "a:x"), Button("Khác", "n:1")))
    )
    assert f"1. {long}\n2. Khác" in message.text
    assert [button.title for button in message.buttons] == [f"1. {long}", "2. Khác"]


def test_an_address_that_telegram_refuses_on_a_button_stands_in_the_text() -> None:
    near = Button("Trang thi", url="http://localhost:8080/thi")
    far = Button("Trang thi", url="https://baucu.example.vn/thi")
    (message,) = write_html(Reply("Mời bạn.", buttons=(near, far)))
    assert message.buttons == (far,)
    assert "Trang thi: http://localhost:8080/thi" in message.text


def test_a_long_text_is_cut_between_paragraphs() -> None:
    paragraphs = [f"Đoạn {n}. " + "chữ " * 300 for n in range(12)]
    messages = write_html(Reply("\n\n".join(paragraphs), buttons=(Button("Danh mục", "m"),)))
    assert len(messages) > 2
    assert all(message.text.startswith("Đoạn ") for message in messages)
    assert [bool(message.buttons) for message in messages] == [False] * (len(messages) - 1) + [True]


@given(_replies)
def test_whatever_is_said_telegram_takes_it(reply: Reply) -> None:
    for message in write_html(reply):
        assert 0 < count_units(message.text) <= LONGEST
        check_keyboard(write_keyboard(message.buttons))


@given(st.text(alphabet="<>&\"' ab\n", min_size=1, max_size=9_000))
def test_signs_of_html_arrive_as_they_were_typed(typed: str) -> None:
    seen = "".join("".join(accepted(message) for message in write_html(Reply(f"x{typed}"))).split())
    assert seen == "".join(f"x{typed}".split())


def test_everything_that_the_base_says_is_taken(snapshot: Snapshot) -> None:
    for entry in snapshot.base.spoken:
        for reply in (
            compose.show_answer(snapshot, entry, 123_456_789),
            compose.show_detail(snapshot, entry),
            compose.show_related(snapshot, entry),
        ):
            assert all(accepted(message) for message in write_html(reply))
