"""The paper: work on it, look it over, hand it in, read the result (see `entrance` for its start).

Everything here works by plain forms; the page's script saves each answer by `answers` beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.channels.web.contest.answers import read_sheet, save_sheet
from bot.channels.web.contest.desk import TOO_FAST, Desk, go
from bot.channels.web.incoming import Declined
from bot.channels.web.visitor import token_of
from bot.contest import play
from bot.contest.document import Published, to_ms
from bot.contest.guess import show_guess
from bot.contest.handing import HandIn
from bot.contest.refusal import Refused
from bot.contest.result import result_of
from bot.contest.rules import Paper
from bot.contest.sitting import Sitting
from bot.contest.telling import show_span
from bot.knowledge.citations import render_citations

_BACK_TO_PAPER = ("already_submitted", "too_late")


@dataclass(frozen=True, slots=True)
class Room:
    """The pages of a paper."""

    desk: Desk

    def routes(self) -> list[BaseRoute]:
        """The routes of these pages."""
        guarded, one = self.desk.guarded, "/thi/{contest}/bai/{attempt}"
        return [
            Route(one, guarded(self.show), methods=["GET"]),
            Route(one, guarded(self.take), methods=["POST"]),
            Route(f"{one}/xem-lai", guarded(self.look_over), methods=["GET"]),
            Route(f"{one}/nop", guarded(self.hand_in), methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The paper while it is open, afterwards its result."""
        published = await self.desk.contest(request)
        ids = await self.desk.seat(request, published)
        fresh = self.desk.door.hand_over(*ids, self.desk.clock())
        seat = fresh or await self._seat(request, published)
        if seat.is_open:
            return self._paper(request, published, seat)
        return await self._result(request, published, seat)

    async def take(self, request: Request) -> Response:
        """The whole sheet, handed over by a page without a script: saved, then on."""
        published = await self.desk.contest(request)
        entrant_id, attempt_id = await self.desk.seat(request, published)
        if not self.desk.limiter.allows(token_of(request) or ""):
            raise Declined(429, TOO_FAST)
        sheet = await read_sheet(request)
        path = f"/thi/{published.id}/bai/{attempt_id}"
        try:
            await save_sheet(self.desk, published, entrant_id, attempt_id, sheet)
        except Refused as refused:
            if refused.reason in _BACK_TO_PAPER:
                return go(path)
            seat = await self._seat(request, published)
            return self._paper(request, published, seat, str(refused), sheet.guess, status=422)
        return go(f"{path}/xem-lai" if sheet.step == "xem-lai" else f"{path}#{sheet.step or 'de'}")

    async def look_over(self, request: Request) -> Response:
        """What is answered and what is not, before handing in."""
        published = await self.desk.contest(request)
        seat = await self._seat(request, published)
        if not seat.is_open:
            return go(f"/thi/{published.id}/bai/{seat.attempt.id}")
        return self._review(request, published, seat)

    async def hand_in(self, request: Request) -> Response:
        """Hands the paper in; twice is once."""
        published, at = await self.desk.contest(request), self.desk.clock()
        entrant_id, attempt_id = await self.desk.seat(request, published)
        try:
            await self.desk.papers.take(HandIn(published, entrant_id, attempt_id, at))
        except Refused as refused:
            if refused.reason not in ("unanswered", "prediction_missing"):
                raise
            seat = await self._seat(request, published)
            return self._review(request, published, seat, str(refused), 422)
        return go(f"/thi/{published.id}/bai/{attempt_id}")

    async def _seat(self, request: Request, published: Published) -> Sitting:
        """The attempt of the address; ended first where its time is over."""
        entrant_id, attempt_id = await self.desk.seat(request, published)
        at = self.desk.clock()
        async with self.desk.database.reading(quick=True) as tx:
            seat = await play.sitting(tx, published, entrant_id, attempt_id)
        if play.is_overdue(published, seat.attempt, at):
            async with self.desk.database.transaction() as tx:
                now = await self.desk.shelf.need(tx, published.id)
                await play.resume(tx, now, entrant_id, at)
                seat = await play.sitting(tx, now, entrant_id, attempt_id)
        return seat

    def _paper(
        self,
        request: Request,
        published: Published,
        seat: Sitting,
        trouble: str = "",
        typed: str | None = None,
        status: int = 200,
    ) -> Response:
        paper, guess = seat.paper, seat.attempt.prediction
        shown = seat.places
        if paper.navigation == "sequential":
            place = seat.next_place()
            shown = (place,) if place else ()
        html = self.desk.pages.show(
            "paper.html",
            **self._common(published, seat),
            shown=shown,
            is_sequential=paper.navigation == "sequential",
            guess=typed if typed is not None else "" if guess is None else show_guess(guess),
            trouble=trouble,
        )
        return self.desk.page(request, html, status)

    def _review(
        self,
        request: Request,
        published: Published,
        seat: Sitting,
        trouble: str = "",
        status: int = 200,
    ) -> Response:
        guess = seat.attempt.prediction
        html = self.desk.pages.show(
            "review.html",
            **self._common(published, seat),
            guess="" if guess is None else show_guess(guess),
            trouble=trouble,
        )
        return self.desk.page(request, html, status)

    async def _result(self, request: Request, published: Published, seat: Sitting) -> Response:
        at, ids = self.desk.clock(), (seat.attempt.entrant_id, seat.attempt.id)
        async with self.desk.database.reading(quick=True) as tx:
            result = await result_of(tx, published, *ids, at)
        laws = self.desk.snapshot().base.laws
        guess = seat.attempt.prediction
        html = self.desk.pages.show(
            "result.html",
            contest=published.contest,
            result=result,
            time=show_span(int(result.duration.total_seconds())) if result.duration else "",
            guess="" if guess is None else show_guess(guess),
            citations={
                j.place.position: render_citations(j.place.question.citations, laws)
                for j in result.judged
                if j.key
            },
        )
        return self.desk.page(request, html)

    def _common(self, published: Published, seat: Sitting) -> dict[str, object]:
        """What every page of an open paper needs; times in milliseconds of the server's clock."""
        at = self.desk.clock()
        return {
            "contest": published.contest,
            "seat": seat,
            "path": f"/thi/{published.id}/bai/{seat.attempt.id}",
            "now_ms": to_ms(at),
            "deadline_ms": seat.attempt.deadline_ms,
            "left": show_span(int(seat.left(at).total_seconds())),
            "grace_ms": seat.paper.grace_ms,
            "is_ready": _is_ready(published, seat),
            "takes_late": _takes_late(seat.paper),
        }


def _is_ready(published: Published, seat: Sitting) -> bool:
    """Whether the paper may be handed in as it stands."""
    asked = published.contest.prediction
    if asked.enabled and asked.required and seat.attempt.prediction is None:
        return False
    return not seat.paper.must_answer_all or seat.answered == len(seat.places)


def _takes_late(paper: Paper) -> bool:
    """Whether answers that arrive in the moments after the end still count."""
    return paper.on_timeout != "grace"
