"""The owner's page of everything that was done: who, when, what, and the fingerprints."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.admin.acts import GROUPS, name_act
from bot.admin.office import Office
from bot.admin.roles import Role
from bot.admin.visit import Visit
from bot.store import admin_audit, admin_users
from bot.store.admin_audit import Wanted

PATH = "/admin/nhat-ky"


@dataclass(frozen=True, slots=True)
class Log:
    """The page `/admin/nhat-ky`."""

    office: Office

    def routes(self) -> list[BaseRoute]:
        """The route of the log."""
        return [self.office.page(PATH, self.show, roles=(Role.OWNER,))]

    async def show(self, visit: Visit) -> Response:
        """A page of the log, of one person or one sort of act where it is asked for."""
        wanted = Wanted(
            by=visit.query("ai")[:100],
            act=visit.choose("viec", GROUPS),
            subject=visit.query("muc")[:200],
        )
        async with self.office.database.reading() as tx:
            paging = visit.paging(await admin_audit.count(tx, wanted))
            lines = await admin_audit.lines(tx, wanted, paging.offset, paging.rows)
            names = [user.name for user in await admin_users.list_all(tx)]
        return await self.office.show(
            visit,
            "nhat-ky.html",
            lines=[(line, name_act(line.act)) for line in lines],
            paging=paging,
            wanted=wanted,
            pairs=[(name, name) for name in names],
            groups=GROUPS,
        )
