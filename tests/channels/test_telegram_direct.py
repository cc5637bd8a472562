"""Calls over kept connections: how an answer may come, and when the outcome of a call is unknown."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from telegram.error import TimedOut

from bot.channels.telegram import direct
from bot.channels.telegram.direct import Direct, NotReached
from tests.channels.conftest import until
from tests.fakes.serving import free_port

HEAD = b"HTTP/1.1 200 OK\r\n"
SHORT = HEAD + b"Content-Length: 2\r\n\r\nok"


class Service:
    """Answers each call with the next of these pieces; an empty piece hangs up."""

    def __init__(self, *answers: Sequence[bytes]) -> None:
        self.answers = list(answers)
        self.connections = 0
        self.heard: list[bytes] = []
        self.address = ""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
                self.heard.append(head + await reader.readexactly(length))
                for piece in self.answers.pop(0):
                    if not piece:
                        return
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0.01)
        except asyncio.IncompleteReadError:
            return
        finally:
            writer.close()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/bot1:a/getMe"
        finally:
            server.close()


@asynccontextmanager
async def calling(service: Service, connections: int = 8) -> AsyncIterator[tuple[Direct, str]]:
    calls = Direct(connections)
    async with service.running() as url:
        yield calls, url
        await calls.close()


WHOLE = {
    "at once": (SHORT,),
    "letter by letter": tuple(SHORT[n : n + 1] for n in range(len(SHORT))),
    "in chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\no\r\n", b"1\r\nk\r\n0\r\n\r\n"),
    "after it was said to begin": (b"HTTP/1.1 100 Continue\r\n\r\n", SHORT),
    "until the end of the connection": (b"HTTP/1.0 200 OK\r\n\r\no", b"k", b""),
    "with the connection closed": (HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\nok",),
}


@pytest.mark.parametrize("pieces", WHOLE.values(), ids=WHOLE.keys())
async def test_an_answer_is_read_however_it_comes(pieces: Sequence[bytes]) -> None:
    service = Service(pieces, (SHORT,))
    async with calling(service) as (calls, url):
        assert await calls.post(url, b"chat_id=1", 60) == (200, b"ok")
        assert await calls.post(url, b"", 60) == (200, b"ok")
    assert service.heard[0].startswith(b"POST /bot1:a/getMe HTTP/1.1\r\nHost: 127.0.0.1:")
    assert service.heard[0].endswith(b"\r\nContent-Length: 9\r\n\r\nchat_id=1")


BROKEN = {
    "no answer": (b"",),
    "half a head": (HEAD, b""),
    "half a body": (HEAD + b"Content-Length: 9\r\n\r\nok", b""),
    "half of its chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nok", b""),
    "something else than HTTP": (b"SSH-2.0-OpenSSH_9.6\r\n",),
}


@pytest.mark.parametrize("pieces", BROKEN.values(), ids=BROKEN.keys())
async def test_a_call_whose_answer_breaks_off_may_have_arrived(pieces: Sequence[bytes]) -> None:
    service = Service(pieces, (SHORT,))
    async with calling(service) as (calls, url):
        with pytest.raises(TimedOut):
            await calls.post(url, b"a=1", 60)
        assert await calls.post(url, b"a=2", 60) == (200, b"ok")


async def test_a_late_answer_is_not_taken_for_that_of_the_next_call() -> None:
    late = HEAD + b"Content-Length: 4\r\n\r\nlate"
    service = Service((HEAD,), (SHORT,), (late,), (SHORT,))
    async with calling(service) as (calls, url):
        with pytest.raises(TimedOut):
            await calls.post(url, b"", 0.05)
        assert await calls.post(url, b"", 60) == (200, b"ok")
        cut_short = asyncio.create_task(calls.post(url, b"", 60))
        await until(lambda: len(service.heard) == 3)
        cut_short.cancel()
        assert await calls.post(url, b"", 60) == (200, b"ok")


async def test_connections_are_kept_and_not_more_than_allowed() -> None:
    service = Service(*[(SHORT,)] * 40)
    async with calling(service, 3) as (calls, url):
        await asyncio.gather(*(calls.post(url, b"", 60) for _ in range(20)))
        for _ in range(20):
            await calls.post(url, b"", 60)
    assert 1 <= service.connections <= 3


async def test_a_connection_that_lay_idle_for_long_is_not_used_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(direct, "_KEEP_ALIVE_SECONDS", 0.0)
    service = Service((SHORT,), (SHORT,))
    async with calling(service) as (calls, url):
        await calls.post(url, b"", 60)
        await asyncio.sleep(0.01)
        await calls.post(url, b"", 60)
    assert service.connections == 2


@pytest.mark.parametrize(
    "root", ["http://127.0.0.1:{}", "http://khong-co-may-nay.invalid", "http://[::1]:{}"]
)
async def test_a_call_that_finds_nobody_has_surely_not_left(root: str) -> None:
    with pytest.raises(NotReached):
        await Direct(1).post(f"{root.format(free_port())}/bot1:a/getMe", b"", 60)


async def test_whoever_cannot_prove_his_name_is_told_nothing(tmp_path: Path) -> None:
    service = Service((SHORT,))
    async with service.running() as url:
        with pytest.raises(NotReached):
            await Direct(1).post(url.replace("http://", "https://"), b"", 60)
    assert direct._secrecy().verify_mode is ssl.CERT_REQUIRED
    assert direct._secrecy().check_hostname
