"""A reply as plain data and back: so it lies in the outbox until it is sent, and for the page after."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from bot.dialogue import sayings
from bot.dialogue.messages import Button, Reply
from bot.errors import SealBroken
from bot.sealing import Sealer

_SEALED = "sealed"


def pack(reply: Reply, sealer: Sealer | None = None) -> dict[str, Any]:
    """A reply as plain data, fit for JSON; a private one sealed where there is a sealer."""
    # Field by field: `asdict` copies everything in depth, at twenty times the price.
    data = {
        "text": reply.text,
        "title": reply.title,
        "citations": reply.citations,
        "buttons": [{"title": b.title, "press": b.press, "url": b.url} for b in reply.buttons],
        "note": reply.note,
        "said": reply.said,
        "asks": reply.asks,
    }
    if reply.is_private and sealer is not None:
        return {_SEALED: sealer.seal(json.dumps(data))}
    return data


def unpack(data: dict[str, Any], sealer: Sealer | None = None) -> Reply:
    """A reply as it lies in the outbox; one whose seal cannot be opened says so."""
    if _SEALED in data:
        try:
            opened = json.loads(sealer.open(data[_SEALED])) if sealer else None
        except SealBroken:
            opened = None
        return replace(unpack(opened), is_private=True) if opened else Reply(sayings.SEALED)
    text, title, note, said, asks = (
        str(data.get(key, "")) for key in ("text", "title", "note", "said", "asks")
    )
    return Reply(
        text=text,
        title=title,
        note=note,
        said=said,
        asks=asks,
        citations=tuple(data.get("citations", ())),
        buttons=tuple(Button(**button) for button in data.get("buttons", ())),
    )
