"""Routes that are made when somebody first asks for one of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import NoReturn

from starlette.routing import BaseRoute, Match, NoMatchFound, Router
from starlette.types import Receive, Scope, Send


class Later(BaseRoute):
    """Every address under a path; `make` gives its routes, once, in a thread of its own."""

    def __init__(self, path: str, make: Callable[[], Sequence[BaseRoute]]) -> None:
        self.path = path
        self._make = make
        self._router: Router | None = None
        self._making = asyncio.Lock()

    @property
    def routes(self) -> list[BaseRoute]:
        """The routes; made now where nobody has asked for one yet."""
        return self._made().routes

    def _made(self) -> Router:
        if self._router is None:
            self._router = Router(self._make())
        return self._router

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether the address lies under the path."""
        if scope["type"] != "http" or not f"{scope['path']}/".startswith(f"{self.path}/"):
            return Match.NONE, {}
        return Match.FULL, {}

    def url_path_for(self, name: str, /, **path_params: object) -> NoReturn:
        """Raises `NoMatchFound`: nobody finds these routes by name."""
        raise NoMatchFound(name, path_params)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to the route that it is for."""
        if self._router is None:
            async with self._making:
                await asyncio.to_thread(self._made)
        await self._made()(scope, receive, send)
