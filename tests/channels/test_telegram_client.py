"""Calls against a Telegram on loopback: what is sent, and what each failure is named."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from bot.channels.base import Outgoing
from bot.channels.telegram import transport
from bot.channels.telegram.channel import Telegram, TelegramConfig
from bot.dialogue.messages import Button
from bot.errors import (
    ChannelStopped,
    ChatMoved,
    NotDelivered,
    OutcomeUnknown,
    PersonGone,
    RetryLater,
    Unsendable,
)
from tests.channels.conftest import until
from tests.fakes.misbehaviour import Answer
from tests.fakes.serving import serving
from tests.fakes.telegram import TOKEN, USERNAME, FakeTelegram

LAN = 5001


@pytest.fixture
def fake() -> FakeTelegram:
    found = FakeTelegram()
    found.known.add(LAN)
    return found


@pytest.fixture
def address(fake: FakeTelegram) -> Iterator[str]:
    with serving(fake.app) as address:
        yield address


@pytest.fixture
async def telegram(address: str) -> AsyncIterator[Telegram]:
    channel = Telegram(TelegramConfig(TOKEN, address))
    yield channel
    await channel.close()


async def test_a_message_arrives_with_its_keyboard(fake: FakeTelegram, telegram: Telegram) -> None:
    outgoing = Outgoing("<b>Bầu cử</b> &amp; «dấu»", (Button("Danh mục", "m"), Button("Bỏ", "n:1")))
    assert await telegram.send(str(LAN), outgoing)
    (sent,) = fake.to(LAN)
    assert sent.text == "Bầu cử & «dấu»"
    assert sent.rows == ((("Danh mục", "m"), ("Bỏ", "n:1")),)


async def test_a_topic_of_a_forum_is_answered_in_it(fake: FakeTelegram, telegram: Telegram) -> None:
    fake.known.add(-100)
    await telegram.send("-100/45", Outgoing("Chào"))
    assert fake.to(-100)[0].thread == 45


def refusal(status: int, description: str, http: int | None = None, **parameters: Any) -> Answer:
    body = {"ok": False, "error_code": status, "description": description}
    return Answer(body | ({"parameters": parameters} if parameters else {}), http or status)


FAILURES = {
    "blocked": (refusal(403, "Forbidden: bot was blocked by the user"), PersonGone),
    "deactivated": (refusal(403, "Forbidden: user is deactivated"), PersonGone),
    "kicked": (refusal(403, "Forbidden: bot was kicked from the supergroup chat"), PersonGone),
    "no such chat": (refusal(400, "Bad Request: chat not found"), PersonGone),
    "too long": (refusal(400, "Bad Request: message is too long"), Unsendable),
    "bad markup": (refusal(400, "Bad Request: can't parse entities"), Unsendable),
    "moved": (refusal(400, "Bad Request: upgraded", migrate_to_chat_id=-1009), ChatMoved),
    "too fast": (refusal(429, "Too Many Requests: retry after 7", retry_after=7), RetryLater),
    "in a 200": (refusal(403, "Forbidden: bot was blocked by the user", 200), PersonGone),
    "too fast in a 200": (refusal(429, "Too Many Requests", 200, retry_after=7), RetryLater),
    "wrong token": (refusal(401, "Unauthorized"), ChannelStopped),
    "server error": (refusal(500, "Internal Server Error"), RetryLater),
    "proxy page": (Answer("<html>502 Bad Gateway</html>", 502), RetryLater),
    "no json": (Answer("vâng ạ", 200), OutcomeUnknown),
    "cut off": (Answer(cut=True), OutcomeUnknown),
}


@pytest.mark.parametrize(("answer", "wanted"), FAILURES.values(), ids=FAILURES.keys())
async def test_a_failure_is_named_for_what_to_do(
    fake: FakeTelegram, telegram: Telegram, answer: Answer, wanted: type[NotDelivered]
) -> None:
    fake.script("sendMessage").add(answer)
    with pytest.raises(NotDelivered) as caught:
        await telegram.send(str(LAN), Outgoing("Chào"))
    assert type(caught.value) is wanted
    assert TOKEN not in str(caught.value)
    if isinstance(caught.value, RetryLater) and "retry_after" in json.dumps(answer.body):
        assert caught.value.seconds == 7
    if isinstance(caught.value, ChatMoved):
        assert caught.value.address == "-1009"


async def test_an_answer_that_never_comes_leaves_the_outcome_unknown(
    fake: FakeTelegram, telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_READ_SECONDS", 0.2)
    fake.script("sendMessage").add(Answer(delay=2, after=True))
    with pytest.raises(OutcomeUnknown):
        await telegram.send(str(LAN), Outgoing("Chào"))


async def test_without_a_connection_the_message_surely_has_not_left() -> None:
    channel = Telegram(TelegramConfig(TOKEN, "http://127.0.0.1:9"))
    with pytest.raises(RetryLater):
        await channel.send(str(LAN), Outgoing("Chào"))
    await channel.close()


async def test_many_chats_refused_for_haste_quieten_the_whole_bot(
    fake: FakeTelegram, telegram: Telegram
) -> None:
    told = []
    for _ in range(6):
        fake.script("sendMessage").add(refusal(429, "Too Many Requests", retry_after=3))
        with pytest.raises(RetryLater) as caught:
            await telegram.send(str(LAN), Outgoing("Chào"))
        told.append(caught.value.everyone)
    assert told[0] is False
    assert told[-1] is True


async def test_opening_sets_commands_and_menu_and_learns_the_name(
    fake: FakeTelegram, telegram: Telegram
) -> None:
    fake.webhook = {"url": "https://cu.example/webhooks/telegram"}
    fake.write(LAN, "chờ sẵn")
    await telegram.open()
    assert fake.webhook == {}
    assert len(fake.waiting) == 1
    assert [command["command"] for command in fake.commands] == [
        "danhmuc",
        "trogiup",
        "nhac",
        "huy",
        "start",
    ]
    assert fake.calls["setChatMenuButton"] == 1
    group = fake.message(-100, text=f"@{USERNAME} mấy tuổi được đi bầu")
    assert len(telegram.parse({"update_id": 1, "message": group})) == 1


async def test_a_service_without_commands_and_menus_is_good_enough(
    fake: FakeTelegram, telegram: Telegram
) -> None:
    for method in ("setMyCommands", "setChatMenuButton", "deleteWebhook"):
        fake.script(method).add(refusal(404, "Not Found"))
    await telegram.open()


async def test_a_wrong_token_is_told_with_the_name_of_its_setting(address: str) -> None:
    channel = Telegram(TelegramConfig("123456:sai", address))
    with pytest.raises(ChannelStopped, match="^TELEGRAM_TOKEN: "):
        await channel.open()
    await channel.close()


async def test_the_webhook_is_registered_with_its_secret(fake: FakeTelegram, address: str) -> None:
    config = TelegramConfig(TOKEN, address, "webhook", "bi-mat_9", "https://baucu.example.vn/")
    channel = Telegram(config)
    await channel.open()
    assert fake.webhook["url"] == "https://baucu.example.vn/webhooks/telegram"
    assert fake.webhook["secret_token"] == "bi-mat_9"
    assert fake.webhook["allowed_updates"] == ["message", "callback_query", "my_chat_member"]
    await channel.close()


@pytest.mark.parametrize(
    ("secret", "url", "setting"),
    [
        ("", "https://baucu.example.vn", "TELEGRAM_WEBHOOK_SECRET"),
        ("có dấu cách", "https://baucu.example.vn", "TELEGRAM_WEBHOOK_SECRET"),
        ("bi-mat", "http://baucu.example.vn", "BOT_PUBLIC_URL"),
    ],
)
async def test_a_webhook_that_cannot_work_names_the_setting(
    address: str, secret: str, url: str, setting: str
) -> None:
    channel = Telegram(TelegramConfig(TOKEN, address, "webhook", secret, url))
    with pytest.raises(ChannelStopped) as caught:
        await channel.open()
    assert caught.value.setting == setting
    await channel.close()


class Taken:
    """Takes what comes in, or refuses to."""

    def __init__(self) -> None:
        self.texts: list[str | None] = []
        self.failing: list[Exception] = []

    async def __call__(self, items: Any) -> None:
        if self.failing:
            raise self.failing.pop()
        self.texts += [item.text for item in items if hasattr(item, "text")]


async def poll(telegram: Telegram, take: Taken, enough: int) -> None:
    stop = asyncio.Event()
    listening = asyncio.create_task(telegram.listen(take, stop))
    await until(lambda: len(take.texts) >= enough)
    stop.set()
    await asyncio.wait_for(listening, 2)


async def test_polling_fetches_in_order_and_confirms_what_is_stored(
    fake: FakeTelegram, telegram: Telegram
) -> None:
    take = Taken()
    fake.write(LAN, "một")
    fake.add({"hologram": {}})
    fake.write(LAN, "hai")
    stop = asyncio.Event()
    listening = asyncio.create_task(telegram.listen(take, stop))
    await until(lambda: len(take.texts) == 2 and not fake.waiting)
    fake.write(LAN, "ba")
    await until(lambda: len(take.texts) == 3)
    stop.set()
    await asyncio.wait_for(listening, 2)
    assert take.texts == ["một", "hai", "ba"]


async def test_what_could_not_be_stored_is_fetched_again(
    fake: FakeTelegram, telegram: Telegram
) -> None:
    from bot.errors import DatabaseUnavailable

    take = Taken()
    take.failing.append(DatabaseUnavailable("đầy đĩa"))
    fake.write(LAN, "một")
    await poll(telegram, take, 1)
    assert take.texts == ["một"]


async def test_polling_lives_through_refusals_and_rubbish(
    fake: FakeTelegram, telegram: Telegram
) -> None:
    fake.script("getUpdates").add(
        refusal(429, "Too Many Requests", retry_after=0),
        Answer("<html>", 502),
        Answer(cut=True),
        Answer({"ok": True, "result": "nothing"}),
    )
    fake.write(LAN, "một")
    take = Taken()
    await poll(telegram, take, 1)


async def test_another_program_with_the_same_token_is_told_of(
    fake: FakeTelegram, telegram: Telegram
) -> None:
    fake.script("getUpdates").add(*[refusal(409, "Conflict: terminated by other getUpdates")] * 9)
    conflict = telegram.listen(Taken(), asyncio.Event())
    with pytest.raises(RetryLater, match="chương trình khác"):
        await asyncio.wait_for(conflict, 60)


async def test_every_press_is_answered_and_a_slow_answer_announced(
    fake: FakeTelegram, telegram: Telegram
) -> None:
    take = Taken()
    fake.press(LAN, "m")
    fake.press(LAN, "bịa-ra")
    fake.write(LAN, "mấy tuổi")
    await poll(telegram, take, 3)
    await until(lambda: len(fake.answered) == 2)
    await until(lambda: fake.typing == [LAN])


async def test_a_quick_answer_is_not_announced(fake: FakeTelegram, telegram: Telegram) -> None:
    take = Taken()
    fake.write(LAN, "mấy tuổi")
    await poll(telegram, take, 1)
    await telegram.send(str(LAN), Outgoing("18"))
    await asyncio.sleep(1)
    assert fake.typing == []
