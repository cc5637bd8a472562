"""What winners and the public get: certificates, the notice, and names only where they may stand."""

from __future__ import annotations

import io
from datetime import date

import docx
import pypdfium2 as pdfium
import pytest

from bot.contest import prizes, results
from bot.contest.registration import Form, Guardian
from bot.errors import InputRefused
from bot.reports.certificate import Honoured, Occasion, make_certificates
from bot.reports.honours import UNNAMED, Winner, winners_of
from bot.reports.notice import as_docx, as_text, compose_notice
from bot.store.contest_results import Result
from tests.contest.conftest import AFTER, SEALER, Arena, NewArena, at

OCCASION = Occasion("Tìm hiểu pháp luật về bầu cử", "Sở Tư pháp", "Quảng Ninh", date(2026, 3, 20))


def honoured(name: str, code: str = "ma-thu") -> Honoured:
    address = f"https://baucu.example.vn/chung-nhan/{code}"
    return Honoured(name, "Phường Hồng Gai", "Nhất", "Tuần 1", "Đúng 10 câu", code, address)


def text_of(pdf: bytes) -> list[str]:
    document = pdfium.PdfDocument(pdf)
    pages = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return pages


@pytest.fixture
async def won(new_arena: NewArena) -> Arena:
    """Four with everything right: one agrees to be named, one does not, two are children."""
    arena = await new_arena(
        prizes__weekly__individual=[{"name": "Nhất", "count": 4, "value": 1_000_000}]
    )
    agreeing = {"to_chuc_thi": True, "cong_bo_giai": True}
    silent = {"to_chuc_thi": True, "cong_bo_giai": False}
    born = {"lớn": "5/9/1990", "kín": "5/9/1991", "bé": "5/9/2011", "bé kín": "6/9/2011"}
    for n, (name, day) in enumerate(born.items()):
        values = {"ho_ten": f"Đặng Thị {name.title()}", "ngay_sinh": day, "don_vi": "truong"}
        guardian = Guardian("Đặng Văn Cha", agrees=True) if "bé" in name else None
        form = Form(values, silent if "kín" in name else agreeing, guardian)
        await arena.register(name, form=form)
        await arena.sit_through(name, 4, guess=4, began=at(1 + n), seconds=75 + n)
    await arena.compute("w1")
    return arena


async def look(arena: Arena) -> tuple[Result, list[Winner]]:
    async with arena.db.reading() as tx:
        return await winners_of(tx, arena.published, SEALER, arena.trees, "w1")


async def test_a_name_is_public_by_consent_only_and_a_childs_by_initials(won: Arena) -> None:
    _, winners = await look(won)
    assert [w.public_name for w in winners] == ["Đặng Thị Lớn", UNNAMED, "Đ. T. B.", UNNAMED]
    assert [w.name for w in winners][1] == "Đặng Thị Kín", "the certificate is his own"
    assert {w.unit for w in winners} == {"Trường Chu Văn An"}
    assert winners[0].achieved == "Đúng 4 câu trong 1 phút 15 giây"


async def test_a_notice_waits_for_the_decision_and_names_nobody_against_his_will(
    won: Arena,
) -> None:
    result, winners = await look(won)
    with pytest.raises(InputRefused, match="Chưa có quyết định"):
        compose_notice(won.published, "w1", result, winners)
    async with won.tx() as tx:
        await results.decide(tx, won.published, "w1", "12/QĐ-BTC", "An", AFTER)
    result, winners = await look(won)
    told = as_text(compose_notice(won.published, "w1", result, winners))
    assert "theo Quyết định số 12/QĐ-BTC" in told
    assert "Có 4 người dự thi, 4 lượt thi, 4 người trả lời đúng tất cả các câu." in told
    assert "Đáp án câu dự đoán: 4." in told
    assert "Nhất | Đặng Thị Lớn | Trường Chu Văn An" in told
    for hidden in ("Đặng Thị Kín", "Đặng Thị Bé", "1990", "Đặng Văn Cha", "ĐÁP ÁN\n"):
        assert hidden not in told, hidden
    document = docx.Document(io.BytesIO(as_docx(compose_notice(won.published, "w1", result, winners), "Sở Tư pháp")))  # fmt: skip
    cells = [cell.text for row in document.tables[0].rows for cell in row.cells]
    assert "Đặng Thị Lớn" in cells
    assert "Đặng Thị Kín" not in cells


async def test_the_key_is_published_after_the_last_round(won: Arena) -> None:
    async with won.tx() as tx:
        for round_id in ("w1", "w2"):
            await results.compute(tx, won.published, round_id, "An", at(24 * 60))
            await results.decide(tx, won.published, round_id, "12/QĐ", "An", at(24 * 60))
        last, _ = await winners_of(tx, won.published, SEALER, won.trees, "w2")
    told = as_text(compose_notice(won.published, "w2", last, []))
    assert "Câu hỏi số 1? → Phương án b của câu 1" in told


async def test_a_verified_prize_has_a_code_that_stays(won: Arena) -> None:
    _, winners = await look(won)
    async with won.tx() as tx:
        first = await prizes.verify_award(tx, won.published, winners[0].award.id, "", "An", AFTER)
        again = await prizes.verify_award(tx, won.published, winners[0].award.id, "", "An", AFTER)
        other = await prizes.verify_award(tx, won.published, winners[1].award.id, "", "An", AFTER)
    assert first.code
    assert first.code == again.code
    assert other.code != first.code


def test_everybody_gets_a_page_with_name_prize_and_code() -> None:
    pages = text_of(make_certificates(OCCASION, [honoured("Nguyễn Thị Mẫu"), honoured("Trần Ỷ", "x-2")]))  # fmt: skip
    assert len(pages) == 2
    for expected in ("GIẤY CHỨNG NHẬN", "Nguyễn Thị Mẫu", "giải Nhất", "ma-thu", "20 tháng 03"):
        assert expected in pages[0]
    assert "Trần Ỷ" in pages[1]


@pytest.mark.parametrize(
    "name", ["#text(99pt)[x] *Đặng* _Ử_ $x$", '"; #panic("x")', "\\ @a <b>", "[#read(\"/etc/passwd\")]"]
)  # fmt: skip
def test_a_name_is_never_markup(name: str) -> None:
    (page,) = text_of(make_certificates(OCCASION, [honoured(name)]))
    shown = page.replace("\r\n", " ").replace("\n", " ")
    assert name.split()[0] in shown


def test_long_names_and_titles_stay_on_one_page() -> None:
    long = Honoured("Nguyễn Thị " + "Hương " * 11, "Trường " * 12, "Khuyến khích", "Vòng " * 8, "Đúng", "m", "https://x.vn/m")  # fmt: skip
    occasion = Occasion("Cuộc thi " + "tìm hiểu pháp luật " * 12, "Sở Tư pháp", "Hà Nội", date(2026, 1, 2))  # fmt: skip
    assert len(text_of(make_certificates(occasion, [long]))) == 1


def test_nobody_gets_no_certificate() -> None:
    with pytest.raises(ValueError, match="somebody"):
        make_certificates(OCCASION, [])
