"""`check` names everything that is set wrongly, at once, and tells no secret."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.errors import InputRefused
from bot.settings import Settings
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


WRONG: dict[str, tuple[str, ...]] = {
    "BOT_DATABASE_URL": ("bot.db", "mysql://a@b/c", "sqlite:////proc/khong-co/bot.db"),
    "BOT_KNOWLEDGE_DIR": ("/khong/co",),
    "BOT_HOST": ("300.1.1.1", "may chu"),
    "BOT_PORT": ("cổng", "-1", "70000", "80.5"),
    "BOT_PUBLIC_URL": ("baucu.example.vn", "ftp://a", "https://"),
    "BOT_SECRET_KEY": ("ngắn", "k" * 43 + ",ngắn"),
    "BOT_LOG_LEVEL": ("info", "5"),
    "BOT_SAY_STARTERS": ("có",),
    "BOT_SAME_PERSON_APPROVES": ("không",),
    "BOT_KEEP_DAYS": ("0", "một năm", "4000"),
    "BOT_STARTS_AT_ONCE": ("0", "x"),
    "BOT_QUEUE_MINUTES": ("0", "x"),
    "TELEGRAM_TOKEN": ("abc", "123456:", "123456:AA BB"),
    "TELEGRAM_MODE": ("push",),
    "TELEGRAM_NAME": ("@a_bot", "a b"),
    "TELEGRAM_API_URL": ("api.telegram.org", "https://"),
    "ZALO_BOT_MODE": ("push",),
    "ZALO_BOT_API_URL": ("bot-api.zaloplatforms.com",),
    "ZALO_BOT_MONTHLY_QUOTA": ("0", "nhiều"),
    "ZALO_OA_APP_ID": ("ứng dụng",),
    "ZALO_OA_API_URL": ("openapi.zalo.me",),
    "ZALO_OA_OAUTH_URL": ("oauth.zaloapp.com",),
    "ZALO_OA_LINK": ("zalo.me/1", "http://zalo.me/1"),
    "ZALO_OA_SIGNATURE": ("sha256",),
    "ZALO_OA_PER_MINUTE": ("0", "x"),
    "ZALO_OA_WINDOW_HOURS": ("0", "200"),
    "ZALO_OA_STAFF_MINUTES": ("-1", "x"),
    "ZALO_OA_SILENCE_HOURS": ("-1", "x"),
    "ZALO_SITE_VERIFICATION": ("<meta name=a>",),
}
UNSEEN = {
    # Only the service itself can tell whether these are right; their form is nobody's promise.
    "TELEGRAM_WEBHOOK_SECRET", "ZALO_BOT_TOKEN", "ZALO_BOT_WEBHOOK_SECRET", "ZALO_OA_APP_SECRET",
    "ZALO_OA_SECRET", "ZALO_OA_REFRESH_TOKEN", "ZALO_OA_BUTTONS_TEMPLATE_TYPE",
}  # fmt: skip


def test_each_setting_has_its_wrong_values() -> None:
    known = {str(field.alias) for field in Settings.model_fields.values()}
    assert known == set(WRONG) | UNSEEN
    assert not set(WRONG) & UNSEEN


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG.items() for value in values]
)
def test_a_wrong_value_is_named_with_what_to_do(
    run: object, quick: None, name: str, value: str
) -> None:
    assert callable(run)
    code, said = run(**{name: value})
    assert code == 1
    told = [line for line in said.splitlines() if line.startswith("LỖI  ")]
    about = [line for line in told if name in line or "cơ sở dữ liệu" in line]
    assert about, said
    assert "giá trị này không dùng được" not in said, "a sentence of its own says more"


@pytest.mark.parametrize("name", sorted({*WRONG, *UNSEEN} - {"BOT_SECRET_KEY"}))
def test_a_line_left_empty_sets_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "")
    (field,) = (key for key, one in Settings.model_fields.items() if one.alias == name)
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    assert getattr(settings, field) == Settings.model_fields[field].default


def test_a_proxy_of_another_kind_is_named(run: object, quick: None) -> None:
    assert callable(run)
    code, said = run(ALL_PROXY="socks5://a:b@127.0.0.1:1", HTTPS_PROXY="")
    assert code == 1
    assert "LỖI  ALL_PROXY: chỉ dùng được proxy http" in said


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without reading the knowledge, which is right here and takes a second."""
    monkeypatch.setattr("bot.knowledge.load.load", lambda *_: SimpleNamespace(faults=()))
