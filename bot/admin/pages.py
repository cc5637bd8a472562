"""The HTML of the editors' web."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from bot.admin.menu import menu_for
from bot.admin.roles import titles_of
from bot.admin.visit import Visit
from bot.clock import VIETNAM, show_date, show_time
from bot.contest.document import from_ms
from bot.dialogue.snapshot import Snapshot

HERE = Path(__file__).parent


class Pages:
    """Whole pages, in the name of the service that is served now."""

    def __init__(self, snapshot: Callable[[], Snapshot]) -> None:
        self._snapshot = snapshot
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=select_autoescape(),
            auto_reload=False,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {
            "time": show_time,
            "date": show_date,
            "roles": titles_of,
            "number": _show_number,
            "instant": _show_instant,
            "instant_ms": _show_instant_ms,
            "span": _show_span,
        }

    def show(self, template: str, **values: Any) -> str:
        """A page for somebody who has not signed in."""
        service = self._snapshot().base.service
        return self._templates.get_template(template).render(service=service, **values)

    def show_to(self, visit: Visit, template: str, **values: Any) -> str:
        """A page for a user: with the menu, the token of its forms, and what waits to be said."""
        path = visit.request.url.path
        return self.show(
            template,
            visit=visit,
            csrf=visit.csrf,
            menu=menu_for(visit.user.roles, path),
            here=path,
            **values,
        )


def _show_number(number: int) -> str:
    """A whole number as Vietnamese readers write it: 1.234.567."""
    return f"{number:,}".replace(",", ".")


def _show_instant(ms: int) -> str:
    """An instant in milliseconds, to the second: 08:30:05 ngày 1/3/2026."""
    at = from_ms(ms).astimezone(VIETNAM)
    return f"{at:%H:%M:%S} ngày {show_date(at.date())}"


def _show_instant_ms(ms: int) -> str:
    """The same to the millisecond, fit to be sorted by."""
    return from_ms(ms).astimezone(VIETNAM).isoformat(sep=" ", timespec="milliseconds")[:23]


def _show_span(ms: int) -> str:
    """A length of time: 5 phút 03 giây."""
    minutes, seconds = divmod(round(ms / 1_000), 60)
    return f"{minutes} phút {seconds:02} giây" if minutes else f"{seconds} giây"
