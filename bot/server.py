"""The composition root: everything that runs, put together from the settings.

One ASGI application (web chat, contests, webhooks, health, metrics) and the tasks beside it
(watching the knowledge, looking after contests, taking away what was kept long enough, the channels).
Whatever keeps it from starting is told in one sentence before anything is served.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.adapters import build_channels
from bot.admin.people import FIRST_OWNER, add_first_owner
from bot.channels import webhook
from bot.channels.duty import Duty, Work, told_present
from bot.channels.health import figures, health
from bot.channels.redaction import JsonFormatter, redact_crashes, redact_line
from bot.channels.running import Channels
from bot.channels.tending import Tending
from bot.channels.timekeeping import keep_time, keep_time_of
from bot.channels.web import ownership
from bot.channels.web.arrival import Arrivals
from bot.channels.web.chat import WebChat
from bot.channels.web.contest import site
from bot.channels.web.guard import Guard
from bot.channels.web.later import Later
from bot.channels.web.limit import Limiter
from bot.channels.web.pages import Pages
from bot.channels.web.patience import PatientProtocol
from bot.channels.web.visitor import Visitors
from bot.clock import Clock, utc_now
from bot.commands.talk import open_live
from bot.contest.caretaker import Caretaker
from bot.contest.publish import Shelf
from bot.contest.queue import Queue
from bot.dialogue.contest.hall import Hall
from bot.dialogue.retention import Sweeper
from bot.dialogue.snapshot import Snapshot
from bot.dialogue.turn import Handler
from bot.errors import DatabaseUnavailable, SettingWrong
from bot.knowledge.live import Live
from bot.sealing import Sealer
from bot.secret_key import mark_of, open_sealer
from bot.settings import Settings
from bot.store.database import Database
from bot.store.migrate import migrate
from bot.wing import PATH as ADMIN
from bot.wing import Wing

_MOMENT_S = 1
"""How long what can wait waits after a start, while the first messages are answered."""
_log = structlog.get_logger(__name__)


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """The database of the settings, migrated; closed when the block ends."""
    database = Database(settings.database)
    try:
        await database.connect()
        await migrate(database)
        await keep_time_of(database)
        yield database
    finally:
        await database.close()


def build_app(
    settings: Settings,
    database: Database,
    live: Live[Snapshot],
    sealer: Sealer,
    limiter: Limiter | None = None,
    clock: Clock = utc_now,
) -> Starlette:
    """The ASGI application; `clock` is the time that contests are played by."""
    shelf, visitors = Shelf(), Visitors(database)
    queue = Queue(settings.starts_at_once, timedelta(minutes=settings.queue_minutes), 4)
    hall = Hall(sealer, shelf, queue)
    handler = Handler(database, lambda: live.current, hall=hall)
    tending = Tending()
    channels = Channels(
        build_channels(settings, database, sealer), handler, sealer, tending=tending
    )
    pages = Pages(lambda: live.current, settings.zalo_site_verification)
    secure = settings.public_url.startswith("https://")
    chat = WebChat(handler, limiter or Limiter(), pages, visitors, secure)
    desk = site.build_desk(
        database,
        lambda: live.current,
        sealer,
        shelf,
        pages,
        visitors,
        queue=queue,
        secure=secure,
        clock=clock,
    )
    wing = Wing(settings, database, live, sealer, shelf, clock)
    caretaker = Caretaker(database, shelf, lambda: live.current.contests, clock)
    sweeper = Sweeper(database, hall, timedelta(days=settings.keep_days))
    webhooks = channels.routes()
    # The routes are tried in this order; messages come hundreds a second, a contest's answers a
    # thousand.
    routes: list[BaseRoute] = [
        *webhooks,
        *site.routes(desk),
        Route("/healthz", health(database, live, channels, tending)),
        Route("/readyz", health(database, live, channels, tending, ready=True)),
        Route("/metrics", figures(live, channels, queue)),
        *ownership.routes(settings.zalo_site_verification),
        Later(ADMIN, wing.routes),
        *chat.routes(),
    ]
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(Guard, pages, settings.public_url, webhook.doors(webhooks)),
            Middleware(Arrivals, secure=secure),
        ],
        lifespan=_lifespan(
            live,
            channels,
            {"contests": caretaker.run, "retention": sweeper.run},
            database,
            mark_of(sealer),
            wing,
            tending,
        ),
        exception_handlers=_failures(pages),
    )
    app.state.wing, app.state.queue, app.state.tending = wing, queue, tending
    return app


def _failures(
    pages: Pages,
) -> dict[type[Exception], Callable[[Request, Exception], Awaitable[Response]]]:
    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 it is registered for no other
        response = pages.failure(request.url.path, error.status_code)
        response.headers.update(error.headers or {})
        return response

    async def unavailable(request: Request, error: Exception) -> Response:
        _log.error("database_unavailable", sentence=str(error))
        return pages.failure(request.url.path, 503)

    return {HTTPException: refused, DatabaseUnavailable: unavailable}


def _lifespan(
    live: Live[Snapshot],
    channels: Channels,
    upkeep: Mapping[str, Work],
    database: Database,
    mark: str,
    wing: Wing,
    tending: Tending,
) -> Callable[[Starlette], contextlib.AbstractAsyncContextManager[None]]:
    duty = Duty(database, "upkeep", tending=tending)

    async def look_after(stop: asyncio.Event) -> None:
        await _let_the_first_ask(stop)
        works = (tending.keep(name, partial(work, stop), stop) for name, work in upkeep.items())
        await asyncio.gather(*works)

    async def tidy(stop: asyncio.Event) -> None:
        await _let_the_first_ask(stop)
        await wing.keep_tidy(stop)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        stop = asyncio.Event()
        works: dict[str, Callable[[], Awaitable[None]]] = {
            "knowledge": lambda: live.watch(stop),
            "clock": lambda: keep_time(database, stop),
            "upkeep": lambda: duty.run(look_after, stop),
            "exports": lambda: tidy(stop),
        }
        going = [
            asyncio.create_task(tending.keep(name, work, stop)) for name, work in works.items()
        ]
        try:
            async with told_present(database, mark, tending), channels.running():
                yield
        finally:
            stop.set()
            await wing.close()
            await asyncio.gather(*going)

    return lifespan


async def _let_the_first_ask(stop: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), _MOMENT_S)


def set_up_logs(level: str) -> None:
    """Logs as JSON lines on standard error; libraries speak up from warnings on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    redact_crashes()
    for chatty in ("httpx", "httpcore"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
            redact_line,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def run(settings: Settings) -> None:
    """Serve until told to stop. Raises a `BotError` where something keeps it from starting."""
    set_up_logs(settings.log_level)
    # The program itself is no garbage; only what loading left behind is searched for.
    gc.freeze()
    live = open_live(settings)
    _leave_what_stays()

    async def serve() -> None:
        with open_port(settings.host, settings.port) as listening:
            async with open_database(settings) as database:
                app = build_app(settings, database, live, await open_sealer(settings, database))
                config = uvicorn.Config(
                    app,
                    log_config=None,
                    access_log=False,
                    server_header=False,
                    timeout_graceful_shutdown=5,
                    proxy_headers=True,
                    ws="none",
                    http=PatientProtocol,
                )
                server = _Server(config, database, app.state.tending)
                port = listening.getsockname()[1]
                server.address = settings.public_url.rstrip("/") or f"http://localhost:{port}"
                _outlive_signals()
                await server.serve(sockets=[listening])

    # uvicorn's own choice of a loop (uvloop where there is one) serves a third more a second.
    loop_factory = uvicorn.Config("", log_config=None).get_loop_factory()
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(serve())


def _leave_what_stays() -> None:
    """Spares the search for garbage what was loaded to stay, and has it begin less often.

    Every message makes and drops a few hundred objects; searched for at Python's usual pace that is a
    tenth of the processor time, and now and then a pause in which nobody is answered.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _outlive_signals() -> None:
    # When it has stopped serving, uvicorn sends the signal to the process again. Ours does nothing
    # then, so that the database is closed in order.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: None)


_FIRST_OWNER = """
Chủ hệ thống đầu tiên của trang quản trị (mật khẩu chỉ hiện một lần này):
  Tên đăng nhập: {name}
  Mật khẩu:      {password}
"""


class _Server(uvicorn.Server):
    """A server that tells where it can be reached as soon as it can, and then who is its owner."""

    address = ""

    def __init__(self, config: uvicorn.Config, database: Database, tending: Tending) -> None:
        super().__init__(config)
        self._database = database
        self._tending = tending
        self._owning: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(f"Trang hỏi đáp:      {self.address}/", flush=True)  # noqa: T201 for whoever starts it
        print(f"Trang thi:          {self.address}/thi", flush=True)  # noqa: T201
        print(f"Trang quản trị:     {self.address}/admin", flush=True)  # noqa: T201
        print(f"Tình trạng dịch vụ: {self.address}/healthz", flush=True)  # noqa: T201
        if not self.should_exit:
            owning = self._tending.keep("owner", self._tell_first_owner, asyncio.Event())
            self._owning = asyncio.create_task(owning)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._owning:
            self._owning.cancel()
            await asyncio.gather(self._owning, return_exceptions=True)
        await super().shutdown(sockets)

    async def _tell_first_owner(self) -> None:
        # A password's hash takes both processors a while: the first who ask are answered first.
        await asyncio.sleep(_MOMENT_S)
        password = await add_first_owner(self._database, utc_now())
        if password:
            # To the terminal alone: a log is kept, and read by others.
            print(_FIRST_OWNER.format(name=FIRST_OWNER, password=password), flush=True)  # noqa: T201


def open_port(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 takes any free one. Raises `SettingWrong` where it cannot."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            sentence = (
                f"cổng {port} đang có chương trình khác dùng; hãy dừng chương trình đó hoặc chọn "
                "cổng khác, ví dụ BOT_PORT=9000."
            )
            raise SettingWrong("BOT_PORT", sentence) from error
        if error.errno == errno.EACCES:
            sentence = f"không có quyền dùng cổng {port}; hãy chọn một cổng từ 1024 trở lên."
            raise SettingWrong("BOT_PORT", sentence) from error
        sentence = f"máy này không có địa chỉ «{host}»; thường dùng 0.0.0.0 hoặc 127.0.0.1."
        raise SettingWrong("BOT_HOST", sentence) from error
