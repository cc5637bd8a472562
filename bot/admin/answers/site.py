"""The pages about answers, put together."""

from __future__ import annotations

from starlette.routing import BaseRoute

from bot.admin.answers.desk import Desk
from bot.admin.answers.editor import Editor
from bot.admin.answers.history import History
from bot.admin.answers.listing import Listing
from bot.admin.answers.raw import Raw
from bot.admin.answers.review import Reviewing
from bot.admin.answers.trial import Trial


def routes(desk: Desk) -> list[BaseRoute]:
    """Every route about answers."""
    parts = (Listing(desk), Editor(desk), Reviewing(desk), History(desk), Raw(desk), Trial(desk))
    return [route for part in parts for route in part.routes()]
