from __future__ import annotations

from pathlib import Path

import pytest

from tests.knowledge.folder import (
    BASE,
    ELECTIONS,
    ENTRIES,
    LAWS,
    entries,
    entry,
    look,
    swap,
    told,
    write_folder,
)

NO_TEXT = "Có một cách hỏi không có chữ nào."
NOT_TEXT = 'YAML không hiểu «{0}» là chữ. Hãy đặt trong ngoặc kép: "{0}".'


@pytest.mark.parametrize(
    ("old", "new", "faults"),
    [
        (
            "    answer: Đủ",
            "    anwser: Đủ",
            [
                "4: tuoi: Thiếu khóa «answer».",
                "6: tuoi: Không có khóa nào tên «anwser». Có phải ý bạn là «answer».",
            ],
        ),
        (
            "    question: Mất",
            "    questions: Mất",
            [
                "12: the: Thiếu khóa «question».",
                "13: the: Không có khóa nào tên «questions». Có phải ý bạn là «question».",
            ],
        ),
        (
            "    answer: Đủ 18 tuổi.",
            "    answer: Đủ 18 tuổi.\n    xyz: 1",
            ["7: tuoi: Không có khóa nào tên «xyz»."],
        ),
        (
            "    phrasings:\n      - mất thẻ",
            "    phrasing:\n      - mất thẻ",
            ["18: the: Không có khóa nào tên «phrasing». Có phải ý bạn là «phrasings»."],
        ),
        ("  - id: the\n    question", "  - question", ["12: (chưa có mã): Thiếu khóa «id»."]),
        ("id: the\n", "id: no\n", ["12: no: " + NOT_TEXT.format("no")]),
        (
            "id: the\n",
            "id: Thẻ cử tri\n",
            ["12: Thẻ cử tri: Mã «Thẻ cử tri» chỉ được gồm chữ thường không dấu, số và gạch nối."],
        ),
        ("id: the\n", "id: tuoi\n", ["12: tuoi: Mã này đã dùng ở entries/a.yaml:4."]),
        ("- mất thẻ", "- no", ["19: the: " + NOT_TEXT.format("no")]),
        ("- mất thẻ", "- 12:30", ["19: the: " + NOT_TEXT.format("12:30")]),
        ("- mất thẻ", "- 2026-03-15", ["19: the: " + NOT_TEXT.format("2026-03-15")]),
        ("- mất thẻ", "- 18", ["19: the: " + NOT_TEXT.format("18")]),
        ("- mất thẻ", "-", ["19: the: Chỗ này đang bỏ trống."]),
        ("- mất thẻ", "- ' '", ["19: the: Chỗ này đang bỏ trống."]),
        ("- mất thẻ", "- '?!'", ["12: the: " + NO_TEXT]),
        ("- mất thẻ", "- thẻ: mất", ["19: the: Chỗ này phải là một dòng chữ."]),
        (
            "    phrasings:\n      - mất thẻ",
            "    phrasings: mất thẻ",
            ["18: the: Chỗ này phải là một danh sách, mỗi dòng bắt đầu bằng dấu gạch ngang."],
        ),
        ("answer: Hãy báo tổ bầu cử.", 'answer: ""', ["14: the: Chỗ này đang bỏ trống."]),
        ("answer: Hãy báo tổ bầu cử.", "answer:", ["14: the: Chỗ này đang bỏ trống."]),
        (
            "- mất thẻ",
            "- mấy tuổi, được BẦU?",
            ["12: the: Cách hỏi «may tuoi duoc bau» trùng với mục «tuoi»."],
        ),
        ("- mất thẻ", "- mất thẻ\n      - MẤT thẻ!", ["12: the: Cách hỏi «mat the» viết 2 lần."]),
        (
            "Đủ 18 tuổi.",
            "Đủ 18 tuổi ({ngay_bau}).",
            ["4: tuoi: Không có biến nào tên «{ngay_bau}» trong elections.yaml."],
        ),
        (
            "Đủ 18 tuổi.",
            "Đủ 18 tuổi {ngay_bau_cu.",
            ["4: tuoi: Có dấu ngoặc nhọn lẻ. Biến phải viết đủ hai dấu: {ten_bien}."],
        ),
        ("Đủ 18 tuổi.", "Đủ." + "ă" * 598, ["4: tuoi: Câu trả lời dài 601 chữ cái, tối đa 600."]),
        (
            "Mất thẻ cử tri thì làm sao?",
            "Mất " + "ă" * 200,
            ["12: the: Câu hỏi dài 204 chữ cái, tối đa 200."],
        ),
        (
            "article: 30",
            "article: 30, claus: 1",
            ["15: the: Không có khóa nào tên «claus». Có phải ý bạn là «clause»."],
        ),
        ("article: 30", "clause: 1", ["15: the: Có khoản thì phải có điều (article)."]),
        ("article: 30", "article: ba mươi", ["15: the: «ba mươi» không phải là số nguyên."]),
        (
            "article: 30",
            "article: 0",
            ["15: the: «0» không dùng được ở đây: số phải từ 1 trở lên."],
        ),
        (
            "{law: luat-bau-cu, article: 30}",
            "{law: luat-cu, article: 30}",
            ["12: the: Không có văn bản nào mang mã «luat-cu» trong laws.yaml."],
        ),
        (
            "[{law: luat-bau-cu, article: 30}]",
            "[]",
            ["12: the: Chưa có căn cứ pháp lý (citations)."],
        ),
        (
            "part: cu-tri",
            "part: cu-chi",
            [
                f"{line}: {name}: Không có phần nào mang mã «cu-chi» trong base.yaml."
                for line, name in ((4, "tuoi"), (12, "the"))
            ],
        ),
        ("part: cu-tri", "parts: cu-tri", None),
        (
            "  - id: the\n",
            "  - chữ rời\n  - id: the\n",
            ["12: (chưa có mã): Chỗ này phải có dạng «tên: giá trị»."],
        ),
    ],
)
def test_each_fault_of_an_entry_is_told_once_with_its_line(
    tmp_path: Path, old: str, new: str, faults: list[str] | None
) -> None:
    found = told(write_folder(tmp_path, swap(ENTRIES, old, new)))
    if faults is None:
        assert (
            found[0] == "entries/a.yaml:1: Không có khóa nào tên «parts». Có phải ý bạn là «part»."
        )
        assert "entries/a.yaml:1: Thiếu khóa «part»." in found
    else:
        assert found == [f"entries/a.yaml:{fault}" for fault in faults]


@pytest.mark.parametrize(
    ("more", "faults"),
    [
        ("status: draft", ["10: the: Khóa «status» viết hai lần."]),
        ("related: [the]", ["4: the: Mục liên quan trỏ về chính nó."]),
        ("related: [cu]", ["4: the: Mục liên quan «cu» đã ngừng dùng."]),
        ("related: [khong-co]", ["4: the: Mục liên quan «khong-co» không có."]),
        ("audience: [la]", ["4: the: Không có nhóm người đọc nào mang mã «la» trong base.yaml."]),
        (
            "valid: {from: 01/07/2025}",
            ["10: the: «01/07/2025» không phải là ngày. Hãy viết như 2026-03-15."],
        ),
        (
            "valid: {form: 2025-07-01}",
            ["10: the: Không có khóa nào tên «form». Có phải ý bạn là «from»."],
        ),
    ],
)
def test_a_wrong_further_line_is_told_once(tmp_path: Path, more: str, faults: list[str]) -> None:
    retired = swap(entry("cu", "Mục cũ?"), "starter", "retired")
    text = entries(entry("the", "Mất thẻ?", more=more), retired)
    assert told(write_folder(tmp_path, text)) == [f"entries/a.yaml:{fault}" for fault in faults]


def test_a_misspelt_status_is_explained(tmp_path: Path) -> None:
    text = entries(swap(entry("the", "Mất thẻ?"), "starter", "approve"))
    assert told(write_folder(tmp_path, text)) == [
        "entries/a.yaml:8: the: «approve» không dùng được ở đây. Có phải ý bạn là «approved». "
        "Các từ dùng được: draft, starter, approved, retired."
    ]


@pytest.mark.parametrize(
    ("status", "told_of"), [("starter", True), ("approved", True), ("draft", False)]
)
def test_only_what_is_said_needs_a_review(tmp_path: Path, status: str, told_of: bool) -> None:
    text = swap(entry("the", "Mất thẻ?"), "starter", status)
    text = swap(text, "    reviewed: {by: bản khởi tạo, on: 2026-01-01}\n", "")
    faults = ["entries/a.yaml:4: the: Chưa ghi ai duyệt và ngày duyệt (reviewed)."]
    assert told(write_folder(tmp_path, entries(text))) == (faults if told_of else [])


def test_a_retired_entry_leaves_its_wordings_to_others(tmp_path: Path) -> None:
    old = swap(entry("cu", "Mất thẻ?"), "starter", "retired")
    assert told(write_folder(tmp_path, entries(old, entry("moi", "Mất thẻ?")))) == []


def test_wordings_collide_between_files_in_any_writing(tmp_path: Path) -> None:
    more = entries(entry("khac", "MAT THE cu tri, thi lam sao"))
    assert told(write_folder(tmp_path, more=more)) == [
        "entries/b.yaml:4: khac: Cách hỏi «mat the cu tri thi lam sao» trùng với mục «the»."
    ]


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("base", "id: ung-cu", "id: cu-tri", "base.yaml:8: Mã «cu-tri» viết hai lần."),
        (
            "base",
            "notice:",
            "notce:",
            "base.yaml:5: Không có khóa nào tên «notce». Có phải ý bạn là «notice».",
        ),
        ("laws", "    number: 83/2025/QH15\n", "", "laws.yaml:8: luat-sua: Thiếu khóa «number»."),
        (
            "laws",
            "in_force: {from: 2015-09-01}",
            "changes: [{by: la, on: 2025-07-01, articles: [2]}]",
            "laws.yaml:6: luat-bau-cu: Không có văn bản nào mang mã «la» trong laws.yaml.",
        ),
        (
            "laws",
            "in_force: {from: 2015-09-01}",
            "changes: [{by: luat-sua, on: 2025-07-01, articles: [0]}]",
            "laws.yaml:6: luat-bau-cu: «0» không dùng được ở đây: số phải từ 1 trở lên.",
        ),
        ("laws", "  hien-phap:", "  luat-sua:", "laws.yaml:11: Khóa «luat-sua» viết hai lần."),
        (
            "elections",
            "reference: ky-2026",
            "reference: ky-2062",
            "elections.yaml:1: Không có kỳ bầu cử nào mang mã «ky-2062».",
        ),
        (
            "elections",
            "next: null",
            "next: ky-2031",
            "elections.yaml:2: Không có kỳ bầu cử nào mang mã «ky-2031».",
        ),
        (
            "elections",
            "date: 2026-03-15",
            "date: 2026-02-30",
            "elections.yaml:6: ky-2026: «2026-02-30» không phải là ngày. Hãy viết như 2026-03-15.",
        ),
        (
            "elections",
            "law: luat-bau-cu",
            "law: luat-cu",
            "elections.yaml:10: nop-ho-so: Không có văn bản nào mang mã «luat-cu» trong laws.yaml.",
        ),
        (
            "elections",
            "id: rieng",
            "id: nop-ho-so",
            "elections.yaml:16: nop-ho-so: Mã này đã dùng cho một mốc khác.",
        ),
    ],
)
def test_a_fault_of_another_file_is_told_with_its_line(
    tmp_path: Path, file: str, old: str, new: str, fault: str
) -> None:
    good = {"base": BASE, "laws": LAWS, "elections": ELECTIONS}[file]
    assert fault in told(write_folder(tmp_path, **{file: swap(good, old, new)}))


@pytest.mark.parametrize(
    ("file", "content", "faults"),
    [
        (
            "short",
            "short:\n  ko biet: không\n  dc: on\n",
            [
                "viet-tat.yaml:2: «ko biet» phải là một từ viết liền.",
                "viet-tat.yaml:3: " + NOT_TEXT.format("on"),
            ],
        ),
        (
            "fillers",
            "openers: dạ\nclosers: []\n",
            [
                "mo-dau-ket-thuc.yaml:1: Chỗ này phải là một danh sách, mỗi dòng bắt đầu bằng dấu gạch ngang."
            ],
        ),
        (
            "concepts",
            "concepts:\n  - [hòm phiếu, '!!']\n",
            ["dong-nghia.yaml:2: Dòng này không có chữ nào."],
        ),
        (
            "smalltalk",
            "remarks:\n  - {id: a, id: b, reply: x}\n  - {id: c}\n",
            [
                "tro-chuyen.yaml:2: a: Khóa «id» viết hai lần.",
                "tro-chuyen.yaml:3: c: Thiếu khóa «reply».",
            ],
        ),
        (
            "refusals",
            "remarks:\n  - {reply: x, parts: ['!!']}\n",
            ["tu-choi.yaml:2: Dòng này không có chữ nào.", "tu-choi.yaml:2: Thiếu khóa «id»."],
        ),
        (
            "outside",
            "subjects:\n  - {id: no, title: x, phrasings: [y]}\n",
            ["ngoai-pham-vi.yaml:2: no: " + NOT_TEXT.format("no")],
        ),
    ],
)
def test_the_faults_of_word_lists_are_told(
    tmp_path: Path, file: str, content: str, faults: list[str]
) -> None:
    assert told(write_folder(tmp_path, **{file: content})) == [f"words/{fault}" for fault in faults]


@pytest.mark.parametrize(
    ("written", "faults"),
    [
        ("affairs:\n  tuoi-va-the: [tuoi, the]\n", []),
        (
            "affairs:\n  tuoi-va-the:\n    [tuoi, teh]\n",
            ["affairs.yaml:3: tuoi-va-the: Có mục «teh» không có trong entries/."],
        ),
        (
            "affairs:\n  tuoi-va-the: tuoi\n",
            [
                "affairs.yaml:2: tuoi-va-the: Chỗ này phải là một danh sách, "
                "mỗi dòng bắt đầu bằng dấu gạch ngang."
            ],
        ),
        ("affair: {}\n", None),
    ],
)
def test_faults_among_entries_that_answer_one_thing_are_told(
    tmp_path: Path, written: str, faults: list[str] | None
) -> None:
    found = told(write_folder(tmp_path, affairs=written))
    assert found == faults if faults is not None else found[0].startswith("affairs.yaml:1: ")


def test_all_faults_of_all_files_come_at_once(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path,
        swap(swap(ENTRIES, "- mất thẻ", "- no"), "18 tuổi", "{x} tuổi"),
        laws=swap(LAWS, "    title: Hiến pháp\n", ""),
        base=swap(BASE, "name: Hỏi đáp thử\n", ""),
        elections=swap(ELECTIONS, "days_before: 42", "days_before: nhiều"),
        short="shrt: {}\n",
        concepts=None,
    )
    assert [(fault.file, fault.line, fault.entry) for fault in look(folder).faults] == [
        ("base.yaml", 1, ""),
        ("elections.yaml", 12, "nop-ho-so"),
        ("entries/a.yaml", 4, "tuoi"),
        ("entries/a.yaml", 19, "the"),
        ("laws.yaml", 12, "hien-phap"),
        ("words/dong-nghia.yaml", 1, ""),
        ("words/viet-tat.yaml", 1, ""),
        ("words/viet-tat.yaml", 1, ""),
    ]
