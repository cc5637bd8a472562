"""An organizer at the command line: open, close, mend, decide, prove."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.errors import BotError
from bot.store.database import Database
from tests.contest.conftest import Arena, at, open_arena
from tests.contest.folder import BANK, CONTEST, changed, write_contest
from tests.contest.test_tables import names_in
from tests.knowledge.folder import write_folder

Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on a folder and a database of its own; gives what it printed."""
    write_contest(write_folder(tmp_path), changed(CONTEST, papers__main__mode="fixed"))
    shutil.copy(migrated, tmp_path / "bot.db")
    monkeypatch.setenv("BOT_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/bot.db")
    monkeypatch.setenv("BOT_KNOWLEDGE_DIR", str(tmp_path))
    monkeypatch.setenv("BOT_SECRET_KEY", "k" * 43)

    def run(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, ["contest", *words])
        if isinstance(done.exception, BotError):
            assert code, done.exception
            return str(done.exception)
        assert done.exit_code == code, done.output
        return done.output

    return run


async def played(folder: Path) -> Arena:
    """Three people who have played in the database of the commands."""
    database = Database(f"sqlite:///{folder}/bot.db")
    arena = await open_arena(database, folder, {"papers__main__mode": "fixed"})
    for n, (name, right) in enumerate((("an", 4), ("binh", 4), ("chi", 1))):
        await arena.sit_through(name, right, guess=2 + n, began=at(1))
    await database.close()
    return arena


def test_a_contest_is_opened_and_a_change_needs_a_reason(run: Run, tmp_path: Path) -> None:
    assert "1 cuộc thi, 0 lỗi." in run("lint")
    assert "bản 1, SHA-256" in run("open", "thu", "--by", "An")
    assert "bản 1, SHA-256" in run("open", "thu", "--by", "An"), "nothing changed"
    assert "Tuần 1" in run("open", "thu", "--by", "An")
    write_contest(tmp_path, changed(CONTEST, papers__main__mode="fixed", title="Tên khác"))
    assert "phải ghi lý do" in run("open", "thu", "--by", "An", code=1)
    assert "bản 2" in run("open", "thu", "--by", "An", "--reason", "Sửa tên.")
    assert "0 người đăng ký" in run("status", "thu")


def test_a_faulty_contest_is_not_opened(run: Run, tmp_path: Path) -> None:
    write_contest(tmp_path, changed(CONTEST, ranking__last_resort=None))
    assert "thì chưa biết xếp ai trước" in run("open", "thu", "--by", "An", code=1)
    assert "1 cuộc thi, 1 lỗi." in run("lint", code=1)
    assert json.loads(run("lint", "--json", code=1))[0]["file"] == "contests/thu/contest.yaml"
    assert "Không có cuộc thi nào" in run("open", "la", "--by", "An", code=1)
    assert "đang mở" in run("verify", "la", code=1)


async def test_rules_that_people_have_played_by_stay(run: Run, tmp_path: Path) -> None:
    await played(tmp_path)
    fixed = {"papers__main__mode": "fixed"}
    write_contest(tmp_path, changed(CONTEST, **fixed, attempts__max_per_round=9))
    assert "không được đổi: attempts" in run_apart(
        run, "open", "thu", "--by", "An", "--reason", "x"
    )
    write_contest(tmp_path, changed(CONTEST, **fixed, rounds__0__closes_at="2026-03-08T00:00:00",
                                    rounds__0__closing_words=""))  # fmt: skip
    assert "không được đổi: rounds" in run_apart(run, "open", "thu", "--by", "An", "--reason", "x")
    spoiled = changed(BANK, questions__0__key=["a"])
    write_contest(tmp_path, changed(CONTEST, **fixed), bank=spoiled)
    told = run_apart(run, "open", "thu", "--by", "An", "--reason", "x")
    assert "chưa tăng phiên bản (version)" in told


def run_apart(run: Run, *words: str, code: int = 1) -> str:
    """Runs a command in a thread: it starts a loop of its own."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor() as threads:
        return threads.submit(lambda: run(*words, code=code)).result()


async def test_from_the_closing_to_the_proof(run: Run, tmp_path: Path) -> None:
    await played(tmp_path)

    def do(*words: str, code: int = 0) -> str:
        return run_apart(run, *words, code=code)

    assert "w1: đã đóng; 3 người, 3 lượt đã nộp" in do("status", "thu")
    told = do("close", "thu", "--round", "w1", "--by", "An")
    assert "3 người, 3 lượt, 2 người đúng tất cả; số thực tế: 2." in told
    assert "hạng 1: thí sinh 1" in told
    assert "khớp tất cả" in do("verify", "thu")

    question = json.loads(do("results", "thu", "--round", "w1", "--json"))
    assert [award["name"] for award in question["awards"]] == ["Nhất", "Nhì", "Nhì"]
    asked = question_of(tmp_path)
    told = do("regrade", "thu", asked, "--accept", "a", "--by", "An", "--reason", "Sai đáp án.")
    assert "w1: người đúng tất cả: 2 → " in told
    assert "phải khác người đề xuất" in do("approve", "thu", "1", "--by", "An", code=1)
    assert "bản công bố 2" in do("approve", "thu", "1", "--by", "Bình")
    assert "approved" in do("measures", "thu")
    assert "khớp tất cả" in do("verify", "thu")

    assert "Đã loại" in do("disqualify", "thu", "3", "--by", "An", "--reason", "thi_ho")
    assert "CÓ CHỖ KHÔNG KHỚP" in do("verify", "thu", code=1)
    do("close", "thu", "--round", "w1", "--by", "An")
    assert "khớp tất cả" in do("verify", "thu")
    assert "số quyết định" in do("decide", "thu", "--round", "w1", "--by", "An", code=1)
    assert "Đã ghi" in do("decide", "thu", "--round", "w1", "--by", "An", "--number", "9/QĐ")
    assert "đã có quyết định 9/QĐ" in do("results", "thu", "--round", "w1")


def question_of(folder: Path) -> str:
    """A question that everybody was asked."""
    import sqlite3

    with closing(sqlite3.connect(folder / "bot.db")) as file:
        (found,) = file.execute(
            "SELECT question_id FROM contest_questions WHERE id IN (SELECT question FROM answers)"
        ).fetchone()
    return str(found)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("extend", "thu", "--round", "w1", "--until", "mai", "--by", "A", "--reason", "x"),
         "không phải là ngày giờ"),
        (("extend", "thu", "--round", "w1", "--until", "2026-01-01T00:00", "--by", "A",
          "--reason", "x"), "sau giờ đóng cũ"),
        (("void", "thu", "--list", "khong-co.txt", "--by", "A", "--reason", "x"),
         "Không đọc được tệp"),
        (("regrade", "thu", "cau-01", "--action", "la", "--by", "A", "--reason", "x"),
         "--action phải là"),
        (("close", "thu", "--round", "la", "--by", "A"), "Không có vòng nào mang mã «la»"),
        (("results", "thu", "--round", "w1"), "Chưa tính kết quả"),
        (("lots", "thu", "--round", "w1", "--by", "A"), "Chưa tính kết quả"),
        (("reinstate", "thu", "7", "--by", "A", "--reason", "x"), "không bị loại"),
        (("verify-award", "thu", "7", "--by", "A"), "Không tìm thấy giải này."),
    ],
)  # fmt: skip
def test_a_command_that_cannot_be_done_says_why(
    run: Run, words: tuple[str, ...], told: str
) -> None:
    run("open", "thu", "--by", "An")
    assert told in run(*words, code=1)


async def test_a_contest_is_taken_away_in_every_form_and_it_is_noted(
    run: Run, tmp_path: Path
) -> None:
    await played(tmp_path)

    def do(*words: str, code: int = 0) -> str:
        return run_apart(run, "export", "thu", *words, code=code)

    assert "xep_hang_w1" not in do("--out", str(tmp_path / "a.xlsx")), "nothing is ranked yet"
    run_apart(run, "close", "thu", "--round", "w1", "--by", "An", code=0)
    assert "xep_hang_w1: 3 dòng" in do("--out", str(tmp_path / "b.xlsx"))
    assert "ranking" in do("--format", "jsonl", "--out", str(tmp_path / "jsonl"))
    told = do("--format", "csv", "--out", str(tmp_path / "csv"), "--sheet", "thi_sinh")
    assert "thi_sinh: 3 dòng" in told
    assert names_in(tmp_path / "csv") == ["thi_sinh.csv"]
    assert "Hãy ghi ai lấy dữ liệu" in do("--full", "--out", str(tmp_path / "c.xlsx"), code=1)
    assert "Các bảng" in do("--sheet", "khong-co", "--out", str(tmp_path / "d.xlsx"), code=1)
    do("--full", "--by", "An", "--out", str(tmp_path / "e.xlsx"))
    do("--format", "csv", "--out", str(tmp_path / "nk"), "--sheet", "nhat_ky")
    trail = (tmp_path / "nk" / "nhat_ky.csv").read_text("utf-8-sig")
    assert trail.count(",export,") == 5
