"""Reading a contest: what is written comes in, what is wrong is told with its line."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest

from bot.contest.bank import Bank
from bot.contest.reading import from_json, to_json
from bot.contest.rules import Contest
from tests.contest.folder import (
    BANK,
    CONTEST,
    DELETED,
    changed,
    define,
    dump,
    load_folder,
    question,
    write_contest,
)


def faults_of(folder: Path, **changes: Any) -> list[str]:
    """The faults of the small contest with some values changed."""
    return [str(f) for f in load_folder(write_contest(folder, changed(CONTEST, **changes))).faults]


def test_a_faultless_contest_is_read_whole(tmp_path: Path) -> None:
    definition = define(tmp_path)
    contest = definition.contest
    assert [r.id for r in contest.rounds] == ["w1", "w2"]
    assert contest.rounds[0].opens_at == datetime(2026, 2, 27, 1, 0, tzinfo=UTC)
    assert contest.papers["main"].question_pool.bank == "thu"
    assert [t.name for t in contest.prizes.sets["weekly"].individual] == ["Nhất", "Nhì"]
    assert len(definition.questions()) == 12
    assert not contest.is_practice


def test_what_is_published_reads_back_the_same(tmp_path: Path) -> None:
    definition = define(tmp_path, rounds__0__daily_window={"from": "07:30", "to": "17:30"})
    text = to_json(definition.contest)
    assert from_json(Contest, text) == definition.contest
    assert to_json(from_json(Contest, text)) == text
    bank = definition.banks["thu"]
    assert from_json(Bank, to_json(bank)) == bank


def test_a_time_without_quotes_is_a_time_all_the_same(tmp_path: Path) -> None:
    text = dump(CONTEST).replace(
        "  label: Tuần 1\n", "  label: Tuần 1\n  daily_window: {from: 07:30, to: 17:30}\n"
    )
    contests = load_folder(write_contest(tmp_path, text))
    assert contests.faults == ()
    window = contests.definitions["thu"].contest.rounds[0].daily_window
    assert window is not None
    assert (window.from_, window.to) == (time(7, 30), time(17, 30))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"titel": "x"}, "Không có khóa nào tên «titel». Có phải ý bạn là «title»"),
        ({"title": DELETED}, "Thiếu khóa «title»."),
        ({"title": None}, "Chỗ này đang bỏ trống."),
        ({"attempts__counting": "bets"}, "Có phải ý bạn là «best»"),
        ({"attempts__max_per_round": "bảy"}, "«bảy» không phải là số nguyên."),
        ({"attempts__max_per_round": 10**15}, "Số này quá lớn"),
        ({"papers__main__shuffle_options": "yes"}, "hãy viết true (có) hoặc false (không)"),
        ({"rounds__0__opens_at": "2026-02-30T08:00:00"}, "không phải là ngày giờ"),
        ({"rounds__0__closes_at": "2026-03-08T24:00:00"}, "24 giờ viết là 00:00:00"),
        ({"rounds__0__opens_at": "2026-02-27"}, "không phải là ngày giờ"),
        ({"rounds__0__id": "Tuần 1"}, "Mã «Tuần 1» chỉ được gồm chữ thường"),
        ({"ranking__gate": {"min_correct": "al"}}, "hãy viết all, hoặc một số nguyên"),
        ({"rounds": "w1"}, "Chỗ này phải là một danh sách"),
        ({"papers": []}, "Chỗ này phải có dạng «tên: giá trị»."),
        ({"data__exports": {"logged": False}}, "Chỗ này chỉ được là true."),
        ({"rules_text": {"file": "../the-le.md"}}, "Không đọc được tệp thể lệ"),
        ({"id": "khac"}, "Khóa «id» phải là tên thư mục: thu."),
        ({"eligibility__age_on": "hom-nay"}, "hoặc một ngày như 2026-03-15"),
    ],
)
def test_a_wrong_value_is_told(tmp_path: Path, changes: dict[str, Any], sentence: str) -> None:
    told = faults_of(tmp_path, **changes)
    assert any(sentence in fault for fault in told), told
    assert all(fault.startswith("contests/thu/contest.yaml:") for fault in told)


def test_a_fault_names_its_line(tmp_path: Path) -> None:
    text = dump(CONTEST).replace("counting", "x").replace("max_per_round: 3", "max_per_round: ba")
    line = next(n for n, written in enumerate(text.splitlines(), 1) if "ba" in written.split())
    contests = load_folder(write_contest(tmp_path, text))
    assert [(f.line, f.entry) for f in contests.faults] == [(line, "thu")]


@pytest.mark.parametrize(
    ("changes", "is_blocking"),
    [({"attempts__counting": "bets"}, True), ({"ranking__last_resort": None}, False)],
)
def test_only_what_cannot_be_read_keeps_the_base_from_serving(
    tmp_path: Path, changes: dict[str, Any], is_blocking: bool
) -> None:
    faults = load_folder(write_contest(tmp_path, changed(CONTEST, **changes))).faults
    assert [fault.blocking for fault in faults] == [is_blocking]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"key": ["x"]}, "Đáp án «x» không phải là mã của phương án nào."),
        ({"key": []}, "Câu này chưa có đáp án"),
        ({"key": ["a", "b", "c", "d"]}, "Mọi phương án đều là đáp án."),
        ({"level": 4}, "Mức độ (level) phải là 1, 2 hoặc 3"),
        ({"options": [{"id": "b", "text": "Một"}]}, "có 1 phương án"),
        ({"options": [{"id": i, "text": "Một"} for i in "ab"]}, "hai phương án giống nhau"),
        ({"options": [{"id": "b", "text": t} for t in ("Một", "Hai")]}, "«b» dùng 2 lần"),
        ({"citations": []}, "Chưa có căn cứ pháp lý"),
        ({"explain": DELETED}, "Chưa giải thích vì sao"),
        ({"citations": [{"law": "luat-la"}]}, "Không có văn bản nào mang mã «luat-la»"),
        ({"valid": {"from": "2026-01-01", "to": "2025-01-01"}}, "đứng trước ngày bắt đầu"),
        ({"text": "x" * 601}, "Câu hỏi dài 601 chữ cái"),
        ({"status": "aproved"}, "Có phải ý bạn là «approved»"),
        ({"id": "cau-01"}, "Mã này đã dùng ở dòng"),
    ],
)
def test_a_wrong_question_is_told(tmp_path: Path, more: dict[str, Any], sentence: str) -> None:
    spoiled = {k: v for k, v in {**question(2), **more}.items() if v is not DELETED}
    bank = changed(BANK, questions__1=spoiled)
    told = [str(f) for f in load_folder(write_contest(tmp_path, bank=bank)).faults]
    assert any(sentence in fault for fault in told), told


def test_all_of_the_above_must_keep_its_place(tmp_path: Path) -> None:
    options = [
        {"id": i, "text": t} for i, t in zip("abc", ("Một", "Hai", "Cả hai ý trên"), strict=True)
    ]
    for kept, count in ((False, 1), (True, 0)):
        bank = changed(BANK, questions__1=question(2, options=options, keep_order=kept))
        faults = load_folder(write_contest(tmp_path, bank=bank)).faults
        assert sum("keep_order: true" in f.sentence for f in faults) == count
