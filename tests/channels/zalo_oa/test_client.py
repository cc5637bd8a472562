"""Calls to the Official Account's API: tokens renewed on the way, each error code with its action."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from bot.channels.zalo_oa.client import Client, Refused, read_account
from bot.channels.zalo_oa.faults import fault_of, seconds_to_morning
from bot.channels.zalo_oa.rate import Rate
from bot.channels.zalo_oa.tokens import TokenKeeper
from bot.clock import VIETNAM
from bot.errors import (
    BotError,
    ChannelStopped,
    OutcomeUnknown,
    OutsideWindow,
    PersonGone,
    RetryLater,
    Unsendable,
)
from tests.channels.zalo_oa.conftest import URL
from tests.fakes.misbehaviour import Answer
from tests.fakes.zalo_oa import FakeZaloOa, refused

SEND = "/v3.0/oa/message/cs"
NOW = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)


@pytest.fixture
def rate() -> Rate:
    return Rate(90)


@pytest.fixture
def client(http: httpx.AsyncClient, keeper: TokenKeeper, rate: Rate) -> Client:
    return Client(http, URL, keeper, rate, pauses=(0, 0))


def message(user: str = "an", text: str = "Chào bạn") -> dict[str, Any]:
    return {"recipient": {"user_id": user}, "message": {"text": text}}


async def test_a_message_is_sent(client: Client, zalo: FakeZaloOa) -> None:
    zalo.text("an", "chào")
    data = await client.post(SEND, message())
    assert data["message_id"] == "gui-1"
    assert zalo.texts("an") == ["Chào bạn"]


async def test_a_token_that_died_is_renewed_once_for_all_who_need_it(
    client: Client, zalo: FakeZaloOa
) -> None:
    zalo.text("an", "chào")
    await client.post(SEND, message())
    zalo.expire()
    await asyncio.gather(*(client.post(SEND, message(text=f"Tin {n}")) for n in range(20)))
    assert sorted(zalo.texts("an")[1:]) == sorted(f"Tin {n}" for n in range(20))
    assert len(zalo.refreshes) == 2


@pytest.mark.parametrize(
    "wrong",
    [Answer({"error": -216}), Answer({"error": "-220"}), Answer("", status=401)],
)
async def test_each_way_of_saying_so_is_understood(
    client: Client, zalo: FakeZaloOa, wrong: Answer
) -> None:
    zalo.text("an", "chào")
    zalo.sends.add(wrong)
    await client.post(SEND, message())
    assert len(zalo.refreshes) == 2
    assert zalo.texts("an") == ["Chào bạn"]


async def test_a_token_refused_twice_is_not_renewed_for_ever(
    client: Client, zalo: FakeZaloOa
) -> None:
    zalo.sends.add(*[Answer({"error": -216})] * 2)
    with pytest.raises(Refused) as told:
        await client.post(SEND, message())
    assert told.value.code == -216
    assert len(zalo.refreshes) == 2


async def test_a_general_failure_is_tried_twice_more(client: Client, zalo: FakeZaloOa) -> None:
    zalo.text("an", "chào")
    zalo.sends.add(*[Answer({"error": -200})] * 2)
    await client.post(SEND, message())
    zalo.sends.add(*[Answer({"error": -200})] * 3)
    with pytest.raises(Refused):
        await client.post(SEND, message())
    assert not zalo.sends.answers


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        (Answer("<html>", status=502), RetryLater),
        (Answer("<html>", status=503), RetryLater),
        (Answer("<html>", status=504), OutcomeUnknown),
        (Answer("<html>", status=200), OutcomeUnknown),
        (Answer({"error": -32, "message": "app limit"}), RetryLater),
        (Answer("", status=429), RetryLater),
        (Answer("", status=404), Refused),
    ],
)
async def test_a_failure_of_the_service_itself_says_what_to_do(
    client: Client, zalo: FakeZaloOa, wrong: Answer, kind: type[Exception]
) -> None:
    zalo.sends.add(wrong)
    with pytest.raises(kind) as told:
        await client.post(SEND, message())
    assert type(told.value) is kind


async def test_too_fast_shuts_the_minute_and_lowers_the_limit(
    client: Client, zalo: FakeZaloOa, rate: Rate
) -> None:
    zalo.sends.add(Answer({"error": -32}))
    with pytest.raises(RetryLater) as told:
        await client.post(SEND, message())
    assert told.value.everyone
    assert rate.per_minute == 72


async def test_the_headers_of_an_answer_lower_the_limit(
    client: Client, zalo: FakeZaloOa, rate: Rate
) -> None:
    zalo.text("an", "chào")
    zalo.per_minute = 40
    await client.post(SEND, message())
    assert rate.per_minute == 40


async def test_an_empty_answer_is_a_good_one(client: Client, zalo: FakeZaloOa) -> None:
    zalo.sends.add(Answer({"error": 0, "message": "Success"}))
    assert await client.post(SEND, message()) == {}


CODES: list[tuple[int, type[BotError]]] = [
    *[(code, PersonGone) for code in (-213, -217, -227, -244, -248)],
    *[(code, OutsideWindow) for code in (-230, -232)],
    *[(code, Unsendable) for code in (-100, -200, -201, -210, -211, -218, -233, -1, -9999, 7)],
    *[(code, RetryLater) for code in (-216, -220, -234)],
    *[
        (code, ChannelStopped)
        for code in (-209, -212, -219, -221, -223, -224, -235, -240, -320, -321)
    ],
]


@pytest.mark.parametrize(("code", "kind"), CODES)
def test_each_code_has_its_action_and_a_sentence(code: int, kind: type[BotError]) -> None:
    fault = fault_of(code, NOW)
    assert type(fault) is kind
    assert f"lỗi {code}: " in str(fault)
    assert str(fault).endswith(".")


@pytest.mark.parametrize(
    ("hour", "minute", "hours"),
    [(22, 0, 8.0), (23, 30, 6.5), (0, 0, 6.0), (5, 59, 1 / 60), (6, 0, 24)],
)
def test_the_night_ends_at_six_in_viet_nam(hour: int, minute: int, hours: float) -> None:
    now = datetime(2026, 11, 23, hour, minute, tzinfo=VIETNAM)
    assert seconds_to_morning(now) == pytest.approx(hours * 3_600)


async def test_the_account_tells_who_it_is(
    http: httpx.AsyncClient, keeper: TokenKeeper, zalo: FakeZaloOa
) -> None:
    account = await read_account(http, URL, await keeper.access())
    assert account["oaid"] == zalo.oa_id
    with pytest.raises(Refused):
        await read_account(http, URL, "sai")


def test_the_fake_refuses_in_a_200() -> None:
    assert refused(-216, "no").status_code == 200
