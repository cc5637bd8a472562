"""The pages of the gate: signing in and out."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.admin.form import CSRF, Form, read_form
from bot.admin.gate import Locked, WrongPassword, csrf_of, token_of
from bot.admin.office import HOME, SIGN_IN, SIGN_OUT, Office, same_token
from bot.admin.visit import Visit
from bot.channels.web.incoming import Declined

BEFORE = "quan_tri_cua"
"""The cookie of a browser that stands before the gate: its sign-in form belongs to it alone."""

NO_COOKIE = (
    "Trang đăng nhập đã cũ, hoặc trình duyệt chưa giữ dữ liệu của trang này (cookie). Bạn nhập lại "
    "giúp; nếu vẫn không được thì bật cookie cho trang này."
)
_ONWARD = re.compile(r"/admin(?:[/?][\w\-./?=&%+]*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Entrance:
    """Signing in and out."""

    office: Office

    def routes(self) -> list[BaseRoute]:
        """The routes of the gate."""
        return [
            Route(SIGN_IN, self.serve, methods=["GET", "POST"]),
            self.office.act(SIGN_OUT, self.sign_out),
        ]

    async def serve(self, request: Request) -> Response:
        """The form; or, posted to, the way in."""
        office = self.office
        if request.method == "POST":
            return await self._sign_in(request)
        if await office.gate.find(token_of(request), office.clock()):
            return RedirectResponse(HOME, status_code=303)
        return self._form(request, onward=onward_of(request.query_params.get("toi", "")))

    async def _sign_in(self, request: Request) -> Response:
        try:
            form = await read_form(request)
        except Declined as declined:
            return self._form(request, fault=str(declined), status=declined.status)
        name, onward = form.text("name"), onward_of(form.text("toi"))
        if not _is_own(request, form):
            return self._form(request, name=name, onward=onward, fault=NO_COOKIE, status=403)
        address = request.client.host if request.client else ""
        browser = request.headers.get("user-agent", "")
        try:
            token = await self.office.gate.sign_in(
                name, form.raw("password"), address, browser, self.office.clock()
            )
        except (WrongPassword, Locked) as refused:
            status = 429 if isinstance(refused, Locked) else 401
            return self._form(request, name=name, onward=onward, fault=str(refused), status=status)
        response = RedirectResponse(onward, status_code=303)
        self.office.gate.give_cookie(request, response, token)
        response.delete_cookie(BEFORE, path=SIGN_IN)
        return response

    async def sign_out(self, visit: Visit) -> Response:
        """Ends this session."""
        await self.office.gate.sign_out(visit.session, visit.user, visit.at)
        response = RedirectResponse(SIGN_IN, status_code=303)
        self.office.gate.give_cookie(visit.request, response, "")
        return response

    def _form(
        self,
        request: Request,
        *,
        name: str = "",
        onward: str = HOME,
        fault: str = "",
        status: int = 200,
    ) -> Response:
        token = request.cookies.get(BEFORE, "")[:100] or secrets.token_urlsafe(24)
        html = self.office.pages.show(
            "dang-nhap.html", name=name, onward=onward, fault=fault, csrf=csrf_of(token)
        )
        response = HTMLResponse(html, status_code=status)
        response.set_cookie(
            BEFORE,
            token,
            path=SIGN_IN,
            httponly=True,
            samesite="lax",
            secure=self.office.gate.secure or request.url.scheme == "https",
        )
        return response


def onward_of(text: str) -> str:
    """Where to go after signing in: a page of this web, whatever the address asks for."""
    return text if _ONWARD.fullmatch(text) and "//" not in text else HOME


def _is_own(request: Request, form: Form) -> bool:
    token = request.cookies.get(BEFORE, "")[:100]
    return bool(token) and same_token(form.raw(CSRF), csrf_of(token))
