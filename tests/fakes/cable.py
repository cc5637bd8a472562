"""A line on loopback to a service, which can be cut, mended, or left silent."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Reach = Callable[[], Awaitable[Streams]]
"""Opens a connection to the service."""


class Cable:
    """Passes bytes both ways. Runs in the loop that laid it."""

    def __init__(self, reach: Reach) -> None:
        self.port = 0
        self._reach = reach
        self._is_cut = False
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def cut(self) -> None:
        """Break every connection, and every new one until `mend`."""
        self._is_cut = True
        for writer in list(self._writers):
            writer.transport.abort()

    def hush(self) -> None:
        """Let nothing through and break nothing: the far side just says no more."""
        self._flowing.clear()

    def mend(self) -> None:
        """All is well again."""
        self._is_cut = False
        self._flowing.set()

    async def join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves one connection."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            if not self._is_cut:
                with contextlib.suppress(OSError):
                    await self._pass_on((reader, writer), await self._reach())
        finally:
            writer.transport.abort()
            self._tasks.discard(task)

    async def _pass_on(self, near: Streams, far: Streams) -> None:
        ends = {near[1], far[1]}
        self._writers |= ends
        ways = [
            asyncio.ensure_future(self._pump(near[0], far[1])),
            asyncio.ensure_future(self._pump(far[0], near[1])),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            self._writers -= ends
            far[1].transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                await self._flowing.wait()
                writer.write(data)
                await writer.drain()

    async def take_up(self) -> None:
        """Ends every connection for good."""
        self.cut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def laid(reach: Reach) -> AsyncIterator[Cable]:
    """A cable whose near end is a port on loopback while the block runs."""
    cable = Cable(reach)
    server = await asyncio.start_server(cable.join, "127.0.0.1", 0)
    cable.port = server.sockets[0].getsockname()[1]
    try:
        yield cable
    finally:
        server.close()
        await cable.take_up()


def to_port(port: int) -> Reach:
    """A service at a port of loopback."""
    return lambda: asyncio.open_connection("127.0.0.1", port)


def to_socket(path: str) -> Reach:
    """A service at a Unix socket."""
    return lambda: asyncio.open_unix_connection(path)
