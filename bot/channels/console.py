"""The terminal as a channel: the same dialogue as everywhere, buttons as numbered lines."""

from __future__ import annotations

import asyncio
import sys
import uuid
from collections.abc import Callable, Iterable

from bot.channels.plain import number_choices
from bot.clock import Clock, utc_now
from bot.dialogue.contest.hall import Hall
from bot.dialogue.messages import Message, Reply
from bot.dialogue.snapshot import Snapshot
from bot.dialogue.turn import Handler
from bot.store.database import Database

_PROMPT = "Bạn: "


def render(reply: Reply) -> str:
    """A reply as plain lines; choices carry the number that picks them."""
    lines = [f"【{reply.title}】"] if reply.title else []
    lines.append(reply.text)
    lines += [f"  • {citation}" for citation in reply.citations]
    lines += [f"  {line}" for line in number_choices(reply.buttons)]
    if reply.note:
        lines.append(f"({reply.note})")
    return "\n".join(lines)


async def talk_in_terminal(
    database: Database,
    snapshot: Callable[[], Snapshot],
    clock: Clock = utc_now,
    hall: Hall | None = None,
    name: str = "",
) -> None:
    """Talk until the input ends or the person says goodbye with Ctrl-C or an empty end.

    Who gives the same `name` again goes on where he left.
    """
    handler = Handler(database, snapshot, hall=hall)
    person = f"console-{name or uuid.uuid4()}"

    async def say(text: str) -> Iterable[Reply]:
        message = Message("console", person, str(uuid.uuid4()), clock(), text=text)
        return await handler.handle(message)

    for reply in await say("/start"):
        _print(render(reply))
    while (line := await asyncio.to_thread(_read_line)) is not None:
        for reply in await say(line):
            _print(render(reply))


def _read_line() -> str | None:
    if sys.stdin.isatty():
        try:
            return input(_PROMPT)
        except (EOFError, KeyboardInterrupt):
            return None
    # Bytes that are no UTF-8 come in as lone surrogates; reading drops them.
    line = sys.stdin.readline()
    return line.rstrip("\n") if line else None


def _print(text: str) -> None:
    sys.stdout.write(f"\n{text}\n\n")
    sys.stdout.flush()
