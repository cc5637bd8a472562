"""Flags: what deserves a second look. The board looks and says what it found; nobody is taken out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.admin.contests.jobs import Outcome, Progress, Work
from bot.admin.contests.room import Room
from bot.admin.visit import Visit
from bot.clock import show_time
from bot.contest.document import Published, from_ms
from bot.contest.refusal import Refused
from bot.contest.watch import review_flag, suspect
from bot.reports.labels import FLAG_STATES, FLAGS
from bot.store import contest_flags
from bot.store.contest_flags import Flag
from bot.store.database import Tx

KIND = "watch"
_WHAT = {
    "phone": "số điện thoại",
    "id": "số căn cước",
    "email": "thư điện tử",
    "person": "họ tên, ngày sinh và đơn vị",
}


@dataclass(frozen=True, slots=True)
class FlagPages:
    """The page `/canh-bao`."""

    room: Room

    def routes(self) -> list[BaseRoute]:
        """The route of the flags."""
        return [self.room.page("/canh-bao", self.show, take=self.act)]

    async def show(self, visit: Visit) -> Response:
        """The flags that wait, or those of the state and kind asked for."""
        return await self._page(visit, await self.room.published(visit))

    async def act(self, visit: Visit) -> Response:
        """Looks for new ones, or keeps what the board found about one."""
        published = await self.room.published(visit)
        step, number = visit.form.text("step"), visit.form.number("flag")
        by, at, note = visit.by, visit.at, visit.form.text("note")[:500]
        if step not in ("look", "uphold", "dismiss"):
            raise HTTPException(400)
        try:
            if step == "look":
                is_done = await self.room.run_work(
                    visit, published, KIND, "", self._look(visit, published)
                )
                said = "Đã tìm xong." if is_done else ""
            else:
                await self.room.act(
                    visit, published, "flag", f"cảnh báo {number}",
                    lambda tx, p: review_flag(tx, p, number, step == "uphold", note, by, at),
                )  # fmt: skip
                said = "Đã ghi kết luận. Muốn loại thí sinh thì mở trang của thí sinh đó."
        except Refused as refused:
            return await self._page(visit, published, fault=str(refused), status=422)
        return await self.room.go(visit, published, "/canh-bao", said)

    def _look(self, visit: Visit, published: Published) -> Work:
        database = self.room.office.database

        async def work(progress: Progress) -> Outcome:
            seen = 0

            def tell(n: int) -> None:
                nonlocal seen
                seen += n
                progress.tell("xem từng bài", seen)

            async with database.reading() as tx:
                found = await suspect(tx, published, tell)

            async def keep(tx: Tx, current: Published) -> int:
                return await contest_flags.add(tx, current.id, found, visit.at)

            new = await self.room.act(visit, published, KIND, "", keep)
            return Outcome({"new": new})

        return work

    async def _page(
        self, visit: Visit, published: Published, *, fault: str = "", status: int = 200
    ) -> Response:
        state = visit.choose("tinh-trang", FLAG_STATES, "open")
        kind = visit.choose("loai", FLAGS) or None
        async with self.room.office.database.reading() as tx:
            counts = await contest_flags.count_by(tx, published.id)
            total = sum(n for (s, k), n in counts.items() if s == state and kind in (None, k))
            paging = visit.paging(total)
            rows = await contest_flags.page(
                tx, published.id, state, kind, paging.offset, paging.rows
            )
        return await self.room.show(
            visit,
            published,
            "thi/canh-bao.html",
            status=status,
            rows=[(row, _told(row)) for row in rows],
            paging=paging,
            counts=_by_state(counts),
            state=state,
            kind=kind or "",
            kinds=FLAGS,
            states=FLAG_STATES,
            job=await self.room.last_job(published, KIND),
            fault=fault,
        )


def _by_state(counts: Mapping[tuple[str, str], int]) -> dict[str, int]:
    found = dict.fromkeys(FLAG_STATES, 0)
    for (state, _), n in counts.items():
        found[state] += n
    return found


def _told(flag: Flag) -> str:
    """What was noticed, in a sentence."""
    detail: Mapping[str, Any] = flag.detail
    if flag.kind == "too_fast":
        seconds = round(detail.get("duration_ms", 0) / 1_000)
        return f"Xong trong {seconds} giây, đúng {detail.get('correct')} câu."
    if flag.kind == "same_device_many":
        return f"{detail.get('people')} người làm bài trên cùng một máy."
    if flag.kind == "shared_contact":
        what = _WHAT.get(detail.get("what", ""), "thông tin")
        return f"{detail.get('people')} người đăng ký cùng {what}."
    at = detail.get("submitted_ms")
    when = f", nộp lúc {show_time(from_ms(at))}" if isinstance(at, int) else ""
    return f"Nhiều bài nộp sát nhau sai giống hệt nhau{when} (nhóm {detail.get('signature')})."
