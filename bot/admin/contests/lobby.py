"""The list of contests: what is published, what is still being written, how each one stands."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.admin.contests.figures import Counted
from bot.admin.contests.room import PATH, ROLES, Room
from bot.admin.visit import Visit
from bot.contest.document import Published
from bot.contest.live import State, state_of
from bot.contest.rules import Round
from bot.store import contest_versions


@dataclass(frozen=True, slots=True)
class Line:
    """A contest in the list; `published` is None while it is only written."""

    id: str
    title: str
    published: Published | None
    rounds: tuple[tuple[Round, State], ...]
    counted: Counted | None
    faults: int
    has_files: bool

    @property
    def state(self) -> str:
        """How the contest stands, in a word."""
        states = [state for _, state in self.rounds]
        if self.published is None:
            return "chưa công bố"
        for state in ("đang mở", "đang nghỉ", "chưa mở"):
            if state in states:
                return state
        return "đã đóng"


@dataclass(frozen=True, slots=True)
class Lobby:
    """The page `/admin/cuoc-thi`."""

    room: Room

    def routes(self) -> list[BaseRoute]:
        """The route of the list."""
        return [self.room.office.page(PATH, self.show, roles=ROLES)]

    async def show(self, visit: Visit) -> Response:
        """Every contest: running ones first, then those to come, written, closed."""
        lines = await self._lines(visit)
        order = ("đang mở", "đang nghỉ", "chưa mở", "chưa công bố", "đã đóng")
        lines.sort(key=lambda line: (order.index(line.state), line.title))
        return await self.room.office.show(visit, "thi/danh-sach.html", lines=lines, root=PATH)

    async def _lines(self, visit: Visit) -> list[Line]:
        office = self.room.office
        definitions = office.snapshot.contests.definitions
        async with office.database.reading() as tx:
            ids = await contest_versions.list_contests(tx)
            published = {name: await office.shelf.need(tx, name) for name in ids}
        lines = []
        for name in sorted({*ids, *definitions}):
            found, written = published.get(name), definitions.get(name)
            contest = found.contest if found else written.contest if written else None
            if contest is None:
                continue
            lines.append(
                Line(
                    name,
                    contest.title,
                    found,
                    tuple((one, state_of(found, one, visit.at)) for one in contest.rounds)
                    if found
                    else (),
                    await self.room.figures.of(found) if found else None,
                    len(written.faults) if written else 0,
                    written is not None,
                )
            )
        return lines
