"""`check` names everything that is set wrongly, at once, and tells no secret."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.errors import InputRefused
from tests.conftest import KNOWLEDGE

KEY = "k" * 43


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """Runs the command with these settings and no others; gives its exit code and what it said."""
    monkeypatch.chdir(tmp_path)

    def check(**settings: str) -> tuple[int, str]:
        given = {
            "BOT_DATABASE_URL": f"sqlite:///{tmp_path / 'bot.db'}",
            "BOT_KNOWLEDGE_DIR": str(KNOWLEDGE),
            "BOT_SECRET_KEY": KEY,
            **settings,
        }
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        done = CliRunner().invoke(app, ["check"])
        assert done.exception is None or isinstance(done.exception, InputRefused), done.exception
        return done.exit_code, done.output

    return check


def test_a_sound_installation_is_ready_and_its_key_is_not_told(run: object) -> None:
    assert callable(run)
    code, said = run(BOT_PORT="9000")
    assert code == 0, said
    assert "Mọi thứ sẵn sàng." in said
    assert "BOT_PORT: 9000" in said
    assert "BOT_SECRET_KEY: (đã đặt)" in said
    assert KEY not in said


def test_every_wrong_value_is_named_at_once(run: object) -> None:
    assert callable(run)
    code, said = run(BOT_PORT="cổng", BOT_PUBLIC_URL="baucu", BOT_KEEP_DAYS="0", TELEGRAM_MODE="x")
    assert code == 1
    for name in ("BOT_PORT", "BOT_PUBLIC_URL", "BOT_KEEP_DAYS", "TELEGRAM_MODE"):
        assert f"LỖI  {name}: " in said


def test_a_slip_in_a_name_is_noticed(run: object) -> None:
    assert callable(run)
    code, said = run(BOT_DATABSE_URL="x")
    assert code == 1
    assert "Có phải bạn muốn viết BOT_DATABASE_URL?" in said


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"TELEGRAM_TOKEN": "1:a", "TELEGRAM_MODE": "webhook"}, "BOT_PUBLIC_URL"),
        ({"ZALO_BOT_MODE": "webhook"}, "ZALO_BOT_TOKEN"),
        ({"ZALO_OA_APP_ID": "1", "ZALO_OA_SECRET": "a" * 20}, "ZALO_OA_APP_SECRET"),
        ({"ZALO_OA_APP_SECRET": "a" * 20}, "ZALO_OA_APP_ID"),
        ({"BOT_KNOWLEDGE_DIR": "/khong/co"}, "BOT_KNOWLEDGE_DIR"),
        ({"BOT_SECRET_KEY": "ngắn"}, "BOT_SECRET_KEY"),
        ({"BOT_DATABASE_URL": "mysql://x"}, "BOT_DATABASE_URL"),
        (
            {"BOT_DATABASE_URL": "postgresql://a:b@127.0.0.1:9/x", "BOT_SECRET_KEY": ""},
            "BOT_SECRET_KEY",
        ),
        ({"BOT_DATABASE_URL": "postgresql://a:bi-mat-7@127.0.0.1:9/x"}, "127.0.0.1:9"),
    ],
)
def test_what_cannot_work_is_named(run: object, settings: dict[str, str], name: str) -> None:
    assert callable(run)
    code, said = run(**settings)
    assert code == 1
    assert name in said
    assert "bi-mat-7" not in said
