"""What a calculator answers, and the frame that all of them share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.knowledge.model import Base, Citation, Status

LAW = "luat-bau-cu"
CIRCULAR = "thong-tu-21"
LONGEST_TEXT = 600
"""Letters, as for an answer of the base."""


@dataclass(frozen=True, slots=True)
class Computed:
    """A computed answer; the first line of `text` answers directly.

    `entries` are ids of entries that explain it further and may be said. `page` is the page of the
    whole calendar that goes on from here, if there is one.
    """

    title: str
    text: str
    citations: tuple[Citation, ...]
    entries: tuple[str, ...]
    page: int | None = None


def compose(
    base: Base,
    title: str,
    lines: Iterable[str],
    citations: Iterable[Citation] = (),
    entries: Iterable[str] = (),
) -> Computed:
    """A computed answer of the lines that have text, kept within `LONGEST_TEXT`.

    Only documents and entries that the base has are named. Lines that no longer fit are left out
    from the end, so the important ones come first.
    """
    text = ""
    for line in filter(None, lines):
        longer = f"{text}\n{line}" if text else line
        if len(longer) > LONGEST_TEXT:
            break
        text = longer
    return Computed(
        title=title,
        text=text,
        citations=tuple(dict.fromkeys(c for c in citations if c.law in base.laws)),
        entries=tuple(dict.fromkeys(i for i in entries if _is_spoken(base, i))),
    )


def correct(base: Base, title: str, *lines: str) -> Computed:
    """A friendly word about something in the message that cannot be right."""
    return compose(base, title, lines)


def _is_spoken(base: Base, entry_id: str) -> bool:
    entry = base.entries.get(entry_id)
    return entry is not None and entry.status in (Status.STARTER, Status.APPROVED)


def show_count(number: int) -> str:
    """A count as Vietnamese readers write it: 1.000."""
    return f"{number:,}".replace(",", ".")
