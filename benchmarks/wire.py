"""A bare HTTP/1.1 connection: a sender must not need more of the machine than the server."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import uvicorn

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server answered; `location` is empty where it leads nowhere."""

    status: int
    location: str
    body: bytes


class Connection(asyncio.Protocol):
    """One connection that is kept open between requests, one request at a time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._transport: asyncio.Transport | None = None
        self._came = bytearray()
        self._whole = -1
        self._waiting: asyncio.Future[Answer] | None = None

    async def ask(self, method: str, path: str, cookie: str, body: bytes = b"") -> Answer:
        """Sends a request and reads the answer. Raises OSError or EOFError where it cannot.

        Like a browser it asks again where a connection kept open was closed in the meantime.
        """
        is_kept = self._transport is not None
        try:
            return await self._ask(method, path, cookie, body)
        except (EOFError, ConnectionError):
            self.close()
            if not is_kept:
                raise
        return await self._ask(method, path, cookie, body)

    async def _ask(self, method: str, path: str, cookie: str, body: bytes) -> Answer:
        loop = asyncio.get_running_loop()
        if self._transport is None:
            await loop.create_connection(lambda: self, "127.0.0.1", self._port)
        if self._transport is None:
            raise ConnectionResetError
        kind = "application/json" if body[:1] == b"{" else "application/x-www-form-urlencoded"
        self._waiting = loop.create_future()
        self._transport.write(
            f"{method} {path} HTTP/1.1\r\nHost: localhost:{self._port}\r\n"
            f"Cookie: hoi_dap={cookie}\r\nContent-Type: {kind}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        return await self._waiting

    def close(self) -> None:
        """Ends the connection."""
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.close()
        self._came.clear()
        self._whole = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is open."""
        # uvloop's is one by its verbs, not by its class.
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """It was closed, by whom ever."""
        self._transport = None
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(exc or EOFError())

    def data_received(self, data: bytes) -> None:
        """A piece of an answer."""
        self._came += data
        end = self._came.find(b"\r\n\r\n")
        if self._whole < 0 <= end:
            self._whole = end + 4 + int(_header(self._came, b"content-length", end) or 0)
        if 0 <= self._whole <= len(self._came) and self._waiting is not None:
            head = bytes(self._came[: end + 2])
            answer = Answer(
                int(head[9:12]),
                _header(head, b"location", end).decode(),
                bytes(self._came[end + 4 : self._whole]),
            )
            self._came.clear()
            self._whole = -1
            self._waiting.set_result(answer)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Carries it out on the kind of loop that the program itself runs on."""
    with asyncio.Runner(loop_factory=uvicorn.Config("").get_loop_factory()) as runner:
        return runner.run(work)


def _header(head: bytes | bytearray, name: bytes, end: int) -> bytes:
    """The value of a header, whose name the server writes in small letters; empty without it."""
    begin = head.find(b"\r\n" + name + b": ", 0, end)
    if begin < 0:
        return b""
    begin += len(name) + 4
    return bytes(head[begin : head.find(b"\r\n", begin)])
