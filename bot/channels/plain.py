"""A reply as plain lines, for channels without markup; choices carry the number that picks them."""

from __future__ import annotations

from collections.abc import Iterator

from bot.dialogue.messages import Button, Reply

BASIS = "Căn cứ pháp lý:"
PICK = "Bạn nhắn số của mục muốn chọn."


def write_plain(reply: Reply, *, numbered: bool = True) -> str:
    """The reply in paragraphs; without `numbered` its choices are left to the channel's buttons.

    Addresses to open are written out either way.
    """
    basis = "\n".join([BASIS, *(f"• {citation}" for citation in reply.citations)])
    paragraphs = [
        reply.title,
        reply.text,
        basis if reply.citations else "",
        reply.note and f"({reply.note})",
        "\n".join(f"{button.title}: {button.url}" for button in reply.buttons if button.url),
        "\n".join(_choices(reply)) if numbered else "",
    ]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def choices_of(reply: Reply) -> tuple[Button, ...]:
    """The buttons that can be picked by their number, in the order of the numbers."""
    return tuple(button for button in reply.buttons if button.press)


def _choices(reply: Reply) -> Iterator[str]:
    choices = choices_of(reply)
    if choices:
        yield PICK
    yield from (f"{n}. {button.title}" for n, button in enumerate(choices, 1))
