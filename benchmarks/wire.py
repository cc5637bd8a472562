"""A bare HTTP/1.1 connection: a sender must not need more of the machine than the server."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server answered; names of headers in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes


class Connection:
    """One connection that is kept open between requests."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, method: str, path: str, cookie: str, body: bytes = b"") -> Answer:
        """Sends a request and reads the answer. Raises OSError or EOFError where it cannot.

        Like a browser it asks again where a connection kept open was closed in the meantime.
        """
        is_kept = self._writer is not None
        try:
            return await self._ask(method, path, cookie, body)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.close()
            if not is_kept:
                raise
        return await self._ask(method, path, cookie, body)

    async def _ask(self, method: str, path: str, cookie: str, body: bytes) -> Answer:
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        kind = "application/json" if body[:1] == b"{" else "application/x-www-form-urlencoded"
        self._writer.write(
            f"{method} {path} HTTP/1.1\r\nHost: localhost:{self._port}\r\n"
            f"Cookie: hoi_dap={cookie}\r\nContent-Type: {kind}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {}
        for line in head[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", "0"))
        return Answer(int(head[0].split(" ")[1]), headers, await self._reader.readexactly(length))

    def close(self) -> None:
        """Ends the connection."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None
