"""Writing a contest: from a template, by a form, in the text; lint beside it, two at once, publishing."""

from __future__ import annotations

import io
from pathlib import Path

import httpx
import openpyxl
import pytest

from bot.dialogue.snapshot import Snapshot, build_snapshot
from bot.knowledge.live import Live
from bot.store import contest_versions
from bot.store.database import Database
from tests.admin.conftest import Enter, csrf_in
from tests.admin.contests.conftest import ROOT, Browser, text_of
from tests.conftest import NOW
from tests.contest.conftest import Arena
from tests.contest.folder import CONTEST, NAME, changed, dump, write_contest
from tests.knowledge.folder import write_folder

NEW = "/admin/cuoc-thi-moi"
COMMENT = "# Ghi chú của ban tổ chức: đừng xóa.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small knowledge folder with the contest that the fixtures publish."""
    text = COMMENT + dump(changed(CONTEST, papers__main__mode="fixed"))
    return write_contest(write_folder(tmp_path / "kho"), text)


@pytest.fixture
def live(folder: Path) -> Live[Snapshot]:
    return Live(folder, lambda base: build_snapshot(base, folder), lambda: NOW)


@pytest.fixture
async def writer(enter: Enter) -> Browser:
    """An organizer, where nothing is published yet."""
    return Browser(await enter("organizer"))


def contest_text(folder: Path, name: str = NAME, file: str = "contest.yaml") -> str:
    return (folder / "contests" / name / file).read_text(encoding="utf-8")


async def put(
    browser: Browser, file: str, text: str, status: int = 303, mark: str | None = None
) -> str:
    """Saves the text of a file as the page's form does."""
    page = await browser.see(f"/soan/{file}")
    shown = mark or page.partition('name="mark" value="')[2].partition('"')[0]
    response = await browser.client.post(
        f"{ROOT}/soan/{file}",
        data={"csrf": csrf_in(page), "mark": shown, "text": text},
        files={"nothing": ("", b"")},
    )
    assert response.status_code == status, text_of(response.text)
    if status == 303:
        response = await browser.client.get(response.headers["location"])
    return text_of(response.text)


async def mark_of_page(browser: Browser, suffix: str) -> str:
    page = await browser.see(suffix)
    return page.partition('name="mark" value="')[2].partition('"')[0]


async def test_a_contest_is_made_of_a_template(
    writer: Browser, folder: Path, database: Database
) -> None:
    shown = await writer.client.get(NEW)
    fields = {
        "csrf": csrf_in(shown.text),
        "template": NAME,
        "title": "Thi: luật 2027",
        "copies": "1",
    }

    async def create(**more: str) -> httpx.Response:
        return await writer.client.post(NEW, data={**fields, **more})

    for wrong in ("", "Thi Mới", "../x", "thu", "a" * 61, "x--y"):
        assert (await create(id=wrong)).status_code == 422, wrong
    assert (await create(id="luat-2027", title=" ")).status_code == 422
    assert (await create(id="luat-2027", template="khong-co")).status_code == 400
    assert (await create(id="luat-2027")).status_code == 303
    made = contest_text(folder, "luat-2027")
    assert made.startswith(COMMENT)
    assert 'title: "Thi: luật 2027"' in made or "title: 'Thi: luật 2027'" in made
    assert "bank: luat-2027" in made
    assert contest_text(folder, "luat-2027", "questions.yaml").startswith("bank: luat-2027\n")
    page = await writer.client.get("/admin/cuoc-thi/luat-2027/soan")
    assert "không có lỗi nào" in text_of(page.text)


async def test_the_form_changes_what_was_changed_and_keeps_the_rest(
    writer: Browser, folder: Path
) -> None:
    before = contest_text(folder)
    wanted = {"mark": await mark_of_page(writer, "/soan"), "prediction__enabled": "1"}
    said = await writer.send("/soan", **wanted, title="Tên: mới", attempts__max_per_round="5")
    assert "Đã lưu." in said
    after = contest_text(folder)
    assert after.startswith(COMMENT)
    assert 'title: "Tên: mới"' in after
    assert "max_per_round: 5" in after
    kept = [line for line in before.splitlines() if "title" not in line and "max_per" not in line]
    assert [line.strip() for line in kept if line.strip() not in after] == []


async def test_a_fault_stands_beside_its_field_and_what_was_typed_stays(
    writer: Browser, folder: Path
) -> None:
    mark = await mark_of_page(writer, "/soan")
    wrong = {"rounds__0__closes_at": "2026-03-08T00:00", "prediction__enabled": "1"}
    said = await writer.send("/soan", mark=mark, **wrong)
    assert "Đã lưu. Còn 1 lỗi phải sửa trước khi công bố." in said
    page = await writer.see("/soan")
    assert 'id="loi-rounds__0__closing_words"' in page
    assert "không khớp với closes_at" in text_of(page)
    refused = await writer.send("/cong-bo", 422, reason="Mở thi")
    assert "còn lỗi nên chưa công bố được" in refused
    mark = await mark_of_page(writer, "/soan")
    told = await writer.send("/soan", 422, mark=mark, attempts__max_per_round="bảy")
    assert "«bảy» không phải là một số." in told


async def test_the_text_is_checked_at_its_lines_before_it_is_written(
    writer: Browser, folder: Path
) -> None:
    before = contest_text(folder)
    told = await put(writer, "contest.yaml", before.replace("title:", "tilte:"), 422)
    assert (
        "Dòng 3, thu: Không có khóa nào tên «tilte»" in told
        or "Không có khóa nào tên «tilte»" in told
    )
    assert "tilte: Cuộc thi thử" in told, "what was typed is given back"
    assert contest_text(folder) == before
    assert "Dòng" in await put(writer, "contest.yaml", "id: [", 422)
    assert "Đã lưu." in await put(writer, "the-le.md", "Điều 1. Ai cũng được thi.")
    assert contest_text(folder, file="the-le.md") == "Điều 1. Ai cũng được thi.\n"
    for path in ("/soan/mat-khau.txt", "/soan/..%2f..%2fx"):
        await writer.see(path, 404)


async def test_of_two_who_edit_at_once_the_second_sees_both(
    writer: Browser, enter: Enter, folder: Path
) -> None:
    other = Browser(await enter("owner"))
    mark = await mark_of_page(other, "/soan/contest.yaml")
    text = contest_text(folder)
    await put(writer, "contest.yaml", text.replace("Cuộc thi thử", "Tên của người thứ nhất"))
    mine = text.replace("Cuộc thi thử", "Tên của người thứ hai")
    told = await put(other, "contest.yaml", mine, 409, mark=mark)
    assert "đã được người khác sửa" in told
    assert "Tên của người thứ nhất" in told
    assert "Tên của người thứ hai" in told
    assert "Tên của người thứ nhất" in contest_text(folder)
    form = await other.send("/soan", 409, mark=mark, title="Tên của người thứ hai")
    assert "đã được người khác sửa" in form


async def test_a_question_is_changed_in_a_form_and_the_others_stay_to_the_letter(
    writer: Browser, folder: Path
) -> None:
    before = contest_text(folder, file="questions.yaml")
    assert "Câu hỏi số 7?" in await writer.text("/soan/cau-hoi?tim=cau hoi so 7")
    page = "/soan/cau-hoi/cau-02"
    options = {f"option-{o}": f"Phương án {o} của câu 2" for o in "abcd"}
    wanted = {"mark": await mark_of_page(writer, page), "text": "Câu hỏi: số hai?", "key": "c"}
    wanted |= {"explain": "Luật nói khác.", "level": "3", "status": "approved", **options}
    assert "cần có lời" in await writer.send(page, 422, **{**wanted, "text": ""})
    assert "cần có lời" in await writer.send(page, 422, **{**wanted, "key": "z"})
    assert "Đã lưu câu hỏi." in await writer.send(page, **wanted)
    after = contest_text(folder, file="questions.yaml")
    assert 'text: "Câu hỏi: số hai?"' in after
    assert "phiên bản 2" in await writer.text(page)
    first, rest = before.partition("- id: cau-02")[0], before.partition("- id: cau-03")[2]
    assert after.startswith(first)
    assert after.endswith(rest)
    assert "đã được người khác sửa" in await writer.send(page, 409, **wanted)
    await writer.see("/soan/cau-hoi/cau-99", 404)


async def test_publishing_needs_a_reason_from_the_second_time_on(
    writer: Browser, folder: Path, database: Database
) -> None:
    assert "Mở cuộc thi" in await writer.text("/cong-bo")
    assert "Đã công bố bản 1." in await writer.send("/cong-bo")
    assert "Không có gì để công bố." in await writer.text("/cong-bo")
    mark = await mark_of_page(writer, "/soan")
    await writer.send("/soan", mark=mark, title="Tên khác", prediction__enabled="1")
    assert "bản mới đổi: tên cuộc thi ." in await writer.text("/cong-bo")
    assert "phải ghi lý do" in await writer.send("/cong-bo", 422)
    assert "Đã công bố bản 2." in await writer.send("/cong-bo", reason="Sửa tên theo QĐ 12.")
    async with database.reading() as tx:
        versions = await contest_versions.list_versions(tx, NAME)
    assert [(one.version, one.by) for one in versions] == [(1, "organizer"), (2, "organizer")]


async def test_rules_that_people_have_played_by_are_not_published_otherwise(
    organizer: Browser,
) -> None:
    mark = await mark_of_page(organizer, "/soan")
    await organizer.send("/soan", mark=mark, attempts__max_per_round="9", prediction__enabled="1")
    refused = await organizer.send("/cong-bo", 422, reason="Cho thi nhiều hơn")
    assert "Đã có người thi nên không được đổi: attempts" in refused


async def upload(browser: Browser, suffix: str, name: str, content: bytes, **fields: str) -> str:
    page = await browser.see(suffix)
    response = await browser.client.post(
        ROOT + suffix, data={"csrf": csrf_in(page), **fields}, files={"file": (name, content)}
    )
    if response.status_code == 303:
        response = await browser.client.get(response.headers["location"])
    return text_of(response.text)


def workbook(*rows: tuple[str | int, ...]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(out)
    return out.getvalue()


async def test_head_counts_come_from_a_sheet(writer: Browser, folder: Path) -> None:
    sheet = workbook(("Đơn vị", "Sĩ số"), ("Sở Tư pháp", 61), ("truong", "1.204"))
    told = await upload(writer, "/soan/si-so", "si-so.xlsx", sheet)
    assert "Đã ghi sĩ số của 2 đơn vị." in told
    assert "Sở Tư pháp 61" in told
    assert "headcount: 1204" in contest_text(folder, file="units.yaml")
    csv = "Đơn vị;Sĩ số\nSở Tư pháp;mười\nSở Nào Đó;12\n".encode()
    told = await upload(writer, "/soan/si-so", "si-so.csv", csv)
    assert "Dòng 2: «mười» không phải là sĩ số." in told
    assert "Dòng 3: không rõ đơn vị «Sở Nào Đó»." in told
    assert "headcount: 61" in contest_text(folder, file="units.yaml")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("si-so.pdf", b"%PDF", "phải là bảng tính"),
        ("si-so.xlsx", b"khong phai zip", "không phải bảng tính .xlsx"),
        ("si-so.csv", b"\xff\xfe\x00", "không phải UTF-8"),
        ("si-so.csv", b"", "trống"),
        ("si-so.csv", b"a,b\n1,2\n", "cần một cột"),
    ],
)
async def test_a_sheet_of_another_kind_is_refused(
    writer: Browser, name: str, content: bytes, told: str
) -> None:
    assert told in await upload(writer, "/soan/si-so", name, content)


async def test_a_list_of_people_is_taken_by_its_fingerprints(
    organizer: Browser, arena: Arena
) -> None:
    assert "không có danh sách nào" in await organizer.text("/danh-sach")
    csv = b"dien_thoai\n0912345678\n"
    page = await organizer.see("/nguoi-thi")
    response = await organizer.client.post(
        f"{ROOT}/danh-sach",
        data={"csrf": csrf_in(page), "list": "roster"},
        files={"file": ("a.csv", csv)},
    )
    assert "Đã nhận 1 dòng, 1 dấu vết mới." in text_of(
        (await organizer.client.get(response.headers["location"])).text
    )
    response = await organizer.client.post(
        f"{ROOT}/danh-sach",
        data={"csrf": csrf_in(page), "list": "la"},
        files={"file": ("a.csv", csv)},
    )
    assert response.status_code == 422
