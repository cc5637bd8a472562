"""The list of entries: found by the matcher that citizens meet, filtered by what needs an eye."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.admin.answers.desk import Desk
from bot.admin.answers.status import STATUS_TAGS, STATUS_TITLES
from bot.admin.roles import Role
from bot.admin.visit import Visit
from bot.dialogue.snapshot import Snapshot
from bot.knowledge.model import Base, Entry
from bot.language.fold import fold
from bot.store import entry_figures, entry_versions

PATH = "/admin/cau-tra-loi"
READERS = (Role.EDITOR, Role.APPROVER)
NEEDS = {
    "cho-duyet": "Có bản sửa chờ duyệt",
    "xem-lai": "Luật đã đổi, cần xem lại",
    "bi-che": "Bị chê trong 90 ngày",
}
_SINCE = timedelta(days=90)
_LONGEST_QUERY = 300


@dataclass(frozen=True, slots=True)
class Row:
    """An entry in the list, with what needs an eye."""

    entry: Entry
    is_waiting: bool
    is_stale: bool
    disliked: int


class Listing:
    """The page `/admin/cau-tra-loi`."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.office = desk.office
        self._folded: tuple[Base, dict[str, str]] | None = None

    def routes(self) -> list[BaseRoute]:
        """The route of the list."""
        return [self.office.page(PATH, self.show, roles=READERS)]

    async def show(self, visit: Visit) -> Response:
        """A page of the list, filtered as the address asks for."""
        snapshot = self.office.snapshot
        base = snapshot.written
        asked = visit.query("q")[:_LONGEST_QUERY]
        part = visit.choose("phan", {part.id for part in base.service.parts})
        status = visit.choose("trang-thai", list(STATUS_TITLES))
        need = visit.choose("can", NEEDS)
        async with self.office.database.reading() as tx:
            waiting = {one.entry_id for one in await entry_versions.proposals(tx)}
            disliked = await entry_figures.disliked(tx, visit.at - _SINCE)
        stale = {fault.entry for fault in self.office.live.faults if not fault.blocking}
        entries = list(base.entries.values())
        if asked:
            entries = await asyncio.to_thread(self._search, snapshot, asked)
        keep = _filter(part, status, _needing(need, waiting, stale, disliked))
        rows = [
            Row(entry, entry.id in waiting, entry.id in stale, disliked[entry.id])
            for entry in entries
            if keep(entry)
        ]
        if need == "bi-che":
            rows.sort(key=lambda row: -row.disliked)
        paging = visit.paging(len(rows))
        return await self.office.show(
            visit,
            "cau-tra-loi.html",
            rows=rows[paging.offset : paging.offset + paging.rows],
            paging=paging,
            asked=asked,
            part=part,
            state=status,
            need=need,
            parts=[(one.id, one.title) for one in base.service.parts],
            part_titles={one.id: one.title for one in base.service.parts},
            statuses=[(str(key), title) for key, title in STATUS_TITLES.items()],
            status_titles=STATUS_TITLES,
            status_tags=STATUS_TAGS,
            needs=list(NEEDS.items()),
        )

    def _search(self, snapshot: Snapshot, asked: str) -> list[Entry]:
        """What the matcher finds, best first, then whatever holds these very letters."""
        base = snapshot.written
        found = [c.entry for c in snapshot.matcher.find(asked).candidates]
        wanted = fold(asked)
        held = [name for name, text in self._texts(base).items() if wanted in text]
        return [base.entries[name] for name in dict.fromkeys([*found, *held])]

    def _texts(self, base: Base) -> dict[str, str]:
        if self._folded is None or self._folded[0] is not base:
            texts = {
                entry.id: fold(f"{entry.id} {entry.question} {entry.answer} {entry.detail}")
                for entry in base.entries.values()
            }
            self._folded = (base, texts)
        return self._folded[1]


def _needing(
    need: str, waiting: Collection[str], stale: Collection[str], disliked: Counter[str]
) -> Collection[str] | None:
    """The entries that need what the filter asks for; None where it asks for nothing."""
    return {"cho-duyet": waiting, "xem-lai": stale, "bi-che": disliked}.get(need)


def _filter(part: str, status: str, needing: Collection[str] | None) -> Callable[[Entry], bool]:
    def keep(entry: Entry) -> bool:
        return (
            (not part or entry.part == part)
            and (not status or entry.status == status)
            and (needing is None or entry.id in needing)
        )

    return keep
