"""What the operator sees of the channels at `/metrics`; every label has a handful of values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from functools import cache

from prometheus_client import Counter, Gauge, Histogram

CHANNELS = frozenset({"web", "console", "telegram", "zalo_bot", "zalo_oa"})


class Outcome(StrEnum):
    """What became of an incoming message."""

    HANDLED = "handled"
    REPEATED = "repeated"  # it came before
    BUSY = "busy"  # its sender writes too fast
    REFUSED = "refused"  # it is none of ours, or too large, or broken
    FOREIGN = "foreign"  # genuine, but nothing that we know
    PROBE = "probe"  # the service tried the address out
    UNAVAILABLE = "unavailable"  # the database does not work


class Sent(StrEnum):
    """What became of a reply that was to be sent."""

    SENT = "sent"
    LATER = "later"  # not taken now; tried again
    UNKNOWN = "unknown"  # it may have arrived; a reply is sent again, a broadcast is not
    HELD = "held"  # waits until the person writes again
    MOVED = "moved"  # sent again to another address
    LATE = "late"  # what it was about is over
    GONE = "gone"  # the person cannot be reached
    STOPPED = "stopped"  # the channel takes nothing from us
    DEAD = "dead"  # given up; an operator should look


_messages = Counter(
    "bot_messages", "Incoming messages by channel and what became of them.", ["channel", "outcome"]
)
_seconds = Histogram(
    "bot_message_seconds",
    "Seconds from reading a message to its stored replies.",
    ["channel"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
_sent = Counter(
    "bot_replies", "Replies by channel, lane and how sending went.", ["channel", "lane", "outcome"]
)
_sent_seconds = Histogram(
    "bot_reply_seconds",
    "Seconds from a stored reply to its having been sent.",
    ["channel", "lane"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 5, 30, 300, 3_600),
)
_unsent = Gauge("bot_outbox", "Replies not sent yet, or given up.", ["channel", "lane", "state"])
_unhandled = Gauge("bot_inbox", "Messages stored and not handled yet.", ["channel"])
FAILURES = Counter("bot_request_failures", "Requests that ended in a fault of the program.")
TASK_FAILURES = Counter(
    "bot_task_failures", "Failures of what works in the background, begun again since.", ["task"]
)
KNOWLEDGE_FAULTS = Gauge("bot_knowledge_faults", "Faults in the knowledge files as they lie now.")

STARTS_WAITING = Gauge("bot_starts_waiting", "People who wait in the queue before their paper.")


def count(channel: str, outcome: Outcome) -> None:
    """Count one message."""
    _counter(channel, outcome).inc()


def took(channel: str, seconds: float) -> None:
    """Note how long a message was worked on."""
    _clock(channel).observe(seconds)


def count_sent(channel: str, lane: str, outcome: Sent) -> None:
    """Count one try at sending a reply."""
    _sent_counter(channel, lane, outcome).inc()


def sent_after(channel: str, lane: str, passed: timedelta) -> None:
    """Note how long a reply lay until it was sent."""
    _sent_clock(channel, lane).observe(max(0.0, passed.total_seconds()))


def show_unsent(counts: Mapping[tuple[str, str, str], int]) -> None:
    """Show how many rows of the outbox stand where: by channel, lane and state."""
    _unsent.clear()
    for (channel, lane, state), count in counts.items():
        _unsent.labels(_known(channel), lane, state).set(count)


def show_unhandled(counts: Mapping[str, int]) -> None:
    """Show how many messages of each channel wait in the inbox."""
    _unhandled.clear()
    for channel, count in counts.items():
        _unhandled.labels(_known(channel)).set(count)


# Found once: with every message, finding a figure by its labels takes longer than counting.


@cache
def _counter(channel: str, outcome: Outcome) -> Counter:
    return _messages.labels(_known(channel), outcome)


@cache
def _clock(channel: str) -> Histogram:
    return _seconds.labels(_known(channel))


@cache
def _sent_counter(channel: str, lane: str, outcome: Sent) -> Counter:
    return _sent.labels(_known(channel), lane, outcome)


@cache
def _sent_clock(channel: str, lane: str) -> Histogram:
    return _sent_seconds.labels(_known(channel), lane)


def _known(channel: str) -> str:
    return channel if channel in CHANNELS else "other"
