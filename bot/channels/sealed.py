"""What came in, as it lies in the inbox until it is handled: sealed, for a person typed it."""

from __future__ import annotations

import json
from datetime import datetime

from bot.dialogue.messages import Incoming, Message, Notice, NoticeKind
from bot.fast_json import write_json
from bot.sealing import Sealer


def seal(incoming: Incoming, sealer: Sealer) -> str:
    """A message or notice as sealed text."""
    data: dict[str, object] = {"person": incoming.person, "at": incoming.at.isoformat()}
    if isinstance(incoming, Notice):
        data |= {"kind": incoming.kind, "data": dict(incoming.data)}
    else:
        data |= {"text": incoming.text, "press": incoming.press, "origin": incoming.origin}
    # Half a letter ("\ud800") is written out and survives here; it is dropped where it is stored bare.
    return sealer.seal(write_json(data))


def unseal(channel: str, external_id: str, sealed: str, sealer: Sealer) -> Incoming:
    """The message or notice that was sealed. Raises `SealBroken` where the key does not fit."""
    data = json.loads(sealer.open(sealed))
    person, at = data["person"], datetime.fromisoformat(data["at"])
    if "kind" in data:
        kind = NoticeKind(data["kind"])
        return Notice(kind, channel, person, external_id, at, data["data"])
    return Message(channel, person, external_id, at, data["text"], data["press"], data["origin"])
