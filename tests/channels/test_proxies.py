"""Every messenger is called through the proxy that the environment names, and says so where it cannot."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from bot.channels import wire
from bot.channels.proxies import proxy_for
from bot.channels.telegram.client import Client
from bot.errors import ChannelStopped
from tests.fakes.serving import serving

NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def _no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://a:1"}, "http://a:1"),
        ({"https_proxy": "http://a:1"}, "http://a:1"),
        ({"ALL_PROXY": "http://b:2"}, "http://b:2"),
        ({"ALL_PROXY": "b:2"}, "http://b:2"),
        ({"HTTPS_PROXY": "http://a:1", "ALL_PROXY": "http://b:2"}, "http://a:1"),
        ({"HTTP_PROXY": "http://a:1"}, None),
        ({"ALL_PROXY": "http://b:2", "NO_PROXY": "zalo.example,other.example"}, None),
        ({"ALL_PROXY": "http://b:2", "NO_PROXY": "example"}, None),
        ({"ALL_PROXY": "http://b:2", "NO_PROXY": "*"}, None),
        ({"ALL_PROXY": "http://b:2", "NO_PROXY": "khac.example"}, "http://b:2"),
        ({"HTTPS_PROXY": "", "ALL_PROXY": ""}, None),
    ],
)
def test_the_proxy_is_the_one_that_the_environment_names(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], expected: str | None
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert proxy_for("https", "api.zalo.example") == expected


@pytest.mark.parametrize("wrong", ["socks5://a:1", "ftp://a", "http://", "://"])
def test_a_proxy_that_we_cannot_speak_to_is_named(
    monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", wrong)
    with pytest.raises(ChannelStopped, match="ALL_PROXY: chỉ dùng được proxy http"):
        proxy_for("https", "zalo.example")
    monkeypatch.setenv("HTTPS_PROXY", wrong)
    with pytest.raises(ChannelStopped, match="HTTPS_PROXY: "):
        proxy_for("https", "zalo.example")


async def _proxy(scope: Scope, receive: Receive, send: Send) -> None:
    """A proxy that answers by itself, telling what was asked of it."""
    if scope["type"] == "http":
        asked = Request(scope).headers["host"]
        await JSONResponse({"ok": True, "result": asked})(scope, receive, send)


async def test_all_messengers_are_called_through_all_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Starlette()
    app.mount("/", _proxy)
    with serving(app) as address:
        monkeypatch.setenv("ALL_PROXY", address)
        telegram = Client("1:a", "http://telegram.example")
        assert await telegram.call("getMe") == "telegram.example"
        await telegram.close()
        async with wire.new_client() as zalo:
            answer = await wire.request(zalo, "GET", "http://zalo.example/a", 60)
        assert answer.json()["result"] == "zalo.example"


async def test_a_channel_says_which_variable_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    telegram = Client("1:a", "https://telegram.example")
    with pytest.raises(ChannelStopped, match="ALL_PROXY"):
        await telegram.call("getMe")
    await telegram.close()
    async with wire.new_client() as zalo:
        with pytest.raises(ChannelStopped, match="ALL_PROXY"):
            await wire.request(zalo, "GET", "https://zalo.example/a", 60)
