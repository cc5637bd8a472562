"""The monthly report, as a workbook and as a page to be signed; and the commands that make it."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from bot.cli import app
from bot.errors import InputRefused
from bot.knowledge.model import Base
from bot.reports.monthly import look, print_report, write_workbook
from bot.reports.participation import month_around, slice_of
from bot.store.database import Database
from bot.store.migrate import migrate
from tests.conftest import TODAY

from .conftest import DAY, LUONG_MINH, MORNING, ask
from .test_leaflet import pages_of

MONTH = slice_of(*month_around(DAY))


async def test_the_workbook_holds_every_count(fair: Database, base: Base, tmp_path: Path) -> None:
    async with fair.reading() as tx:
        report = await look(tx, base, MONTH)
    await write_workbook(report, tmp_path / "thang.xlsx")
    book = load_workbook(tmp_path / "thang.xlsx")
    summary = {row[0]: row[1] for row in book["tong_hop"].iter_rows(values_only=True)}
    assert summary["Người hỏi"] == 4
    assert summary["Câu hỏi"] == 5
    assert summary["Tỷ lệ có trả lời (%)"] == 80
    assert len(list(book["theo_ngay"].iter_rows())) == 1 + 31
    units = {row[0]: row for row in book["theo_xa_phuong"].iter_rows(values_only=True)}
    assert units[LUONG_MINH][1:3] == ("xã Lương Minh", "có")
    assert [row[0] for row in book["chua_tra_loi"].iter_rows(values_only=True)][1:] == [
        "mất thẻ cử tri",
        "xe bus đi bầu cử",
    ]


async def test_the_page_tells_who_has_nobody_and_what_was_asked_in_vain(
    fair: Database, base: Base
) -> None:
    await ask(fair, "minh", "refuse", text="=1+1 #x *y*")
    async with fair.reading() as tx:
        report = await look(tx, base, MONTH)
    text = " ".join(pages_of(print_report(report, base, TODAY)))
    assert "Tháng 10/2026" in text
    assert "Chưa có ai (52 đơn vị)" in text
    assert "xe bus đi bầu cử" in text
    assert "=1+1 #x *y*" in text
    assert "đặc khu Cô Tô" in text


async def test_an_empty_month_is_a_report_too(memory: Database, base: Base) -> None:
    async with memory.reading() as tx:
        report = await look(tx, base, MONTH)
    assert "Chưa có câu hỏi nào." in " ".join(pages_of(print_report(report, base, TODAY)))


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database file with one question of Lương Minh, and the settings that lead to it."""
    file = tmp_path / "bot.db"

    async def fill() -> None:
        database = Database(f"sqlite:///{file}")
        await database.connect()
        await migrate(database)
        await ask(database, "lan", origin=f"u-{LUONG_MINH}-to-roi")
        await ask(database, "lan", "refuse", text="đi bầu bằng xe bus", at=MORNING + timedelta(1))
        await database.close()

    asyncio.run(fill())
    monkeypatch.setenv("BOT_DATABASE_URL", f"sqlite:///{file}")
    monkeypatch.setenv("BOT_PUBLIC_URL", "https://baucu.example.vn")
    monkeypatch.setenv("TELEGRAM_NAME", "hoidap_bot")
    return tmp_path


def run(*words: str) -> str:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, result.output
    return str(result.stdout)


def test_the_commands_tell_and_write_everything(stored: Path) -> None:
    when = ("--from", "2026-10-01", "--to", "2026-10-31")
    told = json.loads(run("report", "participation", *when, "--json"))
    assert (told["people"], told["questions"], told["units_reached"]) == (1, 2, 1)
    assert "xã Lương Minh" in run("report", "participation", *when)
    assert "đi bầu bằng xe bus" in run("report", "misses", *when)
    for name in ("thang.xlsx", "thang.pdf"):
        out = stored / "bao-cao" / name
        assert "31/10/2026" in run("report", "monthly", "--month", "2026-10", "--out", str(out))
        assert out.stat().st_size > 5_000
    out = stored / "to-roi.pdf"
    assert "2 đơn vị" in run("leaflets", "--units", f"{LUONG_MINH},06685", "--out", str(out))
    assert len(pages_of(out.read_bytes())) == 4
    assert "108" in run("report", "links", "--campaign", "to-roi", "--out", str(stored / "qr"))


@pytest.mark.parametrize(
    "words",
    [
        ("report", "monthly", "--month", "2026-13", "--out", "a.pdf"),
        ("report", "monthly", "--out", "a.docx"),
        ("report", "participation", "--from", "hôm qua"),
        ("report", "participation", "--from", "2026-10-02", "--to", "2026-10-01"),
        ("report", "participation", "--unit", "1"),
        ("leaflets", "--campaign", "Tờ rơi", "--out", "a.pdf"),
    ],
)
def test_what_cannot_be_read_is_told(stored: Path, words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, list(words))
    assert isinstance(result.exception, InputRefused)
