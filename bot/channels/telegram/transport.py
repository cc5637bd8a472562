"""How calls reach Telegram: python-telegram-bot's request, carried by aiohttp.

The library's own transport costs about eight times the processor time a call, and calls are most of
what a busy bot does. Failures are told apart by whether the call can have arrived.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.channels.proxies import proxy_for

CONNECTIONS = 64
_CONNECT_SECONDS = 5.0
_READ_SECONDS = 20.0
_KEEP_ALIVE_SECONDS = 20.0
_OK = 200
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class NotReached(NetworkError):
    """No connection came about: the call has surely not arrived."""


class Transport(BaseRequest):
    """Carries the calls of one bot."""

    def __init__(self, connections: int = CONNECTIONS) -> None:
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds that an answer may take."""
        return _READ_SECONDS

    async def initialize(self) -> None:
        """Nothing: connections are opened when they are needed."""

    async def shutdown(self) -> None:
        """Gives the connections back."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """One call; gives status and body. Raises `NotReached`, `TimedOut` or `NetworkError`."""
        # The library's own types for time-outs are private to it: a number, or its default.
        seconds = read_timeout if isinstance(read_timeout, int | float) else _READ_SECONDS
        timeout = aiohttp.ClientTimeout(sock_connect=_CONNECT_SECONDS, sock_read=seconds)
        form = _write_form(request_data) if request_data else None
        try:
            async with self._opened(url).request(
                method, url, data=form, headers=_FORM, timeout=timeout, allow_redirects=False
            ) as response:
                return _judge(response.status, await response.read())
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotReached(type(error).__name__) from error
        except TimeoutError as error:
            raise TimedOut from error
        except aiohttp.ClientError as error:
            # The connection broke off after the call had left.
            raise TimedOut(type(error).__name__) from error

    def _opened(self, url: str) -> aiohttp.ClientSession:
        if self._session is None:
            parts = urlsplit(url)
            proxy = proxy_for(parts.scheme, parts.hostname or "")
            connector = aiohttp.TCPConnector(
                limit=self._connections, keepalive_timeout=_KEEP_ALIVE_SECONDS
            )
            # Looked up once: aiohttp would look in a thread for every call.
            self._session = aiohttp.ClientSession(connector=connector, proxy=proxy)
        return self._session


def _write_form(data: RequestData) -> bytes:
    """The fields as a form; yarl writes it twenty times faster than `urllib` does."""
    return URL.build(query=data.json_parameters).raw_query_string.encode("ascii")


def _judge(status: int, body: bytes) -> tuple[int, bytes]:
    """Status and body; a refusal that comes with status 200 gets the status of its own code."""
    if status != _OK or b'"ok"' not in body[:64] or b"true" in body[:16]:
        return status, body
    try:
        told = json.loads(body)
    except ValueError:
        return status, body
    if isinstance(told, dict) and told.get("ok") is False:
        code = told.get("error_code")
        return (code if isinstance(code, int) else 400), body
    return status, body
