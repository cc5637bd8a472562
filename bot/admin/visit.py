"""One request of somebody who has signed in: who, with which form, at what time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request

from bot.admin.form import NO_FORM, Form
from bot.admin.paging import ROWS, Paging, page_of
from bot.admin.roles import Role, may
from bot.store.admin_sessions import Session
from bot.store.admin_users import User

_LONGEST_QUERY = 2_000


@dataclass(frozen=True, slots=True)
class Visit:
    """A request with its user; `form` is empty unless something was posted."""

    request: Request
    user: User
    session: Session
    csrf: str
    at: datetime
    form: Form = NO_FORM

    @property
    def by(self) -> str:
        """The name under which acts are noted."""
        return self.user.name

    @property
    def signature(self) -> str:
        """The name that stands under an approved text."""
        return self.user.full_name

    def may(self, *roles: Role) -> bool:
        """Whether the user may do what one of the roles is needed for."""
        return may(self.user.roles, roles)

    def part(self, name: str) -> str:
        """A part of the address."""
        return str(self.request.path_params[name])

    def number(self, name: str) -> int:
        """A part of the address that is a number. Raises the HTTP fault 404 for anything else."""
        text = self.part(name)
        if not text.isascii() or not text.isdigit() or len(text) > 18:
            raise HTTPException(404)
        return int(text)

    def query(self, name: str) -> str:
        """A value after the question mark, in one line; empty where it is missing."""
        return " ".join(self.request.query_params.get(name, "")[:_LONGEST_QUERY].split())

    def paging(self, total: int, rows: int = ROWS) -> Paging:
        """The page of a list of `total` rows that the address asks for."""
        return page_of(self.request, total, rows)

    def choose(self, name: str, allowed: Any, default: str = "") -> str:
        """A value after the question mark that is one of those allowed."""
        found = self.query(name)
        return found if found in allowed else default
