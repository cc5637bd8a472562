"""What the operator sees of replies that were given up, and what he can do about them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.channels.redaction import BLACKED_OUT
from bot.cli import app
from bot.errors import InputRefused
from bot.store import outbox, people
from bot.store.database import Database, Tx
from bot.store.migrate import migrate
from tests.conftest import NOW


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with three replies given up and one that waits."""
    url = f"sqlite+aiosqlite:///{tmp_path}/bot.db"
    monkeypatch.setenv("BOT_DATABASE_URL", url)

    async def fill(tx: Tx) -> None:
        for name in ("an", "binh", "chi", "dung"):
            met = await people.meet(tx, "telegram", name, NOW)
            reply = {"title": f"Câu hỏi của {name}", "text": "Trả lời."}
            await outbox.enqueue(tx, met.id, "telegram", None, [reply], NOW)
        for row in await outbox.take_due(tx, "telegram", NOW, 3, "reply"):
            await outbox.bury(tx, row, "Telegram trả lời: message is too long")

    asyncio.run(use(url, fill))
    return url


async def use(url: str, act: object) -> None:
    opened = Database(url)
    await opened.connect()
    await migrate(opened)
    async with opened.transaction() as tx:
        await act(tx)  # type: ignore[operator]
    await opened.close()


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["outbox", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_the_dead_are_listed_with_the_reason(database: str) -> None:
    told = run("dead")
    assert told.count("lý do: Telegram trả lời: message is too long") == 3
    assert "nội dung: Câu hỏi của chi" in told
    assert "10:00 ngày 23/11/2026" in told
    assert BLACKED_OUT not in told
    assert run("show").splitlines() == [
        "telegram, trả lời, không gửi được: 3",
        "telegram, trả lời, đang chờ: 1",
    ]


def test_one_is_sent_again_and_one_dropped(database: str) -> None:
    assert "1 tin" in run("retry", "1")
    assert "1 tin" in run("drop", "2")
    assert run("show").splitlines() == [
        "telegram, trả lời, không gửi được: 1",
        "telegram, trả lời, đang chờ: 2",
    ]
    assert "3  " in run("dead")


def test_all_are_sent_again(database: str) -> None:
    assert "3 tin" in run("retry", "--all")
    assert run("dead") == "Không có tin nào bị bỏ lại.\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["retry"], "Hãy ghi số"),
        (["drop", "1", "--all"], "Hãy ghi số"),
        (["retry", "1", "4"], "Không có tin số 4"),
        (["drop", "99"], "Không có tin số 99"),
    ],
)
def test_a_wrong_number_changes_nothing(database: str, arguments: list[str], told: str) -> None:
    with pytest.raises(InputRefused, match=told):
        CliRunner().invoke(app, ["outbox", *arguments], catch_exceptions=False)
    assert "không gửi được: 3" in run("show")


def test_an_empty_database_has_nothing_to_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_DATABASE_URL", f"sqlite:///{tmp_path}/bot.db")
    assert run("show") == "Không có tin nào đang chờ gửi.\n"
