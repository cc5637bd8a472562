"""What this machine does at best in the same run: a bare Starlette route, and bare INSERTs.

python -m benchmarks.bare PORT          serves the route
"""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from benchmarks.material import ROOT
from benchmarks.wire import Connection
from tests.fakes.serving import free_port

_SECONDS = 3.0
_AT_ONCE = 32
_TABLE = "CREATE TABLE bare (id INTEGER PRIMARY KEY, chosen TEXT)"
_INSERT = "INSERT INTO bare (chosen) VALUES ('a')"


async def route_a_second() -> int:
    """Posts a second to a route that reads them and says yes, from as many connections."""
    with _served() as port:

        async def post(count: list[int], end: float) -> None:
            connection = Connection(port)
            while time.perf_counter() < end:
                await connection.ask("POST", "/", "x", b'{"position":"1","chosen":"a"}')
                count[0] += 1
            connection.close()

        done = [0]
        await post([0], time.perf_counter() + 0.2)
        end = time.perf_counter() + _SECONDS
        await asyncio.gather(*(post(done, end) for _ in range(_AT_ONCE)))
    return round(done[0] / _SECONDS)


def sqlite_inserts_a_second(folder: Path) -> int:
    """Rows a second, each in a transaction of its own, with the pragmas of the program."""
    with closing(sqlite3.connect(folder / "bare.db", isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        database.execute(_TABLE)
        count, end = 0, time.perf_counter() + _SECONDS
        while time.perf_counter() < end:
            database.execute(_INSERT)
            count += 1
    return round(count / _SECONDS)


async def postgresql_inserts_a_second(url: str, connections: int = 2) -> int:
    """Rows a second, each in a transaction of its own, over so many connections."""
    import asyncpg  # type: ignore[import-untyped]

    async def insert(count: list[int], end: float) -> None:
        connection = await asyncpg.connect(url)
        while time.perf_counter() < end:
            await connection.execute("INSERT INTO bare VALUES (DEFAULT, 'a')")
            count[0] += 1
        await connection.close()

    first = await asyncpg.connect(url)
    await first.execute("CREATE TABLE IF NOT EXISTS bare (id serial PRIMARY KEY, chosen text)")
    done, end = [0], time.perf_counter() + _SECONDS
    await asyncio.gather(*(insert(done, end) for _ in range(connections)))
    await first.execute("DROP TABLE bare")
    await first.close()
    return round(done[0] / _SECONDS)


@contextmanager
def _served() -> Iterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.bare", str(port)]
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            _wait_for(port)
            yield port
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


async def _say_yes(request: Request) -> Response:
    return JSONResponse(await request.json())


if __name__ == "__main__":
    app = Starlette(routes=[Route("/", _say_yes, methods=["POST"])])
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_config=None, access_log=False)
