"""A reply as plain lines, for channels without markup; choices carry the number that picks them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.dialogue.messages import Button, Reply

BASIS = "Căn cứ pháp lý:"
PICK = "Bạn nhắn số của mục muốn chọn."
PICK_LETTER = "Bạn nhắn chữ cái của phương án, hoặc số của mục dưới đây."


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
    """The choices one a line, with the number that picks each; empty where there are none.

    Options named by a letter stand in the text already, and are picked by that letter.
    """
    lines = number_choices(choices)
    if len(lines) < len(choices):
        lines.insert(0, PICK_LETTER)
    elif lines:
        lines.insert(0, PICK)
    return "\n".join(lines)


def number_choices(choices: Sequence[Button]) -> list[str]:
    """A line for each choice that is picked by its number."""
    return [f"{n}. {b.title}" for n, b in enumerate(choices, 1) if not _is_letter(b)]


def _is_letter(button: Button) -> bool:
    return len(button.title) == 1 and button.title.isalpha()
