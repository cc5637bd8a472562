"""The pages of the second factor: giving a code at the gate, turning it on and off."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.admin import codes
from bot.admin.form import CSRF, read_form
from bot.admin.gate import Locked, WrongCode, csrf_of, token_of
from bot.admin.office import HOME, OWN, SIGN_IN, STALE, Office, same_token
from bot.admin.passwords import is_right
from bot.admin.visit import Visit
from bot.channels.web.incoming import Declined
from bot.errors import SealBroken
from bot.store import admin_audit, admin_users
from bot.store.admin_sessions import CODE

GIVE, OWN_CODE = f"{SIGN_IN}/ma", f"{OWN}/ma"


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """Codes at the gate and in one's own account."""

    office: Office

    def routes(self) -> list[BaseRoute]:
        """The routes of the second factor."""
        return [
            Route(GIVE, self.give, methods=["GET", "POST"]),
            self.office.page(OWN_CODE, self.show, take=self.turn),
        ]

    async def give(self, request: Request) -> Response:
        """The form for the code; or, posted to, the rest of the way in."""
        gate, token = self.office.gate, token_of(request)
        found = await gate.find(token, self.office.clock())
        if found is None or found[0].stage != CODE:
            return RedirectResponse(HOME if found else SIGN_IN, status_code=303)
        if request.method != "POST":
            return self._ask(token)
        try:
            form = await read_form(request)
            if not same_token(form.raw(CSRF), csrf_of(token)):
                return self._ask(token, STALE, 403)
            session, user = found
            browser = request.headers.get("user-agent", "")
            fresh = await gate.give_code(
                session, user, form.text("code"), browser, self.office.clock()
            )
        except Declined as declined:
            return self._ask(token, str(declined), declined.status)
        except WrongCode as refused:
            return self._ask(token, str(refused), 401)
        except Locked as refused:
            return self._ask(token, str(refused), 429)
        except SealBroken as error:
            return self._ask(token, str(error), 503)
        response = RedirectResponse(HOME, status_code=303)
        gate.give_cookie(request, response, fresh)
        return response

    def _ask(self, token: str, fault: str = "", status: int = 200) -> Response:
        html = self.office.pages.show("ma.html", csrf=csrf_of(token), fault=fault, action=GIVE)
        return HTMLResponse(html, status_code=status)

    async def show(self, visit: Visit) -> Response:
        """Whether the code is on; a new secret to scan where it is not."""
        return await self._own(visit)

    async def turn(self, visit: Visit) -> Response:
        """Turns the code on with a first code, or off with the password."""
        user, form = visit.user, visit.form
        if user.totp:
            if not await is_right(user.password, form.raw("password")):
                return await self._own(visit, "Mật khẩu không đúng. Bạn nhập lại giúp.")
            values: dict[str, str | None] = {"totp": None}
            act, message = "user.code_off", "Đã tắt mã xác thực."
        else:
            secret = codes.open_offer(self.office.sealer, user.id, form.raw("offer"))
            step = codes.matching_step(secret, form.text("code"), visit.at) if secret else None
            if step is None:
                fault = "Mã không đúng. Bạn xem giờ của điện thoại có đúng không rồi nhập mã mới."
                return await self._own(visit, fault, secret)
            sealed = self.office.sealer.seal(secret)
            values = {"totp": sealed}
            act, message = "user.code_on", "Đã bật mã xác thực."
        async with self.office.database.transaction() as tx:
            await admin_users.change(tx, user.id, **values)
            await admin_audit.note(tx, visit.by, act, user.name, visit.at)
        return await self.office.go(visit, OWN, message)

    async def _own(self, visit: Visit, fault: str = "", secret: str = "") -> Response:
        user, office = visit.user, self.office
        secret = secret or codes.new_secret()
        service = office.snapshot.base.service.name
        return await office.show(
            visit,
            "ma-cua-toi.html",
            status=422 if fault else 200,
            fault=fault,
            square=codes.draw_square(secret, user.name, service),
            secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
            offer=codes.seal_offer(office.sealer, user.id, secret),
        )
