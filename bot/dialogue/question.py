"""Advice told as plain text, for places without buttons: the command line's `ask`."""

from __future__ import annotations

from bot.dialogue import sayings
from bot.dialogue.advise import Advice
from bot.dialogue.snapshot import Snapshot


def describe(snapshot: Snapshot, advice: Advice) -> str:
    """The words of an advice; choices as a list of questions, a refusal with whom to ask."""
    if advice.outcome == "choose":
        questions = [f"- {snapshot.base.entries[i].question}" for i in advice.entries]
        return "\n".join([sayings.WHICH, *questions])
    if advice.outcome == "refuse":
        return f"{sayings.REFUSED} {snapshot.base.service.contact}"
    return "\n".join([advice.text, *(f"- {place.question}" for place in advice.places)])
