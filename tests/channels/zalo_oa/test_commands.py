"""`zalo link` and `zalo status` as an operator types them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.channels.zalo_oa.linking import NO_CODE
from bot.cli import app
from bot.errors import InputRefused, SettingWrong
from tests.fakes.serving import serving
from tests.fakes.zalo_oa import FakeZaloOa

PASTED = "https://baucu.example.vn/?oa_id=1&code="


@pytest.fixture
def zalo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeZaloOa]:
    """Zalo on loopback, and the settings of an installation in front of it."""
    zalo = FakeZaloOa()
    monkeypatch.chdir(tmp_path)
    with serving(zalo.app) as address:
        for name, value in {
            "BOT_DATABASE_URL": f"sqlite:///{tmp_path}/bot.db",
            "BOT_PUBLIC_URL": "https://baucu.example.vn",
            "ZALO_OA_APP_ID": zalo.app_id,
            "ZALO_OA_APP_SECRET": zalo.app_secret,
            "ZALO_OA_API_URL": address,
            "ZALO_OA_OAUTH_URL": address,
        }.items():
            monkeypatch.setenv(name, value)
        yield zalo


def run(*words: str, typed: str = "") -> tuple[int, str]:
    done = CliRunner().invoke(app, ["zalo", *words], input=typed)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def test_the_operator_is_led_through_linking(zalo: FakeZaloOa) -> None:
    code, told = run("status")
    assert (code, told.strip()) == (1, "Chưa liên kết. Hãy chạy: python -m bot zalo link")
    # Gives up at first; the challenge stays, so the console need not be touched again.
    code, steps = run("link", typed="")
    assert code == 1
    found = re.search(r"Code Challenge:\s+(\S+)", steps)
    assert found
    zalo.challenge = found[1]
    code, told = run("link", typed=f"chưa có mã\n{PASTED}{zalo.code}\n")
    assert code == 0
    assert f"code_challenge={zalo.challenge}" in told
    assert NO_CODE in told
    assert "Đã liên kết với Official Account «Sở Tư pháp»." in told
    assert f"Mã số: {zalo.oa_id}" in told
    code, told = run("status")
    assert code == 0
    assert "liên kết bằng lệnh zalo link" in told
    assert zalo.access not in told


def test_an_answer_may_be_given_with_the_command(zalo: FakeZaloOa) -> None:
    with pytest.raises(InputRefused, match="Không thấy mã"):
        run("link", "--answer", "https://baucu.example.vn/")


@pytest.mark.parametrize("name", ["ZALO_OA_APP_ID", "ZALO_OA_APP_SECRET", "BOT_PUBLIC_URL"])
def test_a_missing_setting_is_named(
    zalo: FakeZaloOa, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "")
    with pytest.raises(SettingWrong, match=f"^{name}: còn trống"):
        run("link")
