"""A Telegram on loopback that costs next to nothing, and a sender to match.

Both share the machine with the program that is measured, so both are bare bytes on one loop: a
message is a request made beforehand, a reply is read as far as its chat. Nothing is judged here:
limits and misbehaviour are those of `tests.fakes.telegram`, which the killed run uses.
"""

from __future__ import annotations

import asyncio
import json
import re
import statistics
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from benchmarks.processes import processor_s, resident_mb
from tests.fakes.ordeal import SECRET, Program, until
from tests.fakes.serving import free_port
from tests.fakes.telegram import FakeTelegram

FIRST_PERSON = 500_001
CONNECTIONS = 40
"""As many as Telegram opens to a webhook unless it is told otherwise."""

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHAT = re.compile(rb"(?:^|&)chat_id=(-?\d+)")
_DONE = b'{"ok":true,"result":true}'
_SENT = b'{"ok":true,"result":{"message_id":%d,"date":%d,"chat":{"id":%d,"type":"private"}}}'


class BareTelegram(FakeTelegram):
    """Takes every call; of a sent message it keeps the chat and the moment."""

    arrived: list[tuple[int, float]]

    async def serve(self) -> asyncio.Server:
        """Listens on a free port; `address` tells where."""
        self.arrived = []
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Called(self), "127.0.0.1", 0, backlog=2048)
        self.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        return server

    def answer(self, method: str, body: bytes) -> bytes:
        """The body of the answer to a call."""
        self.calls[method] += 1
        if method == "sendMessage" and (found := _CHAT.search(body)):
            chat, now = int(found[1]), time.monotonic()
            self.arrived.append((chat, now))
            return _SENT % (len(self.arrived), time.time(), chat)
        if method == "getMe":
            return b'{"ok":true,"result":{"id":123456,"is_bot":true,"username":"BauCuThuBot"}}'
        return _DONE


class _Talk(asyncio.Protocol):
    """One kept connection on which whole messages come in: their first line, and their body."""

    def __init__(self) -> None:
        self._read = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's are none of asyncio's by descent.
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._read += data
        while (end := self._read.find(b"\r\n\r\n")) >= 0:
            found = _LENGTH.search(self._read, 0, end)
            whole = end + 4 + (int(found[1]) if found else 0)
            if len(self._read) < whole:
                return
            first, body = self._read[: self._read.find(b"\r\n")], self._read[end + 4 : whole]
            self._read = self._read[whole:]
            self.heard(first, body)

    def heard(self, first: bytes, body: bytes) -> None:
        raise NotImplementedError


class _Called(_Talk):
    """A connection on which the bot calls."""

    def __init__(self, fake: BareTelegram) -> None:
        super().__init__()
        self._fake = fake

    def heard(self, first: bytes, body: bytes) -> None:
        method = first.split(b" ", 2)[1].rpartition(b"/")[2].decode()
        told = self._fake.answer(method, body)
        assert self.transport is not None
        self.transport.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
            % (len(told), told)
        )


class _Posting(_Talk):
    """A connection on which requests are posted, one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self._answered: asyncio.Future[bytes] | None = None

    async def post(self, request: bytes) -> bytes:
        """The first line of the answer."""
        assert self.transport is not None
        self._answered = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self._answered

    def heard(self, first: bytes, body: bytes) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_result(first)

    def connection_lost(self, error: Exception | None) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(error or ConnectionResetError("the program hung up"))


@dataclass(slots=True)
class Rush:
    """The programs that are measured, and what is sent to them over kept connections."""

    fake: BareTelegram
    programs: list[Program]
    refused: int = 0
    waiting: deque[bytes] = field(default_factory=deque)
    _more: asyncio.Event = field(default_factory=asyncio.Event)
    _numbers: int = 0
    _broken: BaseException | None = None

    async def run(self) -> None:
        """Posts what waits over connections to all programs in turn, for ever."""
        ports = [self.programs[n % len(self.programs)].port for n in range(CONNECTIONS)]
        await asyncio.gather(*(self._post_all(port) for port in ports))

    async def _post_all(self, port: int) -> None:
        loop, connection = asyncio.get_running_loop(), _Posting()
        while True:
            while not self.waiting:
                self._more.clear()
                await self._more.wait()
            request = self.waiting.popleft()
            try:
                if connection.transport is None or connection.transport.is_closing():
                    connection = (await loop.create_connection(_Posting, "127.0.0.1", port))[1]
                answer = await connection.post(request)
            except ConnectionError:
                # A server closes what lay idle for a few seconds; what came twice is known to it.
                self.waiting.appendleft(request)
                continue
            self.refused += b" 200" not in answer[:14]

    def put(self, request: bytes) -> None:
        """Another request to post."""
        self.waiting.append(request)
        self._more.set()

    def messages(self, texts: Sequence[str], people: int) -> list[bytes]:
        """A request for each text, from people in turn."""
        found = []
        for number, text in enumerate(texts):
            self._numbers += 2
            found.append(_request(self._numbers, FIRST_PERSON + number % people, text))
        return found

    async def flood(self, texts: Sequence[str], people: int) -> None:
        """All texts as fast as they are taken; returns when all are answered."""
        wanted = len(self.fake.arrived) + len(texts)
        for request in self.messages(texts, people):
            self.put(request)
        await until(lambda: self.is_done(wanted), self.programs[0], 900)

    def is_done(self, wanted: int) -> bool:
        """Whether so many replies have arrived; raises where nothing is posted any more."""
        if self._broken is not None:
            raise self._broken
        return len(self.fake.arrived) >= wanted

    def note_end(self, posting: asyncio.Task[None]) -> None:
        """Posting has ended: where it was not told to, whoever waits must hear of it."""
        if not posting.cancelled():
            self._broken = posting.exception()

    def processor_s(self) -> float:
        """The seconds of processor that the programs have used."""
        return sum(processor_s(one.process.pid) for one in self.programs if one.process)

    def memory_mb(self) -> float:
        """What the programs hold resident together."""
        return sum(resident_mb(one.process.pid) for one in self.programs if one.process)


def _request(number: int, person: int, text: str) -> bytes:
    message = {
        "message_id": number + 1,
        "from": {"id": person, "is_bot": False, "first_name": "Lan"},
        "chat": {"id": person, "type": "private", "first_name": "Lan"},
        "date": int(time.time()),
        "text": text,
    }
    body = json.dumps({"update_id": number, "message": message}).encode()
    head = (
        "POST /webhooks/telegram HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@asynccontextmanager
async def rush(folder: Path, programs: int = 1, **settings: str) -> AsyncIterator[Rush]:
    """So many programs started on what the settings say; at the end they are gone."""
    fake = BareTelegram()
    server = await fake.serve()
    started = []
    for number in range(programs):
        home = folder / str(number)
        home.mkdir()
        started.append(Program(home, free_port(), fake, more=dict(settings)))
    all_ = Rush(fake, started)
    try:
        for program in started:
            await program.start()
        posting = asyncio.create_task(all_.run())
        posting.add_done_callback(all_.note_end)
        try:
            yield all_
        finally:
            posting.cancel()
            await asyncio.gather(posting, return_exceptions=True)
    finally:
        for program in started:
            if program.process is not None and program.process.poll() is None:
                program.kill()
        server.close()


@dataclass(slots=True)
class Load:
    """Messages at a steady rate, and how long each waits for its reply."""

    rush: Rush
    waits: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    cpu_ms: float = 0.0
    """Milliseconds of processor that the programs used a message."""

    async def run(self, texts: Sequence[str], rate: int, people: int) -> None:
        """Posts all texts at their times, then waits for the last reply."""
        fake = self.rush.fake
        requests, first = self.rush.messages(texts, people), len(fake.arrived)
        watching = asyncio.create_task(self._watch())
        before, begun = self.rush.processor_s(), time.monotonic()
        for number, request in enumerate(requests):
            wait = begun + number / rate - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            self.rush.put(request)
        wanted = first + len(texts)
        await until(lambda: self.rush.is_done(wanted), self.rush.programs[0])
        watching.cancel()
        self.cpu_ms = (self.rush.processor_s() - before) / len(texts) * 1_000
        due: defaultdict[int, deque[float]] = defaultdict(deque)
        for number in range(len(texts)):
            due[FIRST_PERSON + number % people].append(begun + number / rate)
        self.waits = [at - due[chat].popleft() for chat, at in fake.arrived[first:]]

    async def _watch(self) -> None:
        while True:
            self.memory.append(self.rush.memory_mb())
            await asyncio.sleep(5)

    def ms(self, percent: int) -> float:
        """The wait that so many percent of the messages do not exceed."""
        return statistics.quantiles(self.waits, n=100)[percent - 1] * 1_000

    @property
    def growth_mb(self) -> float:
        """How much memory grew in the second half."""
        return self.memory[-1] - self.memory[len(self.memory) // 2]
