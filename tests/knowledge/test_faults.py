"""Every fault an editor can make is told with file, line and a sentence that says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import KnowledgeFaulty
from bot.knowledge.citations import render_citations
from bot.knowledge.live import Live
from bot.knowledge.load import load_or_refuse
from bot.knowledge.model import Base, Citation
from bot.knowledge.variables import variables_of
from tests.conftest import NOW, TODAY
from tests.knowledge.folder import ELECTIONS, LAWS, entries, entry, look, told, write_folder

GOOD = entries(entry("mot", "Câu hỏi một?"), entry("hai", "Câu hỏi hai?"))


def test_a_whole_folder_has_no_fault(tmp_path: Path) -> None:
    assert told(write_folder(tmp_path, GOOD)) == []


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (
            "relatd: [hai]",
            "entries/a.yaml:10: mot: Không có khóa nào tên «relatd». Có phải ý bạn là «related».",
        ),
        ("related: [ba]", "mot: Mục liên quan «ba» không có."),
        ("related: [mot]", "mot: Mục liên quan trỏ về chính nó."),
        (
            "audience: [quan-nhan]",
            "mot: Không có nhóm người đọc nào mang mã «quan-nhan» trong base.yaml.",
        ),
        ("family: nha", "mot: Nhóm «nha» không phải là mã của mục nào."),
        (
            "detail: Ngày {ngay_bau}.",
            "mot: Không có biến nào tên «{ngay_bau}» trong elections.yaml.",
        ),
        ("detail: " + "a" * 2_000, "mot: Phần xem thêm dài 2000 chữ cái, tối đa 1900."),
        ("valid: {from: 2026-02-30}", "«2026-02-30» không phải là ngày. Hãy viết như 2026-03-15."),
        ("valid: {from: 2026-02-03, to: 2025-01-01}", "Ngày hết hiệu lực đứng trước ngày bắt đầu."),
        ("valid: {to: 2026-10-01}", "mot: Đã hết hiệu lực từ 1/10/2026."),
    ],
)
def test_a_faulty_line_is_named(tmp_path: Path, more: str, sentence: str) -> None:
    text = entries(entry("mot", "Câu hỏi một?", more=more), entry("hai", "Câu hỏi hai?"))
    assert any(sentence in fault for fault in told(write_folder(tmp_path, text)))


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("question: no", "YAML không hiểu «no» là chữ"),
        ("question: 12:30", "YAML không hiểu «12:30» là chữ"),
        ("question: Hỏi: ai bầu", "Dấu hai chấm làm YAML hiểu sai"),
        ('question: "Ai bầu', "Một dấu ngoặc kép chưa được đóng lại"),
        ("\tquestion: Ai bầu", "dấu tab"),
        ("question: *ai", "ngoặc kép"),
    ],
)
def test_what_yaml_takes_for_something_else_is_told(
    tmp_path: Path, line: str, sentence: str
) -> None:
    text = (
        "part: cu-tri\nentries:\n  - id: mot\n    "
        + line
        + "\n    answer: Trả lời.\n    status: draft\n"
    )
    assert any(sentence in fault for fault in told(write_folder(tmp_path, text)))


def test_all_faults_come_at_once_in_the_order_of_the_files(tmp_path: Path) -> None:
    text = entries(
        entry("mot", "Một?", article=2), entry("mot", "Một?"), entry("ba", "Ba?", more="x: 1")
    )
    faults = told(write_folder(tmp_path, text, laws="laws: {}"))
    assert len(faults) >= 5
    assert faults == sorted(faults, key=lambda f: (f.split(":")[0], int(f.split(":")[1])))


def test_a_wording_that_two_entries_share_is_named(tmp_path: Path) -> None:
    text = entries(entry("mot", "Mất thẻ cử tri?"), entry("hai", "MẤT THẺ, CỬ TRI"))
    assert any("trùng với mục «mot»" in fault for fault in told(write_folder(tmp_path, text)))


@pytest.mark.parametrize("content", [b"", b"\xff\xfea\x00", b"a: &x [1]\nb: *x\n", b"- \x01"])
def test_a_file_that_is_no_yaml_is_told_and_not_half_read(tmp_path: Path, content: bytes) -> None:
    folder = write_folder(tmp_path, GOOD)
    (folder / "entries" / "b.yaml").write_bytes(content)
    assert any(fault.startswith("entries/b.yaml:1:") for fault in told(folder))


CHANGED = LAWS.replace(
    "in_force: {from: 2015-09-01}",
    "in_force: {from: 2015-09-01}\n    changes:\n      - {by: luat-sua, on: DAY, articles: [2, 5]}",
)


@pytest.mark.parametrize(
    ("day", "stale"), [("2026-01-02", ["mot"]), ("2026-01-01", []), ("2025-07-01", [])]
)
def test_lint_names_exactly_the_entries_whose_article_changed_after_their_review(
    tmp_path: Path, day: str, stale: list[str]
) -> None:
    text = entries(entry("mot", "Một?", article=2), entry("hai", "Hai?", article=3))
    loaded = look(write_folder(tmp_path, text, laws=CHANGED.replace("DAY", day)))
    assert [fault.entry for fault in loaded.faults] == stale
    assert not loaded.blocking, "a stale answer goes on serving until an editor has read it"


def test_a_citation_has_its_legal_form(base: Base) -> None:
    assert render_citations(
        [
            Citation("luat-bau-cu", 29, 1),
            Citation("luat-bau-cu", 2),
            Citation("hien-phap", 27),
            Citation("luat-bau-cu", 23, 1, "g"),
        ],
        base.laws,
    ) == [
        "Khoản 1 Điều 29 Luật Bầu cử đại biểu Quốc hội và đại biểu HĐND số 85/2015/QH13 (sửa đổi, bổ sung năm 2025)",
        "Điều 2 Luật Bầu cử đại biểu Quốc hội và đại biểu HĐND số 85/2015/QH13",
        "Điều 27 Hiến pháp 2013",
        "Điểm g khoản 1 Điều 23 Luật Bầu cử đại biểu Quốc hội và đại biểu HĐND số 85/2015/QH13 "
        "(sửa đổi, bổ sung năm 2025)",
    ]


def test_variables_follow_the_elections_file_and_not_the_day(tmp_path: Path) -> None:
    base = look(write_folder(tmp_path, GOOD)).base
    values = variables_of(base.elections)
    assert values["ngay_bau_cu"] == "15/3/2026"
    assert values["moc_nop_ho_so"] == "1/2/2026"
    assert values["ky_bau_cu_toi"] == "Kỳ bầu cử tiếp theo chưa được công bố ngày."
    assert "moc_rieng" not in values
    called = ELECTIONS.replace("next: null", "next: ky-2026")
    base = look(write_folder(tmp_path, GOOD, elections=called)).base
    assert variables_of(base.elections)["ky_bau_cu_toi"] == "Kỳ bầu cử tiếp theo: 15/3/2026."


def test_a_bad_edit_reaches_nobody_and_a_good_one_does(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, GOOD)
    live = Live(folder, lambda base: set(base.entries), clock=lambda: NOW)
    first = live.version
    file = folder / "entries" / "a.yaml"
    file.write_text(GOOD + "    oops", encoding="utf-8")
    assert live.reload() is False
    assert live.current == {"mot", "hai"}
    assert live.version == first
    assert any(str(fault).startswith("entries/a.yaml:") for fault in live.faults)
    file.write_text(GOOD + entry("ba", "Câu hỏi ba?"), encoding="utf-8")
    assert live.reload() is True
    assert live.current == {"mot", "hai", "ba"}
    assert live.faults == ()


def test_a_faulty_folder_is_refused_with_every_fault(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, entries(entry("mot", "Một?", more="x: 1\ny: 2")))
    with pytest.raises(KnowledgeFaulty) as refused:
        load_or_refuse(folder, TODAY)
    assert len(refused.value.faults) == 2
