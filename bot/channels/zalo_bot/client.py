"""Calls to the Zalo Bot Platform: POST with JSON, the token in the path, errors often in a 200."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx

from bot.channels import wire
from bot.channels.zalo_bot.quota import Breaker
from bot.errors import ChannelStopped, OutcomeUnknown, RetryLater, Unsendable

SETTING = "ZALO_BOT_TOKEN"
POLL_SECONDS = 5
"""Short, because a poll must not be cut off when the program ends: its update would be lost."""

_CALL_SECONDS = 30
_POLL_WAITED_SECONDS = 35
"""A service that holds a poll longer than it was asked to would answer into the void otherwise."""
_IDLE = frozenset({408, 504})


class Client:
    """One bot, by its token. Failures are told by code only: the description may quote a text."""

    def __init__(
        self,
        token: str,
        base_url: str,
        breaker: Breaker,
        http: httpx.AsyncClient,
        pauses: tuple[float, ...] = wire.PAUSES,
    ) -> None:
        self._root = f"{base_url.rstrip('/')}/bot{token}"
        self._breaker = breaker
        self._http = http
        self._pauses = pauses

    async def get_me(self) -> dict[str, Any]:
        """Who the bot is. Raises `ChannelStopped` where the token is refused."""
        body = await self._call("getMe", {})
        code = _code_of(body)
        if code in (400, 401, 404):
            raise _wrong_token(code)
        return _result(body)

    async def get_update(self) -> Any:
        """The next update, which the service forgets as it answers; None where none came.

        An idle poll ends with an error of its own, which is the normal rhythm.
        """
        asked = {"timeout": str(POLL_SECONDS)}
        body = await self._call("getUpdates", asked, _POLL_WAITED_SECONDS)
        if _code_of(body) in _IDLE:
            return None
        if _code_of(body) == 401:
            raise _wrong_token(401)
        return _result(body)

    async def set_webhook(self, url: str, secret: str) -> None:
        """Has updates posted to `url`."""
        _result(await self._call("setWebhook", {"url": url, "secret_token": secret}))

    async def delete_webhook(self) -> None:
        """Has updates kept for `get_update`, which gets nothing while a webhook is set."""
        _result(await self._call("deleteWebhook", {}))

    async def send_message(self, chat: str, text: str) -> str | None:
        """Sends a text of at most 2,000 letters; gives the service's id of it."""
        self._breaker.check()
        body = await self._send(chat, text)
        code = _code_of(body)
        if code == 429:
            raise self._breaker.trip()
        if code == 401:
            raise _wrong_token(401)
        if code == 403:
            raise Unsendable(_told(403))
        if code == 408:
            # Unlike a poll, a send that timed out over there may have arrived.
            raise OutcomeUnknown(_told(408))
        result = _result(body)
        self._breaker.close()
        message_id = result.get("message_id")
        return None if message_id is None else str(message_id)

    async def _send(self, chat: str, text: str) -> dict[str, Any]:
        """The answer to a send; 403 is documented as a fault over there, which may pass."""
        body = await self._call("sendMessage", {"chat_id": chat, "text": text})
        for pause in self._pauses:
            if _code_of(body) != 403:
                break
            await asyncio.sleep(pause)
            body = await self._call("sendMessage", {"chat_id": chat, "text": text})
        return body

    async def close(self) -> None:
        """Gives the connections back."""
        await self._http.aclose()

    async def _call(
        self, method: str, body: Mapping[str, str], seconds: float = _CALL_SECONDS
    ) -> dict[str, Any]:
        """The answer's object, with its error code set where it failed."""
        url = f"{self._root}/{method}"
        response = await wire.request(self._http, "POST", url, seconds, json=body)
        answer = wire.read_object(response)
        if answer is None:
            # A proxy's page, or half an answer. Below 500 in doubt; what failed did nothing.
            if response.is_success:
                raise OutcomeUnknown(wire.NO_ANSWER)
            answer = {}
        if response.is_success and answer.get("ok") is True:
            return answer
        code = wire.read_code(answer.get("error_code"))
        if code is None:
            code = 500 if response.is_success else response.status_code
        return {"ok": False, "error_code": code}


def _result(body: dict[str, Any]) -> dict[str, Any]:
    code = _code_of(body)
    if code is None:
        result = body.get("result")
        return result if isinstance(result, dict) else {}
    if code in (400, 404):
        raise Unsendable(_told(code))
    if code == 504:
        raise OutcomeUnknown(_told(code))
    raise RetryLater(_told(code))


def _code_of(body: dict[str, Any]) -> int | None:
    code = body.get("error_code")
    return None if body["ok"] else code


def _told(code: int) -> str:
    return f"Zalo Bot báo lỗi {code}."


def _wrong_token(code: int) -> ChannelStopped:
    sentence = (
        f"Zalo Bot không nhận mã truy cập này (lỗi {code}); hãy chép lại mã mà Zalo gửi khi tạo "
        "bot, và kiểm tra ZALO_BOT_API_URL."
    )
    return ChannelStopped(sentence, SETTING)
