from __future__ import annotations

import re
import shutil
from pathlib import Path

import httpx
import pytest

from tests.admin.conftest import Enter, csrf_in, post
from tests.conftest import KNOWLEDGE

LIST = "/admin/cau-tra-loi"
PAGE = f"{LIST}/tuoi-bau-cu"
FILE = "entries/03a-cu-tri.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the base that pages write to; what is served stays as it was."""
    return Path(shutil.copytree(KNOWLEDGE, tmp_path / "knowledge"))


def form_in(html: str) -> dict[str, str | list[str]]:
    """The fields of the entry's form as a browser would send them untouched."""
    form = html.split('id="cau"')[1].split("</form>")[0]
    fields: dict[str, str | list[str]] = {}
    for name in ("question", "answer", "detail", "phrasings"):
        found = re.search(rf'<textarea id="{name}"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL)
        assert found
        fields[name] = found.group(1).replace("&#34;", '"').replace("&amp;", "&")
    rows = form.split('<div class="citation">')[1:]
    fields["law"] = [
        m.group(1) if (m := re.search(r'value="([^"]+)" selected', r)) else "" for r in rows
    ]
    for name in ("article", "clause", "point"):
        fields[name] = re.findall(rf'name="{name}" value="([^"]*)"', form)
    for name in ("related", "audience"):
        fields[name] = re.findall(rf'name="{name}" value="([^"]+)" checked', form)
    for name in ("valid_from", "valid_to", "mark", "csrf"):
        found = re.search(rf'name="{name}" value="([^"]*)"', form)
        assert found, name
        fields[name] = found.group(1)
    return fields


async def save(browser: httpx.AsyncClient, **changed: str | list[str]) -> httpx.Response:
    fields = form_in((await browser.get(PAGE)).text)
    return await browser.post(PAGE, data={**fields, "step": "save", **changed})


async def test_the_list_is_found_as_a_citizen_asks(enter: Enter) -> None:
    page = await (await enter("editor")).get(LIST, params={"q": "chua du 18t co dc di bau ko"})
    first = page.text.split('class="lead"')[1]
    assert "/admin/cau-tra-loi/tuoi-bau-cu" in first
    assert "Bản khởi tạo" in first


@pytest.mark.parametrize(
    "query",
    [
        {"phan": "khong-co"},
        {"trang-thai": "x"},
        {"can": "'"},
        {"trang": "-1"},
        {"trang": "9" * 50},
        {"q": "\x00🐟" * 900},
    ],
)
async def test_a_list_asked_for_with_rubbish_is_a_list(enter: Enter, query: dict[str, str]) -> None:
    assert (await (await enter("editor")).get(LIST, params=query)).status_code == 200


async def test_filters_narrow_the_list(enter: Enter) -> None:
    browser = await enter("approver")
    every = await browser.get(LIST)
    some = await browser.get(LIST, params={"phan": "cu-tri", "trang-thai": "starter"})
    none = await browser.get(LIST, params={"can": "cho-duyet"})
    assert every.text.count('class="lead"') == 50
    assert 'rel="next"' in every.text
    assert "phan=cu-tri" in some.text.split('rel="next"')[0]
    assert "Không có câu nào như vậy." in none.text


async def test_a_form_sent_back_untouched_changes_nothing(enter: Enter, folder: Path) -> None:
    before = (folder / FILE).read_bytes()
    response = await save(await enter("editor"))
    assert response.status_code == 409
    assert "Bạn chưa sửa gì" in response.text
    assert (folder / FILE).read_bytes() == before


async def test_an_editor_adds_a_wording_and_it_stands_in_the_file(
    enter: Enter, folder: Path
) -> None:
    browser = await enter("editor")
    phrasings = str(form_in((await browser.get(PAGE)).text)["phrasings"])
    done = await save(browser, phrasings=f"{phrasings}\nbao lớn mới đi bỏ phiếu hả cô\n")
    assert done.headers["location"] == PAGE
    assert "Đã lưu. Sau vài giây" in (await browser.get(PAGE)).text
    assert "- bao lớn mới đi bỏ phiếu hả cô\n" in (folder / FILE).read_text()


async def test_new_words_wait_and_the_next_editor_sees_them(enter: Enter, folder: Path) -> None:
    before = (folder / FILE).read_bytes()
    done = await save(await enter("editor"), answer="Đủ 18 tuổi thì được bầu.")
    assert done.status_code == 303
    page = await (await enter("approver")).get(PAGE)
    assert "Đang có bản sửa của <strong>Người editor</strong>" in page.text
    assert form_in(page.text)["answer"] == "Đủ 18 tuổi thì được bầu."
    assert (folder / FILE).read_bytes() == before
    listed = await (await enter("editor")).get(LIST, params={"can": "cho-duyet"})
    assert listed.text.count('class="lead"') == 1


async def test_two_editors_at_once_both_wordings_are_shown_and_nothing_typed_is_lost(
    enter: Enter,
) -> None:
    lan, binh = await enter("editor"), await enter("approver")
    opened = form_in((await binh.get(PAGE)).text)
    phrasings = str(opened["phrasings"])
    assert (await save(lan, phrasings=f"{phrasings}\ncâu của chị Lan")).status_code == 303
    mine = {**opened, "phrasings": f"{phrasings}\ncâu của anh Bình", "step": "save"}
    told = await binh.post(PAGE, data=mine)
    assert told.status_code == 409
    assert "đã được người khác sửa" in told.text
    assert re.search(r"<del>[^<]*câu của chị Lan", told.text) or "chị Lan</del>" in told.text
    assert "câu của anh Bình" in str(form_in(told.text)["phrasings"])
    again = await binh.post(PAGE, data={**form_in(told.text), "step": "save"})
    assert again.status_code == 303


@pytest.mark.parametrize(
    ("changed", "beside", "told"),
    [
        ({"answer": "a" * 601}, "loi-answer", "dài 601 chữ cái"),
        ({"answer": ""}, "loi-answer", "đang bỏ trống"),
        ({"question": " "}, "loi-question", "đang bỏ trống"),
        ({"answer": "{ngay_la}"}, "loi-answer", "Không có biến nào"),
        ({"phrasings": "bao nhiêu tuổi được ứng cử"}, "loi-phrasings", "trùng với mục"),
        ({"law": ["khong-co"]}, 'class="fault"', "Văn bản đã chọn không còn"),
        ({"article": ["9" * 5000, "2"]}, 'class="fault"', "phải là số từ 1 trở lên"),
        ({"article": ["", "-2"]}, 'class="fault"', "phải là số từ 1 trở lên"),
        ({"more_related": "khong-co"}, 'class="fault"', "Không có câu nào mang mã"),
        ({"valid_from": "hôm qua"}, 'class="fault"', "không phải là ngày"),
        ({"valid_from": "2026-02-01", "valid_to": "2026-01-01"}, 'class="fault"', "đứng trước ngày bắt đầu"),
        ({"audience": ["x"]}, 'class="fault"', "Không có nhóm người đọc"),
    ],
)  # fmt: skip
async def test_a_fault_is_told_beside_its_field(
    enter: Enter, folder: Path, changed: dict[str, str | list[str]], beside: str, told: str
) -> None:
    before = (folder / FILE).read_bytes()
    response = await save(await enter("editor"), **changed)
    assert response.status_code == 422
    assert beside in response.text
    assert told in response.text
    assert (folder / FILE).read_bytes() == before


async def test_script_in_any_field_is_shown_as_it_was_typed(enter: Enter) -> None:
    script = "<script>alert(1)</script>"
    browser = await enter("editor")
    page = await browser.get(PAGE)
    typed = {
        name: script
        for name in ("question", "answer", "detail", "phrasings", "article", "more_related")
    }
    shown = await browser.post(PAGE, data={**form_in(page.text), **typed, "step": "preview"})
    assert shown.status_code == 200
    assert "<script>alert" not in shown.text
    assert "&lt;script&gt;alert(1)" in shown.text


async def test_the_preview_shows_what_is_typed_on_every_channel(enter: Enter) -> None:
    browser = await enter("editor")
    fields = {**form_in((await browser.get(PAGE)).text), "answer": "Ngày {ngay_bau_cu} & sau đó."}
    shown = await browser.post(f"{PAGE}/xem-truoc", data=fields)
    assert shown.text.count("Ngày 15/3/2026 &amp; sau đó.") == 3
    assert "24/600 ký tự" in shown.text
    assert "<html" not in shown.text


async def test_a_huge_paste_is_refused_with_a_sentence(enter: Enter) -> None:
    response = await save(await enter("editor"), answer="ă" * 300_000)
    assert response.status_code == 413
    assert "dài quá" in response.text


async def test_a_new_draft_has_its_place_and_its_faults(enter: Enter, folder: Path) -> None:
    browser = await enter("editor")
    fields = {"question": "Ai giữ hòm phiếu phụ?", "answer": "Tổ bầu cử.", "step": "save"}
    without = await post(browser, f"{LIST}/moi", page=f"{LIST}/moi", **fields)
    assert "Bạn chọn phần cho câu này." in without.text
    made = await post(browser, f"{LIST}/moi", page=f"{LIST}/moi", part="cu-tri", **fields)
    assert made.headers["location"] == f"{LIST}/ai-giu-hom-phieu-phu"
    assert "Bản nháp" in (await browser.get(made.headers["location"])).text


@pytest.mark.parametrize("path", [LIST, PAGE, f"{LIST}/moi"])
async def test_organizers_have_no_answers_to_edit(enter: Enter, path: str) -> None:
    browser = await enter("organizer")
    assert (await browser.get(path)).status_code == 403
    assert (await post(browser, PAGE, step="save")).status_code == 403


@pytest.mark.parametrize(
    "name", ["khong-co", "a" * 3000, "..%2f..%2fbase", "%00", "tuoi-bau-cu%0a"]
)
async def test_an_entry_that_is_none_is_not_found(enter: Enter, name: str) -> None:
    browser = await enter("editor")
    assert (await browser.get(f"{LIST}/{name}")).status_code == 404
    token = csrf_in((await browser.get("/admin/tai-khoan")).text)
    assert (await browser.post(f"{LIST}/{name}", data={"csrf": token})).status_code == 404
