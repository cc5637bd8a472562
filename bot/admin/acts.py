"""Acts of the audit log in words. The name of an act is its group, a dot, and what was done."""

from __future__ import annotations

GROUPS = {
    "session": "Đăng nhập",
    "user": "Người dùng",
    "entry": "Câu trả lời",
    "contest": "Cuộc thi",
    "data": "Dữ liệu cá nhân",
    "miss": "Câu chưa trả lời được",
}
_ACTS = {
    "session.in": "đăng nhập",
    "session.out": "đăng xuất",
    "session.out_all": "đăng xuất mọi nơi khác",
    "session.wrong": "nhập sai mật khẩu",
    "user.add": "thêm người dùng",
    "user.password": "đổi mật khẩu",
    "user.reset": "đặt lại mật khẩu",
    "user.disable": "khóa tài khoản",
    "user.enable": "mở lại tài khoản",
    "user.roles": "đổi quyền",
    "user.code_on": "bật mã xác thực",
    "user.code_off": "tắt mã xác thực",
    "entry.edit": "sửa câu trả lời",
    "entry.raw": "sửa ở dạng YAML",
    "entry.propose": "gửi bản sửa chờ duyệt",
    "entry.withdraw": "bỏ bản sửa đang chờ",
    "entry.approve": "duyệt câu trả lời",
    "entry.retire": "ngừng dùng câu trả lời",
    "entry.restore": "lấy lại bản cũ",
    "entry.new": "thêm bản nháp",
    "entry.file": "sửa thẳng trong tệp",
    "contest.disqualify": "loại thí sinh",
    "contest.reinstate": "khôi phục thí sinh",
    "contest.correct": "sửa thông tin đăng ký",
    "contest.unmask": "xem thông tin thí sinh",
    "contest.compute": "tính kết quả thi",
    "contest.decide": "ghi quyết định kết quả thi",
    "contest.lots": "bốc thăm",
    "contest.place": "phân định người bằng nhau",
    "contest.verify": "kiểm chứng kết quả thi",
    "contest.award": "xác minh giải",
    "contest.pass": "chuyển giải",
    "contest.watch": "tìm cảnh báo thi",
    "contest.flag": "xem cảnh báo thi",
    "contest.measure": "xử lý sự cố, câu hỏi sai",
    "contest.answer": "trả lời khiếu nại",
    "contest.complaint": "ghi khiếu nại vào sổ",
    "contest.export": "xuất dữ liệu thi",
    "contest.certificates": "làm giấy chứng nhận",
    "contest.notice": "lập thông báo kết quả",
    "contest.download": "tải tệp của cuộc thi",
    "data.export": "xuất dữ liệu của một người",
    "data.erase": "xóa dữ liệu của một người",
    "miss.entry": "thêm cách hỏi của người dân vào một câu",
    "miss.outside": "dạy máy nhận ra câu ngoài phạm vi",
    "miss.off-topic": "xếp câu hỏi vào ngoài phạm vi",
    "miss.ignore": "bỏ qua nhóm câu hỏi",
    "miss.draft": "tạo bản nháp từ câu hỏi của người dân",
    "miss.answer": "trả lời câu người dân gửi",
}


def name_act(act: str) -> str:
    """What was done, in words; the act itself where nobody has named it."""
    return _ACTS.get(act, act)
