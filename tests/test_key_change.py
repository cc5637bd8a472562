"""Changing the key as an operator does it: by commands, over a real file, killed in the middle."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from bot.sealing import Sealer
from bot.secret_key import FILE_NAME, read_keys
from bot.store.database import Database
from bot.store.inbox import Arrived, claim_all
from bot.store.migrate import migrate
from tests.conftest import NOW, ROOT
from tests.test_sealing import settings_for

pytestmark = pytest.mark.process
WAITING = 2_000


def run(folder: Path, *words: str, key: str = "") -> subprocess.Popen[str]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("BOT_")},
        "PYTHONPATH": str(ROOT),
        "BOT_DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'bot.db'}",
        "BOT_SECRET_KEY": key,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "bot", *words],
        env=environment,
        cwd=folder,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def finish(program: subprocess.Popen[str]) -> str:
    out, err = program.communicate(timeout=180)
    assert program.returncode == 0, err
    return out


def payloads(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "bot.db", timeout=30)) as file:
        rows = file.execute("SELECT json_extract(payload, '$') FROM inbox ORDER BY id").fetchall()
    return [text for (text,) in rows]


async def leave_waiting(folder: Path, sealer: Sealer) -> None:
    database = Database(f"sqlite+aiosqlite:///{folder / 'bot.db'}")
    await database.connect()
    await migrate(database)
    async with database.transaction() as tx:
        texts = (f"tin {number}" for number in range(WAITING))
        arrived = [Arrived("telegram", text, NOW, sealer.seal(text)) for text in texts]
        await claim_all(tx, arrived)
    await database.close()


async def test_a_renewal_killed_in_the_middle_is_finished_by_the_next(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    (old,) = read_keys(settings)
    await leave_waiting(tmp_path, Sealer([old]))
    assert "key renew" in finish(run(tmp_path, "key", "new"))
    new, kept = read_keys(settings)
    assert kept == old

    first = run(tmp_path, "key", "renew")
    newest = Sealer([new])
    end = time.monotonic() + 120
    while not newest.is_newest(payloads(tmp_path)[0]):
        assert time.monotonic() < end
        assert first.poll() is None, first.communicate()
    first.send_signal(signal.SIGKILL)
    first.communicate()
    half = [newest.is_newest(text) for text in payloads(tmp_path)]
    assert any(half)
    assert read_keys(settings) == [new, old]

    told = finish(run(tmp_path, "key", "renew"))
    expected = f"niêm phong lại {half.count(False)}, đã theo khóa mới từ trước {half.count(True)}"
    assert expected in told
    assert [newest.open(text) for text in payloads(tmp_path)] == [
        f"tin {number}" for number in range(WAITING)
    ]
    assert read_keys(settings) == [new]
    assert_old_key_is_kept(tmp_path, old)


def assert_old_key_is_kept(folder: Path, old: str) -> None:
    (aside,) = folder.glob(f"{FILE_NAME}.khoa-cu-*")
    assert aside.read_text().split() == [old]
    assert aside.stat().st_mode & 0o777 == 0o600


def test_without_a_second_key_there_is_nothing_to_change_to(tmp_path: Path) -> None:
    program = run(tmp_path, "key", "renew", key="k" * 40)
    _, err = program.communicate(timeout=60)
    assert program.returncode == 1
    assert "key new" in err


def test_a_key_of_the_environment_is_told_and_nothing_written(tmp_path: Path) -> None:
    told = finish(run(tmp_path, "key", "new", key="k" * 40))
    assert "dấu phẩy" in told
    assert "k" * 40 not in told
    assert list(tmp_path.iterdir()) == []
