"""The register of complaints: what came in, by when it must be answered, what was answered."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.admin.contests.room import Room
from bot.admin.visit import Visit
from bot.contest import discipline
from bot.contest.document import Published
from bot.contest.refusal import Refused
from bot.reports.labels import CHANNELS
from bot.store import contest_discipline
from bot.store.contest_discipline import Complaint

STATES = {"cho": "Chờ trả lời", "qua-han": "Quá hạn", "xong": "Đã trả lời"}


@dataclass(frozen=True, slots=True)
class Complaints:
    """The page `/khieu-nai`."""

    room: Room

    def routes(self) -> list[BaseRoute]:
        """The route of the register."""
        return [self.room.page("/khieu-nai", self.show, take=self.act)]

    async def show(self, visit: Visit) -> Response:
        """The complaints that wait, nearest due first, or the others that are asked for."""
        return await self._page(visit, await self.room.published(visit))

    async def act(self, visit: Visit) -> Response:
        """Keeps an answer, or a complaint that came on paper, by post or by phone."""
        published = await self.room.published(visit)
        step = visit.form.text("step")
        if step not in ("answer", "add"):
            raise HTTPException(400)
        try:
            said = await (self._answer if step == "answer" else self._add)(visit, published)
        except Refused as refused:
            return await self._page(visit, published, fault=str(refused), status=422)
        return await self.room.go(visit, published, "/khieu-nai", said)

    async def _answer(self, visit: Visit, published: Published) -> str:
        number, text = visit.form.number("complaint"), visit.form.raw("answer").strip()
        found = await self.room.read(lambda tx: contest_discipline.find_complaint(tx, number))
        if found is not None and found.answered_at is not None:
            said = f"Khiếu nại này {found.answered_by} đã trả lời trước bạn. Bạn xem lại giúp."
            raise Refused("not_allowed", said)
        await self.room.act(
            visit, published, "answer", f"khiếu nại {number}",
            lambda tx, p: discipline.answer(tx, p, number, text, visit.by, visit.at),
        )  # fmt: skip
        return "Đã ghi câu trả lời."

    async def _add(self, visit: Visit, published: Published) -> str:
        form = visit.form
        channels = published.contest.complaints.channel
        channel = next((one for one in channels if one == form.text("channel")), None)
        if channel is None:
            raise Refused("not_allowed", "Thể lệ không nhận khiếu nại qua kênh này.")
        number = form.number("entrant") if form.text("entrant") else None
        number = await self.room.act(
            visit, published, "complaint", CHANNELS.get(channel, channel),
            lambda tx, p: discipline.complain(
                tx, p, self.room.office.sealer, number, channel, form.raw("text"), visit.at
            ),
        )  # fmt: skip
        return f"Đã vào sổ khiếu nại số {number}."

    async def _page(
        self, visit: Visit, published: Published, *, fault: str = "", status: int = 200
    ) -> Response:
        found = await self.room.read(
            lambda tx: contest_discipline.list_complaints(tx, published.id)
        )
        waiting = sorted((c for c in found if c.answered_at is None), key=lambda c: c.due_at)
        late = [one for one in waiting if one.due_at < visit.at]
        done = [one for one in reversed(found) if one.answered_at is not None]
        lists = {"cho": waiting, "qua-han": late, "xong": done}
        state = visit.choose("tinh-trang", STATES, "cho")
        paging = visit.paging(len(lists[state]))
        rows = lists[state][paging.offset : paging.offset + paging.rows]
        return await self.room.show(
            visit,
            published,
            "thi/khieu-nai.html",
            status=status,
            rows=[(row, self._text(row), row in late) for row in rows],
            paging=paging,
            counts={key: len(rows) for key, rows in lists.items()},
            state=state,
            states=STATES,
            channels=CHANNELS,
            rules=published.contest.complaints,
            on_time=sum(1 for c in done if c.answered_at and c.answered_at <= c.due_at),
            fault=fault,
        )

    def _text(self, one: Complaint) -> str:
        if not one.sealed:
            return "(đã xóa theo yêu cầu)"
        return self.room.office.sealer.open(one.sealed)
