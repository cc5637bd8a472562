"""Our program as a process, Telegram as another program on loopback; only base addresses differ."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from bot.dialogue import sayings
from tests.fakes.misbehaviour import Answer
from tests.fakes.serving import serving
from tests.fakes.telegram import TOKEN, USERNAME, FakeTelegram
from tests.web.conftest import Served, free_port

pytestmark = pytest.mark.process

AGE = "chua du 18t co dc di bau ko"
LAN, MINH = 5001, 5002
SECRET = "chuoi-bi-mat-cua-webhook"


def wait_for(is_so: Callable[[], object], served: Served, seconds: float = 180) -> None:
    """Waits until something is so; fails with the program's log where it never is."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, served.errors[-3_000:]
        time.sleep(0.01)


def program_for(fake: FakeTelegram, folder: Path, **settings: str) -> Served:
    """The program, set up for a fake and not started yet."""
    served = Served(folder)
    served.settings |= {
        "TELEGRAM_TOKEN": TOKEN,
        "TELEGRAM_API_URL": fake.address,
        "BOT_LOG_LEVEL": "DEBUG",
        **settings,
    }
    return served


@contextmanager
def served_fake() -> Iterator[FakeTelegram]:
    found = FakeTelegram()
    with serving(found.app) as address:
        found.address = address
        yield found


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeTelegram]:
    with served_fake() as found:
        yield found


@pytest.fixture(scope="module")
def program(fake: FakeTelegram, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The program, polling; a start is dear, so several tests share it."""
    served = program_for(fake, tmp_path_factory.mktemp("polling"))
    served.start()
    yield served
    assert served.stop() == 0
    assert TOKEN.partition(":")[2] not in served.errors


def health(served: Served) -> dict[str, str]:
    channels: dict[str, str] = httpx.get(f"{served.address}/healthz").json()["channels"]
    return channels


def test_a_citizen_talks_through_polling(fake: FakeTelegram, program: Served) -> None:
    fake.write(LAN, "/start u-06652-togap")
    wait_for(lambda: fake.to(LAN), program)
    assert "Hỏi đáp pháp luật về bầu cử" in fake.to(LAN)[0].text
    fake.write(LAN, AGE)
    wait_for(lambda: len(fake.to(LAN)) == 2, program)
    answer = fake.to(LAN)[1]
    assert "18 tuổi" in answer.text
    assert "Căn cứ pháp lý:" in answer.text
    answered = len(fake.answered)
    fake.press(LAN, answer.buttons["Xem thêm"])
    wait_for(lambda: len(fake.to(LAN)) == 3, program)
    fake.press(LAN, "bịa:ra")
    wait_for(lambda: len(fake.to(LAN)) == 4 and len(fake.answered) == answered + 2, program)
    assert fake.to(LAN)[3].text == sayings.GONE
    assert health(program) == {"web": "ok", "telegram": "ok"}


def test_troubles_of_the_service_delay_answers_and_lose_none(
    fake: FakeTelegram, program: Served
) -> None:
    busy = {"ok": False, "error_code": 429, "description": "Too Many Requests"}
    taken = {"ok": True, "result": {"message_id": 5}}
    fake.script("sendMessage").add(
        Answer("<html>502</html>", 502),
        Answer({**busy, "parameters": {"retry_after": 1}}, 429),
        Answer({**busy, "error_code": 500}, 200),
        Answer(cut=True),
        Answer(cut=True, after=True),
        Answer(delay=0.5, after=True, body=taken),
    )
    people = range(6_001, 6_005)
    for number in range(3):
        for person in people:
            fake.write(person, AGE if number else "danh mục")
    wait_for(lambda: all(answers_to(fake, person) == 2 for person in people), program)
    for person in people:
        assert fake.to(person)[0].text.startswith(sayings.MENU_TEXT)
    # One message arrived although its answer was cut off: that one came twice, no other did.
    assert sum(len(fake.to(person)) for person in people) == 13


def answers_to(fake: FakeTelegram, person: int) -> int:
    return len([sent for sent in fake.to(person) if "18 tuổi" in sent.text])


def test_who_blocks_the_bot_is_left_alone(fake: FakeTelegram, program: Served) -> None:
    fake.blocked.add(7_001)
    before = fake.calls["sendMessage"]
    fake.write(7_001, AGE)
    wait_for(lambda: fake.calls["sendMessage"] > before, program)
    fake.write(7_002, AGE)
    wait_for(lambda: fake.to(7_002), program)
    assert fake.calls["sendMessage"] == before + 2
    fake.blocked.clear()
    fake.write(7_001, AGE)
    wait_for(lambda: fake.to(7_001), program)


def test_in_a_group_the_bot_speaks_when_it_is_spoken_to(
    fake: FakeTelegram, program: Served
) -> None:
    fake.write(-8_001, "mấy giờ họp tổ bầu cử vậy mọi người")
    fake.write(-8_001, f"@{USERNAME} {AGE}")
    wait_for(lambda: fake.to(-8_001), program)
    fake.moved[-8_001] = -1_008_001
    fake.known.add(-1_008_001)
    fake.write(-8_001, f"/danhmuc@{USERNAME}")
    wait_for(lambda: fake.to(-1_008_001), program)
    assert len(fake.to(-8_001)) == 1


def test_the_webhook_takes_updates_with_the_secret_only(tmp_path: Path) -> None:
    port = free_port()
    with served_fake() as fake:
        program = program_for(
            fake,
            tmp_path,
            TELEGRAM_MODE="webhook",
            TELEGRAM_WEBHOOK_SECRET=SECRET,
            BOT_PUBLIC_URL=f"http://localhost:{port}",
        )
        program.port = port
        program.start()
        hook = f"{program.address}/webhooks/telegram"
        wait_for(lambda: fake.webhook, program)
        assert fake.webhook["url"] == hook
        update = fake.write(LAN, AGE)
        header = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        for _ in range(3):
            assert httpx.post(hook, json=update, headers=header).status_code == 200
        wait_for(lambda: fake.to(LAN), program)
        wrong = {"X-Telegram-Bot-Api-Secret-Token": "khac"}
        assert httpx.post(hook, json=fake.write(MINH, AGE), headers=wrong).status_code == 401
        assert httpx.post(hook, json=fake.write(MINH, AGE)).status_code == 401
        assert httpx.post(hook, content=b"{", headers=header).status_code == 400
        assert program.stop() == 0
        assert len(fake.to(LAN)) == 1
        assert fake.to(MINH) == []
        assert SECRET not in program.errors


def test_a_wrong_token_is_one_sentence_and_the_web_goes_on(tmp_path: Path) -> None:
    with served_fake() as fake:
        program = program_for(fake, tmp_path, TELEGRAM_TOKEN="123456:ma-sai-roi")
        program.start()
        wait_for(lambda: "TELEGRAM_TOKEN" in health(program)["telegram"], program)
        told = [json.loads(line) for line in program.errors.splitlines() if "not_open" in line]
        assert len(told) == 1
        assert told[0]["sentence"].startswith("TELEGRAM_TOKEN: Telegram không nhận mã truy cập")
        assert "ma-sai-roi" not in program.errors
        page = httpx.post(f"{program.address}/chat", json={"id": "tin-nhan-1", "text": AGE})
        assert "18 tuổi" in page.text
        assert program.stop() == 0


def test_the_end_comes_soon_and_loses_nothing(tmp_path: Path) -> None:
    with served_fake() as fake:
        program = program_for(fake, tmp_path)
        slow = Answer(delay=0.4, after=True, body={"ok": True, "result": {}})
        fake.script("sendMessage").add(*[slow] * 30)
        for number in range(40):
            fake.write(9_000 + number, AGE)
        program.start()
        wait_for(lambda: fake.calls["sendMessage"] > 5, program)
        assert program.stop() == 0
        # Written while the program is away.
        fake.write(9_000, "danh mục")
        program.start()
        wait_for(lambda: len(fake.sent) >= 41, program)
        assert program.stop() == 0
        assert len({sent.chat for sent in fake.sent}) == 40
        assert len(fake.sent) == 41
        assert fake.to(9_000)[1].text.startswith(sayings.MENU_TEXT)
