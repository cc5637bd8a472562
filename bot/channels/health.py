"""What an operator asks the program: how it stands, whether it can serve, and its figures."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.channels import metrics, timekeeping
from bot.channels.running import Channels
from bot.channels.tending import Tending
from bot.contest.queue import Queue
from bot.dialogue.snapshot import Snapshot
from bot.errors import DatabaseUnavailable
from bot.knowledge.live import Live
from bot.store.database import Database


def health(
    database: Database,
    live: Live[Snapshot],
    channels: Channels,
    tending: Tending,
    *,
    ready: bool = False,
) -> Callable[[Request], Awaitable[Response]]:
    """Answers how all stands; `ready` with 503 where nobody can be served."""

    async def tell(_request: Request) -> Response:
        trouble = await _trouble_of(database)
        failing = tending.told()
        body = {
            "status": "trouble" if trouble or failing else "ok",
            "database": trouble or "ok",
            "clock": timekeeping.told(),
            "knowledge": {
                "version": live.version,
                "entries": len(live.current.base.spoken),
                "faults": [str(fault) for fault in live.faults],
            },
            "channels": {"web": "ok", **channels.states()},
            "failing": failing,
        }
        return JSONResponse(body, status_code=503 if ready and trouble else 200)

    return tell


async def _trouble_of(database: Database) -> str:
    try:
        async with asyncio.timeout(3), database.reading() as tx:
            await tx.connection.exec_driver_sql("SELECT 1")
    except DatabaseUnavailable as error:
        return str(error)
    except TimeoutError:
        return "Cơ sở dữ liệu không trả lời trong 3 giây."
    # Reading may work where nothing can be written. Something is written every few seconds.
    return database.trouble


def figures(
    live: Live[Snapshot], channels: Channels, queue: Queue
) -> Callable[[Request], Awaitable[Response]]:
    """Answers with the figures for Prometheus."""

    async def show(_request: Request) -> Response:
        # Without the database the figures that lie in memory are still worth having.
        with contextlib.suppress(DatabaseUnavailable, TimeoutError):
            async with asyncio.timeout(3):
                await channels.measure()
        metrics.KNOWLEDGE_FAULTS.set(len(live.faults))
        metrics.STARTS_WAITING.set(queue.length)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return show
