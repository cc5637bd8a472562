"""One's own account: the password, and the browsers that are signed in."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.admin.browsers import name_browser
from bot.admin.office import HOME, OWN, Office
from bot.admin.passwords import fault_of, hash_aside, is_right
from bot.admin.visit import Visit
from bot.store import admin_audit, admin_sessions, admin_users


@dataclass(frozen=True, slots=True)
class Account:
    """The pages under `/admin/tai-khoan`."""

    office: Office

    def routes(self) -> list[BaseRoute]:
        """The routes of the account."""
        page, act = self.office.page, self.office.act
        return [
            page(OWN, self.show),
            page(f"{OWN}/mat-khau", self.ask_password, take=self.change_password),
            act(f"{OWN}/dang-xuat-het", self.sign_out_elsewhere),
        ]

    async def show(self, visit: Visit) -> Response:
        """Who I am here, and where I am signed in."""
        async with self.office.database.reading() as tx:
            sessions = await admin_sessions.list_of(tx, visit.user.id, visit.at)
        named = [(session, name_browser(session.browser)) for session in sessions]
        return await self.office.show(visit, "tai-khoan.html", sessions=named)

    async def ask_password(self, visit: Visit) -> Response:
        """The form for a new password."""
        return await self._password_form(visit, {})

    async def change_password(self, visit: Visit) -> Response:
        """Keeps the new password; every other browser is signed out."""
        form, user = visit.form, visit.user
        new = form.raw("new")
        faults = {}
        if not await is_right(user.password, form.raw("old")):
            faults["old"] = "Mật khẩu hiện nay không đúng. Bạn nhập lại giúp."
        if fault := fault_of(new, user.name):
            faults["new"] = fault
        elif new == form.raw("old"):
            faults["new"] = "Mật khẩu mới phải khác mật khẩu hiện nay."
        elif new != form.raw("again"):
            faults["again"] = "Hai lần nhập mật khẩu mới không giống nhau."
        if faults:
            return await self._password_form(visit, faults, status=422)
        kept = await hash_aside(new)
        async with self.office.database.transaction() as tx:
            await admin_users.change(tx, user.id, password=kept, must_change=False)
            await admin_sessions.end_all(tx, user.id, but=visit.session.key)
            await admin_audit.note(tx, visit.by, "user.password", user.name, visit.at)
        onward = HOME if user.must_change else OWN
        return await self.office.go(visit, onward, "Đã đổi mật khẩu.")

    async def sign_out_elsewhere(self, visit: Visit) -> Response:
        """Ends every other session of the user."""
        async with self.office.database.transaction() as tx:
            ended = await admin_sessions.end_all(tx, visit.user.id, but=visit.session.key)
            await admin_audit.note(tx, visit.by, "session.out_all", visit.user.name, visit.at)
        return await self.office.go(visit, OWN, f"Đã đăng xuất {ended} nơi khác.")

    async def _password_form(
        self, visit: Visit, faults: dict[str, str], status: int = 200
    ) -> Response:
        return await self.office.show(visit, "mat-khau.html", status=status, faults=faults)
