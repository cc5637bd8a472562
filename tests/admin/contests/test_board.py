"""The board at work: flags, wrong questions, failures, complaints; what one proposes another approves."""

from __future__ import annotations

import re

import pytest

from bot.contest import discipline
from bot.store.database import Database
from tests.admin.conftest import Enter, csrf_in
from tests.admin.contests.conftest import ROOT, Browser, text_of
from tests.contest.conftest import AFTER, SEALER, Arena, at

REASON = "Đáp án trái với khoản 1 Điều 2 của Luật"


@pytest.fixture
async def other(enter: Enter, arena: Arena) -> Browser:
    """Another member of the board."""
    return Browser(await enter("owner"))


async def test_flags_are_looked_for_and_judged_but_take_nobody_out(
    organizer: Browser, arena: Arena
) -> None:
    await arena.sit_through("chi", 4, began=at(2), seconds=9)
    found = await organizer.send("/canh-bao", step="look")
    assert "Đã tìm xong." in found
    assert "Làm bài quá nhanh Số 3 Xong trong 9 giây, đúng 4 câu." in found
    page = await organizer.see("/canh-bao")
    assert "Cảnh báo <span" in page, "the tab tells how many wait"
    number = re.findall(r'name="flag" value="(\d+)"', page)[0]
    done = await organizer.send("/canh-bao", step="uphold", flag=number, note="Đã gọi hỏi.")
    assert "Không có mục nào." in done
    kept = await organizer.text("/canh-bao?tinh-trang=upheld")
    assert "có vấn đề: Đã gọi hỏi. organizer" in kept
    assert "đang thi" in await organizer.text(f"/nguoi-thi/{arena.people['chi'].id}")
    assert "Không có cảnh báo này" in await organizer.send(
        "/canh-bao", 422, step="dismiss", flag="99"
    )
    await organizer.send("/canh-bao", 400, step="xoa")


async def proposal(organizer: Browser, **fields: str) -> str:
    wanted = {"action": "rekey", "accept": "a", "reason": REASON, **fields}
    return await organizer.send(f"/xu-ly/cau/{await asked(organizer)}", **wanted)


async def asked(organizer: Browser) -> str:
    """A question that everybody was asked."""
    paper = await organizer.text(f"/luot-thi/{1 << 16 | 1}")
    found = re.search(r"(cau-\d+), phiên bản", paper)
    assert found
    return found.group(1)


async def test_a_wrong_key_is_mended_by_two_people_and_all_is_computed_anew(
    organizer: Browser, other: Browser
) -> None:
    await organizer.send("/ket-qua", step="compute", vong="w1")
    told = await proposal(organizer)
    assert "Đã ghi đề xuất." in told
    assert f"Lý do: {REASON}" in told
    assert "Người đúng tất cả 2 0" in told
    assert "Bạn là người đề xuất nên người khác phải duyệt." in told
    refused = await organizer.send("/xu-ly", 422, step="approve", measure="1")
    assert "Người duyệt phải khác người đề xuất." in refused
    approved = await other.send("/xu-ly", step="approve", measure="1")
    assert "Đã duyệt." in approved
    assert "Duyệt: owner" in approved
    assert "Người đúng tất cả 0" in await organizer.text("/ket-qua?vong=w1")
    again = await organizer.send("/xu-ly", 422, step="reject", measure="1")
    assert "đã được xử lý" in again


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"reason": ""}, "Bạn cần ghi lý do."),
        ({"accept": "z"}, "không có phương án z"),
        ({"action": "drop"}, "Không ghi đáp án ở đây."),
    ],
)
async def test_a_proposal_that_cannot_be_is_refused_with_what_was_typed(
    organizer: Browser, fields: dict[str, str], told: str
) -> None:
    question = await asked(organizer)
    wanted = {"action": "rekey", "accept": "a", "reason": REASON, **fields}
    refused = await organizer.send(f"/xu-ly/cau/{question}", 422, **wanted)
    assert told in refused
    assert not wanted["reason"] or REASON in refused


async def test_a_question_is_found_by_its_words(organizer: Browser) -> None:
    assert "Câu hỏi số 7?" in await organizer.text("/xu-ly/cau?tim=cau hoi so 7")
    assert "Không có mục nào" in await organizer.text("/xu-ly/cau?tim=khong-co")
    await organizer.see("/xu-ly/cau/khong-co", 404)
    await organizer.send(f"/xu-ly/cau/{await asked(organizer)}", 400, action="pha")


async def test_a_failure_is_made_good_by_two_people(
    organizer: Browser, other: Browser, arena: Arena
) -> None:
    late = {
        "step": "extend",
        "vong": "w2",
        "until": "2026-03-20T00:00",
        "reason": "Mất điện cả tỉnh",
    }
    assert "Tuần 2: đóng lúc 00:00 ngày 20/3/2026." in await organizer.send("/xu-ly", **late)
    chi = str(arena.people["chi"].id)
    more = {"step": "grant", "vong": "w2", "ids": f"{chi}\n", "extra": "2", "reason": "Rớt mạng"}
    assert "thêm 2 lượt cho 1 thí sinh" in await organizer.send("/xu-ly", **more)
    void = {"step": "void", "ids": str(int(chi) << 16 | 1), "reason": "Thi hộ cả phòng"}
    assert "1 lượt: 196609." in await organizer.send("/xu-ly", **void)
    for number in ("1", "2", "3"):
        assert "Đã duyệt." in await other.send("/xu-ly", step="approve", measure=number)
    assert "đến 00:00 ngày 20/3/2026" in await organizer.text()
    assert "Ban tổ chức đã cho thêm lượt: Tuần 2 2 lượt" in await organizer.text(
        f"/nguoi-thi/{chi}"
    )
    assert "đã hủy" in await organizer.text(f"/nguoi-thi/{chi}")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"step": "extend", "vong": "w2", "until": "mai"}, "ngày và giờ"),
        ({"step": "extend", "vong": "w2", "until": "2026-03-10T00:00"}, "Giờ đóng mới phải sau"),
        ({"step": "grant", "vong": "w2", "ids": "mười"}, "«mười» không phải là một số."),
        ({"step": "grant", "vong": "w2", "ids": ""}, "Danh sách phải có từ 1"),
        ({"step": "void", "ids": "12"}, "Không có lượt thi số 12"),
        ({"step": "approve", "measure": "77"}, "Không có đề xuất này."),
    ],
)
async def test_a_measure_that_makes_no_sense_is_refused(
    organizer: Browser, fields: dict[str, str], told: str
) -> None:
    assert told in await organizer.send("/xu-ly", 422, reason="Mất điện", **fields)


async def test_a_list_of_numbers_may_come_as_a_file(organizer: Browser, arena: Arena) -> None:
    shown = await organizer.see("/xu-ly")
    fields = {
        "csrf": csrf_in(shown),
        "step": "grant",
        "vong": "w2",
        "reason": "Rớt mạng",
        "extra": "1",
    }
    file = ("danh-sach.csv", f"\ufeff{arena.people['an'].id};{arena.people['binh'].id}".encode())
    response = await organizer.client.post(f"{ROOT}/xu-ly", data=fields, files={"file": file})
    assert response.status_code == 303, text_of(response.text)
    assert "thêm 1 lượt cho 2 thí sinh" in await organizer.text("/xu-ly")


async def test_an_unknown_round_or_step_is_refused(organizer: Browser) -> None:
    await organizer.send("/xu-ly", 400, step="extend", vong="x", until="2026-03-20T00:00")
    await organizer.send("/xu-ly", 400, step="pha", vong="w1")


async def test_a_complaint_is_read_with_the_day_by_which_it_is_due(
    organizer: Browser, arena: Arena, database: Database
) -> None:
    async with database.transaction() as tx:
        an = arena.people["an"].id
        await discipline.complain(
            tx, arena.published, SEALER, an, "bot", "Tôi đúng 4 câu sao hạng 2?", AFTER
        )
    told = await organizer.text("/khieu-nai")
    assert "Tôi đúng 4 câu sao hạng 2?" in told
    assert "Trả lời trước 01:00 ngày 16/3/2026" in told


async def test_a_complaint_that_waited_too_long_stands_out(
    organizer: Browser, other: Browser, arena: Arena, database: Database
) -> None:
    async with database.transaction() as tx:
        await discipline.complain(
            tx, arena.published, SEALER, None, "email", "Kết quả sai.", at(-8 * 24)
        )
    assert "quá hạn" in await organizer.text("/khieu-nai?tinh-trang=qua-han")
    empty = await organizer.send("/khieu-nai", 422, step="answer", complaint="1", answer=" ")
    assert "Bạn cần ghi nội dung trả lời." in empty
    answer = {"step": "answer", "complaint": "1", "answer": "Đã xem lại bài.\nHạng không đổi."}
    assert "Đã ghi câu trả lời." in await organizer.send("/khieu-nai", **answer)
    late = await other.send("/khieu-nai", 422, **{**answer, "answer": "Ý kiến khác."})
    assert "organizer đã trả lời trước bạn" in late
    assert "Ý kiến khác." in late, "what was typed is given back"
    done = await organizer.text("/khieu-nai?tinh-trang=xong")
    assert "Đã xem lại bài. Hạng không đổi." in done
    assert "đúng hạn 0 trên 1" in done


async def test_a_complaint_on_paper_is_entered(organizer: Browser) -> None:
    wanted = {"step": "add", "channel": "post", "entrant": "1", "text": "Gửi thư khiếu nại điểm."}
    assert "Đã vào sổ khiếu nại số 1." in await organizer.send("/khieu-nai", **wanted)
    assert "qua bưu điện, của thí sinh số 1" in await organizer.text("/khieu-nai")
    assert "không nhận" in await organizer.send("/khieu-nai", 422, **{**wanted, "channel": "web"})
    await organizer.send("/khieu-nai", 400, step="xoa")
