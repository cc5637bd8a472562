"""What was asked in vain: grouped, tried on the queries, saved, and off the list."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from bot.admin.loop import pages, staff
from bot.admin.loop.groups import gather
from bot.admin.loop.trial import ENTRY, OUTSIDE, OWN_QUERIES, Change, changed_base, query_files
from bot.dialogue.snapshot import Snapshot
from bot.store import admin_audit, misses, people
from bot.store import staff as requests
from bot.store.admin_audit import Wanted
from bot.store.database import Database
from bot.store.misses import Vain
from tests.conftest import KNOWLEDGE, NOW
from tests.reports.conftest import ask

from .conftest import Enter, csrf_in

PATH = pages.PATH
QUERIES = [
    {"text": "Bao nhiêu tuổi thì được đi bầu cử?", "expected": ["tuoi-bau-cu"]},
    {"text": "giun đất sống được mấy năm", "expected": []},
]


@pytest.fixture
def folder(knowledge: Path) -> Path:
    lines = (json.dumps(query, ensure_ascii=False) + "\n" for query in QUERIES)
    (knowledge / OWN_QUERIES).write_text("".join(lines), encoding="utf-8")
    return knowledge


@pytest.fixture
async def asked(database: Database) -> Database:
    """Three ask for a bus to the ballot box, one for land, one is not content."""
    for name, text in (
        ("lan", "xe buýt đi bầu cử"),
        ("mai", "xe buýt đi bầu cử ạ"),
        ("nam", "xe buýt đi bầu cử"),
    ):
        await ask(database, name, "refuse", text=text, at=NOW - timedelta(days=3))
    await ask(database, "hoa", "refuse", text="mua đất của Nguyễn Văn An ở đâu", at=NOW)
    await ask(database, "tam", feedback=-1, text="thẻ nào cũng được", at=NOW)
    return database


async def group_of(browser: httpx.AsyncClient, text: str) -> str:
    """The address of the group whose most asked wording is `text`."""
    page = (await browser.get(PATH)).text
    found = re.search(rf'href="({PATH}/[0-9a-f]{{16}})[^"]*">{text}', page)
    assert found, page
    return found.group(1)


async def press(browser: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    page = await browser.get(path)
    return await browser.post(path, data={"csrf": csrf_in(page.text), **fields})


def contents(folder: Path) -> dict[Path, str]:
    return {path: path.read_text(encoding="utf-8") for path in folder.rglob("*.yaml")}


async def finish(browser: httpx.AsyncClient, path: str) -> str:
    """The page of a trial once it is over."""
    for _ in range(600):
        page = (await browser.get(path)).text
        if "Đang thử" not in page:
            return page
        await asyncio.sleep(0.1)
    raise AssertionError("the trial does not end")


async def open_questions(database: Database) -> list[str]:
    async with database.reading() as tx:
        day = NOW.date()
        return [v.text for v in await misses.list_vain(tx, day - timedelta(days=9), day)]


async def test_near_questions_stand_together_most_asked_first(
    asked: Database, enter: Enter
) -> None:
    page = (await (await enter("editor")).get(PATH)).text
    assert "<strong>3</strong> nhóm, <strong>5</strong> câu hỏi" in page
    assert page.index("xe buýt đi bầu cử") < page.index("thẻ nào cũng được")
    assert "và 1 cách hỏi khác" in page
    assert "Nguyễn Văn An" not in page
    assert "[tên riêng]" in page


async def test_a_wording_is_tried_then_saved_and_found(
    asked: Database, enter: Enter, folder: Path
) -> None:
    browser = await enter("editor")
    path = await group_of(browser, "xe buýt đi bầu cử")
    tried = await press(
        browser, path, viec="entry", muc="dia-diem-bo-phieu", **{"cach-hoi": "xe buýt đi bầu cử"}
    )
    assert tried.status_code == 303
    page = await finish(browser, tried.headers["location"])
    assert "Không câu kiểm tra nào xấu đi." in page
    assert "Bộ câu hỏi kiểm tra (2 câu)" in page
    assert "trả lời: Tôi bỏ phiếu ở đâu?" in page
    files = contents(folder)
    saved = await press(browser, tried.headers["location"])
    assert saved.status_code == 303
    changed = [text for path, text in contents(folder).items() if files[path] != text]
    assert len(changed) == 1
    assert "xe buýt đi bầu cử" in changed[0]
    assert "Đã lưu 1 cách hỏi; 3 câu hỏi rời khỏi danh sách." in (await browser.get(PATH)).text
    assert "xe buýt đi bầu cử" not in await open_questions(asked)
    async with asked.reading() as tx:
        acts = [line.act for line in await admin_audit.lines(tx, Wanted(act="miss"), 0, 9)]
    assert acts == ["miss.entry"]


async def test_a_wording_that_harms_is_told_before_it_is_saved(
    asked: Database, enter: Enter
) -> None:
    browser = await enter("editor")
    path = await group_of(browser, "xe buýt đi bầu cử")
    bus = {"cach-hoi": "giun đất sống được mấy năm"}
    tried = await press(browser, path, viec="entry", muc="tuoi-bau-cu", **bus)
    page = await finish(browser, tried.headers["location"])
    assert "1 câu kiểm tra xấu đi" in page
    assert "Vẫn lưu" in page


async def test_the_bot_is_taught_what_lies_outside(
    asked: Database, enter: Enter, folder: Path
) -> None:
    browser = await enter("approver")
    path = await group_of(browser, "mua đất của")
    tried = await press(
        browser, path, viec="outside", nhom="dat-dai", **{"cach-hoi-ngoai": "mua đất ở đâu"}
    )
    assert "đất đai, nhà ở" in await finish(browser, tried.headers["location"])
    await press(browser, tried.headers["location"])
    written = (folder / "words" / "ngoai-pham-vi.yaml").read_text(encoding="utf-8")
    assert '- "mua đất ở đâu"' in written


async def test_a_new_draft_takes_the_wordings_along(
    asked: Database, enter: Enter, folder: Path
) -> None:
    browser = await enter("editor")
    path = await group_of(browser, "xe buýt đi bầu cử")
    drafted = await press(
        browser, path, viec="draft", phan="cu-tri",
        **{"cau-hoi": "Đi bầu cử có xe buýt đưa đón không?", "cach-hoi-nhap": "xe buýt đi bầu cử"},
    )  # fmt: skip
    assert drafted.status_code == 303, drafted.text
    assert drafted.headers["location"].startswith("/admin/cau-tra-loi/")
    texts = contents(folder).values()
    assert any("Đi bầu cử có xe buýt đưa đón không?" in text for text in texts)
    assert "xe buýt đi bầu cử" not in await open_questions(asked)


@pytest.mark.parametrize("step", ["ignore", "off-topic"])
async def test_a_group_is_taken_off_the_list(asked: Database, enter: Enter, step: str) -> None:
    browser = await enter("editor")
    await press(browser, await group_of(browser, "xe buýt đi bầu cử"), viec=step)
    assert (await open_questions(asked))[0] != "xe buýt đi bầu cử"
    assert len(await open_questions(asked)) == 2


async def test_a_trial_can_be_broken_off(asked: Database, enter: Enter, folder: Path) -> None:
    many = json.dumps(QUERIES[0], ensure_ascii=False) + "\n"
    (folder / OWN_QUERIES).write_text(many * 20_000, encoding="utf-8")
    browser = await enter("editor")
    path = await group_of(browser, "xe buýt đi bầu cử")
    tried = await press(
        browser, path, viec="entry", muc="tuoi-bau-cu", **{"cach-hoi": "xe buýt đi bầu cử"}
    )
    where = tried.headers["location"]
    page = await browser.get(where)
    await browser.post(f"{where}/dung", data={"csrf": csrf_in(page.text)})
    assert "Đã dừng, chưa lưu gì." in await finish(browser, where)
    refused = await browser.post(where, data={"csrf": csrf_in(page.text)})
    assert refused.status_code == 409
    assert len(await open_questions(asked)) == 4


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"viec": "entry", "muc": "khong-co", "cach-hoi": "a b"}, "chưa chọn mục"),
        ({"viec": "entry", "muc": "tuoi-bau-cu", "cach-hoi": " \n "}, "chưa ghi cách hỏi"),
        ({"viec": "entry", "muc": "tuoi-bau-cu", "cach-hoi": "x" * 201}, "dài nhất 200"),
        ({"viec": "entry", "muc": "tuoi-bau-cu", "cach-hoi": "a\n" * 1 + "\n".join(map(str, range(40)))}, "nhiều nhất 30"),
        ({"viec": "entry", "muc": "tuoi-bau-cu", "cach-hoi": "Ngày bầu cử là ngày nào?"}, "trùng với mục"),
        ({"viec": "outside", "nhom": "khong-co", "cach-hoi-ngoai": "a b"}, "chưa chọn nhóm"),
        ({"viec": "draft", "phan": "khong-co", "cau-hoi": "a b c?"}, "Phần này chưa có tệp"),
        ({"viec": "draft", "phan": "cu-tri", "cau-hoi": ""}, "cần ít nhất câu hỏi"),
    ],
)  # fmt: skip
async def test_what_cannot_be_saved_is_told_and_nothing_typed_is_lost(
    asked: Database, enter: Enter, fields: dict[str, str], sentence: str
) -> None:
    browser = await enter("editor")
    response = await press(browser, await group_of(browser, "xe buýt đi bầu cử"), **fields)
    assert response.status_code == 422
    assert sentence in response.text
    assert len(await open_questions(asked)) == 4


@pytest.mark.parametrize(
    ("path", "status"),
    [(f"{PATH}/0123456789abcdef", 404), (f"{PATH}/thu/x", 404), (f"{PATH}?ngay=x&kenh=y", 200)],
)
async def test_addresses_of_nothing(enter: Enter, path: str, status: int) -> None:
    assert (await (await enter("editor")).get(path)).status_code == status


async def test_an_organizer_has_no_business_here(enter: Enter) -> None:
    browser = await enter("organizer")
    for path in (PATH, staff.PATH):
        assert (await browser.get(path)).status_code == 403


async def test_the_office_answers_and_the_answer_waits_for_its_person(
    database: Database, enter: Enter, folder: Path
) -> None:
    number = await ask(database, "lan", "refuse", text="xe buýt của Trần Văn Bình", at=NOW)
    async with database.transaction() as tx:
        lan = await people.find(tx, "telegram", "lan")
        assert lan is not None
        await requests.send_on(tx, number, lan.id, NOW)
    browser = await enter("editor")
    page = (await browser.get(staff.PATH)).text
    assert "xe buýt của [tên riêng]" in page
    where = f"{staff.PATH}/{number}"
    form = {"csrf": csrf_in((await browser.get(where)).text)}
    empty = await press(browser, where, **{"tra-loi": "  "})
    assert empty.status_code == 422
    told = await press(
        browser, where, **{"tra-loi": "Không có.\nBạn hỏi xã.", "ban-nhap": "1", "phan": "cu-tri"}
    )
    assert told.status_code == 303
    page = (await browser.get(where)).text
    assert "Đã gửi câu trả lời. Đã tạo bản nháp" in page
    assert "Đang chờ gửi" in page
    again = await browser.post(where, data={**form, "tra-loi": "Hai"})
    assert again.status_code == 409
    assert "Người khác vừa trả lời" in again.text
    async with database.reading() as tx:
        held = await people.export(tx, lan.id)
    (row,) = held["outbox"]
    assert row["reply"]["text"] == "Không có.\nBạn hỏi xã."
    assert (await browser.get(f"{staff.PATH}/{number + 1}")).status_code == 404
    assert "xe buýt" in (await browser.get(staff.PATH, params={"xong": "1"})).text


def test_a_change_touches_only_its_own_place(snapshot: Snapshot) -> None:
    base = snapshot.base
    entry = base.entries["tuoi-bau-cu"]
    changed = changed_base(base, Change(ENTRY, entry.id, ("a b",)))
    assert changed.entries[entry.id] == replace(entry, phrasings=(*entry.phrasings, "a b"))
    changed = changed_base(base, Change(OUTSIDE, "dat-dai", ("a b",)))
    differing = [
        (old.id, new.phrasings[-1])
        for old, new in zip(base.words.outside, changed.words.outside, strict=True)
        if old != new
    ]
    assert differing == [("dat-dai", "a b")]


def test_an_installation_may_have_queries_of_its_own(tmp_path: Path) -> None:
    shipped = {path.name for path in query_files(KNOWLEDGE)}
    assert shipped > {"held-noisy.jsonl", "held-offtopic.jsonl", "held-questions.jsonl"}
    assert all(name.startswith("held-") for name in shipped)
    (tmp_path / OWN_QUERIES).touch()
    assert query_files(tmp_path) == [tmp_path / OWN_QUERIES]


def test_groups_keep_every_question() -> None:
    vain = [Vain(f"chữ {n} {n % 3}", f"chữ {n}", n + 1, 0, 0, None, NOW, NOW) for n in range(30)]
    assert sum(group.questions for group in gather(vain)) == sum(v.questions for v in vain)
