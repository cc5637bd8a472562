"""PostgreSQL killed, or its network cut: told at /healthz in words, and over when its cause is."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.dialogue.snapshot import Snapshot
from bot.knowledge.live import Live
from bot.server import build_app
from bot.settings import Settings
from bot.store.database import Database
from bot.store.migrate import migrate
from tests.conftest import SEALER
from tests.fakes import postgres
from tests.fakes.cable import Cable, laid, to_socket
from tests.web.conftest import HOST, QUESTION, post

AGAIN = {"id": "0123456789abcdef0123456789abcdef", "text": QUESTION}


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    """A PostgreSQL of this module's own, to be killed."""
    with tempfile.TemporaryDirectory(prefix="bot-killed-") as folder, ExitStack() as stack:
        try:
            server = stack.enter_context(postgres.started(Path(folder) / "data"))
        except Exception as error:
            pytest.skip(f"PostgreSQL does not start here: {error}")
        # No superuser: those are given connections that others are refused.
        server.psql("CREATE ROLE bot LOGIN; ALTER DATABASE postgres OWNER TO bot;")
        server.psql("ALTER SCHEMA public OWNER TO bot;")
        yield server


@pytest.fixture
async def cable(server: Any) -> AsyncIterator[Cable]:
    async with laid(to_socket(postgres.socket_of(server))) as one:
        yield one


@pytest.fixture
async def browser(cable: Cable, live: Live[Snapshot]) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who has opened the page of a program that reaches its database by the cable."""
    database = Database(f"postgresql://bot@127.0.0.1:{cable.port}/postgres")
    await migrate(database)
    app = build_app(Settings(_env_file=None), database, live, SEALER)  # type: ignore[call-arg]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOST) as web:
        await web.get("/")
        yield web
    await database.close()


@asynccontextmanager
async def killed(server: Any, _cable: Cable) -> AsyncIterator[None]:
    """kill -9 of the server and all its processes; then somebody starts it again."""
    await asyncio.to_thread(postgres.kill, server)
    yield
    await asyncio.to_thread(postgres.start_again, server)


@asynccontextmanager
async def cut(_server: Any, cable: Cable) -> AsyncIterator[None]:
    """Every connection breaks, and no new one comes about."""
    cable.cut()
    yield
    cable.mend()


_TERMINATE = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend';"
)


@asynccontextmanager
async def demoted(server: Any, _cable: Cable) -> AsyncIterator[None]:
    """What answers is a standby after a failover; connections that were made to it stay read-only."""
    await asyncio.to_thread(
        server.psql, f"ALTER ROLE bot SET default_transaction_read_only = on; {_TERMINATE}"
    )
    yield
    await asyncio.to_thread(server.psql, "ALTER ROLE bot RESET default_transaction_read_only;")


@asynccontextmanager
async def read_only(server: Any, _cable: Cable) -> AsyncIterator[None]:
    """The server takes no writes any more, of those who were there before either."""
    read_only = "ALTER SYSTEM SET default_transaction_read_only = {}; SELECT pg_reload_conf();"
    await asyncio.to_thread(_each, server, read_only.format("on"))
    yield
    await asyncio.to_thread(
        _each, server, f"SET default_transaction_read_only = off; {read_only.format('off')}"
    )


def _each(server: Any, statements: str) -> None:
    # ALTER SYSTEM may stand in no transaction, so each is sent by itself.
    server.psql(statements.replace("; ", ";\n"))


@asynccontextmanager
async def crowded(server: Any, _cable: Cable) -> AsyncIterator[None]:
    """Others have taken every connection that the server gives."""
    await asyncio.to_thread(server.psql, f"ALTER ROLE bot CONNECTION LIMIT 0; {_TERMINATE}")
    yield
    await asyncio.to_thread(server.psql, "ALTER ROLE bot CONNECTION LIMIT -1;")


async def is_taken(web: httpx.AsyncClient) -> bool:
    return (await post(web, **AGAIN)).status_code == 200


async def is_healthy(web: httpx.AsyncClient) -> bool:
    return bool((await web.get("/healthz")).json()["status"] == "ok")


async def is_told(web: httpx.AsyncClient, sentence: str) -> bool:
    await post(web, text=QUESTION)
    told = await web.get("/healthz")
    assert told.status_code == 200
    return sentence in told.json()["database"]


async def comes_true(question: Callable[[], Awaitable[bool]]) -> bool:
    for _ in range(600):
        if await question():
            return True
        await asyncio.sleep(0.1)
    return False


@pytest.mark.parametrize("fault", [killed, cut])
async def test_a_lost_server_is_told_nothing_is_lost_and_it_recovers_by_itself(
    server: Any, cable: Cable, browser: httpx.AsyncClient, fault: Any
) -> None:
    assert (await post(browser, text=QUESTION)).status_code == 200
    async with fault(server, cable):
        assert (await post(browser, **AGAIN)).status_code == 503
        told = await browser.get("/healthz")
        assert (told.status_code, told.json()["status"]) == (200, "trouble")
        assert "Không dùng được cơ sở dữ liệu" in told.json()["database"]
        assert (await browser.get("/readyz")).status_code == 503
    # What could not be kept is taken when it is sent again, and the state is well with it.
    assert await comes_true(lambda: is_taken(browser))
    assert await comes_true(lambda: is_healthy(browser))


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (demoted, "máy chủ chỉ cho đọc; hãy nối tới máy chủ chính"),
        (read_only, "máy chủ chỉ cho đọc; hãy nối tới máy chủ chính"),
        (crowded, "máy chủ đã hết kết nối; hãy tăng max_connections"),
    ],
)
async def test_a_server_that_takes_no_writes_is_told_and_it_recovers_by_itself(
    server: Any, cable: Cable, browser: httpx.AsyncClient, fault: Any, sentence: str
) -> None:
    assert (await post(browser, text=QUESTION)).status_code == 200
    async with fault(server, cable):
        # A connection that was just broken off tells of that first.
        assert await comes_true(lambda: is_told(browser, sentence))
        assert (await post(browser, **AGAIN)).status_code == 503
        assert (await browser.get("/readyz")).status_code == 503
    assert await comes_true(lambda: is_taken(browser))
    assert await comes_true(lambda: is_healthy(browser))


async def test_a_line_that_goes_silent_is_told_and_goes_on_when_it_speaks_again(
    cable: Cable, browser: httpx.AsyncClient
) -> None:
    cable.hush()
    told = (await browser.get("/healthz")).json()
    assert told["status"] == "trouble"
    assert "không trả lời" in told["database"]
    cable.mend()
    assert await comes_true(lambda: is_healthy(browser))
    assert (await post(browser, text=QUESTION)).status_code == 200
