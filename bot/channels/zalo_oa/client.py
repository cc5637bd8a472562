"""Calls to the Official Account's API: the token in a header, the error in the body of a 200."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx

from bot.channels import wire
from bot.channels.zalo_oa.faults import PASSING, TOKEN_DEAD, TOO_FAST
from bot.channels.zalo_oa.rate import Rate
from bot.channels.zalo_oa.tokens import TokenKeeper
from bot.errors import OutcomeUnknown, RetryLater

_SECONDS = 20
_ACCOUNT_PATH = "/v2.0/oa/getoa"


class Refused(Exception):
    """An answer with an error code that the caller may know a way around."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class Client:
    """The API for one account. Failures are told by code only: a message may quote a text."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        base_url: str,
        keeper: TokenKeeper,
        rate: Rate,
        pauses: tuple[float, ...] = wire.PAUSES,
    ) -> None:
        self._http = http
        self._root = base_url.rstrip("/")
        self._keeper = keeper
        self._rate = rate
        self._pauses = pauses

    async def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The `data` of the answer.

        Raises `Refused` for codes that the caller may mend, otherwise a `NotDelivered`.
        """
        for pause in (*self._pauses, None):
            try:
                return await self._with_token("POST", path, json=body)
            except Refused as refusal:
                # The general failure passes more often than not; twice more is what Zalo advises.
                if refusal.code != PASSING or pause is None:
                    raise
                await asyncio.sleep(pause)
        raise AssertionError("the last round returns or raises")

    async def _with_token(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        token = await self._keeper.access()
        try:
            return await self._call(method, path, token, **options)
        except Refused as refusal:
            if refusal.code not in TOKEN_DEAD:
                raise
        return await self._call(method, path, await self._keeper.renew(token), **options)

    async def _call(self, method: str, path: str, token: str, **options: Any) -> dict[str, Any]:
        await self._rate.take()
        response = await wire.request(
            self._http,
            method,
            self._root + path,
            _SECONDS,
            headers={"access_token": token},
            **options,
        )
        self._rate.heed(response.headers)
        code = read_error(response)
        if code == TOO_FAST:
            raise self._rate.exceeded()
        if code:
            raise Refused(code)
        return data_of(response)


async def read_account(http: httpx.AsyncClient, base_url: str, token: str) -> dict[str, Any]:
    """What Zalo says of the account that a token belongs to; raises as `Client.post` does."""
    url = base_url.rstrip("/") + _ACCOUNT_PATH
    response = await wire.request(http, "GET", url, _SECONDS, headers={"access_token": token})
    code = read_error(response)
    if code:
        raise Refused(code)
    return data_of(response)


def read_error(response: httpx.Response) -> int:
    """The error code of an answer, 0 where there is none.

    Raises `RetryLater` or `OutcomeUnknown` where the service itself failed.
    """
    answer = wire.read_object(response)
    code = wire.read_code(answer.get("error")) if answer is not None else None
    if code:
        return code
    status = response.status_code
    if status == 401:
        return min(TOKEN_DEAD)
    if status == 429:
        return TOO_FAST
    if status == 504 or (response.is_success and answer is None):
        raise OutcomeUnknown(wire.NO_ANSWER)
    if status >= 500:
        raise RetryLater(f"Máy chủ Zalo trả lời mã {status}.")
    return 0 if response.is_success else -status


def data_of(response: httpx.Response) -> dict[str, Any]:
    """The `data` of an answer; empty where it is no object."""
    data = (wire.read_object(response) or {}).get("data")
    return data if isinstance(data, dict) else {}
