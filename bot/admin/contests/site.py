"""The pages of contests, put together."""

from __future__ import annotations

from starlette.routing import BaseRoute

from bot.admin.contests.attempts import Attempts
from bot.admin.contests.complaints import Complaints
from bot.admin.contests.exports import Exports
from bot.admin.contests.flags import FlagPages
from bot.admin.contests.lobby import Lobby
from bot.admin.contests.measures import MeasurePages
from bot.admin.contests.people import People
from bot.admin.contests.publishing import Publishing
from bot.admin.contests.questions import Questions
from bot.admin.contests.results import ResultPages
from bot.admin.contests.room import Room
from bot.admin.contests.trail import Trail
from bot.admin.contests.watching import Watching
from bot.admin.contests.writing import Writing


def routes(room: Room) -> list[BaseRoute]:
    """Every route under `/admin/cuoc-thi`."""
    writing = Writing(room)
    parts = (
        Lobby(room),
        Watching(room),
        People(room),
        Attempts(room),
        FlagPages(room),
        MeasurePages(room),
        ResultPages(room),
        Complaints(room),
        Exports(room),
        Trail(room),
        Questions(room, writing),
        writing,
        Publishing(room, writing),
    )
    return [route for part in parts for route in part.routes()]
