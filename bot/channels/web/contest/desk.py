"""What all pages of the contest share: whom they serve, with what, and how they say no."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.channels.web.contest.showcase import Showcase
from bot.channels.web.contest.starting import Door
from bot.channels.web.incoming import Declined
from bot.channels.web.limit import Limiter
from bot.channels.web.pages import Pages
from bot.channels.web.visitor import CHANNEL, Visitors, person_of, set_cookie, token_of
from bot.clock import Clock, utc_now
from bot.contest import play
from bot.contest.document import Published
from bot.contest.handing import PaperTaker
from bot.contest.publish import Shelf
from bot.contest.queue import Queue
from bot.contest.refusal import Refused
from bot.contest.saving import AnswerSaver
from bot.contest.typed import Trees
from bot.dialogue.snapshot import Snapshot
from bot.sealing import Sealer
from bot.store import contest_attempts, contest_entrants, people
from bot.store.contest_attempts import Attempt
from bot.store.contest_entrants import Entrant
from bot.store.database import Database, Tx

TOO_FAST = "Bạn gửi nhanh quá. Xin chờ vài giây rồi thử lại giúp tôi."
NO_COOKIE = (
    "Trình duyệt của bạn chưa giữ được dữ liệu của trang này (cookie), nên máy không nhận ra bạn "
    "ở bước sau. Bạn bật cookie cho trang này, hoặc thoát chế độ ẩn danh, rồi bấm lại."
)
NOT_YOURS = (
    "Không tìm thấy bài thi này trên trình duyệt bạn đang dùng. Có thể bạn đã đăng ký bằng máy "
    "hoặc trình duyệt khác, hoặc dữ liệu của trang (cookie) vừa bị xóa.",
    "Câu trả lời đã báo «Đã lưu» vẫn còn ở máy chủ và được tính khi hết giờ.",
    "Bạn mở lại bằng đúng trình duyệt đã dùng để làm tiếp. Nếu không được, bạn báo ban tổ chức "
    "kèm giờ bắt đầu làm bài.",
)
_STATUS = {"not_yours": 404, "not_published": 404, "not_registered": 403, "field": 422}

Handle = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Presence:
    """A browser in a contest: its entrant, all attempts, and those granted beyond the limits."""

    entrant: Entrant | None = None
    attempts: tuple[Attempt, ...] = ()
    extra: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Desk:
    """The services behind the pages; `secure` where people reach them over https."""

    database: Database
    snapshot: Callable[[], Snapshot]
    sealer: Sealer
    shelf: Shelf
    pages: Pages
    visitors: Visitors
    showcase: Showcase
    door: Door
    saver: AnswerSaver
    papers: PaperTaker
    limiter: Limiter
    queue: Queue
    secure: bool = False
    clock: Clock = utc_now

    def trees(self, published: Published) -> Trees:
        """The units that the contest's fields choose from."""
        return Trees(self.snapshot().base.places, published.document.units)

    async def contest(self, request: Request) -> Published:
        """The contest of the address. Raises the HTTP fault 404."""
        found = await self.showcase.find(request.path_params["contest"])
        if found is None or CHANNEL not in found.contest.channels:
            raise HTTPException(404)
        return found

    async def seat(self, request: Request, published: Published) -> tuple[int, int]:
        """The entrant and the attempt of the address.

        Raises `Refused` (not_yours) for a browser that has not registered; whose the attempt is,
        the engine looks at.
        """
        token, number = token_of(request), request.path_params["attempt"]
        entrant_id = await self.visitors.entrant_id(token, published.id) if token else None
        if entrant_id is None or not number.isascii() or not number.isdigit() or len(number) > 18:
            raise Refused("not_yours", NOT_YOURS[0])
        return entrant_id, int(number)

    async def presence(self, tx: Tx, token: str | None, published: Published) -> Presence:
        """What the database knows of the browser in the contest."""
        person = await people.find(tx, CHANNEL, person_of(token)) if token else None
        entrant = person and await contest_entrants.find(tx, published.id, person.id)
        if not entrant:
            return Presence()
        attempts = await contest_attempts.of_entrant(tx, entrant.id)
        granted = await contest_attempts.granted_to(tx, [entrant.id])
        extra = {
            str(one.id): granted.get((entrant.id, published.rounds[one.id]), 0)
            for one in published.contest.rounds
        }
        return Presence(entrant, tuple(attempts), extra)

    async def settled(self, token: str | None, published: Published, at: datetime) -> Presence:
        """The same, after attempts whose time is over were ended."""
        async with self.database.reading(quick=True) as tx:
            found = await self.presence(tx, token, published)
        if found.entrant and any(play.is_overdue(published, a, at) for a in found.attempts):
            async with self.database.transaction() as tx:
                await play.resume(tx, published, found.entrant.id, at)
                found = await self.presence(tx, token, published)
        return found

    def device(self, request: Request, published: Published, round_id: str, token: str) -> str:
        """The mark of what is played on: the browser's kind and where it comes from, fingerprinted.

        A paper that may only go on where it began is bound to the browser itself instead: a phone
        changes its network on the way.
        """
        one = published.contest.round(round_id)
        if one is not None and not published.paper(one).resume:
            return self.sealer.fingerprint(f"browser:{person_of(token)}")
        host = request.client.host if request.client else ""
        kind = request.headers.get("user-agent", "")[:400]
        return self.sealer.fingerprint(f"device:{host}|{kind}")

    def page(self, request: Request, html: str, status: int = 200) -> Response:
        """A page; the browser may keep its cookie longer."""
        response = HTMLResponse(html, status_code=status)
        token = token_of(request)
        if token:
            set_cookie(request, response, token, secure=self.secure)
        return response

    def refused(self, request: Request, refused: Refused) -> Response:
        """The page that says why not, with the way back."""
        contest_id = request.path_params.get("contest", "")
        sentences = NOT_YOURS if refused.reason == "not_yours" else (str(refused),)
        html = self.pages.show("refused.html", sentences=sentences, back=f"/thi/{contest_id}")
        return self.page(request, html, _STATUS.get(refused.reason, 409))

    def guarded(self, handle: Handle) -> Handle:
        """The handler, its refusals shown as a page."""

        async def guarded(request: Request) -> Response:
            try:
                return await handle(request)
            except Refused as refused:
                return self.refused(request, refused)
            except Declined as declined:
                html = self.pages.show(
                    "refused.html", sentences=(str(declined),), back=request.url.path
                )
                return self.page(request, html, declined.status)

        return guarded


def go(path: str) -> Response:
    """After a post: on to another page."""
    return RedirectResponse(path, status_code=303)
