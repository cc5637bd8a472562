"""Our program as a process, Zalo as another one on loopback; only base addresses differ."""

from __future__ import annotations

import json
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.dialogue import sayings
from tests.fakes.misbehaviour import Answer
from tests.fakes.serving import serving
from tests.fakes.zalo_bot import FakeZaloBot
from tests.fakes.zalo_oa import FakeZaloOa
from tests.web.conftest import Served

pytestmark = pytest.mark.process

QUESTION = "mất thẻ cử tri thì làm sao"
ANSWERED = "Mất, rách hoặc quên thẻ cử tri"


def wait_for(is_so: Callable[[], object], served: Served, seconds: float = 180) -> None:
    """Waits until something is so; fails with the program's log where it never is."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, served.errors[-3_000:]
        time.sleep(0.01)


@pytest.fixture
def zalo() -> FakeZaloOa:
    return FakeZaloOa(refresh="ma-lam-moi-dau-tien")


@pytest.fixture
def program(zalo: FakeZaloOa, tmp_path: Path) -> Iterator[Served]:
    """The program, set up for the fake and not started yet."""
    with serving(zalo.app) as address:
        served = Served(tmp_path)
        served.settings |= zalo.settings(address) | {"BOT_LOG_LEVEL": "DEBUG"}
        yield served
        if served.process:
            served.kill()


def start(program: Served, zalo: FakeZaloOa) -> None:
    program.start()
    zalo.webhook_url = f"{program.address}/webhooks/zalo-oa"


def health(program: Served, channel: str = "zalo_oa") -> str:
    told: str = httpx.get(f"{program.address}/healthz").json()["channels"][channel]
    return told


def test_a_citizen_talks_and_no_secret_is_told(zalo: FakeZaloOa, program: Served) -> None:
    secrets = {zalo.app_secret, zalo.oa_secret, zalo.refresh}
    start(program, zalo)
    wait_for(lambda: health(program) == "ok", program)
    secrets |= {zalo.access, zalo.refresh}
    question = zalo.text("an", QUESTION)
    assert [zalo.post(question) for _ in range(3)] == [200] * 3
    wait_for(lambda: zalo.texts("an"), program)
    assert ANSWERED in zalo.texts("an")[0]
    assert zalo.post(zalo.press("an", sayings.MORE)) == 200
    wait_for(lambda: len(zalo.texts("an")) == 2, program)
    zalo.expire()
    for text in ("danh mục", "hủy"):
        assert zalo.post(zalo.text("an", text)) == 200
    wait_for(lambda: len(zalo.texts("an")) == 4, program)
    assert zalo.texts("an")[3].startswith(sayings.CANCELLED)
    secrets |= {zalo.access, zalo.refresh}
    figures = httpx.get(f"{program.address}/metrics").text
    assert "bot_zalo_oa_silent 0.0" in figures
    assert "bot_zalo_oa_token_trouble 0.0" in figures
    assert program.stop() == 0
    told = program.errors + figures
    refreshed = len(zalo.refreshes)
    start(program, zalo)
    wait_for(lambda: health(program) == "ok", program)
    assert program.stop() == 0
    assert len(zalo.refreshes) == refreshed, "the stored pair goes on"
    told += program.errors
    assert not [secret for secret in secrets if secret in told]
    assert QUESTION not in told
    with sqlite3.connect(program.database) as database:
        dump = "\n".join(database.iterdump())
    database.close()
    assert not [secret for secret in secrets if secret in dump]


def test_forged_events_are_refused_and_leave_nothing(zalo: FakeZaloOa, program: Served) -> None:
    start(program, zalo)
    event = zalo.text("an", QUESTION)
    body = json.dumps(event).encode()
    signed = {"X-ZEvent-Signature": zalo.sign(body), "Content-Type": "application/json"}
    refused = [
        httpx.post(zalo.webhook_url, content=body, headers=signed | changed)
        for changed in ({"X-ZEvent-Signature": "mac=" + "0" * 64}, {"X-ZEvent-Signature": ""})
    ]
    refused.append(httpx.post(zalo.webhook_url, content=body[:-9], headers=signed))
    refused.append(httpx.post(zalo.webhook_url, content=body.replace(b"an", b"em"), headers=signed))
    refused.append(httpx.post(zalo.webhook_url, content=b"x" * 5_000_000, headers=signed))
    refused.append(httpx.post(zalo.webhook_url, content=b"[" * 50_000, headers=signed))
    assert [answer.status_code for answer in refused] == [401, 401, 401, 401, 413, 401]
    assert httpx.get(zalo.webhook_url).status_code == 200
    assert httpx.post(zalo.webhook_url).status_code == 200
    assert zalo.post(zalo.event("something_new_in_2031", "an")) == 200
    program.stop()
    with sqlite3.connect(program.database) as database:
        assert database.execute("SELECT count(*) FROM inbox").fetchone() == (0,)
    database.close()


def test_refused_secrets_are_a_sentence_each_and_the_web_goes_on(
    zalo: FakeZaloOa, program: Served
) -> None:
    other = FakeZaloBot()
    with serving(other.app) as address:
        program.settings |= {
            "ZALO_OA_APP_SECRET": "khong-phai-khoa-nay",
            "ZALO_BOT_TOKEN": "4321:ma-sai-roi",
            "ZALO_BOT_API_URL": address,
        }
        start(program, zalo)
        wait_for(lambda: "ZALO_OA_APP_SECRET" in health(program), program)
        wait_for(
            lambda: health(program, "zalo_bot").startswith("ZALO_BOT_TOKEN: Zalo Bot không nhận"),
            program,
        )
    assert health(program).count("\n") == 0
    page = httpx.post(f"{program.address}/chat", json={"id": "tin-nhan-1", "text": QUESTION})
    assert ANSWERED in page.text
    assert program.stop() == 0
    assert "khong-phai-khoa-nay" not in program.errors
    assert "ma-sai-roi" not in program.errors


def test_troubles_of_the_service_delay_answers_and_lose_none(
    zalo: FakeZaloOa, program: Served
) -> None:
    start(program, zalo)
    wait_for(lambda: health(program) == "ok", program)
    zalo.sends.add(
        Answer("<html>502</html>", 502),
        Answer({"error": -200, "message": "failed"}),
        Answer({"error": -216, "message": "token"}),
        Answer(cut=True),
        Answer(cut=True, after=True),
    )
    people = [f"người-{n}" for n in range(6)]
    for text in ("danh mục", QUESTION):
        for person in people:
            assert zalo.post(zalo.text(person, text)) == 200
    wait_for(lambda: all(len(set(zalo.texts(one))) == 2 for one in people), program)
    for person in people:
        assert sayings.MENU_TEXT in zalo.texts(person)[0]
    # One message arrived although its answer was cut off: it may have come twice, no other.
    assert len(zalo.sent) in (12, 13)


def have_arrived(zalo: FakeZaloOa, people: list[str], least: int) -> bool:
    """Whether so many different replies have arrived, at all people together."""
    return sum(len(set(zalo.texts(person))) for person in people) >= least


def test_killed_again_and_again_it_answers_everything_in_order(
    zalo: FakeZaloOa, program: Served
) -> None:
    """What Zalo cannot deliver it delivers again, as the real one does after a while."""
    chance = random.Random(4)
    people = [f"người-{n}" for n in range(12)]
    texts = ["danh mục", QUESTION, "hủy"]
    todo = [(person, text) for text in texts for person in people]
    # Far enough apart for the first one's replies to be among those waited for at the second.
    kills = {chance.randrange(6, 12), chance.randrange(20, len(todo))}
    start(program, zalo)
    for number, (person, text) in enumerate(todo):
        event = zalo.text(person, text)
        if number in kills:
            # A kill between Zalo's new pair and our commit loses the link for good; not here.
            wait_for(partial(have_arrived, zalo, people, number - 3), program)
            program.kill()
            zalo.expire()
            start(program, zalo)
        while post_somehow(zalo, event) != 200:
            time.sleep(0.05)
        if chance.random() < 0.3:
            post_somehow(zalo, event)
    wait_for(lambda: all(len(set(zalo.texts(one))) == 3 for one in people), program)
    for person in people:
        first_of_each = list(dict.fromkeys(zalo.texts(person)))
        assert sayings.MENU_TEXT in first_of_each[0]
        assert ANSWERED in first_of_each[1]
        assert first_of_each[2].startswith(sayings.CANCELLED)
    program.stop()
    with sqlite3.connect(program.database) as database:
        doubt = database.execute("SELECT sum(doubt) FROM outbox").fetchone()[0]
        handled = database.execute("SELECT count(*) FROM questions").fetchone()[0]
    database.close()
    assert handled == len(people)
    assert len(zalo.sent) - len(todo) <= doubt


def post_somehow(zalo: FakeZaloOa, event: dict[str, Any]) -> int:
    try:
        return zalo.post(event)
    except httpx.HTTPError:
        return 0
