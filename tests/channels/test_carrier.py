"""What carries requests to the messengers tells apart what surely never left and what may have arrived."""

from __future__ import annotations

import asyncio
import gzip

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.channels import wire
from bot.errors import OutcomeUnknown, RetryLater
from tests.fakes.misbehaviour import Answer, as_response
from tests.fakes.serving import free_port, serving


async def _echo(request: Request) -> Response:
    told = {
        "body": (await request.body()).decode(),
        "query": str(request.url.query),
        "token": request.headers.getlist("access_token"),
        "cookie": request.headers.get("cookie", ""),
    }
    return JSONResponse(told, headers={"Set-Cookie": "a=b", "X-Left": "3"})


async def _packed(_request: Request) -> Response:
    return Response(gzip.compress(b'{"a":1}'), headers={"Content-Encoding": "gzip"})


async def _moved(_request: Request) -> Response:
    return Response(status_code=302, headers={"Location": "/echo"})


async def _cut(_request: Request) -> Response:
    return as_response(Answer(cut=True))


async def _slow(_request: Request) -> Response:
    await asyncio.sleep(3)
    return Response()


APP = Starlette(
    routes=[
        Route(f"/{act.__name__[1:]}", act, methods=["GET", "POST"])
        for act in (_echo, _packed, _moved, _cut, _slow)
    ]
)


async def test_a_request_arrives_as_it_was_made_and_its_answer_comes_whole() -> None:
    with serving(APP) as address:
        async with wire.new_client() as client:
            for _ in range(2):
                answer = await wire.request(
                    client,
                    "POST",
                    f"{address}/echo?a=%2B+%E1%BA%BF",
                    60,
                    json={"text": "ế"},
                    headers={"access_token": "ma-truy-cap"},
                )
                told = answer.json()
                assert told["body"] == '{"text":"ế"}'
                assert told["query"] == "a=%2B+%E1%BA%BF"
                assert told["token"] == ["ma-truy-cap"]
                assert answer.headers["x-left"] == "3"
            packed = await wire.request(client, "GET", f"{address}/packed", 60)
            assert packed.json() == {"a": 1}
            assert (await wire.request(client, "GET", f"{address}/moved", 60)).status_code == 302


@pytest.mark.parametrize("path", ["cut", "slow"])
async def test_what_broke_off_on_the_way_may_have_arrived(path: str) -> None:
    with serving(APP) as address:
        async with wire.new_client() as client:
            with pytest.raises(OutcomeUnknown):
                await wire.request(client, "POST", f"{address}/{path}", 1.5, json={})


@pytest.mark.parametrize("root", ["http://127.0.0.1:{}", "http://", "ftp://127.0.0.1", "khong-co"])
async def test_what_found_nobody_has_surely_not_left(root: str) -> None:
    async with wire.new_client() as client:
        with pytest.raises(RetryLater):
            await wire.request(client, "POST", f"{root.format(free_port())}/x", 60, json={})


async def test_a_closed_client_can_be_closed_again() -> None:
    client = wire.new_client()
    await client.aclose()
    await client.aclose()
    with pytest.raises(RuntimeError):
        await client.get("http://127.0.0.1:1")
    assert isinstance(client, httpx.AsyncClient)
