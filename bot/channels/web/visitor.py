"""Who sits in front of the page: a random cookie, the same in the chat and in a contest.

What is stored under is a fingerprint of the cookie, from which nobody can make it again.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from bot.store import contest_entrants
from bot.store.database import Database

COOKIE = "hoi_dap"
CHANNEL = "web"
COOKIE_LASTS = 180 * 24 * 3600
"""Seconds since the last visit; a registration is found by it, so it must outlive a contest."""

_TOKEN = re.compile(r"[\w-]{16,64}", re.ASCII)
_KNOWN_AT_MOST = 50_000
_KNOWN_SECONDS = 60.0


def token_of(request: Request) -> str | None:
    """The cookie of the browser; None where it has none of ours."""
    token = request.cookies.get(COOKIE, "")
    return token if _TOKEN.fullmatch(token) else None


def new_token() -> str:
    """A cookie for a browser that was never here."""
    return secrets.token_urlsafe(24)


def person_of(token: str) -> str:
    """The name under which a browser is stored; from it nobody can make the cookie again."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]


def set_cookie(request: Request, response: Response, token: str, *, secure: bool) -> None:
    """Gives the browser its cookie, or lets it keep it longer."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=COOKIE_LASTS,
        httponly=True,
        samesite="lax",
        secure=secure or request.url.scheme == "https",
    )


@dataclass(slots=True)
class Visitors:
    """Which entrant a browser is, remembered for a minute: every answer asks for it."""

    database: Database
    now: Callable[[], float] = time.monotonic
    _known: OrderedDict[tuple[str, str], tuple[int, float]] = field(default_factory=OrderedDict)

    async def entrant_id(self, token: str, contest_id: str) -> int | None:
        """The browser's entrant in the contest; None where it has not registered."""
        key = (person_of(token), contest_id)
        known = self._known.get(key)
        if known is not None and self.now() < known[1]:
            return known[0]
        async with self.database.reading(quick=True) as tx:
            found = await contest_entrants.find_of(tx, contest_id, CHANNEL, [key[0]])
        entrant_id = found.get(key[0])
        if entrant_id is not None:
            self.meet(token, contest_id, entrant_id)
        return entrant_id

    def meet(self, token: str, contest_id: str, entrant_id: int) -> None:
        """Remembers the browser, whose entrant the database has just told."""
        now, key = self.now(), (person_of(token), contest_id)
        self._known[key] = (entrant_id, now + _KNOWN_SECONDS)
        self._known.move_to_end(key)
        # Whose minute is over is asked for anew: he need not lie about until his place is wanted.
        while len(self._known) > _KNOWN_AT_MOST or next(iter(self._known.values()))[1] <= now:
            self._known.popitem(last=False)

    @property
    def remembered(self) -> int:
        """How many browsers are remembered."""
        return len(self._known)

    def forget(self, token: str) -> None:
        """Forgets the browser, which was erased."""
        name = person_of(token)
        for key in [key for key in self._known if key[0] == name]:
            del self._known[key]
