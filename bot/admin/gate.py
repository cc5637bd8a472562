"""The gate of the editors' web: signing in and out, and how often a wrong password may be tried.

Ten wrong passwords lock a name for a quarter of an hour, thirty lock an address. What is stored of
a cookie or an address is a fingerprint.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from bot.admin.codes import matching_step
from bot.admin.passwords import is_right
from bot.clock import show_time
from bot.errors import InputRefused
from bot.sealing import Sealer
from bot.store import admin_audit, admin_sessions, admin_users
from bot.store.admin_sessions import CODE, OPEN, Session
from bot.store.admin_users import User
from bot.store.database import Database, Tx

COOKIE = "quan_tri"
PATH = "/admin"
IDLE = timedelta(hours=8)
LASTS = timedelta(days=7)
LOCKED = timedelta(minutes=15)
CODE_LASTS = timedelta(minutes=10)
"""Between the password and the code."""
TRIES_OF_NAME, TRIES_OF_ADDRESS, TRIES_OF_CODE = 10, 30, 6
_SEEN_AGAIN = timedelta(minutes=1)


class WrongPassword(InputRefused):
    """Name or password are wrong; which of them is not told."""

    def __init__(self) -> None:
        super().__init__("Tên đăng nhập hoặc mật khẩu không đúng. Bạn kiểm tra rồi nhập lại.")


class WrongCode(InputRefused):
    """The code is none of now, or was used already."""

    def __init__(self) -> None:
        super().__init__("Mã không đúng hoặc đã dùng rồi. Bạn chờ mã mới trên điện thoại rồi nhập.")


class Locked(InputRefused):
    """Too many wrong passwords; a right one does not help before `until` either."""

    def __init__(self, until: datetime) -> None:
        super().__init__(
            f"Mật khẩu đã bị nhập sai quá nhiều lần nên việc đăng nhập tạm khóa đến "
            f"{show_time(until)}. Sau lúc đó bạn đăng nhập lại được. Nếu cần vào ngay, bạn nhờ "
            "người quản lý máy chủ mở khóa."
        )
        self.until = until


def key_of(token: str) -> str:
    """The name under which a session is stored; from it nobody can make the cookie again."""
    return hashlib.sha256(b"session\0" + token.encode("utf-8", "replace")).hexdigest()


def csrf_of(token: str) -> str:
    """What every form of this browser must bring along."""
    return hashlib.sha256(b"csrf\0" + token.encode("utf-8", "replace")).hexdigest()[:43]


def token_of(request: Request) -> str:
    """The cookie of a signed-in browser; empty where it has none."""
    return request.cookies.get(COOKIE, "")[:100]


async def note_entry(tx: Tx, user: User, at: datetime) -> None:
    """Writes down that a user is in now."""
    await admin_users.change(tx, user.id, seen_at=at)
    await admin_audit.note(tx, user.name, "session.in", user.name, at)


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets people in and out; `secure` where they reach us over https."""

    database: Database
    sealer: Sealer
    secure: bool = False

    async def sign_in(
        self, name: str, password: str, address: str, browser: str, at: datetime
    ) -> str:
        """The cookie of a new session. Raises `WrongPassword` or `Locked`."""
        name = name.strip().lower()[:64]
        by_name, by_address = self._keys(name, address)
        async with self.database.transaction() as tx:
            locked = await admin_sessions.try_once(tx, by_name, at, TRIES_OF_NAME, LOCKED)
            locked = locked or await admin_sessions.try_once(
                tx, by_address, at, TRIES_OF_ADDRESS, LOCKED
            )
            user = await admin_users.find(tx, name)
        if locked:
            raise Locked(locked)
        known = user if user and not user.is_disabled else None
        if not await is_right(known.password if known else None, password) or not known:
            await self._note_failure(user, at)
            raise WrongPassword
        token = secrets.token_urlsafe(32)
        stage = CODE if known.totp else OPEN
        async with self.database.transaction() as tx:
            await admin_sessions.take_back(tx, by_address)
            if stage == OPEN:
                # With a second factor the name stays counted until the code is right as well.
                await admin_sessions.forgive(tx, by_name)
                await note_entry(tx, known, at)
            key, until = key_of(token), at + (LASTS if stage == OPEN else CODE_LASTS)
            await admin_sessions.begin(tx, key, known.id, stage, browser[:200], at, until)
        return token

    async def give_code(
        self, session: Session, user: User, code: str, browser: str, at: datetime
    ) -> str:
        """The cookie of a whole session, in place of the half one.

        Raises `WrongCode`, or `Locked` after too many of them.
        """
        by_code = self.sealer.fingerprint(f"admin/code/{user.name}")
        async with self.database.transaction() as tx:
            locked = await admin_sessions.try_once(tx, by_code, at, TRIES_OF_CODE, LOCKED)
        if locked:
            raise Locked(locked)
        step = matching_step(self.sealer.open(user.totp or ""), code, at)
        token = secrets.token_urlsafe(32)
        async with self.database.transaction() as tx:
            if step is None or not await admin_users.use_step(tx, user.id, step):
                raise WrongCode
            await admin_sessions.end(tx, session.key)
            await admin_sessions.begin(
                tx, key_of(token), user.id, OPEN, browser[:200], at, at + LASTS
            )
            for key in (by_code, self._keys(user.name, "")[0]):
                await admin_sessions.forgive(tx, key)
            await note_entry(tx, user, at)
        return token

    async def find(self, token: str, at: datetime) -> tuple[Session, User] | None:
        """Who the browser with this cookie is; None where nobody has signed in, or long ago."""
        if not token:
            return None
        async with self.database.reading() as tx:
            found = await admin_sessions.find(tx, key_of(token), at, IDLE)
        if found and at - found[0].seen_at > _SEEN_AGAIN:
            async with self.database.transaction() as tx:
                await admin_sessions.see(tx, found[0].key, at)
        return found

    async def sign_out(self, session: Session, user: User, at: datetime) -> None:
        """Ends one session."""
        async with self.database.transaction() as tx:
            await admin_sessions.end(tx, session.key)
            await admin_audit.note(tx, user.name, "session.out", user.name, at)

    async def unlock(self, name: str, by: str, at: datetime) -> None:
        """Lets the name be tried again at once."""
        async with self.database.transaction() as tx:
            for key in (self._keys(name, "")[0], self.sealer.fingerprint(f"admin/code/{name}")):
                await admin_sessions.forgive(tx, key)
            await admin_audit.note(tx, by, "user.unlock", name, at)

    def _keys(self, name: str, address: str) -> tuple[str, str]:
        mark = self.sealer.fingerprint
        return mark(f"admin/name/{name}"), mark(f"admin/address/{address}")

    async def _note_failure(self, user: User | None, at: datetime) -> None:
        # The name of nobody may be a password typed into the wrong field: it is not kept.
        if user:
            async with self.database.transaction() as tx:
                await admin_audit.note(tx, user.name, "session.wrong", user.name, at)

    def give_cookie(self, request: Request, response: Response, token: str) -> None:
        """Hands the browser its session, or takes it away where `token` is empty."""
        response.set_cookie(
            COOKIE,
            token,
            max_age=int(LASTS.total_seconds()) if token else 0,
            path=PATH,
            httponly=True,
            samesite="lax",
            secure=self.secure or request.url.scheme == "https",
        )
