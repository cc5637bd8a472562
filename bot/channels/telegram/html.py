"""A reply as Telegram takes it: HTML of its few tags, in messages of a size it accepts."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from bot.channels.base import Outgoing
from bot.channels.plain import BASIS
from bot.channels.split import count_units, split_text
from bot.dialogue.messages import LONGEST_PRESS, Button, Reply

LONGEST = 4_096
"""UTF-16 units of one message; counted with the tags, which Telegram itself leaves out."""
_SHORT_TITLE = 34
"""Letters of a button that a narrow phone shows whole; longer ones are written out above."""
_SIDE_BY_SIDE = 17
_BUTTONS_AT_MOST = 100


def write_html(reply: Reply) -> tuple[Outgoing, ...]:
    """The reply as one or more messages, cut between paragraphs; the buttons under the last."""
    choices = tuple(_choices(reply)) if _are_long(reply) else ()
    links = tuple(button for button in reply.buttons if button.url and not _is_public(button.url))
    said = _Said(reply.title, reply.text, reply.citations, reply.note, links, choices)
    # What a person told of himself is not kept, not even for a moment.
    *parts, last = _write.__wrapped__(said) if reply.is_private else _write(said)
    return (*map(Outgoing, parts), Outgoing(last, _buttons(reply)))


@dataclass(frozen=True, slots=True)
class _Said:
    """The words of a reply: its buttons are as a rule its own, its words those of many."""

    title: str
    text: str
    citations: tuple[str, ...]
    note: str
    links: tuple[Button, ...]
    choices: tuple[Button, ...]


@lru_cache(maxsize=1_024)
def _write(said: _Said) -> tuple[str, ...]:
    messages: list[str] = []
    for paragraph in _paragraphs(said):
        joined = f"{messages[-1]}\n\n{paragraph}" if messages else paragraph
        if messages and count_units(joined) <= LONGEST:
            messages[-1] = joined
        else:
            messages.append(paragraph)
    return tuple(messages) or ("…",)


def write_keyboard(buttons: tuple[Button, ...]) -> dict[str, Any] | None:
    """The buttons as an inline keyboard, short ones side by side; None where there are none."""
    rows: list[list[dict[str, str]]] = []
    room = False
    for button in buttons:
        key = {"url": button.url} if button.url else {"callback_data": button.press}
        fits = len(button.title) <= _SIDE_BY_SIDE
        if room and fits:
            rows[-1].append({"text": button.title, **key})
        else:
            rows.append([{"text": button.title, **key}])
        room = fits and not room
    return {"inline_keyboard": rows} if rows else None


def _paragraphs(said: _Said) -> Iterator[str]:
    """Title, text, basis, note and long choices, each in its tags and short enough by itself."""
    basis = [f"{BASIS}\n" + "\n".join(f"• {one}" for one in said.citations)]
    yield from _tagged([said.title], "b")
    yield from _tagged(said.text.split("\n\n"), "")
    yield from _tagged(basis if said.citations else [], "")
    yield from _tagged([said.note], "i")
    yield from _tagged(["\n".join(f"{b.title}: {b.url}" for b in said.links)], "")
    choices = "\n".join(f"{n}. {b.title}" for n, b in enumerate(said.choices, 1))
    yield from _tagged([choices], "")


def _tagged(texts: list[str], tag: str) -> Iterator[str]:
    for text in texts:
        for piece in _escaped(text, LONGEST - 2 * len(tag) - 5):
            yield f"<{tag}>{piece}</{tag}>" if tag else piece


def _escaped(text: str, longest: int) -> Iterator[str]:
    """The text escaped, in pieces that fit; escaping makes it longer, by how much it shows itself."""
    size = longest
    while True:
        pieces = [html.escape(piece, quote=False) for piece in split_text(text, size)]
        if all(count_units(piece) <= longest for piece in pieces):
            yield from pieces
            return
        size //= 2


def _choices(reply: Reply) -> list[Button]:
    return [button for button in reply.buttons if button.press]


def _are_long(reply: Reply) -> bool:
    return any(len(button.title) > _SHORT_TITLE for button in _choices(reply))


def _buttons(reply: Reply) -> tuple[Button, ...]:
    """The buttons that Telegram takes; numbered as above where the titles are written out."""
    numbered = _are_long(reply)
    buttons: list[Button] = []
    number = 0
    for button in reply.buttons:
        if button.press:
            number += 1
            if len(button.press.encode()) <= LONGEST_PRESS:
                title = f"{number}. {button.title}" if numbered else button.title
                buttons.append(Button(title, button.press))
        elif _is_public(button.url):
            buttons.append(button)
    return tuple(buttons[:_BUTTONS_AT_MOST])


def _is_public(url: str) -> bool:
    """Whether Telegram lets the address stand on a button; it refuses the whole message otherwise."""
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and "." in (parts.hostname or "")
