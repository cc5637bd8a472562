"""Routes that are made when somebody first asks for one of them."""

from __future__ import annotations

import asyncio
import time

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, NoMatchFound, Route

from bot.channels.web.later import Later


async def _say(request: Request) -> PlainTextResponse:
    return PlainTextResponse(request.url.path)


class Maker:
    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> list[BaseRoute]:
        self.times += 1
        time.sleep(0.05)
        return [Route("/nha", _say), Route("/nha/{ai}", _say)]


@pytest.fixture
def maker() -> Maker:
    return Maker()


def _client(maker: Maker) -> httpx.AsyncClient:
    app = Starlette(routes=[Later("/nha", maker), Route("/nhan", _say)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bot.test")


async def test_they_are_made_once_for_all_who_come_at_the_same_time(maker: Maker) -> None:
    async with _client(maker) as client:
        answers = await asyncio.gather(*(client.get(f"/nha/{n}") for n in range(5)))
    assert [answer.text for answer in answers] == [f"/nha/{n}" for n in range(5)]
    assert maker.times == 1


async def test_an_address_that_only_begins_the_same_is_another(maker: Maker) -> None:
    async with _client(maker) as client:
        assert (await client.get("/nhan")).text == "/nhan"
    assert maker.times == 0


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nha", 200),
        ("GET", "/nha/an", 200),
        ("POST", "/nha/an", 405),
        ("GET", "/nha/an/cu", 404),
        ("GET", "/nha/", 307),
    ],
)
async def test_it_answers_as_the_routes_themselves_would(
    maker: Maker, method: str, path: str, status: int
) -> None:
    async with _client(maker) as client:
        assert (await client.request(method, path)).status_code == status


async def test_a_failed_making_is_tried_again(maker: Maker) -> None:
    broken = [False, True]

    def make() -> list[BaseRoute]:
        if broken.pop():
            raise OSError("no memory")
        return maker()

    app = Starlette(routes=[Later("/nha", make)])
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://bot.test") as client:
        assert (await client.get("/nha")).status_code == 500
        assert (await client.get("/nha")).status_code == 200


def test_it_has_no_names(maker: Maker) -> None:
    app = Starlette(routes=[Later("/nha", maker)])
    with pytest.raises(NoMatchFound):
        app.url_path_for("x")
