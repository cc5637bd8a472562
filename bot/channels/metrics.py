"""What the operator sees of the channels at `/metrics`; every label has a handful of values."""

from __future__ import annotations

from enum import StrEnum

from prometheus_client import Counter, Gauge, Histogram

CHANNELS = frozenset({"web", "console", "telegram", "zalo_bot", "zalo_oa"})


class Outcome(StrEnum):
    """What became of an incoming message."""

    HANDLED = "handled"
    BUSY = "busy"  # its sender writes too fast
    REFUSED = "refused"  # it is none of ours, or too large, or broken
    UNAVAILABLE = "unavailable"  # the database does not work


_messages = Counter(
    "bot_messages", "Incoming messages by channel and what became of them.", ["channel", "outcome"]
)
_seconds = Histogram(
    "bot_message_seconds",
    "Seconds from reading a message to its stored replies.",
    ["channel"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
FAILURES = Counter("bot_request_failures", "Requests that ended in a fault of the program.")
KNOWLEDGE_FAULTS = Gauge("bot_knowledge_faults", "Faults in the knowledge files as they lie now.")


def count(channel: str, outcome: Outcome) -> None:
    """Count one message."""
    _messages.labels(_known(channel), outcome).inc()


def took(channel: str, seconds: float) -> None:
    """Note how long a message was worked on."""
    _seconds.labels(_known(channel)).observe(seconds)


def _known(channel: str) -> str:
    return channel if channel in CHANNELS else "other"
