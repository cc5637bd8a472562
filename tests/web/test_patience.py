"""Whoever opens connections and sends next to nothing does not keep them; who is slow is served."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.channels.web import patience
from bot.channels.web.patience import PatientProtocol
from tests.fakes.serving import serving

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 400000\r\n\r\n"


async def _length(request: Request) -> PlainTextResponse:
    with contextlib.suppress(ClientDisconnect):
        return PlainTextResponse(str(len(await request.body())))
    return PlainTextResponse("gone")


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(patience, "LOOK_SECONDS", 0.3)
    app = Starlette(routes=[Route("/", _length, methods=["GET", "POST"])])
    with serving(app, PatientProtocol) as address:
        yield int(address.rpartition(":")[2])


def is_closed(wire: socket.socket) -> bool:
    try:
        return wire.recv(4096) == b""
    except ConnectionError:
        return True


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"P",
        HEAD[:40],
        HEAD,
        HEAD + b"a" * 100,
        HEAD.replace(b"Content-Length: 400000", b"X: y"),
    ],
    ids=[
        "nothing",
        "a letter",
        "half a head",
        "no body",
        "half a body",
        "a head, then half of one",
    ],
)
def test_a_request_that_does_not_come_is_not_waited_for(port: int, sent: bytes) -> None:
    more = b"POST / HT" if b"X: y" in sent else b""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as wire:
        wire.sendall(sent)
        if more:
            assert wire.recv(4096).endswith(b"0")
            wire.sendall(more)
        assert is_closed(wire)


def test_a_letter_now_and_then_keeps_no_connection(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as wire:
        wire.sendall(HEAD)
        wire.settimeout(0.05)
        for _ in range(1_200):
            with contextlib.suppress(TimeoutError):
                if is_closed(wire):
                    return
            with contextlib.suppress(ConnectionError):
                wire.sendall(b"a")
    pytest.fail("it was listened to for a minute")


def test_who_sends_steadily_is_served_however_long_it_takes(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "LOOK_SECONDS", 2.0)
    with socket.create_connection(("127.0.0.1", port), timeout=60) as wire:
        wire.sendall(HEAD)
        for _ in range(10):
            wire.sendall(b"a" * 40_000)
            time.sleep(0.5)
        assert wire.recv(4096).endswith(b"400000")


def test_a_connection_is_kept_for_the_next_request(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as wire:
        for _ in range(3):
            wire.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert wire.recv(4096).endswith(b"0")
            time.sleep(0.7)
