"""The service as it runs: its health, its figures, and how it starts and ends."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import httpx
import pytest
from prometheus_client import REGISTRY

from bot.channels import metrics
from bot.channels.metrics import Outcome
from bot.channels.web.chat import UNAVAILABLE
from bot.dialogue.snapshot import Snapshot, build_snapshot
from bot.errors import SettingWrong
from bot.knowledge.live import Live
from bot.server import build_app, open_port
from bot.settings import Settings
from bot.store.database import Database
from tests.conftest import KNOWLEDGE, NOW, SEALER
from tests.databases import no_thread_is_left
from tests.web.conftest import ANSWERED, QUESTION, NewClient, Served, ask, post

T = TypeVar("T")
AN_ENTRY_FILE = "entries/03a-cu-tri.yaml"


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    """A copy of the project's knowledge, to be spoilt."""
    return Path(shutil.copytree(KNOWLEDGE, tmp_path / "knowledge"))


def spoil(file: Path) -> int:
    """Break a line in the middle of a file; gives the line's number."""
    lines = file.read_text().splitlines()
    number = next(n for n, line in enumerate(lines, 1) if n > 5 and "answer: |" in line)
    lines[number - 1] = lines[number - 1].replace("answer:", "anser:")
    file.write_text("\n".join(lines))
    return number


@pytest.fixture
async def without_database(
    tmp_path: Path, live: Live[Snapshot], new_client: NewClient
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in front of a service whose database has gone."""
    database = Database(f"sqlite:///{tmp_path}/khong-co/bot.db")
    yield new_client(build_app(Settings(_env_file=None), database, live, SEALER))  # type: ignore[call-arg]
    await database.close()
    await no_thread_is_left()


async def test_health_is_told_in_detail(client: httpx.AsyncClient, live: Live[Snapshot]) -> None:
    told = await client.get("/healthz")
    assert told.status_code == 200
    body = told.json()
    assert (body["status"], body["database"], body["channels"]) == ("ok", "ok", {"web": "ok"})
    assert body["knowledge"]["version"] == live.version
    assert body["knowledge"]["entries"] >= 70
    assert (await client.get("/readyz")).status_code == 200


async def test_background_work_that_fails_is_told_in_the_health(
    database: Database, live: Live[Snapshot], new_client: NewClient
) -> None:
    app = build_app(Settings(_env_file=None), database, live, SEALER)  # type: ignore[call-arg]
    client = new_client(app)
    app.state.tending.note("upkeep", OSError(5, "Input/output error"))
    told = (await client.get("/healthz")).json()
    assert (told["status"], list(told["failing"])) == ("trouble", ["upkeep"])
    assert "OSError" in told["failing"]["upkeep"]
    assert (await client.get("/readyz")).status_code == 200
    app.state.tending.well("upkeep")
    told = (await client.get("/healthz")).json()
    assert (told["status"], told["failing"]) == ("ok", {})


async def test_without_a_database_it_is_alive_and_not_ready(
    without_database: httpx.AsyncClient,
) -> None:
    alive = await without_database.get("/healthz")
    assert (alive.status_code, alive.json()["status"]) == (200, "trouble")
    assert "cơ sở dữ liệu" in alive.json()["database"]
    assert (await without_database.get("/readyz")).status_code == 503


async def test_without_a_database_nothing_typed_is_lost(
    without_database: httpx.AsyncClient,
) -> None:
    first = await without_database.get("/")
    again = await without_database.get("/")
    assert (first.status_code, again.status_code) == (200, 503)
    assert UNAVAILABLE in again.text
    assert 'id="cau-hoi"' in again.text
    told = await post(without_database, text=QUESTION)
    assert (told.status_code, told.json()) == (503, {"error": UNAVAILABLE})
    form = await without_database.post("/", data={"id": uuid4().hex, "text": QUESTION})
    assert form.status_code == 503
    assert f'value="{QUESTION}"' in form.text
    assert (await without_database.post("/quen-toi")).status_code == 503


async def test_a_broken_edit_reaches_nobody_and_is_told_in_the_health(
    knowledge: Path, database: Database, new_client: NewClient
) -> None:
    live = Live(knowledge, lambda base: build_snapshot(base, knowledge), lambda: NOW)
    client = new_client(build_app(Settings(_env_file=None), database, live, SEALER))  # type: ignore[call-arg]
    before = await ask(client, QUESTION)
    whole = (knowledge / AN_ENTRY_FILE).read_text()
    line = spoil(knowledge / AN_ENTRY_FILE)
    assert not live.reload()

    health = (await client.get("/healthz")).json()
    assert health["status"] == "ok"
    assert any(f"{AN_ENTRY_FILE}:{line}: " in fault for fault in health["knowledge"]["faults"])
    assert "bot_knowledge_faults 0.0" not in (await client.get("/metrics")).text
    assert ANSWERED in before
    assert ANSWERED in await ask(client, QUESTION)

    (knowledge / AN_ENTRY_FILE).write_text(whole)
    assert live.reload()
    healed = (await client.get("/healthz")).json()["knowledge"]["faults"]
    assert not any("anser" in fault for fault in healed)


def counted(outcome: Outcome, channel: str = "web") -> float:
    labels = {"channel": channel, "outcome": str(outcome)}
    return REGISTRY.get_sample_value("bot_messages_total", labels) or 0.0


async def test_messages_are_counted_by_channel_and_outcome(
    client: httpx.AsyncClient, without_database: httpx.AsyncClient
) -> None:
    before = {outcome: counted(outcome) for outcome in Outcome}
    for _ in range(22):
        await post(client, text="xin chào")
    await client.post("/chat", content=b"{", headers={"Content-Type": "application/json"})
    await post(without_database, text="xin chào")
    more = {outcome: counted(outcome) - before[outcome] for outcome in Outcome}
    assert more == {
        Outcome.HANDLED: 20,
        Outcome.BUSY: 2,
        Outcome.REFUSED: 1,
        Outcome.UNAVAILABLE: 1,
        Outcome.REPEATED: 0,
        Outcome.FOREIGN: 0,
        Outcome.PROBE: 0,
    }
    figures = (await client.get("/metrics")).text
    assert 'bot_messages_total{channel="web",outcome="handled"}' in figures
    assert "bot_message_seconds_bucket" in figures
    assert "xin chào" not in figures


def test_an_unknown_channel_makes_no_label_of_its_own() -> None:
    before = counted(Outcome.HANDLED, "other")
    metrics.count("kênh lạ", Outcome.HANDLED)
    assert counted(Outcome.HANDLED, "other") == before + 1
    assert not counted(Outcome.HANDLED, "kênh lạ")


def test_a_port_in_use_is_told_in_one_sentence() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(SettingWrong, match=r"^BOT_PORT: cổng \d+ đang có chương trình khác dùng"),
    ):
        open_port("127.0.0.1", taken.getsockname()[1])


def test_an_address_of_another_machine_is_told_in_one_sentence() -> None:
    with pytest.raises(SettingWrong, match="^BOT_HOST: máy này không có địa chỉ «192.0.2.1»"):
        open_port("192.0.2.1", 0)


@pytest.fixture
def stopped(tmp_path: Path) -> Served:
    """The program, not started yet."""
    return Served(tmp_path)


@pytest.mark.process
def test_faulty_knowledge_is_told_whole_and_nothing_starts(
    stopped: Served, knowledge: Path
) -> None:
    files = [AN_ENTRY_FILE, "entries/04-ung-cu.yaml"]
    lines = [spoil(knowledge / file) for file in files]
    stopped.settings["BOT_KNOWLEDGE_DIR"] = str(knowledge)
    told = stopped.refuse()
    for file, line in zip(files, lines, strict=True):
        assert f"{file}:{line}: " in told
    assert "Traceback" not in told
    assert not stopped.database.exists()


@pytest.mark.process
@pytest.mark.parametrize(
    "url",
    [
        "sqlite+aiosqlite:////proc/khong-co/bot.db",
        "mysql://an:bi-mat-9@may/bot",
        "sqlite:///{text}",
    ],
)
def test_a_database_that_cannot_be_opened_is_told_in_one_sentence(
    stopped: Served, url: str
) -> None:
    text = stopped.folder / "la-van-ban.txt"
    text.write_text("đây không phải là cơ sở dữ liệu\n" * 200)
    stopped.settings["BOT_DATABASE_URL"] = url.format(text=text)
    told = stopped.refuse()
    assert len(told.splitlines()) == 1
    assert "cơ sở dữ liệu" in told
    assert "bi-mat-9" not in told


@pytest.mark.process
def test_a_taken_port_ends_the_start_with_one_sentence(stopped: Served) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        stopped.port = taken.getsockname()[1]
        told = stopped.refuse()
    assert told.startswith("BOT_PORT: ")
    assert len(told.splitlines()) == 1


@pytest.mark.process
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order_and_no_message_is_lost(
    stopped: Served, number: signal.Signals
) -> None:
    stopped.start()
    with httpx.Client(base_url=stopped.address) as client:
        body = {"id": uuid4().hex, "text": QUESTION}
        assert ANSWERED in client.post("/chat", json=body).text
        assert stopped.stop(number) == 0
    assert not stopped.errors
    # The last connection folded the log into the file: the database was closed.
    assert [file.name for file in stopped.folder.glob("bot.db*")] == ["bot.db"]
    with sqlite3.connect(stopped.database) as database:
        assert database.execute("SELECT count(*) FROM questions").fetchone() == (1,)
    database.close()


@pytest.mark.process
def test_a_running_service_takes_good_edits_and_keeps_off_bad_ones(
    stopped: Served, knowledge: Path
) -> None:
    stopped.settings["BOT_KNOWLEDGE_DIR"] = str(knowledge)
    stopped.start()
    name = knowledge / "base.yaml"
    with httpx.Client(base_url=stopped.address) as client:
        spoil(knowledge / AN_ENTRY_FILE)
        faults = wait_for(lambda: client.get("/healthz").json()["knowledge"]["faults"])
        assert AN_ENTRY_FILE in faults[0]
        assert ANSWERED in client.post("/chat", json={"id": uuid4().hex, "text": QUESTION}).text
        shutil.copy(KNOWLEDGE / AN_ENTRY_FILE, knowledge / AN_ENTRY_FILE)
        name.write_text(name.read_text().replace("Hỏi đáp pháp luật về bầu cử", "Tên vừa đổi"))
        assert wait_for(lambda: "Tên vừa đổi" in client.get("/").text)
    stopped.stop()
    assert stopped.errors.count("knowledge_refused") == 1


@pytest.mark.process
def test_behind_a_proxy_that_speaks_https_the_cookie_is_secure(served: Served) -> None:
    forwarded = {"X-Forwarded-Proto": "https"}
    page = httpx.get(f"{served.address}/", headers=forwarded)
    assert "; secure" in page.headers["set-cookie"].lower()
    assert "server" not in page.headers


@pytest.mark.process
@pytest.mark.parametrize(
    "raw",
    [
        b"POST /chat HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: zz\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nCookie: hoi_dap=\xff\xfe\xfd\r\nConnection: close\r\n\r\n",
        b"GET /static/..%2f..%2fchat.py HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"\x16\x03\x01\x02\x00rubbish\r\n\r\n",
    ],
)
def test_rubbish_on_the_wire_is_no_fault_of_ours(served: Served, raw: bytes) -> None:
    with socket.create_connection(("127.0.0.1", served.port), timeout=60) as wire:
        wire.sendall(raw)
        status = wire.recv(4096).split(b" ", 2)[1]
    assert status in {b"200", b"400", b"404"}
    assert httpx.get(f"{served.address}/readyz").status_code == 200
    assert "Traceback" not in served.errors


@pytest.mark.process
def test_a_head_without_an_end_is_not_listened_to_for_long(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", served.port), timeout=60) as wire:
        wire.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        with contextlib.suppress(ConnectionError):
            for number in range(1_000):
                wire.sendall(b"X-%d: " % number + b"a" * 1_000 + b"\r\n")
        with contextlib.suppress(ConnectionError):
            assert wire.recv(4096) == b""
    assert httpx.get(f"{served.address}/readyz").status_code == 200


def wait_for(look: Callable[[], T], seconds: float = 120) -> T:
    """What `look` gives as soon as it is something."""
    end = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < end:
        time.sleep(0.1)
    return found
