"""What this machine does at best: a bare route, and bare INSERTs. Figures of load are read beside it.

python -m benchmarks.yardsticks PORT      serves the bare route
"""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from benchmarks.material import ROOT
from benchmarks.rush import BareTelegram, Rush
from tests.fakes.ordeal import Program
from tests.fakes.serving import free_port

_INSERT = "INSERT INTO bare (channel, number, text) VALUES ('telegram', {}, {})"
_TABLE = "CREATE TABLE bare (id {} PRIMARY KEY, channel TEXT, number BIGINT UNIQUE, text TEXT)"
_TEXT = "Bao nhiêu tuổi thì được đi bầu cử?"


async def requests_a_second(folder: Path, count: int) -> float:
    """How many posts a second a route of Starlette takes that only reads them."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.yardsticks", str(port)]
    serving = subprocess.Popen(command, cwd=ROOT)  # noqa: ASYNC220 only its start is waited for
    try:
        await asyncio.to_thread(_wait_for, port)
        all_ = Rush(BareTelegram(), [Program(folder, port, BareTelegram())])
        posting = asyncio.create_task(all_.run())
        for request in all_.messages([_TEXT] * count, 1_000):
            all_.put(request)
        begun = time.perf_counter()
        while all_.waiting:  # noqa: ASYNC110 the connections take what waits
            await asyncio.sleep(0.002)
        passed = time.perf_counter() - begun
        posting.cancel()
        await asyncio.gather(posting, return_exceptions=True)
        return count / passed
    finally:
        serving.kill()
        serving.wait()


def _wait_for(port: int) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def sqlite_inserts_a_second(folder: Path, count: int) -> float:
    """How many INSERTs a second SQLite commits one by one, with the pragmas of the program."""
    database = sqlite3.connect(folder / "bare.db", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=NORMAL")
    database.execute(_TABLE.format("INTEGER"))
    begun = time.perf_counter()
    for number in range(count):
        database.execute(_INSERT.format("?", "?"), (number, _TEXT))
    passed = time.perf_counter() - begun
    database.close()
    return count / passed


async def postgresql_inserts_a_second(url: str, count: int, at_once: int = 8) -> float:
    """How many INSERTs a second PostgreSQL commits one by one over a few connections."""
    import asyncpg  # type: ignore[import-untyped]

    opened: list[Any] = [await asyncpg.connect(url) for _ in range(at_once)]
    await opened[0].execute(_TABLE.format("BIGSERIAL"))
    begun = time.perf_counter()

    async def insert(connection: Any, start: int) -> None:
        for number in range(start, count, at_once):
            await connection.execute(_INSERT.format("$1", "$2"), number, _TEXT)

    await asyncio.gather(*(insert(one, start) for start, one in enumerate(opened)))
    passed = time.perf_counter() - begun
    await asyncio.gather(*(connection.close() for connection in opened))
    return count / passed


async def _take(request: Request) -> Response:
    await request.body()
    return PlainTextResponse("ok")


if __name__ == "__main__":
    bare = Starlette(routes=[Route("/webhooks/telegram", _take, methods=["POST"])])
    uvicorn.run(bare, port=int(sys.argv[1]), log_level="warning", access_log=False)
