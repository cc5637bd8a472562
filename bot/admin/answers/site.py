"""The pages about answers, put together."""

from __future__ import annotations

from starlette.routing import BaseRoute

from bot.admin.answers.desk import Desk
from bot.admin.answers.editor import Editor
from bot.admin.answers.listing import Listing


def routes(desk: Desk) -> list[BaseRoute]:
    """Every route about answers."""
    parts = (Listing(desk), Editor(desk))
    return [route for part in parts for route in part.routes()]
