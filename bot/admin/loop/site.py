"""The pages about what was asked in vain and what was sent to the office, put together."""

from __future__ import annotations

from starlette.routing import BaseRoute

from bot.admin.answers.desk import Desk
from bot.admin.loop.pages import Loop
from bot.admin.loop.staff import Counter


def routes(desk: Desk) -> list[BaseRoute]:
    """Every route of the loop."""
    parts = (Loop(desk), Counter(desk.office, desk))
    return [route for part in parts for route in part.routes()]
