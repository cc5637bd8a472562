"""An entry as citizens will see it on each channel, and how much of each limit it takes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from markupsafe import Markup

from bot.channels.telegram.html import write_html, write_keyboard
from bot.channels.web.pages import render
from bot.channels.zalo_oa.texts import render_reply
from bot.dialogue import compose
from bot.dialogue.messages import Reply
from bot.dialogue.snapshot import Snapshot
from bot.knowledge.lint import LONGEST_ANSWER, LONGEST_DETAIL, LONGEST_QUESTION
from bot.knowledge.model import Entry


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message of a messenger: its text, and the rows of its buttons."""

    text: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Meter:
    """How long a text is once its variables are filled in, and how long it may be."""

    what: str
    length: int
    most: int

    @property
    def is_over(self) -> bool:
        """Whether the text is too long."""
        return self.length > self.most


@dataclass(frozen=True, slots=True)
class Preview:
    """An entry on every channel."""

    telegram: tuple[Bubble, ...]
    zalo: tuple[Bubble, ...]
    web: tuple[str, ...]
    meters: tuple[Meter, ...]
    said: str
    more: str
    citations: tuple[str, ...]


def preview(snapshot: Snapshot, entry: Entry) -> Preview:
    """The entry as every channel shows it, its detail below."""
    # What a file was given by hand may cite a law that is not in the list.
    known = tuple(c for c in entry.citations if c.law in snapshot.base.laws)
    entry = replace(entry, citations=known)
    replies = [compose.show_answer(snapshot, entry)]
    if entry.detail:
        replies.append(compose.show_detail(snapshot, entry))
    answer = replies[0]
    return Preview(
        said=answer.text,
        more=snapshot.say(entry.detail),
        citations=answer.citations,
        telegram=tuple(bubble for reply in replies for bubble in _telegram(reply)),
        zalo=tuple(bubble for reply in replies for bubble in _zalo(reply)),
        web=tuple(Markup(render(reply)) for reply in replies),  # noqa: S704 escaped by the template
        meters=(
            Meter("Câu hỏi", len(entry.question), LONGEST_QUESTION),
            Meter("Câu trả lời", len(snapshot.say(entry.answer)), LONGEST_ANSWER),
            Meter("Xem thêm", len(snapshot.say(entry.detail)), LONGEST_DETAIL),
        ),
    )


def _telegram(reply: Reply) -> list[Bubble]:
    bubbles = []
    for message in write_html(reply):
        keyboard = write_keyboard(message.buttons) or {"inline_keyboard": []}
        rows = tuple(tuple(key["text"] for key in row) for row in keyboard["inline_keyboard"])
        # Telegram's few tags are HTML as it is; everything else was escaped by the channel.
        bubbles.append(Bubble(Markup(message.text), rows))  # noqa: S704
    return bubbles


def _zalo(reply: Reply) -> list[Bubble]:
    return [
        Bubble(message.text, tuple((button.title,) for button in message.buttons))
        for message in render_reply(reply)
    ]
