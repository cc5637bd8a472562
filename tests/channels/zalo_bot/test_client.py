"""Calls to the Zalo Bot Platform, and what each of its failures calls for."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from bot.channels.zalo_bot.client import Client
from bot.channels.zalo_bot.quota import Breaker
from bot.errors import BotError, ChannelStopped, OutcomeUnknown, RetryLater, Unsendable
from tests.fakes.misbehaviour import Answer
from tests.fakes.zalo_bot import FakeZaloBot

URL = "http://zalo.test"


@pytest.fixture
def zalo() -> FakeZaloBot:
    return FakeZaloBot(known={"an"}, longest_poll=0.05)


async def new_client(zalo: FakeZaloBot, token: str = "", now: float = 0) -> Client:
    http = httpx.AsyncClient(transport=httpx.ASGITransport(app=zalo.app))
    return Client(token or zalo.token, f"{URL}/", Breaker(lambda: now), http, pauses=(0, 0))


@pytest.fixture
async def client(zalo: FakeZaloBot) -> AsyncIterator[Client]:
    client = await new_client(zalo)
    yield client
    await client.close()


async def test_a_text_is_sent_and_its_id_given(client: Client, zalo: FakeZaloBot) -> None:
    assert await client.send_message("an", "Chào bạn") == "gui-1"
    assert zalo.sent == [{"chat_id": "an", "text": "Chào bạn"}]


async def test_an_idle_poll_is_no_failure(client: Client) -> None:
    assert await client.get_update() is None


async def test_an_update_is_fetched_once(client: Client, zalo: FakeZaloBot) -> None:
    update = zalo.write("an", "xin chào")
    assert await client.get_update() == update
    assert await client.get_update() is None


async def test_a_webhook_is_set_and_taken_away(client: Client, zalo: FakeZaloBot) -> None:
    await client.set_webhook("https://bot.example.vn/webhooks/zalo-bot", "bí mật dài")
    assert zalo.webhook["url"] == "https://bot.example.vn/webhooks/zalo-bot"
    zalo.write("an", "xin chào")
    assert await client.get_update() is None
    await client.delete_webhook()
    assert await client.get_update() is not None


@pytest.mark.parametrize("method", ["get_me", "get_update"])
async def test_a_wrong_token_names_the_setting(zalo: FakeZaloBot, method: str) -> None:
    client = await new_client(zalo, "4321:sai-ma-truy-cap")
    with pytest.raises(ChannelStopped, match=r"^ZALO_BOT_TOKEN: Zalo Bot không nhận") as told:
        await getattr(client, method)()
    assert "sai-ma" not in str(told.value)
    await client.close()


def failed(code: int | str) -> dict[str, object]:
    return {"ok": False, "error_code": code, "description": "Chào bạn, đây là chữ của người dân"}


SENDING = [
    (Answer(failed(400)), Unsendable),
    (Answer(failed("400"), status=400), Unsendable),
    (Answer(failed(404)), Unsendable),
    (Answer("<html>", status=404), Unsendable),
    (Answer(failed(401)), ChannelStopped),
    (Answer(failed(408)), OutcomeUnknown),
    (Answer(failed(504)), OutcomeUnknown),
    (Answer(failed(429)), RetryLater),
    (Answer("", status=429), RetryLater),
    (Answer(failed(500)), RetryLater),
    (Answer("<html>bad gateway", status=502), RetryLater),
    (Answer("<html>", status=200), OutcomeUnknown),
    (Answer({"ok": False}), RetryLater),
    (Answer({}), RetryLater),
]


@pytest.mark.parametrize(("wrong", "kind"), SENDING)
async def test_each_failure_of_a_send_says_what_to_do(
    client: Client, zalo: FakeZaloBot, wrong: Answer, kind: type[BotError]
) -> None:
    zalo.script("sendMessage").add(wrong)
    with pytest.raises(kind) as told:
        await client.send_message("an", "Chào bạn")
    assert type(told.value) is kind
    for secret in (zalo.token, "bi-mat", "Chào", "zalo.test"):
        assert secret not in str(told.value)


async def test_a_fault_over_there_is_tried_twice_more(client: Client, zalo: FakeZaloBot) -> None:
    zalo.script("sendMessage").add(*[Answer(failed(403))] * 2)
    assert await client.send_message("an", "Chào bạn") == "gui-1"
    zalo.script("sendMessage").add(*[Answer(failed(403))] * 3)
    with pytest.raises(Unsendable, match="403"):
        await client.send_message("an", "Chào bạn")
    assert zalo.calls.count("sendMessage") == 6


POLLING = [
    (Answer(failed(408), status=200), None),
    (Answer(failed(408), status=408), None),
    (Answer("", status=504), None),
    (Answer(failed(403)), RetryLater),
    (Answer("<html>", status=502), RetryLater),
    (Answer(failed(404)), Unsendable),
]


@pytest.mark.parametrize(("wrong", "kind"), POLLING)
async def test_a_poll_without_an_update_is_told_from_a_failed_one(
    client: Client, zalo: FakeZaloBot, wrong: Answer, kind: type[BotError] | None
) -> None:
    zalo.script("getUpdates").add(wrong)
    if kind is None:
        assert await client.get_update() is None
    else:
        with pytest.raises(kind):
            await client.get_update()


class Broken(httpx.AsyncBaseTransport):
    """A line that fails as it is told to."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise self.error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.ConnectError("no route to https://host/bot4321:bi-mat/sendMessage"), RetryLater),
        (httpx.ConnectTimeout("bi-mat"), RetryLater),
        (httpx.PoolTimeout("bi-mat"), RetryLater),
        (httpx.ReadTimeout("bi-mat"), OutcomeUnknown),
        (httpx.ReadError("bi-mat"), OutcomeUnknown),
        (httpx.RemoteProtocolError("bi-mat"), OutcomeUnknown),
        (TimeoutError(), OutcomeUnknown),
    ],
)
async def test_a_line_that_breaks_before_and_after_the_request_left(
    error: Exception, kind: type[BotError]
) -> None:
    http = httpx.AsyncClient(transport=Broken(error))
    client = Client("4321:bi-mat", URL, Breaker(), http)
    with pytest.raises(kind) as told:
        await client.send_message("an", "Chào bạn")
    assert "bi-mat" not in str(told.value)
    assert told.value.__cause__ is None
    await client.close()


async def test_a_quota_that_is_exceeded_stops_all_sends_for_ever_longer(zalo: FakeZaloBot) -> None:
    now = [0.0]
    http = httpx.AsyncClient(transport=httpx.ASGITransport(app=zalo.app))
    client = Client(zalo.token, URL, Breaker(lambda: now[0]), http)
    pauses = []
    zalo.quota = 0
    for _ in range(6):
        with pytest.raises(RetryLater) as told:
            await client.send_message("an", "Chào bạn")
        assert told.value.everyone
        assert told.value.seconds is not None
        pauses.append(told.value.seconds)
        asked = zalo.calls.count("sendMessage")
        with pytest.raises(RetryLater):
            await client.send_message("an", "Chào bạn")
        assert zalo.calls.count("sendMessage") == asked, "nothing is sent while it is open"
        now[0] += told.value.seconds
    assert pauses == [60, 120, 240, 480, 900, 900]
    zalo.quota = 3_000
    await client.send_message("an", "Chào bạn")
    zalo.quota = 0
    with pytest.raises(RetryLater) as told:
        await client.send_message("an", "Chào bạn")
    assert told.value.seconds == 60
    await client.close()
