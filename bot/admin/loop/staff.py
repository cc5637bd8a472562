"""Questions that people sent to the office: read here, answered here, told where they were asked."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.admin.answers.desk import Desk
from bot.admin.loop.groups import hint
from bot.admin.loop.pages import actor_of
from bot.admin.office import Office
from bot.admin.roles import Role
from bot.admin.visit import Visit
from bot.clock import vietnam_date
from bot.dialogue import compose
from bot.dialogue.packing import pack
from bot.dialogue.turn import DIRECT
from bot.errors import InputRefused, KnowledgeFaulty
from bot.language.mask import mask_numbers
from bot.language.names import mask_names
from bot.reports.participation import CHANNELS
from bot.store import admin_audit, staff
from bot.store.staff import Request

PATH = "/admin/gui-can-bo"
ROLES = (Role.EDITOR, Role.APPROVER)
LONGEST = 1_500
"""Letters of an answer: with question and note it still fits one message on every channel."""
TOO_LATE = "Người khác vừa trả lời câu này. Máy chủ chưa gửi gì thêm."
_SENT = {
    "sent": ("good", "Đã đến nơi"),
    "sending": ("wait", "Đang gửi"),
    "waiting": ("wait", "Đang chờ gửi"),
    "dead": ("bad", "Không gửi được"),
    "cancelled": ("bad", "Người hỏi đã rời đi"),
}
_HELD = ("wait", "Giữ lại: kênh chỉ cho gửi khi người đó viết lại")


@dataclass(frozen=True, slots=True)
class Counter:
    """The pages under `/admin/gui-can-bo`."""

    office: Office
    desk: Desk

    def routes(self) -> list[BaseRoute]:
        """The list, and one question with the form of its answer."""
        page = self.office.page
        return [
            page(PATH, self.list_all, roles=ROLES),
            page(f"{PATH}/{{number}}", self.show, take=self.answer, roles=ROLES),
        ]

    async def list_all(self, visit: Visit) -> Response:
        """Those that wait, the oldest first; or those that were answered."""
        answered = visit.query("xong") == "1"
        async with self.office.database.reading() as tx:
            total = await staff.count(tx, answered=answered)
            waiting = total if not answered else await staff.count(tx, answered=False)
            paging = visit.paging(total)
            rows = await staff.list_requests(
                tx, answered=answered, offset=paging.offset, limit=paging.rows
            )
        return await self.office.show(
            visit,
            "gui-can-bo.html",
            rows=[(row, mask_names(row.text), fate(row)) for row in rows],
            paging=paging,
            answered=answered,
            waiting=waiting,
            channels=CHANNELS,
        )

    async def show(self, visit: Visit) -> Response:
        """One question."""
        return await self._show(visit, await self._request(visit))

    async def answer(self, visit: Visit) -> Response:
        """Sends the answer, and keeps it as a draft entry where that is wanted."""
        request, form = await self._request(visit), visit.form
        text = form.raw("tra-loi").strip()
        if not text or len(text) > LONGEST:
            sentence = (
                f"Câu trả lời cần có chữ và dài nhất {LONGEST} chữ cái (đang có {len(text)})."
            )
            return await self._show(visit, request, sentence, 422)
        snapshot = self.office.snapshot
        asked = vietnam_date(request.asked_at)
        reply = compose.show_staff_answer(snapshot, request.text, asked, text)
        async with self.office.database.transaction() as tx:
            sent = await staff.answer(
                tx, request, pack(reply), text, visit.by, visit.at, direct=request.channel in DIRECT
            )
            if sent:
                number = str(request.question_id)
                await admin_audit.note(tx, visit.by, "miss.answer", number, visit.at)
        if not sent:
            return await self._show(visit, request, TOO_LATE, 409)
        told = "Đã gửi câu trả lời."
        if form.has("ban-nhap"):
            told += await self._keep(visit, request, text)
        return await self.office.go(visit, f"{PATH}/{request.question_id}", told)

    async def _keep(self, visit: Visit, request: Request, text: str) -> str:
        question = mask_names(mask_numbers(request.text))
        fields = {"question": question, "answer": text}
        try:
            draft = await self.desk.add_draft(actor_of(visit), visit.form.text("phan"), fields)
        except (InputRefused, KnowledgeFaulty) as error:
            return f" Chưa tạo được bản nháp: {error}"
        return f" Đã tạo bản nháp «{draft}» ở trang Câu trả lời."

    async def _show(
        self, visit: Visit, request: Request, fault: str = "", status: int = 200
    ) -> Response:
        base = self.office.snapshot.base
        near = hint(self.office.snapshot, request.text)
        return await self.office.show(
            visit,
            "mot-cau-gui.html",
            status=status,
            request=request,
            text=mask_names(request.text),
            fate=fate(request),
            near=[base.entries[one.entry] for one in near.candidates],
            parts=[(part.id, part.title) for part in base.service.parts],
            channels=CHANNELS,
            longest=LONGEST,
            fault=fault,
        )

    async def _request(self, visit: Visit) -> Request:
        async with self.office.database.reading() as tx:
            request = await staff.find(tx, visit.number("number"))
        if request is None:
            raise HTTPException(404)
        return request


def fate(request: Request) -> tuple[str, str]:
    """How the answer fares on its way: a colour and a sentence."""
    if request.answered_at is None:
        return ("wait", "Chờ trả lời")
    if request.is_held:
        return _HELD
    return _SENT.get(request.sent or "", ("", "Đã trả lời"))
