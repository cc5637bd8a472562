"""A reply as messages of the Official Account: plain text, and up to five buttons on the last one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.channels.base import Outgoing
from bot.channels.plain import write_choices, write_plain
from bot.channels.split import count_units, split_text
from bot.channels.zalo_oa.presses import Presses
from bot.dialogue.messages import Button, Reply

LONGEST = 1_900
"""UTF-16 units; 2,001 letters are refused, and nobody says which letters Zalo counts."""

MOST_BUTTONS = 5
LONGEST_TITLE = 100
LONGEST_PAYLOAD = 1_000


def render_reply(reply: Reply) -> tuple[Outgoing, ...]:
    """The reply in messages; choices that no five short buttons hold become numbered lines."""
    buttons = reply.buttons if _fit(reply.buttons) else ()
    text = write_plain(replace(reply, buttons=()) if buttons else reply)
    *firsts, last = split_text(text, LONGEST) or [""]
    return (*(Outgoing(part) for part in firsts), Outgoing(last, buttons))


def write_message(
    outgoing: Outgoing, address: str, presses: Presses, template_type: str
) -> dict[str, Any]:
    """The `message` of a call, with the buttons made out for this person."""
    if not outgoing.buttons:
        return {"text": outgoing.text}
    payload: dict[str, Any] = {
        "buttons": [_write_button(button, address, presses) for button in outgoing.buttons]
    }
    if template_type:
        payload["template_type"] = template_type
    return {
        "text": outgoing.text,
        "attachment": {"type": "template", "payload": payload},
    }


def without_buttons(outgoing: Outgoing) -> list[Outgoing]:
    """The same as text alone, the choices numbered; more than one where it grows too long."""
    pressed = [button for button in outgoing.buttons if button.press]
    opened = [f"{button.title}: {button.url}" for button in outgoing.buttons if button.url]
    text = "\n\n".join(
        part for part in (outgoing.text, "\n".join(opened), write_choices(pressed)) if part
    )
    return [Outgoing(part) for part in split_text(text, LONGEST)]


def _fit(buttons: tuple[Button, ...]) -> bool:
    return len(buttons) <= MOST_BUTTONS and all(
        count_units(button.title) <= LONGEST_TITLE for button in buttons
    )


def _write_button(button: Button, address: str, presses: Presses) -> Mapping[str, Any]:
    if button.url:
        return {"title": button.title, "type": "oa.open.url", "payload": {"url": button.url}}
    # Hidden: the text that comes back is a code that would puzzle whoever sees it as his own words.
    payload = presses.write(address, button.press)
    return {"title": button.title, "type": "oa.query.hide", "payload": payload}
