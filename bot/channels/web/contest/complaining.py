"""A complaint to the board: written on the page, its number told, its answer read here."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.channels.web.contest.desk import TOO_FAST, Desk, go
from bot.channels.web.contest.enrolment import AWAY
from bot.channels.web.incoming import read_form
from bot.channels.web.visitor import token_of
from bot.clock import show_date, vietnam_date
from bot.contest import discipline
from bot.contest.document import Published
from bot.contest.refusal import Refused
from bot.errors import DatabaseUnavailable
from bot.store import contest_discipline
from bot.store.contest_discipline import Complaint
from bot.store.contest_entrants import Entrant

_FEWEST_WORDS = 4
_SHORT = "Bạn viết rõ thêm giúp, để ban tổ chức hiểu đúng việc của bạn."


@dataclass(frozen=True, slots=True)
class Told:
    """A complaint as its writer reads it; `due` is the day by which it is answered."""

    number: int
    sent: str
    due: str
    answered: str
    answer: str


@dataclass(frozen=True, slots=True)
class Complaining:
    """The page of one's own complaints."""

    desk: Desk

    def routes(self) -> list[BaseRoute]:
        """The routes of this page."""
        path, guarded = "/thi/{contest}/khieu-nai", self.desk.guarded
        return [
            Route(path, guarded(self.show), methods=["GET"]),
            Route(path, guarded(self.take), methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """One's complaints with their answers, and room for another."""
        published, entrant = await self._who(request)
        return await self._page(request, published, entrant)

    async def take(self, request: Request) -> Response:
        """A complaint handed in; what was typed comes back where it is not taken."""
        published, entrant = await self._who(request)
        text = (await read_form(request)).get("loi", "")
        if not self.desk.limiter.allows(token_of(request) or ""):
            return await self._page(request, published, entrant, text, TOO_FAST, 429)
        if len(text.split()) < _FEWEST_WORDS:
            return await self._page(request, published, entrant, text, _SHORT, 422)
        desk = self.desk
        try:
            async with desk.database.transaction() as tx:
                await discipline.complain(
                    tx, published, desk.sealer, entrant.id, "bot", text, desk.clock()
                )
        except Refused as refused:
            return await self._page(request, published, entrant, text, str(refused), 422)
        except DatabaseUnavailable:
            return self._show(request, published, (), text, AWAY, 503)
        return go(f"/thi/{published.id}/khieu-nai?da-gui")

    async def _who(self, request: Request) -> tuple[Published, Entrant]:
        """The contest and who is in it. Raises the HTTP fault 404, or `Refused` (not_registered)."""
        published = await self.desk.contest(request)
        if published.contest.is_practice or "bot" not in published.contest.complaints.channel:
            raise HTTPException(404)
        async with self.desk.database.reading() as tx:
            present = await self.desk.presence(tx, token_of(request), published)
        if present.entrant is None:
            said = (
                "Máy không thấy đăng ký của bạn trên trình duyệt này nên chưa nhận khiếu nại ở đây."
            )
            raise Refused("not_registered", said)
        return published, present.entrant

    async def _page(
        self,
        request: Request,
        published: Published,
        entrant: Entrant,
        text: str = "",
        trouble: str = "",
        status: int = 200,
    ) -> Response:
        async with self.desk.database.reading() as tx:
            found = await contest_discipline.list_complaints(tx, published.id, entrant.id)
        told = tuple(_told(one) for one in reversed(found))
        return self._show(request, published, told, text, trouble, status)

    def _show(
        self,
        request: Request,
        published: Published,
        told: tuple[Told, ...],
        text: str,
        trouble: str,
        status: int,
    ) -> Response:
        html = self.desk.pages.show(
            "complaint.html",
            contest=published.contest,
            told=told,
            text=text,
            trouble=trouble,
            is_open=self._is_open(published),
            days=published.contest.complaints.answer_within_days,
            is_sent="da-gui" in request.query_params,
        )
        return self.desk.page(request, html, status)

    def _is_open(self, published: Published) -> bool:
        try:
            discipline.check_complaints_open(published, self.desk.clock())
        except Refused:
            return False
        return True


def _told(one: Complaint) -> Told:
    answered = show_date(vietnam_date(one.answered_at)) if one.answered_at else ""
    sent, due = (show_date(vietnam_date(day)) for day in (one.at, one.due_at))
    return Told(one.id, sent, due, answered, one.answer or "")
