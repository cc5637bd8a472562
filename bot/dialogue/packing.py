"""A reply as plain data and back: so it lies in the outbox until it is sent."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bot.dialogue.messages import Button, Reply


def pack(reply: Reply) -> dict[str, Any]:
    """A reply as plain data, fit for JSON."""
    return asdict(reply)


def unpack(data: dict[str, Any]) -> Reply:
    """A reply as it lies in the outbox."""
    texts = {key: str(data.get(key, "")) for key in ("text", "title", "note", "said", "asks")}
    return Reply(
        **texts,
        citations=tuple(data.get("citations", ())),
        buttons=tuple(Button(**button) for button in data.get("buttons", ())),
    )
