"""The same nasty strings into everything that is written: pages, messages, files, logs, tables."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import AsyncIterator, Sequence
from datetime import date
from pathlib import Path
from urllib.parse import quote, urlencode

import docx
import httpx
import openpyxl
import pypdfium2 as pdfium
import pytest
import yaml
from sqlalchemy import func, select

from bot.channels.telegram.html import write_html
from bot.contest import discipline
from bot.dialogue.messages import Button, Reply
from bot.knowledge.booklet import import_booklet, write_drafts
from bot.knowledge.model import Base
from bot.reports.certificate import Honoured, Occasion, make_certificates
from bot.reports.notice import Notice, as_docx
from bot.reports.sheet_rows import Cell
from bot.reports.sheets import Table, write_csv, write_xlsx
from bot.store import facts, inbox, outbox, people, talk
from bot.store.database import Database
from bot.store.schema import metadata
from bot.store.tables import storable
from tests.conftest import NOW, ROOT
from tests.contest.conftest import SEALER, Arena, at
from tests.fakes.telegram_limits import Refused, visible_text
from tests.safety.nasty import NASTY, harm_in
from tests.web.conftest import NewClient, ask
from tests.web.contest.conftest import AGREED, GIVEN, Site

every_string = pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
OCCASION = Occasion("Cuộc thi", "Sở Tư pháp", "Quảng Ninh", date(2026, 3, 20))
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
VALUES = list(NASTY.values())


async def rows_of(rows: Sequence[Sequence[Cell]]) -> AsyncIterator[Sequence[Cell]]:
    for row in rows:
        yield row


async def submit(client: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    """Posts a form as a program may, half letters included."""
    return await client.post(path, content=urlencode(fields, errors="surrogatepass"), headers=FORM)


@pytest.mark.parametrize(
    "page",
    [
        "<script>a()</script>",
        "<p onclick=a()>",
        "<a href='javascript:a()'>",
        "<img src=x>",
        "<svg/onload=a()>",
        "<p style='a'>",
        "<iframe>",
        "<form action=//ke-xau.example/x>",
    ],
)
def test_the_reader_of_pages_sees_harm(page: str) -> None:
    assert harm_in(page) or page.startswith("<form")


async def test_pages_of_the_talk_run_nothing(new_client: NewClient) -> None:
    for text in VALUES:
        client = new_client()
        await client.get("/")
        assert harm_in(await ask(client, text)) == [], text
        form = await submit(client, "/", id="0123456789abcdef", text=text)
        assert form.status_code < 500, text
        assert harm_in((await client.get("/")).text) == [], text


async def test_pages_of_a_contest_run_nothing(site: Site) -> None:
    await site.open()
    browser = site.browser()
    await browser.get("/thi/thu")
    named = await site.registered()
    path = await site.started(named)
    for second, text in enumerate(VALUES):
        site.at(second)
        told = [await submit(named, path, **{key: text}) for key in ("cau-1", "du-doan", text)]
        for field in GIVEN:
            form = {**GIVEN, **AGREED, field: text}
            told.append(await submit(browser, "/thi/thu/dang-ky", **form))
        for page in told:
            assert page.status_code < 500, text
            assert harm_in(page.text) == [], text


async def test_addresses_lead_nowhere_and_set_nothing(client: httpx.AsyncClient) -> None:
    for text in VALUES:
        part = quote(text.encode("utf-8", "surrogatepass"), safe="")
        for path in ("/{}", "/thi/{}", "/chung-nhan/{}", "/static/{}", "/?u={}"):
            told = await client.get(path.format(part))
            assert told.status_code < 500, path
            assert harm_in(told.text) == []
            assert "ke-xau" not in "".join(told.headers.values())
            assert "root:" not in told.text


@every_string
def test_telegram_shows_it_as_it_was_typed(text: str) -> None:
    text = storable(text)  # as it comes out of the outbox
    reply = Reply(
        text, title=text[:60], citations=(text,), note=text, buttons=(Button("a", "d:a"),)
    )
    shown = "".join(_shown(message.text) for message in write_html(reply))
    letters = re.sub(r"\s", "", text)
    assert re.sub(r"\s", "", shown).count(letters) >= (3 if len(text) < 1_000 else 0)


def _shown(text: str) -> str:
    try:
        return visible_text(text, "HTML")
    except Refused as refused:
        raise AssertionError(f"Telegram refuses {text!r}: {refused}") from refused


async def test_a_workbook_holds_text_and_nothing_that_runs(tmp_path: Path) -> None:
    table = Table("thu", ("Cột",), rows_of([[text] for text in VALUES]))
    await write_xlsx([table], tmp_path / "thu.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "thu.xlsx")["thu"]
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert len(cells) == len(VALUES)
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)


async def test_a_table_of_text_starts_no_cell_with_a_formula(tmp_path: Path) -> None:
    await write_csv(Table("thu", ("Cột",), rows_of([[v] for v in VALUES])), tmp_path / "thu.csv")
    with (tmp_path / "thu.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [row[0] for row in csv.reader(file)][1:]
    assert len(cells) == len(VALUES)
    assert not [
        cell for cell in cells if cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))
    ]


def test_a_booklet_becomes_drafts_and_no_other_yaml(base: Base, tmp_path: Path) -> None:
    path = tmp_path / "sach.txt"
    pieces = [
        f"Câu {n}. {' '.join(text.split())} là gì?\nTrả lời: {text}\n".replace("\0", "")
        for n, text in enumerate(VALUES, 1)
    ]
    path.write_text("\n".join(pieces), encoding="utf-8", errors="replace")
    imported = import_booklet(path, base, lambda _question: None)
    write_drafts(imported, tmp_path / "nhap.yaml")
    written = (tmp_path / "nhap.yaml").read_text(encoding="utf-8")
    read = yaml.load(written, yaml.CSafeLoader)
    assert set(read) <= {"part", "title", "entries"}
    assert {entry["status"] for entry in read["entries"]} == {"draft"}
    assert all(isinstance(entry["question"], str) for entry in read["entries"])
    assert len(read["entries"]) == len(imported.drafts) > len(VALUES) / 2


def test_each_line_of_the_log_is_one_event_whatever_it_tells() -> None:
    program = (
        "import json, logging, structlog, sys\n"
        "from bot.server import set_up_logs\n"
        "set_up_logs('INFO')\n"
        "for text in json.loads(sys.stdin.read()):\n"
        "    structlog.get_logger('a').info('told', said=text)\n"
        "    logging.getLogger('library').warning('said %s', text)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(VALUES),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    lines = done.stderr.removesuffix("\n").split("\n")
    events = [json.loads(line) for line in lines]
    assert len(events) == 2 * len(VALUES)
    assert {event["event"] for event in events[::2]} == {"told"}
    assert {event["level"] for event in events} == {"info", "warning"}
    assert all("timestamp" in event for event in events)
    ours = (event["said"] for event in events[::2])
    assert [storable(told) for told in ours] == [storable(text) for text in VALUES]
    controls = [c for line in lines for c in line if unicodedata.category(c) in ("Cc", "Zl", "Zp")]
    assert controls == []


async def test_tables_keep_it_as_a_value(db: Database) -> None:
    for number, text in enumerate(VALUES):
        async with db.transaction() as tx:
            person = await people.meet(tx, "telegram", f"{number}{text}", NOW)
            await inbox.claim(tx, "telegram", f"{number}{text}", NOW, text)
            await talk.save_state(tx, person.id, {"text": text, "list": [text]}, NOW)
            asked = talk.QuestionAsked(
                person.id, "telegram", text, text, "refuse", NOW, "v1", (text,)
            )
            await talk.record_question(tx, asked)
            await outbox.enqueue(tx, person.id, "telegram", None, [{"text": text}], NOW)
            await facts.write_fact(tx, f"{number}", text)
        async with db.reading() as tx:
            assert (await talk.load_state(tx, person.id))["text"] == storable(text)
            assert await facts.read_fact(tx, f"{number}") == storable(text)
            assert len(await talk.misses(tx, 1_000)) == number + 1
    async with db.reading() as tx:
        for name in ("people", "inbox", "questions", "outbox", "states"):
            table = metadata.tables[name]
            assert await tx.value(select(func.count()).select_from(table)) == len(VALUES)


async def test_a_complaint_is_kept_word_for_word(arena: Arena) -> None:
    entrant = await arena.register()
    for text in VALUES:
        if len(text.strip()) > discipline.LONGEST:
            continue
        async with arena.tx() as tx:
            number = await discipline.complain(
                tx, arena.published, SEALER, entrant.id, "bot", text, at()
            )
            kept = await tx.value(
                select(metadata.tables["complaints"].c.sealed).where(
                    metadata.tables["complaints"].c.id == number
                )
            )
            # Answered, it leaves room for the next one.
            await discipline.answer(tx, arena.published, number, "Đã xem.", "Lan", at())
        assert SEALER.open(kept) == text.strip().encode("utf-8", "replace").decode()


@every_string
def test_a_certificate_prints_it_as_letters(text: str) -> None:
    address = "https://baucu.example.vn/chung-nhan/x"
    one = Honoured(text, text, text, text, text, "ma-thu", address)
    document = pdfium.PdfDocument(make_certificates(OCCASION, [one]))
    printed = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    assert "GIẤY CHỨNG NHẬN" in printed
    assert "root:" not in printed
    if text.startswith("#panic"):
        assert '#panic("x")' in printed.replace("\r\n", "").replace("”", '"').replace("“", '"')


@every_string
def test_a_notice_is_a_document_that_opens(text: str) -> None:
    notice = Notice(text, (text,), (text,), ((text,),), (text,))
    document = docx.Document(io.BytesIO(as_docx(notice, text)))
    assert len(document.tables[0].rows) == 2
