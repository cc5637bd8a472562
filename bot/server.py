"""The composition root: everything that runs, put together from the settings.

One ASGI application (web chat, health, metrics) and the tasks beside it (watching the knowledge).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog
import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.channels.web.chat import WebChat
from bot.channels.web.guard import Guard
from bot.channels.web.limit import Limiter
from bot.commands.talk import open_live
from bot.dialogue.snapshot import Snapshot
from bot.dialogue.turn import Handler
from bot.errors import DatabaseUnavailable
from bot.knowledge.live import Live
from bot.settings import Settings
from bot.store.database import Database
from bot.store.migrate import migrate

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """The database of the settings, migrated; closed when the block ends."""
    database = Database(settings.database)
    try:
        await database.connect()
        await migrate(database)
        yield database
    finally:
        await database.close()


def build_app(settings: Settings, database: Database, live: Live[Snapshot]) -> Starlette:
    """The ASGI application."""
    handler = Handler(database, lambda: live.current)
    chat = WebChat(handler, Limiter(), secure=settings.public_url.startswith("https://"))
    routes: list[BaseRoute] = [
        Route("/healthz", _health(database, live)),
        Route("/readyz", _health(database, live, ready=True)),
        Route("/metrics", _metrics),
        *chat.routes(),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(Guard)],
        lifespan=_lifespan(live),
        exception_handlers={Exception: _failed, DatabaseUnavailable: _unavailable},
    )


def _lifespan(
    live: Live[Snapshot],
) -> Callable[[Starlette], contextlib.AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        stop = asyncio.Event()
        watching = asyncio.create_task(live.watch(stop))
        try:
            yield
        finally:
            stop.set()
            with contextlib.suppress(asyncio.CancelledError):
                await watching

    return lifespan


def _health(
    database: Database, live: Live[Snapshot], *, ready: bool = False
) -> Callable[[Request], Awaitable[Response]]:
    async def health(_request: Request) -> Response:
        trouble = await _database_trouble(database)
        body = {
            "status": "trouble" if trouble else "ok",
            "database": trouble or "ok",
            "knowledge": {
                "version": live.version,
                "entries": len(live.current.base.spoken),
                "faults": [str(fault) for fault in live.faults],
            },
            "channels": {"web": "ok"},
        }
        return JSONResponse(body, status_code=503 if ready and trouble else 200)

    return health


async def _database_trouble(database: Database) -> str:
    try:
        async with asyncio.timeout(3), database.reading() as tx:
            await tx.connection.exec_driver_sql("SELECT 1")
    except DatabaseUnavailable as error:
        return str(error)
    except TimeoutError:
        return "Cơ sở dữ liệu không trả lời trong 3 giây."
    return ""


async def _metrics(_request: Request) -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _failed(request: Request, error: Exception) -> Response:
    # The text of an error may quote what a person typed; its kind and place are enough here.
    _log.error("request_failed", path=request.url.path, kind=type(error).__name__, exc_info=False)
    return PlainTextResponse("Máy chủ gặp lỗi. Xin bạn thử lại sau ít phút.", status_code=500)


async def _unavailable(_request: Request, error: Exception) -> Response:
    _log.error("database_unavailable", sentence=str(error))
    sentence = "Máy chủ đang gián đoạn. Xin bạn gửi lại sau ít phút."
    return JSONResponse({"error": sentence}, status_code=503)


def set_up_logs(level: str) -> None:
    """Logs as JSON lines on standard error; libraries speak up from warnings on."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s")
    for chatty in ("httpx", "httpcore"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def run(settings: Settings) -> None:
    """Serve until told to stop. Raises a `BotError` where something keeps it from starting."""
    set_up_logs(settings.log_level)
    live = open_live(settings)

    async def serve() -> None:
        async with open_database(settings) as database:
            config = uvicorn.Config(
                build_app(settings, database, live),
                host=settings.host,
                port=settings.port,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=5,
                proxy_headers=True,
            )
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve())
            while not server.started and not serving.done():
                await asyncio.sleep(0.02)
            if server.started:
                _announce(settings, server)
            await serving

    asyncio.run(serve())


def _announce(settings: Settings, server: uvicorn.Server) -> None:
    port = settings.port
    for listening in server.servers:
        for socket in listening.sockets:
            port = socket.getsockname()[1]
    address = settings.public_url or f"http://localhost:{port}"
    print(f"Trang hỏi đáp:      {address}/", flush=True)  # noqa: T201 for whoever starts it
    print(f"Tình trạng dịch vụ: {address}/healthz", flush=True)  # noqa: T201
