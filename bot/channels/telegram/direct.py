"""Calls straight to Telegram over kept connections, their answers read by httptools.

A busy bot spends more on its calls than on anything else it does beside matching: aiohttp, which
carries them through proxies, takes three times the processor time a call.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import deque
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import httptools
from aiohappyeyeballs import start_connection
from telegram.error import NetworkError, TimedOut
from yarl import URL

_CONNECT_SECONDS = 5.0
_NEXT_ADDRESS_SECONDS = 0.25
_KEEP_ALIVE_SECONDS = 20.0
"""A connection that lay idle for longer may be closed over there just when it is used again."""
_HEAD = (
    "POST {} HTTP/1.1\r\nHost: {}\r\nAccept: */*\r\nUser-Agent: hoi-dap-bau-cu\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
)
_MEASURED = frozenset({b"content-length", b"transfer-encoding"})
_FIRST_FINAL = 200


class NotReached(NetworkError):
    """No connection came about: the call has surely not arrived."""


class Direct:
    """The connections to one service, so many at most."""

    def __init__(self, connections: int) -> None:
        self._slots = asyncio.Semaphore(connections)
        self._idle: deque[_Connection] = deque()

    async def post(self, url: str, form: bytes, seconds: float) -> tuple[int, bytes]:
        """Status and body of the answer, whole within `seconds`. Raises `NotReached` or `TimedOut`."""
        place = _place_of(url)
        async with self._slots:
            connection = self._take_idle() or await _open(place)
            try:
                status, body = await connection.ask(place.head, form, seconds)
            except BaseException:
                # Also where whoever called was told to stop: the answer may still come.
                connection.close()
                raise
            if connection.is_open:
                self._idle.append(connection)
        return status, body

    async def close(self) -> None:
        """Gives the connections back."""
        while self._idle:
            self._idle.popleft().close()

    def _take_idle(self) -> _Connection | None:
        """The connection that was used last; those that lie idle for too long are closed."""
        oldest = asyncio.get_running_loop().time() - _KEEP_ALIVE_SECONDS
        while self._idle and (self._idle[0].used_at < oldest or not self._idle[0].is_open):
            self._idle.popleft().close()
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open:
                return connection
        return None


class _Connection(asyncio.Protocol):
    """One connection with one call at a time; httptools calls the methods that begin with `on_`."""

    def __init__(self) -> None:
        self.used_at = 0.0
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._answered: asyncio.Future[tuple[int, bytes]] | None = None
        self._is_measured = False
        """Whether the answer says where it ends."""
        self._is_whole_at_end = False
        self._begin_answer()

    @property
    def is_open(self) -> bool:
        """Whether another call can be made on it."""
        return self._transport is not None and not self._transport.is_closing()

    async def ask(self, head: bytes, form: bytes, seconds: float) -> tuple[int, bytes]:
        """Status and body of the answer to one call. Raises `TimedOut`."""
        assert self._transport is not None  # noqa: S101
        self._answered = self._loop.create_future()
        self._transport.write(b"%b%d\r\n\r\n%b" % (head, len(form), form))
        late = self._loop.call_later(seconds, self._break_off, "too late")
        try:
            return await self._answered
        finally:
            late.cancel()
            self._answered = None

    def close(self) -> None:
        """Ends it; may be called twice."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's are none of asyncio's by descent.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._break_off("not HTTP")

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._is_whole_at_end and exc is None:
            self._answer()
        self._break_off("cut off")

    def on_header(self, name: bytes, _value: bytes) -> None:
        self._is_measured = self._is_measured or name.lower() in _MEASURED

    def on_headers_complete(self) -> None:
        # As old servers do: the answer ends where the connection does.
        self._is_whole_at_end = not self._is_measured

    def on_body(self, part: bytes) -> None:
        self._parts.append(part)

    def on_message_complete(self) -> None:
        if self._parser.get_status_code() < _FIRST_FINAL:
            return  # It says that it has begun; the answer follows.
        keeps = self._parser.should_keep_alive()
        self._answer()
        self._begin_answer()
        if not keeps:
            self.close()

    def _begin_answer(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._parts: list[bytes] = []
        self._is_measured = self._is_whole_at_end = False

    def _answer(self) -> None:
        self.used_at = self._loop.time()
        if self._answered is not None and not self._answered.done():
            self._answered.set_result((self._parser.get_status_code(), b"".join(self._parts)))

    def _break_off(self, why: str) -> None:
        """The call has left, and its answer is not to be had."""
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(TimedOut(why))
        self.close()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a call goes, and how its request begins."""

    host: str
    port: int
    is_secret: bool
    head: bytes


@lru_cache(maxsize=64)
def _place_of(url: str) -> _Place:
    parts = URL(url)
    host, port, is_secret = parts.raw_host or "", parts.port or 0, parts.scheme == "https"
    named = f"[{host}]" if ":" in host else host
    where = named if parts.is_default_port() else f"{named}:{port}"
    return _Place(host, port, is_secret, _HEAD.format(parts.raw_path_qs, where).encode("ascii"))


async def _open(place: _Place) -> _Connection:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            found = await loop.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
            # Where IPv6 is promised and does not work, the older address is tried in time.
            reached = await start_connection(found, happy_eyeballs_delay=_NEXT_ADDRESS_SECONDS)
            _, connection = await loop.create_connection(
                _Connection,
                sock=reached,
                ssl=_secrecy() if place.is_secret else None,
                server_hostname=place.host if place.is_secret else None,
            )
    except (OSError, TimeoutError) as error:
        raise NotReached(type(error).__name__) from error
    return connection


@lru_cache(maxsize=1)
def _secrecy() -> ssl.SSLContext:
    """Made once: reading the certificates that are trusted takes some milliseconds."""
    return ssl.create_default_context()
