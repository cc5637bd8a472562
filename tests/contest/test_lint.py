"""What a contest must hold to before it opens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.contest.checks.outcome import counted_by
from tests.contest.folder import BANK, CONTEST, DELETED, changed, load_folder, write_contest


def faults_of(folder: Path, contest: dict[str, Any]) -> list[str]:
    return [f.sentence for f in load_folder(write_contest(folder, contest)).faults]


KEYS = CONTEST["ranking"]["keys"]
BLUEPRINT = [{"topic": "chung", "level": 1, "count": 1}, {"topic": "chung", "count": 3}]
RATIO = {"tree": "don_vi_du_thi", "level": "so", "metric": "ratio_to_headcount", "tiers": [1]}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        # papers
        ({"papers__main__question_count": 13}, "có 12, cần 13"),
        ({"papers__main__question_pool__status": "approved"}, "có 0, cần 4"),
        ({"papers__main__question_pool__bank": "la"}, "Không có ngân hàng câu hỏi nào tên «la»"),
        ({"papers__main__avoid_repeat_for_person": True}, "có 12, cần 24"),
        (
            {
                "papers__main__avoid_repeat_for_person": True,
                "attempts__max_per_round": None,
            },
            "Tránh lặp câu (avoid_repeat_for_person) cần giới hạn số lượt thi.",
        ),
        ({"papers__main__mode": "random_blueprint"}, "phải có blueprint"),
        ({"papers__main__blueprint": [{"topic": "chung", "count": 3}]}, "Ma trận có 3 câu"),
        (
            {
                "papers__main__blueprint": [{"topic": "chung", "count": 7}],
                "papers__main__question_count": 7,
            },
            "Không đủ câu hỏi dùng được cho chủ đề «chung»: có 6, cần 7.",
        ),
        (
            {
                "papers__main__blueprint": [{"topic": "la", "level": 2, "count": 4}],
            },
            "chủ đề «la» mức 2: có 0, cần 4",
        ),
        (
            {
                "papers__main__avoid_repeat_for_person": True,
                "papers__main__blueprint": [{"topic": "chung", "count": 1}, {"count": 3}],
                "attempts__max_per_round": 1,
            },
            "chủ đề «chung»: có 6, cần 8",
        ),
        ({"papers__main__questions": ["cau-01"]}, "Chỉ đề cố định (mode: fixed)"),
        (
            {
                "papers__main__mode": "fixed",
                "papers__main__questions": ["cau-01", "cau-02", "cau-03", "la"],
            },
            "Không có câu nào mang mã «la» trong ngân hàng.",
        ),
        (
            {"papers__main__show_result": {"when": "on_submit", "what": "key"}},
            "Đáp án chỉ được cho xem sau khi vòng thi đóng",
        ),
        ({"papers__main__pass_mark": 5}, "Điểm đạt phải từ 0 đến 4."),
        ({"papers__main__time_limit_s": 0}, "Thời gian làm bài"),
        ({"papers__main__points": {"by_level": {"1": 1}}}, "by_level phải ghi đủ"),
        ({"papers__phu": CONTEST["papers"]["main"]}, "Không có vòng nào dùng đề này."),
        # rounds
        ({"rounds": []}, "Cuộc thi chưa có vòng nào"),
        ({"rounds__1__id": "w1"}, "Mã vòng «w1» dùng 2 lần."),
        ({"rounds__0__paper": "la"}, "Không có đề nào tên «la» trong papers."),
        ({"rounds__0__prizes": "la"}, "Không có bộ giải nào tên «la» trong prizes."),
        ({"rounds__0__closes_at": "2026-02-27T08:00:00"}, "Giờ đóng phải sau giờ mở."),
        ({"rounds__0__closes_at": None}, "Chỉ vòng luyện tập (practice)"),
        ({"rounds__0__closing_words": "hết ngày 09/3"}, "không khớp với closes_at"),
        ({"rounds__0__closing_words": "19h00 ngày 8/3"}, "không khớp với closes_at"),
        ({"rounds__0__closing_words": "sau Tết"}, "Không đọc được giờ đóng"),
        ({"rounds__1__opens_at": "2026-03-08T00:00:00"}, "hãy ghi overlaps: [w1]."),
        ({"rounds__0__daily_window": {"from": "17:30", "to": "07:30"}}, "Giờ đóng trong ngày"),
        (
            {"rounds__0__daily_window": {"days": [0], "from": "07:30", "to": "17:30"}},
            "từ 1 (thứ Hai) đến 7 (Chủ nhật)",
        ),
        ({"rounds__1__feeds": {"round": "w1", "take": 3}}, "phải đóng trước khi vòng sau mở"),
        # people
        ({"eligibility__min_age": 14, "registration__fields__1": DELETED}, "phải hỏi ngày sinh"),
        (
            {"registration__consent__guardian_under_age": None},
            "phải có bước đồng ý của cha mẹ, người giám hộ",
        ),
        ({"registration__consent__purposes": []}, "phải có mục đích bắt buộc đồng ý"),
        ({"registration__consent__purposes__0__text": ""}, "chưa có lời xin đồng ý"),
        ({"registration__fields__3__tree": "la"}, "Không có cây đơn vị nào tên «la»."),
        ({"registration__fields__4__options": ["Một"]}, "cần danh sách lựa chọn"),
        ({"eligibility__groups_allowed": ["Quân đội"]}, "không phải là lựa chọn của trường"),
        (
            {"eligibility__residence": {"scope": "province", "units": ["22"]}},
            "Có giới hạn nơi ở thì phải hỏi nơi ở",
        ),
        ({"attempts__max_per_round": 0}, "không giới hạn thì ghi null"),
        # outcome
        ({"prediction__text": "Có bao nhiêu người dự thi?"}, "hỏi một số khác với target"),
        ({"prediction__text": ""}, "Chưa có lời của câu dự đoán"),
        ({"prediction__target": "attempts"}, "attempts là số lượt thi."),
        ({"prediction__enabled": False}, "thì phải bật câu dự đoán"),
        ({"ranking__keys": [KEYS[0]]}, "xếp hạng không dùng đến (prediction_distance)"),
        ({"ranking__keys": [*KEYS, KEYS[0]]}, "Tiêu chí «correct» viết 2 lần."),
        ({"ranking__last_resort": None}, "thì chưa biết xếp ai trước"),
        ({"ranking__segments": ["Bộ đội"]}, "không phải là lựa chọn của trường «doi_tuong»"),
        ({"expected_persons": 2}, "Có 3 giải mà chỉ dự kiến 2 người thi"),
        ({"prizes__weekly__individual": []}, "Bộ giải này chưa có giải nào"),
        ({"prizes__thang": {"individual": [{"name": "A", "count": 1}]}}, "Không có vòng nào trao"),
        ({"prizes__collective": [RATIO]}, "mọi đơn vị phải có sĩ số trong units.yaml."),
        (
            {"prizes__collective": [{**RATIO, "level": "phong"}]},
            "Còn thiếu: phong-1.",
        ),
        ({"prizes__collective": [{**RATIO, "level": "la"}]}, "không có cấp «la»"),
        ({"results__public_fields": ["ho_ten", "dien_thoai"]}, "Không được công bố «dien_thoai»"),
        ({"data__controller": ""}, "chịu trách nhiệm về dữ liệu cá nhân"),
    ],
)
def test_a_rule_that_would_spoil_the_contest_is_told(
    tmp_path: Path, changes: dict[str, Any], sentence: str
) -> None:
    told = faults_of(tmp_path, changed(CONTEST, **changes))
    assert any(sentence in fault for fault in told), told


@pytest.mark.parametrize(
    "changes",
    [
        {"papers__main__mode": "random_blueprint", "papers__main__blueprint": BLUEPRINT},
        {"papers__main__avoid_repeat_for_person": True, "attempts__max_per_round": 1},
        {"rounds__0__closing_words": "23h59 ngày 8/3/2026"},
        {"rounds__0__closing_words": "24 giờ 00 ngày 8 tháng 3 năm 2026"},
        {
            "rounds__0__closing_words": "19h00 ngày 15/3",
            "rounds__0__closes_at": "2026-03-15T19:00:00",
            "rounds__0__overlaps": ["w2"],
        },
        {"expected_persons": 3},
        {"prizes__headcounts__source": "organizer_table", "prizes__collective": [RATIO]},
        {
            "eligibility__min_age": 18,
            "registration__consent__guardian_under_age": None,
        },
        {
            "registration__fields": [],
            "registration__consent": {},
            "eligibility": {},
            "data": {},
        },
        {"ranking__segments": ["Học sinh", "Cán bộ"]},
    ],
)
def test_what_is_right_is_left_alone(tmp_path: Path, changes: dict[str, Any]) -> None:
    assert faults_of(tmp_path, changed(CONTEST, **changes)) == []


def test_a_question_of_tomorrows_law_does_not_count(tmp_path: Path) -> None:
    bank = changed(BANK, **{f"questions__{n}__valid__from": "2026-03-01" for n in range(9)})
    told = [f.sentence for f in load_folder(write_contest(tmp_path, bank=bank)).faults]
    assert told == [
        "Không đủ câu hỏi dùng được cho ngân hàng: có 3, cần 4. "
        "Câu dùng được là câu đã duyệt và có hiệu lực khi vòng thi mở."
    ]


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("Có bao nhiêu người trả lời đúng cả 10 câu?", "persons_all_correct"),
        ("Dự đoán số người có đáp án đúng tất cả các câu hỏi", "persons_all_correct"),
        ("Theo bạn có bao nhiêu người dự thi tuần này?", "persons"),
        ("Có bao nhiêu lượt người tham gia dự thi?", "attempts"),
        ("Dự đoán số bài dự thi trả lời đúng hết", "attempts_all_correct"),
        ("Có bao nhiêu người sử dụng điện thoại để dự thi?", "persons"),
    ],
)
def test_a_prediction_says_what_it_counts(text: str, target: str) -> None:
    assert counted_by(text) == target
