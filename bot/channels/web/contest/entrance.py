"""The way to a paper: start it at once, or wait for it in the queue and be let in when called.

Whoever waits asks again and again, by the page's script or by its own reloading; what tells his
place costs no look into the database. His ticket stands in the address of the page.
"""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.channels.web.arrival import origin_of
from bot.channels.web.contest.desk import NO_COOKIE, TOO_FAST, Desk, go
from bot.channels.web.contest.starting import Wish
from bot.channels.web.incoming import Declined, read_form
from bot.channels.web.visitor import new_token, person_of, set_cookie, token_of
from bot.contest import play
from bot.contest.document import Published, from_ms, to_ms
from bot.contest.queue import Place
from bot.contest.refusal import Refused
from bot.store import contest_attempts

LOST = (
    "Bạn rời hàng chờ đã lâu nên chỗ của bạn không còn. Đồng hồ của bạn chưa chạy.",
    "Bạn quay lại trang cuộc thi rồi bấm bắt đầu để xếp hàng lại.",
)
_LONGEST_WAIT = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Entrance:
    """Starting, and the page of those who wait to."""

    desk: Desk

    def routes(self) -> list[BaseRoute]:
        """The routes of these pages."""
        guarded = self.desk.guarded
        return [
            Route("/thi/{contest}/bat-dau", guarded(self.start), methods=["POST"]),
            Route("/thi/{contest}/cho/trang-thai", self.tell, methods=["GET"]),
            Route("/thi/{contest}/cho", guarded(self.wait), methods=["GET"]),
        ]

    async def start(self, request: Request) -> Response:
        """Starts an attempt, leads to the one that is open, or to the queue."""
        published = await self.desk.contest(request)
        round_id = (await read_form(request)).get("vong", "")
        token = token_of(request)
        if token is None:
            html = self.desk.pages.show(
                "refused.html", sentences=(NO_COOKIE,), back=f"/thi/{published.id}"
            )
            response = self.desk.page(request, html, 400)
            set_cookie(request, response, new_token(), secure=self.desk.secure)
            return response
        if not self.desk.limiter.allows(token):
            raise Declined(429, TOO_FAST)
        await self._feel_the_pulse()
        key, at = _key(published, token), self.desk.clock()
        place = self.desk.queue.ask(key, at)
        if place is None:
            return await self._let_in(request, published, round_id, token)
        try:
            open_one = await self._check(published, round_id, token, at)
        except Refused:
            self.desk.queue.drop(key)
            raise
        if open_one is not None:
            self.desk.queue.drop(key)
            return go(f"/thi/{published.id}/bai/{open_one}")
        return go(self._page_of(published, round_id, key, place, at))

    async def wait(self, request: Request) -> Response:
        """The place of somebody who waits; once he was called, his paper."""
        published, at = await self.desk.contest(request), self.desk.clock()
        token, round_id = token_of(request) or "", request.query_params.get("vong", "")
        key = _key(published, token)
        place = self.desk.queue.look(key, at, self._ticket(request, key, at))
        if place is None:
            html = self.desk.pages.show("refused.html", sentences=LOST, back=f"/thi/{published.id}")
            return self.desk.page(request, html, 409)
        if place.number == 0:
            place = self.desk.queue.ask(key, at)
        if place is None:
            return await self._let_in(request, published, round_id, token)
        page = self._page_of(published, round_id, key, place, at)
        html = self.desk.pages.show(
            "waiting.html",
            contest=published.contest,
            place=place.number,
            again_s=math.ceil(place.again_s),
            page=page,
            kept_minutes=round(self.desk.queue.kept.total_seconds() / 60),
        )
        return self.desk.page(request, html)

    async def tell(self, request: Request) -> Response:
        """The place, for the page's script; and where to go, once it is his turn or it is lost."""
        published, at = await self.desk.contest(request), self.desk.clock()
        key = _key(published, token_of(request) or "")
        place = self.desk.queue.look(key, at, self._ticket(request, key, at))
        round_id = request.query_params.get("vong", "")
        if place is None:
            lost = f"/thi/{published.id}/cho"
            return JSONResponse({"number": 0, "again_s": 0, "page": lost})
        page = self._page_of(published, round_id, key, place, at)
        return JSONResponse({"number": place.number, "again_s": place.again_s, "page": page})

    async def _let_in(
        self, request: Request, published: Published, round_id: str, token: str
    ) -> Response:
        desk, person = self.desk, person_of(token)
        device = desk.device(request, published, round_id, token)
        # The clock of the attempt starts here, however long its person has waited.
        at = desk.clock()
        wish = Wish(published.id, person, round_id, device, at, origin_of(request))
        with desk.queue.inside(_key(published, token), at):
            seat = await desk.door.start(wish)
        desk.visitors.meet(token, published.id, seat.attempt.entrant_id)
        return go(f"/thi/{published.id}/bai/{seat.attempt.id}")

    async def _check(
        self, published: Published, round_id: str, token: str, at: datetime
    ) -> int | None:
        """Before somebody waits for nothing: the attempt that is open already. Raises `Refused`."""
        one = published.contest.round(round_id)
        entrant_id = await self.desk.visitors.entrant_id(token, published.id)
        if one is None or (entrant_id is None and published.contest.registration.fields):
            raise Refused("not_registered", "Bạn chưa đăng ký cuộc thi này.")
        if entrant_id is not None:
            async with self.desk.database.reading(quick=True) as tx:
                mine = await contest_attempts.of_entrant(tx, entrant_id)
            number = published.rounds[one.id]
            for attempt in mine:
                if attempt.round == number and attempt.status == "open":
                    return attempt.id
        play.check_open(published, published.in_force(one), at)
        return None

    async def _feel_the_pulse(self) -> None:
        """Lets everything else that is ready have its turn, and notes how long that took."""
        before = time.monotonic()
        await asyncio.sleep(0)
        self.desk.queue.gate.note_round(time.monotonic() - before)

    def _page_of(
        self, published: Published, round_id: str, key: str, place: Place, at: datetime
    ) -> str:
        """The address of the page where one waits, with a ticket of this moment."""
        times = f"{place.since_ms}.{to_ms(at)}"
        mark = self.desk.sealer.fingerprint(f"ticket:{key}:{times}")
        query = urlencode({"vong": round_id, "ve": f"{times}.{mark}"})
        return f"/thi/{published.id}/cho?{query}"

    def _ticket(self, request: Request, key: str, at: datetime) -> int | None:
        """Since when the ticket says that its person waits; None where it is not his, or too old."""
        times, _, mark = request.query_params.get("ve", "").rpartition(".")
        since, _, asked = times.partition(".")
        numbers = (since, asked)
        if not all(one.isascii() and one.isdigit() and len(one) < 16 for one in numbers):
            return None
        if mark not in self.desk.sealer.fingerprints(f"ticket:{key}:{times}"):
            return None
        is_fresh = at - from_ms(int(asked)) <= self.desk.queue.kept
        return int(since) if is_fresh and at - from_ms(int(since)) < _LONGEST_WAIT else None


def _key(published: Published, token: str) -> str:
    return f"{published.id}:web:{person_of(token)}"
