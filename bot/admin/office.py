"""What all pages of the editors' web share: whom they let in, how they answer and say no.

How to add a page is told in `README.md` beside this file.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hmac import compare_digest
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.admin.form import CSRF, Form, read_form
from bot.admin.gate import Gate, csrf_of, token_of
from bot.admin.pages import Pages
from bot.admin.roles import EVERYBODY, TITLES, Role, may
from bot.admin.visit import Visit
from bot.channels.web.incoming import Declined
from bot.clock import Clock, utc_now
from bot.contest.publish import Shelf
from bot.contest.refusal import Refused
from bot.dialogue.snapshot import Snapshot
from bot.errors import BotError, DatabaseUnavailable
from bot.knowledge.live import Live
from bot.reports.campaign import NOWHERE, Doors
from bot.sealing import Sealer
from bot.store import admin_sessions
from bot.store.admin_sessions import OPEN
from bot.store.database import Database

SIGN_IN, SIGN_OUT, OWN, HOME = (
    "/admin/dang-nhap",
    "/admin/dang-xuat",
    "/admin/tai-khoan",
    "/admin",
)
STALE = (
    "Biểu mẫu này đã cũ: có thể bạn đã đăng xuất, hoặc đăng nhập lại ở một thẻ khác. Máy chủ chưa "
    "lưu gì. Bạn mở lại trang rồi gửi lại giúp."
)
SIGNED_OUT = (
    "Phiên làm việc của bạn đã hết nên máy chủ chưa lưu gì. Bạn chép lại phần đã gõ dưới đây, đăng "
    "nhập rồi dán vào trang vừa làm."
)
MAY_NOT = "Tài khoản của bạn không có quyền làm việc này. Cần có quyền: {roles}."

Handle = Callable[[Visit], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Office:
    """The services behind the pages.

    `public_url` is where citizens reach us, or empty; `doors` are the channels that a link leads to.
    With `same_person` who wrote an answer may approve it himself.
    """

    database: Database
    live: Live[Snapshot]
    knowledge: Path
    sealer: Sealer
    shelf: Shelf
    gate: Gate
    pages: Pages
    public_url: str = ""
    clock: Clock = utc_now
    doors: Doors = NOWHERE
    same_person: bool = False

    @property
    def snapshot(self) -> Snapshot:
        """What is served now; hold on to it for the length of one request."""
        return self.live.current

    def page(
        self,
        path: str,
        show: Handle,
        *,
        take: Handle | None = None,
        roles: tuple[Role, ...] = EVERYBODY,
        largest_upload: int = 0,
    ) -> Route:
        """The route of a page: `show` answers GET, `take` a posted form.

        Only those who have one of the roles come in. The form's token has been looked at when
        `take` is called. Whatever is raised of `Refused`, `Declined`, another `BotError` or
        `HTTPException` is told in a page that gives back what was typed.
        """

        async def serve(request: Request) -> Response:
            entered = await self._enter(request, roles)
            if isinstance(entered, Response):
                return entered
            visit = entered
            try:
                if request.method != "POST":
                    return await show(visit)
                visit = await self._with_form(visit, largest_upload)
                assert take is not None  # noqa: S101 the route takes no POST otherwise
                return await take(visit)
            except DatabaseUnavailable:
                raise
            except (BotError, HTTPException) as error:
                return await self._refuse(visit, error)

        return Route(path, serve, methods=["GET", "POST"] if take else ["GET"])

    def act(self, path: str, take: Handle, *, roles: tuple[Role, ...] = EVERYBODY) -> Route:
        """The route of a button that has no page of its own: POST only."""

        async def nothing(_visit: Visit) -> Response:
            raise HTTPException(404)

        return self.page(path, nothing, take=take, roles=roles)

    async def show(
        self, visit: Visit, template: str, *, status: int = 200, **values: Any
    ) -> Response:
        """A page; what waited to be said to the user is said in it, once."""
        html = self.pages.show_to(visit, template, **values)
        if visit.session.message:
            async with self.database.transaction() as tx:
                await admin_sessions.leave_message(tx, visit.session.key, None)
        return HTMLResponse(html, status_code=status)

    async def go(self, visit: Visit, path: str, message: str = "") -> Response:
        """After a post: on to another page, which says `message` at its top."""
        if message:
            async with self.database.transaction() as tx:
                await admin_sessions.leave_message(tx, visit.session.key, message)
        return RedirectResponse(path, status_code=303)

    async def _enter(self, request: Request, roles: tuple[Role, ...]) -> Visit | Response:
        """The visit, or the page that keeps the browser out."""
        at, token = self.clock(), token_of(request)
        found = await self.gate.find(token, at)
        if found is None:
            return await self._keep_out(request)
        session, user = found
        if session.stage != OPEN:
            return RedirectResponse(f"{SIGN_IN}/ma", status_code=303)
        visit = Visit(request, user, session, csrf_of(token), at)
        if user.must_change and not request.url.path.startswith((OWN, SIGN_OUT)):
            return RedirectResponse(f"{OWN}/mat-khau", status_code=303)
        if not may(user.roles, roles):
            titles = ", ".join(_titles(roles))
            return await self._say(visit, 403, (MAY_NOT.format(roles=titles),))
        return visit

    async def _keep_out(self, request: Request) -> Response:
        if request.method != "POST":
            onward = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            query = "" if onward == HOME else f"?{urlencode({'toi': onward})}"
            return RedirectResponse(f"{SIGN_IN}{query}", status_code=303)
        try:
            typed = list((await read_form(request)).typed())
        except Declined:
            typed = []
        html = self.pages.show(
            "het-phien.html", sentence=SIGNED_OUT, typed=typed, onward=request.url.path
        )
        return HTMLResponse(html, status_code=401)

    async def _with_form(self, visit: Visit, largest_upload: int) -> Visit:
        form = await read_form(visit.request, largest_upload)
        filled = Visit(visit.request, visit.user, visit.session, visit.csrf, visit.at, form)
        if not same_token(form.raw(CSRF), visit.csrf):
            raise StaleForm(form)
        return filled

    async def _refuse(self, visit: Visit, error: BotError | HTTPException) -> Response:
        form = error.form if isinstance(error, StaleForm) else visit.form
        status, sentences = _told(error)
        return await self._say(visit, status, sentences, list(form.typed()))

    async def _say(
        self,
        visit: Visit,
        status: int,
        sentences: tuple[str, ...],
        typed: list[tuple[str, str]] | None = None,
    ) -> Response:
        return await self.show(
            visit, "khong-duoc.html", status=status, sentences=sentences, typed=typed or []
        )


def same_token(sent: str, own: str) -> bool:
    """Whether a form brought the token of its browser."""
    return compare_digest(sent.encode("utf-8", "replace"), own.encode())


class StaleForm(Declined):
    """The form was made for another session."""

    def __init__(self, form: Form) -> None:
        super().__init__(403, STALE)
        self.form = form


_SENTENCES = {
    404: "Không có trang này. Có thể địa chỉ bị gõ sai, hoặc mục đó đã được bỏ đi.",
    405: "Địa chỉ này không mở được theo cách đó.",
}


def _told(error: BotError | HTTPException) -> tuple[int, tuple[str, ...]]:
    if isinstance(error, HTTPException):
        other = "Máy chủ không nhận yêu cầu này."
        return error.status_code, (_SENTENCES.get(error.status_code, other),)
    status = error.status if isinstance(error, Declined) else 409
    if isinstance(error, Refused) and error.reason == "field":
        status = 422
    return status, tuple(str(error).split("\n"))


def _titles(roles: tuple[Role, ...]) -> list[str]:
    return [TITLES[role] for role in dict.fromkeys([*roles, Role.OWNER])]
