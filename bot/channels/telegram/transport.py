"""How calls reach Telegram: python-telegram-bot's request, carried straight or through a proxy.

The library's own transport costs twenty times the processor time a call, and calls are most of what a
busy bot does. Failures are told apart by whether the call can have arrived.
"""

from __future__ import annotations

import json
from typing import Any, Protocol
from urllib.parse import urlsplit

import aiohttp
from telegram.error import TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.channels.proxies import proxy_for
from bot.channels.telegram.direct import Direct, NotReached

CONNECTIONS = 64
_CONNECT_SECONDS = 5.0
_READ_SECONDS = 20.0
_KEEP_ALIVE_SECONDS = 20.0
_OK = 200
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Transport(BaseRequest):
    """Carries the calls of one bot."""

    def __init__(self, connections: int = CONNECTIONS) -> None:
        self._connections = connections
        self._way: _Way | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds that an answer may take."""
        return _READ_SECONDS

    async def initialize(self) -> None:
        """Nothing: connections are opened when they are needed."""

    async def shutdown(self) -> None:
        """Gives the connections back."""
        way, self._way = self._way, None
        if way is not None:
            await way.close()

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
        form = _write_form(request_data) if request_data else b""
        return _judge(*await self._found(url).post(url, form, seconds))

    def _found(self, url: str) -> _Way:
        if self._way is None:
            parts = urlsplit(url)
            proxy = proxy_for(parts.scheme, parts.hostname or "")
            connections = self._connections
            self._way = Proxied(connections, proxy) if proxy else Direct(connections)
        return self._way


class _Way(Protocol):
    """How a call is carried."""

    async def post(self, url: str, form: bytes, seconds: float) -> tuple[int, bytes]:
        """Status and body of the answer. Raises `NotReached` or `TimedOut`."""
        ...

    async def close(self) -> None:
        """Gives the connections back."""
        ...


class Proxied:
    """The way through a proxy, by aiohttp."""

    def __init__(self, connections: int, proxy: str) -> None:
        connector = aiohttp.TCPConnector(limit=connections, keepalive_timeout=_KEEP_ALIVE_SECONDS)
        self._session = aiohttp.ClientSession(connector=connector, proxy=proxy)

    async def post(self, url: str, form: bytes, seconds: float) -> tuple[int, bytes]:
        """Status and body of the answer. Raises `NotReached` or `TimedOut`."""
        timeout = aiohttp.ClientTimeout(sock_connect=_CONNECT_SECONDS, sock_read=seconds)
        try:
            async with self._session.post(
                url, data=form, headers=_FORM, timeout=timeout, allow_redirects=False
            ) as response:
                return response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotReached(type(error).__name__) from error
        except TimeoutError as error:
            raise TimedOut from error
        except aiohttp.ClientError as error:
            # The connection broke off after the call had left.
            raise TimedOut(type(error).__name__) from error

    async def close(self) -> None:
        """Gives the connections back."""
        await self._session.close()


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
