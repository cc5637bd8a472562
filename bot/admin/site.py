"""The editors' web, put together. A new part is added here and in `menu.py`."""

from __future__ import annotations

from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from bot.admin.account import Account
from bot.admin.answers import site as answers
from bot.admin.answers.desk import Desk
from bot.admin.campaigns import Campaigns
from bot.admin.contests import site as contest_site
from bot.admin.contests.room import Room
from bot.admin.entrance import Entrance
from bot.admin.home import Home
from bot.admin.log import Log
from bot.admin.loop import site as loop
from bot.admin.office import Office
from bot.admin.pages import HERE
from bot.admin.reach import Reach
from bot.admin.second_factor import SecondFactor
from bot.admin.users import Users

STATIC = "/admin/static"


def routes(office: Office, room: Room) -> list[BaseRoute]:
    """Every route of the editors' and organizers' web."""
    parts = (
        Entrance(office),
        Home(office),
        Reach(office),
        Campaigns(office),
        Account(office),
        SecondFactor(office),
        Users(office),
        Log(office),
    )
    desk = Desk(office)
    return [
        Mount(STATIC, StaticFiles(directory=HERE / "static"), name="admin-static"),
        *(route for part in parts for route in part.routes()),
        *answers.routes(desk),
        *contest_site.routes(room),
        *loop.routes(desk),
    ]
