"""Taking a contest away: tables, papers to sign, and the proof that the results hold."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute

from bot.admin.contests.apart import Export, Proof, carry_out
from bot.admin.contests.jobs import Outcome, Progress, Wanted, Work
from bot.admin.contests.room import WHOLE, Room
from bot.admin.visit import Visit
from bot.clock import VIETNAM, vietnam_date
from bot.contest.document import Published
from bot.contest.refusal import Refused
from bot.contest.words import ExportFormat
from bot.reports.contest_papers import certificates_pdf, honoured, notice_file
from bot.reports.honours import Winner, winners_of
from bot.store import admin_audit, contest_audit, contest_jobs
from bot.store.contest_results import Result

KINDS = {
    "export": "Bảng số liệu",
    "verify": "Kiểm chứng kết quả",
    "certificates": "Giấy chứng nhận",
    "notice": "Thông báo kết quả",
}
FORMATS: dict[ExportFormat, str] = {
    "xlsx": "Một tệp Excel (.xlsx)",
    "csv": "Nhiều tệp CSV, nén lại",
    "jsonl": "Cho người ngoài kiểm tra lại (JSON, không có tên ai)",
}
_WAIT_S = 0.5
_LEAST_REASON = 10


@dataclass(frozen=True, slots=True)
class Exports:
    """The page `/xuat` and its downloads."""

    room: Room

    def routes(self) -> list[BaseRoute]:
        """The routes of these pages."""
        return [
            self.room.page("/xuat", self.show, take=self.act),
            self.room.page("/xuat/{job}", self.download),
        ]

    async def show(self, visit: Visit) -> Response:
        """What can be taken away, and what was."""
        return await self._page(visit, await self.room.published(visit))

    async def act(self, visit: Visit) -> Response:
        """Begins what was asked for, or calls it off."""
        published = await self.room.published(visit)
        try:
            if visit.form.text("step") == "cancel":
                said = await self._cancel(visit, published)
            else:
                said = await self._begin(visit, published)
        except Refused as refused:
            return await self._page(visit, published, fault=str(refused), status=422)
        return await self.room.go(visit, published, "/xuat", said)

    async def download(self, visit: Visit) -> Response:
        """The file of a job, for whoever may see it; a full one only for who asked for it."""
        published = await self.room.published(visit)
        async with self.room.office.database.reading() as tx:
            job = await contest_jobs.find(tx, visit.number("job"))
        if job is None or job.contest_id != published.id or not job.file:
            raise HTTPException(404)
        if job.wanted.get("full") and job.by != visit.by:
            raise Refused("not_allowed", "Bản đầy đủ chỉ người đã yêu cầu mới tải được.")
        path = self.room.files / Path(job.file).name
        if not await asyncio.to_thread(path.is_file):
            raise Refused(
                "not_allowed",
                "Tệp này không còn ở đây: đã quá một ngày, hoặc được làm ở máy chủ khác.",
            )
        async with self.room.office.database.transaction() as tx:
            await admin_audit.note(
                tx, visit.by, "contest.download", published.id, visit.at, detail=job.file
            )
        # The name that people see: without the number that keeps names apart.
        shown = job.file.partition("--")[2] or job.file
        return FileResponse(path, filename=shown)

    async def _begin(self, visit: Visit, published: Published) -> str:
        makers: dict[str, Callable[[Visit, Published], Awaitable[tuple[dict[str, Any], Work]]]] = {
            "export": self._export,
            "verify": self._verify,
            "certificates": self._certificates,
            "notice": self._notice,
        }
        kind = visit.form.text("step")
        if kind not in makers:
            raise HTTPException(400)
        data, work = await makers[kind](visit, published)
        job_id = await self.room.jobs.start(Wanted(published.id, kind, visit.by, data), work)

        async def note(tx: Any, current: Published) -> None:
            await contest_audit.note(tx, current.id, visit.by, kind, data, visit.at)

        await self.room.act(visit, published, kind, str(data.get("reason", "")), note)
        await self.room.jobs.wait(job_id, _WAIT_S)
        return ""

    async def _cancel(self, visit: Visit, published: Published) -> str:
        async with self.room.office.database.transaction() as tx:
            job = await contest_jobs.find(tx, visit.form.number("job"))
            if job is None or job.contest_id != published.id:
                raise HTTPException(404)
            await contest_jobs.end(tx, job.id, "cancelled", visit.at, {})
        return "Đã dừng."

    async def _export(self, visit: Visit, published: Published) -> tuple[dict[str, Any], Work]:
        form = visit.form
        chosen: ExportFormat | None = next((f for f in FORMATS if f == form.text("format")), None)
        if chosen is None:
            raise HTTPException(400)
        full, reason = form.has("full") and chosen != "jsonl", form.text("reason")[:500]
        if full and len(reason) < _LEAST_REASON:
            raise Refused(
                "not_allowed", "Bản đầy đủ có thông tin cá nhân. Bạn ghi rõ lý do cần bản này."
            )
        data = {"format": chosen, "full": full, "reason": reason}
        room, stem = self.room, self._stem(visit, published, "day-du" if full else "")

        async def work(progress: Progress) -> Outcome:
            suffix = ".xlsx" if chosen == "xlsx" else ""
            out = room.files / f"{stem}{suffix}"
            await asyncio.to_thread(room.files.mkdir, parents=True, exist_ok=True)
            order = Export(
                published.id,
                room.office.sealer,
                room.office.snapshot.base.places,
                chosen,
                out,
                full,
            )
            written = await carry_out(room.office.database, order, progress.tell)
            if chosen == "xlsx":
                return Outcome({"rows": written}, out.name)
            progress.tell("nén tệp", 0)
            return Outcome({"rows": written}, await asyncio.to_thread(_pack, out))

        return data, work

    async def _verify(self, visit: Visit, published: Published) -> tuple[dict[str, Any], Work]:
        office = self.room.office

        async def work(progress: Progress) -> Outcome:
            report = await carry_out(office.database, Proof(published.id), progress.tell)
            return Outcome({**report, "differences": report["differences"][:50]})

        return {}, work

    async def _certificates(
        self, visit: Visit, published: Published
    ) -> tuple[dict[str, Any], Work]:
        round_id = self._round(visit, published)
        result, winners = await self._winners(published, round_id)
        people = honoured(winners, self.room.office.public_url)
        place = visit.form.text("place")[:100] or "Quảng Ninh"
        stem, day = self._stem(visit, published, "giay-chung-nhan"), vietnam_date(visit.at)
        if not people:
            raise Refused(
                "not_allowed",
                "Chưa có giải nào được xác minh nên chưa có mã chứng nhận. Bạn xác minh từng người "
                "ở trang Kết quả trước.",
            )

        async def work(progress: Progress) -> Outcome:
            progress.tell("dàn trang", len(people))
            pdf = await asyncio.to_thread(certificates_pdf, published, result, people, place, day)
            return Outcome({"count": len(people)}, await self._put(f"{stem}.pdf", pdf))

        return {"round": round_id or WHOLE, "count": len(people)}, work

    async def _notice(self, visit: Visit, published: Published) -> tuple[dict[str, Any], Work]:
        round_id = self._round(visit, published)
        result, winners = await self._winners(published, round_id)
        content = notice_file(published, round_id, result, winners, "docx")
        stem = self._stem(visit, published, "thong-bao")

        async def work(_progress: Progress) -> Outcome:
            return Outcome({"winners": len(winners)}, await self._put(f"{stem}.docx", content))

        return {"round": round_id or WHOLE, "winners": len(winners)}, work

    async def _winners(
        self, published: Published, round_id: str | None
    ) -> tuple[Result, list[Winner]]:
        async with self.room.office.database.reading() as tx:
            return await winners_of(
                tx, published, self.room.office.sealer, self.room.trees(published), round_id
            )

    async def _put(self, name: str, content: bytes) -> str:
        await asyncio.to_thread(self.room.files.mkdir, parents=True, exist_ok=True)
        await asyncio.to_thread((self.room.files / name).write_bytes, content)
        return name

    def _round(self, visit: Visit, published: Published) -> str | None:
        asked = visit.form.text("vong")
        if asked == WHOLE:
            return None
        if published.contest.round(asked) is None:
            raise HTTPException(400)
        return asked

    def _stem(self, visit: Visit, published: Published, what: str) -> str:
        """A file's name: its instant keeps names apart, the rest is what people see."""
        local = visit.at.astimezone(VIETNAM)
        shown = "-".join(part for part in (published.id, what, f"{local:%Y%m%d-%H%M}") if part)
        return f"{local:%S%f}--{shown}"

    async def _page(
        self, visit: Visit, published: Published, *, fault: str = "", status: int = 200
    ) -> Response:
        async with self.room.office.database.reading() as tx:
            jobs = await contest_jobs.list_jobs(tx, published.id, list(KINDS))
        states = {job.id: self.room.jobs.state_of(job) for job in jobs}
        return await self.room.show(
            visit,
            published,
            "thi/xuat.html",
            status=status,
            jobs=jobs,
            states=states,
            is_running="running" in states.values(),
            kinds=KINDS,
            formats=list(FORMATS.items()),
            whole=WHOLE,
            has_address=bool(self.room.office.public_url),
            fault=fault,
        )


def _pack(folder: Path) -> str:
    """The folder as one file beside it; gives its name."""
    packed = Path(shutil.make_archive(str(folder), "zip", folder))
    shutil.rmtree(folder, ignore_errors=True)
    return packed.name
