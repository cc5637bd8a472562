"""The console chat as people and scripts start it: a process, its input a pipe."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.process


def chat(folder: Path, typed: bytes) -> tuple[str, str, int]:
    environment = os.environ | {
        "BOT_DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'bot.db'}",
        "PYTHONIOENCODING": "",
        "PYTHONUTF8": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "bot", "chat"],
        input=typed,
        capture_output=True,
        cwd=ROOT,
        env=environment,
        timeout=120,
        check=False,
    )
    return done.stdout.decode(), done.stderr.decode(), done.returncode


def test_a_talk_through_a_pipe_is_answered_line_by_line(tmp_path: Path) -> None:
    lines = ["mất thẻ cử tri thì làm sao", "1", "danh mục", "1", "3", "99", "hủy", "tạm biệt"]
    out, err, code = chat(tmp_path, ("\n".join(lines) + "\n").encode())
    assert (err, code) == ("", 0)
    expected = [
        "Đây là máy trả lời tự động", "【Mất, rách hoặc quên thẻ cử tri", "  1. Xem thêm",
        "Bạn muốn xem theo cách nào?", "Bạn muốn tìm hiểu nội dung nào?", "【Cử tri và danh sách cử tri】",
        "trang 1/", "Không có mục này", "Đã hủy", "Hẹn gặp lại!",
    ]  # fmt: skip
    at = -1
    for piece in expected:
        at = out.find(piece, at + 1)
        assert at >= 0, f"{piece!r} does not come in its turn in:\n{out}"
    with sqlite3.connect(tmp_path / "bot.db") as db:
        asked = db.execute("SELECT channel, outcome FROM questions ORDER BY id").fetchall()
        waiting = db.execute("SELECT count(*) FROM outbox WHERE state <> 'sent'").fetchone()
    db.close()
    assert asked == [("console", "answer"), ("console", "smalltalk")]
    assert waiting == (0,)


def test_rubbish_bytes_and_empty_lines_get_a_polite_reply_each(tmp_path: Path) -> None:
    rubbish = [
        b"\xff\xfe\x00\xc3",
        b"",
        b"\x1b[2J\x07",
        "mất thẻ cử tri".encode("utf-16"),
        b"\x80 2",
    ]
    out, err, code = chat(tmp_path, b"\n".join(rubbish) + b"\nhu\xe1\xbb\xb7")
    assert (err, code) == ("", 0)
    assert "Tôi chưa đọc được câu hỏi" in out
    assert out.rstrip().endswith(("Bạn cứ gõ câu hỏi mới.", "Bạn cứ gõ câu hỏi."))
    assert "Traceback" not in out
    assert "\x1b" not in out


def test_an_input_that_ends_at_once_ends_the_chat(tmp_path: Path) -> None:
    out, err, code = chat(tmp_path, b"")
    assert (err, code) == ("", 0)
    assert "máy trả lời tự động" in out


def test_a_database_that_cannot_be_opened_is_one_sentence_and_exit_code_1(tmp_path: Path) -> None:
    (tmp_path / "bot.db").mkdir()
    out, err, code = chat(tmp_path, b"xin chao\n")
    assert (out, code) == ("", 1)
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in err
