"""What the words in the tables of contests are called for people, in tables and on pages."""

from __future__ import annotations

STANDING = {
    "active": "đang thi",
    "no_prize": "không xét giải",
    "disqualified": "bị loại",
    "withdrawn": "đã rút",
}
STATUS = {
    "open": "đang làm",
    "submitted": "đã nộp",
    "timed_out": "hết giờ",
    "discarded": "không tính",
    "void": "đã hủy",
}
STATE = {
    "proposed": "dự kiến",
    "verified": "đã xác minh",
    "passed_down": "đã chuyển xuống",
    "granted": "đã công nhận",
    "approved": "đã duyệt",
    "rejected": "không duyệt",
}
GROUPINGS = {
    "province": "Tỉnh, thành phố",
    "commune": "Xã, phường, đặc khu",
    "unit": "Đơn vị dự thi",
    "age_band": "Nhóm tuổi",
    "gender": "Giới tính",
    "group": "Đối tượng",
    "occupation": "Nghề nghiệp",
    "channel": "Kênh",
}
RANK_HEADINGS = {
    "correct": "Số câu đúng",
    "score": "Điểm",
    "prediction": "Số dự đoán",
    "prediction_distance": "Lệch dự đoán",
    "duration_ms": "Thời gian làm (ms)",
    "submitted_at": "Nộp lúc",
    "started_at": "Bắt đầu lúc",
    "registered_at": "Đăng ký lúc",
    "attempts_used": "Số lượt đã thi",
    "perfect_attempts": "Số lượt đúng tất cả",
    "cumulative_score": "Điểm cộng dồn",
}
"""Every ranking key, in the order of the columns."""
INSTANTS = frozenset({"submitted_at", "started_at", "registered_at"})
"""The keys that are instants in milliseconds."""
FLAGS = {
    "too_fast": "Làm bài quá nhanh",
    "same_device_many": "Nhiều người chung một máy",
    "same_answers_burst": "Nhiều bài sai giống hệt nhau",
    "shared_contact": "Chung thông tin liên hệ",
}
FLAG_STATES = {"open": "chờ xem", "upheld": "có vấn đề", "dismissed": "bỏ qua"}
MEASURES = {
    "rekey": "Sửa đáp án",
    "accept_several": "Nhận thêm đáp án",
    "full_marks": "Cho mọi người điểm câu này",
    "drop": "Bỏ câu này",
    "extend_round": "Kéo dài vòng thi",
    "reopen_window": "Mở lại một khoảng giờ",
    "grant_attempt": "Cho thêm lượt",
    "void_attempts_by_list": "Hủy lượt theo danh sách",
}
MEASURE_STATES = {"proposed": "chờ duyệt", "approved": "đã duyệt", "rejected": "không duyệt"}
REASONS = {
    "nhieu_tai_khoan": "Dùng nhiều tài khoản",
    "sai_thong_tin": "Khai sai thông tin",
    "can_thiep_phan_mem": "Can thiệp phần mềm",
    "thi_ho": "Thi hộ",
}
"""The reasons for a disqualification that rules name by default; others are shown as written."""
CHANNELS = {
    "telegram": "Telegram",
    "zalo_bot": "Zalo Bot",
    "zalo_oa": "Zalo OA",
    "web": "trang web",
    "console": "dòng lệnh",
    "bot": "trò chuyện",
    "email": "thư điện tử",
    "phone": "điện thoại",
    "post": "bưu điện",
    "mo-phong": "mô phỏng",
}
DEEDS = {
    "publish": "Công bố bản mới",
    "compute_result": "Tính kết quả",
    "decide_result": "Ghi quyết định",
    "part_equals_draw": "Bốc thăm",
    "part_equals_board": "Phân định người bằng nhau",
    "verify_award": "Xác minh giải",
    "pass_down": "Chuyển giải",
    "disqualify": "Loại thí sinh",
    "lift_disqualification": "Khôi phục thí sinh",
    "take_complaint": "Ghi khiếu nại",
    "read_complaints": "Đọc khiếu nại",
    "answer_complaint": "Trả lời khiếu nại",
    "propose_measure": "Đề xuất xử lý",
    "approve_measure": "Duyệt xử lý",
    "reject_measure": "Bác đề xuất",
    "review_flag": "Xem cảnh báo",
    "take_list": "Nạp danh sách",
    "correct_registration": "Sửa thông tin đăng ký",
    "export": "Xuất dữ liệu",
    "certificates": "Làm giấy chứng nhận",
    "notice": "Lập thông báo",
    "unmask": "Xem thông tin thí sinh",
    "award_fields": "Ghi thông tin nhận giải",
    "data_export": "Trao bản sao dữ liệu",
    "data_erase": "Xóa dữ liệu theo yêu cầu",
    "simulate": "Tập dượt",
    "verify": "Kiểm chứng",
}
PURPOSES = {
    "to_chuc_thi": "tổ chức thi",
    "cong_bo_giai": "công bố giải",
    "lien_he_trao_giai": "liên hệ trao giải",
}
