"""The owner's page of users: who may enter, with which roles."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.admin import people
from bot.admin.office import Office
from bot.admin.roles import TITLES, Role
from bot.admin.visit import Visit
from bot.errors import InputRefused
from bot.store import admin_users
from bot.store.admin_users import User

PATH = "/admin/nguoi-dung"
_OWNERS = (Role.OWNER,)


@dataclass(frozen=True, slots=True)
class Users:
    """The pages under `/admin/nguoi-dung`."""

    office: Office

    def routes(self) -> list[BaseRoute]:
        """The routes of the users."""
        page = self.office.page
        return [
            page(PATH, self.list_all, take=self.add, roles=_OWNERS),
            page(f"{PATH}/{{name}}", self.show, take=self.change, roles=_OWNERS),
        ]

    async def list_all(self, visit: Visit) -> Response:
        """Everybody, and the form for one more."""
        return await self._list(visit)

    async def add(self, visit: Visit) -> Response:
        """One more user; his first password is shown this once."""
        form = visit.form
        name = form.text("name").lower()
        try:
            password = await people.add_user(
                self.office.database,
                name,
                form.text("full_name"),
                form.all("role"),
                visit.by,
                visit.at,
            )
        except InputRefused as refused:
            return await self._list(visit, fault=str(refused), status=422)
        return await self.office.show(
            visit, "mat-khau-moi.html", name=name, password=password, back=PATH
        )

    async def show(self, visit: Visit) -> Response:
        """One user, and what can be done with him."""
        return await self._one(visit, await self._user(visit))

    async def change(self, visit: Visit) -> Response:
        """Carries out the button that was pressed."""
        user, form = await self._user(visit), visit.form
        step = form.text("step")
        if step == "password":
            password = await people.reset_password(self.office.database, user, visit.by, visit.at)
            return await self.office.show(
                visit, "mat-khau-moi.html", name=user.name, password=password, back=PATH
            )
        try:
            message = await self._carry_out(visit, user, step)
        except InputRefused as refused:
            return await self._one(visit, user, fault=str(refused), status=422)
        return await self.office.go(visit, f"{PATH}/{user.name}", message)

    async def _carry_out(self, visit: Visit, user: User, step: str) -> str:
        by, at = visit.by, visit.at
        if step == "unlock":
            await self.office.gate.unlock(user.name, by, at)
            return "Đã mở khóa đăng nhập."
        async with self.office.database.transaction() as tx:
            if step == "roles":
                await people.set_roles(tx, user, visit.form.all("role"), by, at)
                return "Đã lưu quyền mới."
            if step == "code":
                await people.drop_code(tx, user, by, at)
                return "Đã tắt mã xác thực của người này."
            if step in ("disable", "enable"):
                await people.set_disabled(tx, user, by, at, disabled=step == "disable")
                return "Đã khóa tài khoản." if step == "disable" else "Đã mở lại tài khoản."
        raise HTTPException(400)

    async def _user(self, visit: Visit) -> User:
        async with self.office.database.reading() as tx:
            user = await admin_users.find(tx, visit.part("name"))
        if user is None:
            raise HTTPException(404)
        return user

    async def _list(self, visit: Visit, fault: str = "", status: int = 200) -> Response:
        async with self.office.database.reading() as tx:
            users = await admin_users.list_all(tx)
        return await self.office.show(
            visit, "nguoi-dung.html", status=status, users=users, titles=TITLES, fault=fault
        )

    async def _one(self, visit: Visit, user: User, fault: str = "", status: int = 200) -> Response:
        return await self.office.show(
            visit, "mot-nguoi-dung.html", status=status, user=user, titles=TITLES, fault=fault
        )
