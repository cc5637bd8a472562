"""A program that floods the pages is slowed down whatever cookies it shows; nobody else notices."""

from __future__ import annotations

import httpx
import pytest

from bot.channels.web.guard import Guard, address_of
from bot.channels.web.limit import Limiter
from bot.channels.web.pages import Pages
from bot.channels.web.visitor import COOKIE, new_token
from bot.dialogue.snapshot import Snapshot
from tests.web.conftest import HOST
from tests.web.test_bad_input import _empty


@pytest.fixture
def guard(snapshot: Snapshot) -> Guard:
    """Pages behind the guard, at an instant that lasts."""
    guard = Guard(_empty, Pages(lambda: snapshot))
    guard.posts = Limiter(guard.posts.burst, guard.posts.per_second, now=lambda: 0.0)
    return guard


async def posted(
    guard: Guard, address: str, times: int, path: str = "/chat", method: str = "POST"
) -> list[int]:
    """What so many requests from an address are answered, each with a cookie of its own."""
    transport = httpx.ASGITransport(guard, client=(address, 1))
    told = []
    async with httpx.AsyncClient(transport=transport, base_url=HOST) as client:
        for _ in range(times):
            cookie = {"Cookie": f"{COOKIE}={new_token()}"}
            told.append((await client.request(method, path, headers=cookie)).status_code)
    return told


async def test_who_takes_a_new_cookie_for_every_post_is_slowed_down_by_his_address(
    guard: Guard,
) -> None:
    told = await posted(guard, "203.0.113.7", 3_010)
    assert told == [204] * 3_000 + [429] * 10
    assert await posted(guard, "203.0.113.8", 1) == [204]
    assert await posted(guard, "203.0.113.7", 1, method="GET") == [204]
    # What a service signed is not measured by its address, and this machine is not a stranger.
    assert await posted(guard, "203.0.113.7", 1, "/webhooks/telegram") == [204]
    assert await posted(guard, "127.0.0.1", 3_010) == [204] * 3_010


async def test_it_is_told_in_one_sentence(guard: Guard) -> None:
    guard.posts = Limiter(0, 0)
    transport = httpx.ASGITransport(guard, client=("203.0.113.7", 1))
    async with httpx.AsyncClient(transport=transport, base_url=HOST) as client:
        script, page = await client.post("/chat"), await client.post("/")
    assert script.json()["error"].startswith("Từ đường mạng này đang có quá nhiều lượt gửi.")
    assert "Xin bạn chờ một phút rồi gửi lại." in page.text


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        (None, ""),
        (("127.0.0.1", 1), ""),
        (("::1", 1), ""),
        (("203.0.113.7", 1), "203.0.113.7"),
        (("2001:db8:1:2:3:4:5:6", 1), "2001:db8:1:2::/64"),
        (("2001:db8:1:2::9", 1), "2001:db8:1:2::/64"),
        (("2001:db8:1:3::9", 1), "2001:db8:1:3::/64"),
        (("no:address", 1), "no:address"),
    ],
)
def test_a_household_is_one_address(client: tuple[str, int] | None, expected: str) -> None:
    assert address_of({"type": "http", "client": client}) == expected
