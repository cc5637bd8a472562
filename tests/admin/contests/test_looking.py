"""An organizer looks: the list, the rounds as they run, people masked, attempts, one paper."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from bot.admin.contests.figures import Figures
from bot.store import admin_audit, contest_audit
from bot.store.admin_audit import Wanted
from bot.store.database import Database
from tests.admin.conftest import Enter, MovedClock, post
from tests.admin.contests.conftest import PHONE, ROOT, Browser, text_of
from tests.contest.conftest import Arena, at

REASON = "Đối chiếu với người đến nhận giải"


async def test_the_list_tells_published_contests_from_those_only_written(
    organizer: Browser,
) -> None:
    await counted(organizer)
    told = text_of((await organizer.client.get("/admin/cuoc-thi")).text)
    assert "Cuộc thi thử đang nghỉ" not in told
    assert "Cuộc thi thử đang mở không còn tệp Tuần 1: đã đóng Tuần 2: đang mở 3 3" in told
    assert "Tìm hiểu pháp luật về bầu cử năm 2026 chưa công bố" in told


async def counted(organizer: Browser, suffix: str = "") -> str:
    """The front page, once the counting is done; on a busy machine that takes a moment."""
    for _ in range(600):
        told = await organizer.text(suffix)
        if "Máy đang đếm" not in told:
            return told
    raise AssertionError("it is still being counted")


async def test_the_front_page_counts_people_attempts_hours_and_units(
    organizer: Browser, arena: Arena
) -> None:
    await arena.start("an", at(0, days=10), "w2")
    told = await counted(organizer)
    assert "3 người đăng ký 4 lượt bắt đầu 3 lượt đã nộp 1 lượt đang làm" in told
    assert "Tuần 1 đã đóng 08:00 ngày 27/2/2026 đến 00:00 ngày 9/3/2026 3 3 3 0" in told
    assert "Trường Chu Văn An 2 2 2 Sở Tư pháp 1 1 1" in told
    page = await organizer.see("?theo=ngay")
    assert "Tổng 4 lượt, đã nộp 3; nhiều nhất 3 (27/02)." in text_of(page)
    assert 'role="img"' in page


async def test_a_page_does_not_wait_for_the_counting(
    database: Database, arena: Arena, clock: MovedClock
) -> None:
    figures = Figures(database, clock)
    async with database.transaction():
        assert await figures.of(arena.published) is None
    counted = None
    for _ in range(600):
        counted = counted or await figures.of(arena.published)
    assert counted is not None
    assert counted.registered == 3
    clock.move(minutes=10)
    async with database.transaction():
        assert await figures.of(arena.published) is counted
    await figures.close()


async def test_people_are_masked_and_found_by_a_number_that_is_in_no_address(
    organizer: Browser, arena: Arena
) -> None:
    told = await organizer.text("/nguoi-thi")
    assert "N. V. An *******678 Sở Tư pháp" in told
    for number in (PHONE, "0912 345 678", str(arena.people["an"].id)):
        found = await organizer.send("/nguoi-thi", 200, tim=number)
        assert "N. V. An" in found
        assert "Bình" not in found
    assert "Không có thí sinh nào" in await organizer.send("/nguoi-thi", 200, tim="0900000000")
    for rubbish in ("", "Nguyễn Văn An", "1" * 40, "' OR 1=1"):
        assert "Bạn gõ số" in await organizer.send("/nguoi-thi", 422, tim=rubbish)
    assert "Không có mục nào" in await organizer.text("/nguoi-thi?tinh-trang=disqualified")


async def test_a_name_is_shown_for_a_reason_that_is_kept(
    organizer: Browser, arena: Arena, database: Database
) -> None:
    page = f"/nguoi-thi/{arena.people['an'].id}"
    assert "Nguyễn Văn An" not in await organizer.see(page)
    refused = await organizer.send(page, 422, step="unmask", reason="xem")
    assert "Bạn ghi rõ vì sao cần xem" in refused
    assert PHONE not in refused
    shown = await organizer.send(page, 200, step="unmask", reason=REASON)
    assert "Nguyễn Văn An" in shown
    assert PHONE in shown
    assert "Nguyễn Văn An" not in await organizer.see(page)
    async with database.reading() as tx:
        noted = (await contest_audit.trail(tx, "thu"))[-1]
        line = (await admin_audit.lines(tx, Wanted(act="contest"), 0, 10))[0]
    assert (noted.action, noted.by, noted.data["reason"]) == ("unmask", "organizer", REASON)
    assert (line.act, line.by, line.subject) == ("contest.unmask", "organizer", "thu")
    assert REASON in line.detail


async def test_a_wrong_registration_is_corrected_with_a_reason(
    organizer: Browser, arena: Arena
) -> None:
    page = f"/nguoi-thi/{arena.people['chi'].id}"
    wrong = {"step": "correct", "key": "ngay_sinh", "value": "31/2/1990", "note": REASON}
    told = await organizer.send(page, 422, **wrong)
    assert "31/2/1990" in told, "what was typed is given back"
    assert "lý do sửa" in await organizer.send(page, 422, **{**wrong, "note": ""})
    assert "không hỏi mục này" in await organizer.send(page, 422, **{**wrong, "key": "luong"})
    assert "Đã sửa" in await organizer.send(page, **{**wrong, "value": "5/9/1991"})
    assert "5/9" not in await organizer.see(page)
    assert "1991" in await organizer.text(page)


async def test_somebody_is_taken_out_and_taken_back(organizer: Browser, arena: Arena) -> None:
    page = f"/nguoi-thi/{arena.people['binh'].id}"
    done = await organizer.send(page, step="disqualify", reason="thi_ho", note="Hai người một máy.")
    assert "Đã loại thí sinh." in done
    assert "bị loại" in done
    assert "Thi hộ : Hai người một máy. (organizer" in done
    assert "đã bị loại" in await organizer.send(page, 422, step="disqualify", reason="thi_ho")
    assert "Bạn cần ghi lý do" in await organizer.send(page, 422, step="reinstate")
    assert "Đã khôi phục" in await organizer.send(page, step="reinstate", note="Loại nhầm người.")
    assert "Lý do phải là" in await organizer.send(page, 422, step="disqualify", reason="ghet")


async def test_attempts_are_listed_and_a_paper_is_shown_as_it_was(
    organizer: Browser, arena: Arena
) -> None:
    listed = await organizer.text("/luot-thi?vong=w1")
    assert "1–3 trong 3" in listed
    assert "4/4" in listed
    assert "Không có mục nào" in await organizer.text("/luot-thi?vong=w2")
    assert "Không có mục nào" in await organizer.text("/luot-thi?vong=w1&tinh-trang=void")
    seat = arena.people["chi"].id << 16 | 1
    paper = await organizer.text(f"/luot-thi/{seat}")
    assert "đúng 1/4, 1 điểm" in paper
    assert paper.count("đã chọn") == 4
    assert paper.count("Sai.") == 3


@pytest.mark.parametrize(
    "suffix",
    ["/nguoi-thi/999999", "/nguoi-thi/x", "/luot-thi/1", "/luot-thi/999999999999999999", "/xuat/9"],
)
async def test_what_is_not_there_is_told_so(organizer: Browser, suffix: str) -> None:
    assert "Không có trang này" in await organizer.see(suffix, 404)


async def test_another_contest_is_not_shown_through_this_one(
    organizer: Browser, arena: Arena
) -> None:
    other = await organizer.client.get(
        f"/admin/cuoc-thi/luyen-tap/nguoi-thi/{arena.people['an'].id}"
    )
    assert other.status_code == 404


def contest_routes(app: Starlette) -> list[Route]:
    routes = app.state.wing.routes()
    found = [r for r in routes if isinstance(r, Route) and "/cuoc-thi" in r.path]
    assert len(found) > 8
    return found


@pytest.mark.parametrize("role", ["editor", "approver"])
async def test_a_role_that_may_not_sees_and_does_nothing(
    app: Starlette, enter: Enter, arena: Arena, role: str
) -> None:
    browser: httpx.AsyncClient = await enter(role)
    for route in contest_routes(app):
        path = route.path.format(contest="thu", entrant="1", attempt="1", job="1", file="the-le.md", question="cau-01")  # fmt: skip
        shown = await browser.get(path)
        assert shown.status_code == 403, path
        assert "Cần có quyền: Tổ chức cuộc thi" in text_of(shown.text)
        if route.methods and "POST" in route.methods:
            assert (await post(browser, path, step="compute")).status_code == 403, path


async def test_a_form_without_its_token_changes_nothing(organizer: Browser, arena: Arena) -> None:
    page = f"{ROOT}/nguoi-thi/{arena.people['an'].id}"
    fields = {"step": "disqualify", "reason": "thi_ho", "csrf": "x"}
    assert (await organizer.client.post(page, data=fields)).status_code == 403
    assert "bị loại" not in await organizer.text(f"/nguoi-thi/{arena.people['an'].id}")
