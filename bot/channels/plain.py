"""A reply as plain lines, for channels without markup; choices carry the number that picks them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.dialogue.messages import Button, Reply

BASIS = "Căn cứ pháp lý:"
PICK = "Bạn nhắn số của mục muốn chọn."


def write_plain(reply: Reply) -> str:
    """The reply in paragraphs; addresses to open are written out, choices numbered."""
    basis = "\n".join([BASIS, *(f"• {citation}" for citation in reply.citations)])
    paragraphs = [
        reply.title,
        reply.text,
        basis if reply.citations else "",
        reply.note and f"({reply.note})",
        "\n".join(f"{button.title}: {button.url}" for button in reply.buttons if button.url),
        write_choices(choices_of(reply)),
    ]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def choices_of(reply: Reply) -> tuple[Button, ...]:
    """The buttons that can be picked by their number, in the order of the numbers."""
    return tuple(button for button in reply.buttons if button.press)


def write_choices(choices: Sequence[Button]) -> str:
    """The choices one a line, with the number that picks each; empty where there are none."""
    lines = [f"{n}. {button.title}" for n, button in enumerate(choices, 1)]
    return "\n".join([PICK, *lines]) if lines else ""
