"""A reply as plain lines."""

from __future__ import annotations

from bot.channels.plain import choices_of, write_plain
from bot.dialogue.messages import Button, Reply

REPLY = Reply(
    "Đủ 18 tuổi.",
    title="Mấy tuổi được bầu?",
    citations=("Điều 2 Luật Bầu cử", "Điều 27 Hiến pháp"),
    buttons=(
        Button("Xem thêm", "d:tuoi"),
        Button("Trang của Sở", url="https://example.vn/"),
        Button("Hữu ích", "u:1:1"),
    ),
    note="Máy trả lời tự động.",
)


def test_every_part_has_its_paragraph_and_choices_their_numbers() -> None:
    assert write_plain(REPLY) == (
        "Mấy tuổi được bầu?\n\n"
        "Đủ 18 tuổi.\n\n"
        "Căn cứ pháp lý:\n• Điều 2 Luật Bầu cử\n• Điều 27 Hiến pháp\n\n"
        "(Máy trả lời tự động.)\n\n"
        "Trang của Sở: https://example.vn/\n\n"
        "Bạn nhắn số của mục muốn chọn.\n1. Xem thêm\n2. Hữu ích"
    )


def test_a_bare_text_stays_bare() -> None:
    assert write_plain(Reply("Chào bạn.")) == "Chào bạn."


def test_an_address_takes_no_number() -> None:
    assert [button.title for button in choices_of(REPLY)] == ["Xem thêm", "Hữu ích"]
