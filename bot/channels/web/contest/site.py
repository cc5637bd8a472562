"""The contest on the web, put together: its pages, and the services they share."""

from __future__ import annotations

from collections.abc import Callable

from starlette.routing import BaseRoute

from bot.channels.web.contest.answers import Answers
from bot.channels.web.contest.bulletin import Bulletin
from bot.channels.web.contest.claiming import Claiming
from bot.channels.web.contest.complaining import Complaining
from bot.channels.web.contest.confirmation import Confirmation
from bot.channels.web.contest.correction import Correction
from bot.channels.web.contest.desk import Desk
from bot.channels.web.contest.enrolment import Enrolment
from bot.channels.web.contest.entrance import Entrance
from bot.channels.web.contest.lobby import Lobby
from bot.channels.web.contest.room import Room
from bot.channels.web.contest.showcase import Showcase
from bot.channels.web.contest.starting import Door
from bot.channels.web.limit import Limiter
from bot.channels.web.pages import Pages
from bot.channels.web.visitor import Visitors
from bot.clock import Clock, utc_now
from bot.contest.handing import PaperTaker
from bot.contest.publish import Shelf
from bot.contest.queue import Queue
from bot.contest.saving import AnswerSaver
from bot.contest.typed import Trees
from bot.dialogue.snapshot import Snapshot
from bot.sealing import Sealer
from bot.store.database import Database

_BURST, _A_SECOND = 60, 4.0
"""Posts of one browser; nobody answers faster, whatever he changes his mind about."""


def build_desk(
    database: Database,
    snapshot: Callable[[], Snapshot],
    sealer: Sealer,
    shelf: Shelf,
    pages: Pages,
    visitors: Visitors,
    *,
    queue: Queue | None = None,
    secure: bool = False,
    clock: Clock = utc_now,
) -> Desk:
    """The services behind the pages of the contest."""
    return Desk(
        database,
        snapshot,
        sealer,
        shelf,
        pages,
        visitors,
        Showcase(database, shelf),
        Door(
            database,
            shelf,
            sealer,
            lambda published: Trees(snapshot().base.places, published.document.units),
        ),
        AnswerSaver(database),
        PaperTaker(database, shelf),
        Limiter(_BURST, _A_SECOND),
        queue or Queue(),
        secure,
        clock,
    )


def routes(desk: Desk) -> list[BaseRoute]:
    """Every route of the contest, those asked most often first."""
    bulletin = Bulletin(desk)
    parts = (
        Answers(desk),
        Entrance(desk),
        Lobby(desk, bulletin),
        bulletin,
        Enrolment(desk),
        Correction(desk),
        Claiming(desk),
        Complaining(desk),
        Room(desk),
        Confirmation(desk),
    )
    return [route for part in parts for route in part.routes()]
