"""`user`: the people of the editors' web from the command line, as its operator types it."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.errors import InputRefused


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database of its own, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOT_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/bot.db")
    return tmp_path / "bot.db"


def run(*words: str) -> str:
    result = CliRunner().invoke(app, ["user", *words])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_people_are_added_listed_and_shut_out(database: Path) -> None:
    assert "Chưa có ai." in run("list")
    told = run(
        "add",
        "Lan.Nguyen",
        "--full-name",
        "Nguyễn Thị Lan",
        "--role",
        "editor",
        "--role",
        "approver",
    )
    first = re.search(r"Mật khẩu: (\S+)", told)
    assert first
    assert "lan.nguyen\tNguyễn Thị Lan\tBiên tập, Duyệt nội dung\tchưa vào" in run("list")
    run("roles", "lan.nguyen", "--role", "owner")
    again = re.search(r"Mật khẩu: (\S+)", run("password", "lan.nguyen"))
    assert again
    assert again.group(1) != first.group(1)
    with pytest.raises(InputRefused, match="chủ hệ thống cuối cùng"):
        run("disable", "lan.nguyen")
    run("add", "binh", "--full-name", "Trần Bình", "--role", "owner")
    run("disable", "lan.nguyen")
    assert "đã khóa" in run("list")
    for step in ("enable", "unlock", "code-off"):
        assert "Đã" in run(step, "lan.nguyen")
    with sqlite3.connect(database) as held:
        acts = [row[0] for row in held.execute("SELECT act FROM admin_audit ORDER BY id")]
        everything = "\n".join(held.iterdump())
    held.close()
    assert acts == [
        "user.add", "user.roles", "user.reset", "user.unlock", "user.add", "user.disable", "user.enable",
        "user.unlock", "user.code_off",
    ]  # fmt: skip
    assert first.group(1) not in everything
    assert again.group(1) not in everything


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["add", "lan", "--full-name", "Lan", "--role", "vua"], "Không có quyền «vua»"),
        (["add", "L", "--full-name", "Lan", "--role", "editor"], "Tên đăng nhập gồm 3 đến 40"),
        (["disable", "khong-co"], "Không có người dùng «khong-co»"),
        (["password", ""], "Không có người dùng «»"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(words: list[str], told: str) -> None:
    with pytest.raises(InputRefused, match=told):
        run(*words)
