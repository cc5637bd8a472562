"""How long a request may take to arrive, and how large its head may be.

uvicorn waits for ever: a few thousand connections that send a letter now and then would keep everybody
else out. A request that comes whole, as all but large uploads do, costs nothing here.
"""

from __future__ import annotations

import asyncio

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LOOK_SECONDS = 20.0
LEAST_BYTES = 20 * 1024
"""What must have come since the last look; a phone at the edge of its net sends as much."""
LARGEST_HEAD = 64 * 1024
"""Bytes of address and headers; a browser sends a tenth of it."""
_log = structlog.get_logger(__name__)


class PatientProtocol(HttpToolsProtocol):
    """A connection that is closed where its request does not come, or has no end of headers."""

    _looking: asyncio.TimerHandle | None = None
    _came = 0
    _head = 0
    _in_head = False
    _is_arriving = True
    """From the connection, and from each first byte of a request, to its last one."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody is there: his request is waited for."""
        super().connection_made(transport)
        self._look_later()

    def connection_lost(self, exc: Exception | None) -> None:
        """He is gone."""
        self._stop_looking()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Something came."""
        self._came += len(data)
        super().data_received(data)
        if self._in_head:
            self._head += len(data)
            if self._head > LARGEST_HEAD:
                self._give_up("head")
        if not self._is_arriving:
            self._stop_looking()
        elif self._looking is None:
            self._look_later()

    def on_message_begin(self) -> None:
        """A request begins to arrive."""
        self._is_arriving = self._in_head = True
        self._head = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Its head is here."""
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """All of it is here."""
        self._is_arriving = False
        super().on_message_complete()

    def _look_later(self) -> None:
        self._came = 0
        self._looking = self.loop.call_later(LOOK_SECONDS, self._look)

    def _stop_looking(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None

    def _look(self) -> None:
        # Where we ourselves do not read on, he may be as quick as he likes.
        if self.flow.read_paused or (self._came >= LEAST_BYTES and not self._in_head):
            self._look_later()
        else:
            self._give_up("pace")

    def _give_up(self, over: str) -> None:
        self._stop_looking()
        _log.debug("request_never_came", over=over)
        if not self.transport.is_closing():
            self.transport.close()
