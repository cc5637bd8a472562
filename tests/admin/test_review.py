from __future__ import annotations

import re
import shutil
from pathlib import Path

import httpx
import pytest

from tests.admin.conftest import Enter, csrf_in
from tests.admin.test_answers import FILE, LIST, PAGE, save
from tests.conftest import KNOWLEDGE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the base that pages write to; what is served stays as it was."""
    return Path(shutil.copytree(KNOWLEDGE, tmp_path / "knowledge"))


async def press(browser: httpx.AsyncClient, path: str, step: str) -> httpx.Response:
    """Presses the button of that step on a page, with the mark that stands beside it."""
    html = (await browser.get(path)).text
    forms = [form.split("</form>")[0] for form in html.split("<form")[1:]]
    form = next(form for form in forms if f'value="{step}"' in form)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    return await browser.post(path, data={**hidden, "step": step})


async def test_another_person_approves_and_stands_in_the_file(enter: Enter, folder: Path) -> None:
    await save(await enter("editor"), answer="Đủ 18 tuổi thì được bầu.")
    approver = await enter("approver")
    assert "1 câu" not in (await approver.get("/admin/duyet")).text
    page = await approver.get(f"{PAGE}/duyet")
    assert re.search(r"<ins>[^<]*thì được bầu|thì\s*được bầu", page.text)
    done = await press(approver, f"{PAGE}/duyet", "approve")
    assert done.status_code == 303
    written = (folder / FILE).read_text()
    assert "reviewed: {by: Người approver, on: 2026-11-23}" in written
    assert "Đủ 18 tuổi thì được bầu." in written


async def test_nobody_approves_his_own_words(enter: Enter, folder: Path) -> None:
    before = (folder / FILE).read_bytes()
    owner = await enter("owner")
    await save(owner, answer="Đủ 18 tuổi thì được bầu.")
    page = await owner.get(f"{PAGE}/duyet")
    assert "Bạn là người viết bản này nên cần người khác duyệt." in page.text
    refused = await press(owner, f"{PAGE}/duyet", "approve")
    assert refused.status_code == 409
    assert "Bạn là người sửa cuối cùng" in refused.text
    assert (folder / FILE).read_bytes() == before


@pytest.mark.parametrize("step", ["approve", "retire", "draft"])
async def test_an_editor_approves_nothing(enter: Enter, folder: Path, step: str) -> None:
    before = (folder / FILE).read_bytes()
    editor = await enter("editor")
    page = await editor.get(f"{PAGE}/duyet")
    mark = re.search(r'name="mark" value="(\w+)"', (await editor.get(PAGE)).text)
    assert mark
    data = {"csrf": csrf_in((await editor.get(PAGE)).text), "mark": mark.group(1), "step": step}
    assert 'value="approve"' not in page.text
    assert (await editor.post(f"{PAGE}/duyet", data=data)).status_code == 403
    assert (await editor.get("/admin/duyet/cu-tri")).status_code == 403
    assert (folder / FILE).read_bytes() == before


async def test_starters_of_a_part_are_read_one_after_the_other(enter: Enter, folder: Path) -> None:
    approver = await enter("approver")
    path, read = "/admin/duyet/cu-tri", []
    for step in ("approve", "skip", "approve"):
        page = await approver.get(path)
        read.append(re.search(r'name="entry" value="([^"]+)"', page.text).group(1))  # type: ignore[union-attr]
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
        done = await approver.post(
            "/admin/duyet/cu-tri", data={**hidden, "entry": read[-1], "step": step}
        )
        assert done.status_code == 303, done.text
        path = done.headers["location"]
    assert len(set(read)) == 3
    approved = sum(
        f.read_text().count("by: Người approver") for f in (folder / "entries").glob("*.yaml")
    )
    assert approved == 2


async def test_a_page_that_was_read_before_somebody_changed_the_words_approves_nothing(
    enter: Enter, folder: Path
) -> None:
    approver = await enter("approver")
    page = (await approver.get(f"{PAGE}/duyet")).text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    await save(await enter("editor"), answer="Đủ 18 tuổi thì được bầu.")
    late = await approver.post(f"{PAGE}/duyet", data={**hidden, "step": "approve"})
    assert late.status_code == 409
    assert "by: Người approver" not in (folder / FILE).read_text()


async def test_an_old_wording_is_seen_word_by_word_and_comes_back(
    enter: Enter, folder: Path
) -> None:
    before = (folder / FILE).read_text()
    editor, approver = await enter("editor"), await enter("approver")
    await save(editor, answer="Đủ 18 tuổi thì được bầu.")
    await press(approver, f"{PAGE}/duyet", "approve")
    listed = await editor.get(f"{PAGE}/lich-su")
    versions = re.findall(rf'href="({PAGE}/lich-su/\d+)"', listed.text)
    assert len(versions) == 3
    assert "Người approver" in listed.text
    page = await editor.get(versions[1])
    assert "người sửa tệp" in page.text
    assert "<ins>" in page.text
    mark = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    done = await editor.post(versions[1], data=mark)
    assert "bản sửa" in (await editor.get(done.headers["location"])).text
    await press(approver, f"{PAGE}/duyet", "approve")
    after = (folder / FILE).read_text()
    assert [a for a, b in zip(before.splitlines(), after.splitlines(), strict=True) if a != b] == [
        "    status: starter",
        "    reviewed: {by: bản khởi tạo, on: 2026-11-23}",
    ]


@pytest.mark.parametrize("number", ["0", "999999", "x", "-1", "9" * 40])
async def test_a_wording_that_is_none_is_not_found(enter: Enter, number: str) -> None:
    assert (await (await enter("editor")).get(f"{PAGE}/lich-su/{number}")).status_code == 404


async def test_a_fault_in_the_lines_is_told_at_its_line(enter: Enter, folder: Path) -> None:
    before = (folder / FILE).read_bytes()
    editor = await enter("editor")
    html = (await editor.get(f"{PAGE}/yaml")).text
    text = re.search(r'<textarea id="yaml"[^>]*>\n?(.*?)</textarea>', html, re.DOTALL)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))
    assert text
    lines = text.group(1).replace("&#34;", '"').split("\n")
    at = next(n for n, line in enumerate(lines) if "answer:" in line)
    for wrong, told in (
        ([*lines[:at], lines[at].replace("answer", "anser"), *lines[at + 1 :]], f"Dòng {at + 1}: Không có khóa nào tên «anser»"),
        ([*lines, '    family: "chưa đóng'], f"Dòng {len(lines) + 1}: Một dấu ngoặc kép chưa được đóng lại."),
        (["  - id: khac", *lines[1:]], "Mã của mục phải giữ nguyên"),
    ):  # fmt: skip
        refused = await editor.post(f"{PAGE}/yaml", data={**hidden, "yaml": "\n".join(wrong)})
        assert refused.status_code == 422
        assert told in refused.text
    assert (folder / FILE).read_bytes() == before
    comment = [lines[0], "    # chị Lan đã gọi hỏi phòng Hành chính", *lines[1:]]
    kept = await editor.post(f"{PAGE}/yaml", data={**hidden, "yaml": "\r\n".join(comment)})
    assert kept.status_code == 303
    assert "# chị Lan đã gọi hỏi" in (folder / FILE).read_text()


async def test_a_file_that_somebody_broke_is_told_with_its_line(enter: Enter, folder: Path) -> None:
    (folder / FILE).write_text(
        (folder / FILE).read_text().replace("    answer: |", "    answer: |\n\t", 1)
    )
    told = await (await enter("editor")).get(PAGE)
    assert told.status_code == 409
    assert "Có dấu tab ở đầu dòng" in told.text


async def test_a_question_is_tried_with_scores_and_why(enter: Enter) -> None:
    editor = await enter("editor")
    page = await editor.get("/admin/thu-hoi", params={"q": "chua du 18t co dc di bau ko"})
    assert "Trả lời ngay" in page.text or "Hỏi lại để chọn" in page.text
    assert "%</td>" in page.text
    assert "<mark>" in page.text
    assert f"{LIST}/tuoi-bau-cu" in page.text
    for rubbish in ("<script>alert(1)</script>", "\x00", "🐟" * 900, "a" * 5000, "%s{{7*7}}"):
        shown = await editor.get("/admin/thu-hoi", params={"q": rubbish})
        assert shown.status_code == 200
        assert "<script>alert" not in shown.text


@pytest.mark.parametrize(
    "path", ["/admin/duyet", "/admin/thu-hoi", f"{PAGE}/lich-su", f"{PAGE}/yaml"]
)
async def test_organizers_do_not_meet_the_words(enter: Enter, path: str) -> None:
    assert (await (await enter("organizer")).get(path)).status_code == 403
