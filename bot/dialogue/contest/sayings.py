"""What the bot says of contests, registering and papers. Sentences for citizens: polite and short."""

from __future__ import annotations

CONTESTS = "Cuộc thi"
PRACTICE = "Luyện tập"
ENROL = "Đăng ký dự thi"
ENROL_ON = "Đăng ký tiếp"
RULES = "Thể lệ"
MORE_RULES = "Xem tiếp thể lệ"
OWN = "Thông tin đã đăng ký"
AMEND = "Sửa thông tin"
MINE = "Điểm của tôi"
PLAY = "Vào thi"
BEGIN = "Bắt đầu tính giờ"
ONCE_MORE = "Làm lượt nữa"
BACK = "Về trang cuộc thi"

CLAIM = "Ghi thông tin nhận giải"
WON = "Bạn đạt {}."
WON_CODE = "Mã giấy chứng nhận của bạn: {}."
AWARD_MISSING = "Để trao giải, ban tổ chức cần bạn ghi thêm: {}. Bạn bấm «{}»."
AWARD_ASK = (
    "Chỉ người đạt giải mới được hỏi mục này, để ban tổ chức đối chiếu và trao giải. Thông tin được "
    "mã hóa, và được xóa sau khi trao giải {} ngày. Ban tổ chức không hỏi ảnh giấy tờ."
)
AWARD_TAKEN = "Đã ghi thông tin nhận giải. Ban tổ chức sẽ đối chiếu khi trao giải."
AWARD_CANCELLED = "Đã thôi. Bạn chưa ghi thêm gì; lúc nào muốn ghi thì gõ «thi»."

LIST_TEXT = "Bạn chọn một cuộc thi:"
NONE_OPEN = "Hiện chưa có cuộc thi nào trên kênh này. Khi có, bạn sẽ thấy ở đây."
NO_PRACTICE = "Hiện chưa có bài luyện tập nào trên kênh này."
NOT_FOUND = "Cuộc thi này không còn ở đây nữa. Bạn gõ «thi» để xem các cuộc thi đang có."
NO_RULES = "Thể lệ của cuộc thi chưa được đưa lên đây. Bạn hỏi ban tổ chức giúp."
REGISTERED = "Bạn đã đăng ký."
NOT_REGISTERED = "Bạn chưa đăng ký."
STALE_START = "Nút này của lần trước nên tôi không tính giờ. Bạn xem lại trước khi bắt đầu nhé."
WAITING = (
    "Đang có nhiều người vào thi cùng lúc. Bạn đứng thứ {} trong hàng chờ và đồng hồ chưa chạy. "
    "Khoảng một phút nữa bạn bấm lại giúp tôi, chỗ của bạn vẫn được giữ."
)
READY = (
    "Đồng hồ chạy ngay khi bạn bấm «{}» và không dừng lại, kể cả khi bạn rời đi. "
    "Bạn rời đi rồi quay lại thì gõ «thi» để làm tiếp."
)

AGREE = "Đồng ý"
REFUSE = "Không đồng ý"
SKIP = "Bỏ qua"
LEAVE = "Thôi, không đăng ký"
CONFIRM = "Đúng, gửi đăng ký"
MEND = "Sửa lại"
GUARDIAN_AGREES = "Tôi là cha, mẹ, người giám hộ, tôi đồng ý"
REQUIRED = "Mục này bắt buộc thì mới dự thi được."
OPTIONAL = "Mục này không bắt buộc: không đồng ý thì bạn vẫn dự thi được."
ASK_CONSENT = "Bạn bấm hoặc nhắn «đồng ý», «không đồng ý»."
MUST_AGREE = (
    "Không có sự đồng ý này thì ban tổ chức không được phép giữ thông tin và chấm bài của bạn, "
    "nên bạn chưa dự thi được. Bạn nghĩ lại cũng không sao, hoặc gõ «hủy» để thôi."
)
GUARDIAN = (
    "Bạn chưa đủ {} tuổi nên cần cha, mẹ hoặc người giám hộ đồng ý. "
    "Bạn nhờ người đó đọc các mục bạn vừa đồng ý rồi tự bấm nút dưới đây."
)
GUARDIAN_MUST = "Chưa có người giám hộ đồng ý thì bạn chưa dự thi được. Bạn gõ «hủy» để thôi."
GUARDIAN_NAME = "Xin ghi họ và tên của cha, mẹ hoặc người giám hộ vừa đồng ý."
FIELD_COUNT = "Mục {}/{}"
NOT_REQUIRED = "không bắt buộc"
PICK_UNIT = "Có mấy nơi giống như bạn ghi. Bạn chọn đúng một nơi, hoặc ghi lại cho rõ hơn:"
SUMMARY = "Bạn xem lại thông tin trước khi gửi:"
SUMMARY_LOCK = {
    "registration": "Gửi rồi thì bạn không tự sửa được nữa.",
    "first_attempt": "Bạn sửa được cho đến khi bắt đầu lượt thi đầu tiên.",
    "never": "Sau này bạn vẫn sửa được.",
}
WHICH_FIELD = "Bạn muốn sửa mục nào?"
CONSENTS_GIVEN = "Đồng ý: {}/{} mục."
BY_GUARDIAN = "Người giám hộ đồng ý: {}"
ENROLLED = "Bạn đã đăng ký xong."
AMENDED = "Đã sửa."
OWN_TEXT = "Thông tin bạn đã đăng ký:"
OWN_NOTHING = "Bạn không phải khai gì để dự thi."
LOCKED = "Thông tin đã khóa vì bạn đã bắt đầu thi. Khai nhầm thì bạn báo ban tổ chức để sửa."
FORM_GONE = "Nút này của một lần đăng ký đã xong hoặc đã thôi. Bạn gõ «thi» để xem các cuộc thi."
OLD_STEP = "Nút này của bước trước. Bạn đang ở bước này:"
OUTDATED = "Nút này không còn dùng được."
NO_PAPER = "Nút này không thuộc bài thi nào của bạn. Bạn gõ «thi» để xem các cuộc thi đang có."
FORM_CANCELLED = (
    "Đã dừng đăng ký. Những gì bạn vừa ghi đã được xóa. Muốn đăng ký lại, bạn gõ «thi»."
)
AMEND_CANCELLED = "Đã dừng sửa. Thông tin bạn đăng ký trước đó vẫn giữ nguyên."
FORM_WAITS = "Bạn đang đăng ký dở. Bấm «{}» hoặc gõ «thi» để làm tiếp, gõ «hủy» để thôi."
NOT_TEXT = "Tôi chỉ đọc được chữ."
UNREAD = "Tôi chưa rõ ý bạn."
HIDDEN = "(thông tin riêng)"

LEFT = "còn {}"
SAVED = "Đã ghi câu {}: {}."
CHANGED = "Đã đổi câu {}: {} thành {}."
SAME = "Câu {} vẫn là {}."
TAKEN_BACK = "Đã bỏ phương án của câu {}."
CHOSEN = "Bạn đang chọn: {}."
HOW = "Bạn nhắn {}. Xem câu khác thì nhắn ví dụ «câu 5»; làm xong thì nhắn «nộp bài»."
HOW_SEVERAL = (
    "Câu có thể có nhiều phương án đúng: bạn nhắn đủ các chữ, ví dụ «A C». "
    "Xem câu khác thì nhắn ví dụ «câu 5»; làm xong thì nhắn «nộp bài»."
)
NEXT = "Câu tiếp theo"
LOOK_OVER = "Xem lại, nộp bài"
HAND_IN = "Nộp bài"
HAND_IN_ANYWAY = "Vẫn nộp bài"
GO_TO = "Làm câu {}"
GUESS = "Câu dự đoán"
MEND_GUESS = "Sửa dự đoán"
GUESS_HOW = "Bạn nhắn một con số, ví dụ 3200 hoặc 3.200."
GUESS_NOW = "Bạn đang dự đoán: {}."
GUESS_SAVED = "Đã ghi dự đoán: {}."
GUESS_SURE = "Bạn dự đoán {}, đúng không? Nếu không, bạn nhắn lại bằng chữ số."
GUESS_YES = "Đúng, {}"
NO_SUCH_QUESTION = "Bài này có {} câu. Bạn chọn câu từ 1 đến {}."
NO_SUCH_LETTER = "Câu này không có phương án {}."
ONE_LETTER = "Mỗi câu chỉ chọn một phương án."
REVIEW = "Bạn đã trả lời {}/{} câu, {}."
UNANSWERED = "Chưa trả lời: câu {}."
NO_GUESS = "Chưa dự đoán."
HAND_IN_SURE = (
    "Còn {} câu chưa trả lời (câu {}). Nộp bài rồi thì không sửa được nữa. Bạn vẫn nộp chứ?"
)
TOO_LATE = "Câu trả lời này đến khi đã hết giờ nên không được tính."
ALREADY_IN = "Bài này đã nộp nên không sửa được nữa."
KEPT = (
    "Bài của bạn vẫn còn nguyên: đã trả lời {}/{} câu. Đồng hồ vẫn chạy, {}. "
    "Gõ «thi» để làm tiếp, «nộp bài» để nộp."
)
RUNNING = (
    "Bài thi của bạn vẫn mở. Đồng hồ vẫn chạy, {}. Nhắn {} cho câu {}, hoặc «thi» để xem lại đề."
)
RUNNING_GUESS = (
    "Bài thi của bạn vẫn mở. Đồng hồ vẫn chạy, {}. Bạn còn câu dự đoán: nhắn một con số."
)
ENDED = "Bài thi của bạn đã hết giờ. Gõ «điểm của tôi» để xem."
GO_ON = "Làm tiếp bài thi"

SUBMITTED = "Bạn đã nộp bài."
TIMED_OUT = "Hết giờ nên máy đã nộp những câu bạn trả lời."
DISCARDED = "Hết giờ mà bài chưa được nộp, nên theo thể lệ lượt này không được tính."
VOID = "Ban tổ chức đã hủy lượt thi này. Bạn được quyền hỏi lý do và khiếu nại."
RECEIVED = "Máy đã nhận bài của bạn."
CORRECT = "Đúng {}/{} câu."
SCORE = "Điểm: {}."
TOOK = "Thời gian làm bài: {}."
GUESSED = "Bạn dự đoán: {}."
PASSED = "Bạn đạt yêu cầu."
NOT_PASSED = "Lượt này chưa đạt yêu cầu."
ATTEMPTS_LEFT = "Bạn còn {} lượt trong vòng này."
NO_ATTEMPTS_LEFT = "Bạn đã dùng hết lượt của vòng này."
SHOW_KEY = "Xem lời giải"
NEXT_KEY = "Lời giải câu tiếp"
RIGHT = "đúng"
WRONG = "sai"
NOT_ANSWERED = "chưa trả lời"
KEY_LINE = "Đáp án: {}."
NO_KEY = "Thể lệ chưa cho xem lời giải của bài này."
COMPLAIN = "Khiếu nại"
COMPLAINT_ASK = (
    "Bạn viết khiếu nại gửi ban tổ chức trong một tin nhắn: việc gì, lượt thi nào, bạn đề nghị gì. "
    "Lời của bạn được mã hóa, chỉ ban tổ chức đọc được, và được trả lời trong {} ngày. Gõ «hủy» để thôi."
)
COMPLAINT_SHORT = "Bạn viết rõ thêm giúp, để ban tổ chức hiểu đúng việc của bạn."
COMPLAINT_TAKEN = "Ban tổ chức đã nhận khiếu nại số {}. Bạn được trả lời chậm nhất ngày {}."
COMPLAINT_CANCELLED = "Đã thôi. Chưa có khiếu nại nào được gửi."
COMPLAINT_NOT_HERE = "Cuộc thi này không nhận hoặc đã hết hạn nhận khiếu nại qua tin nhắn."
COMPLAINT_OPEN = "- Khiếu nại số {}: đang chờ ban tổ chức, chậm nhất ngày {} có trả lời."
COMPLAINT_ANSWERED = "- Khiếu nại số {}, ban tổ chức trả lời ngày {}: {}"
COMPLAINT_WAITS = "Bạn đang viết khiếu nại. Viết tiếp trong một tin nhắn, hoặc gõ «hủy» để thôi."
MINE_TEXT = "Các lượt thi của bạn:"
MINE_NONE = "Bạn chưa thi lượt nào. Gõ «thi» để xem các cuộc thi, «luyện tập» để làm thử."
STILL_OPEN = "đang làm, {}"
NOT_SHOWN = "đã nộp"
NOT_COUNTED = "không được tính"
