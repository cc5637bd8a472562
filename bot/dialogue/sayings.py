"""What the bot says of itself, in one place; what it says of the law stands in the knowledge base.

Sentences for citizens: polite, plain, short.
"""

from __future__ import annotations

MENU = "Danh mục"
MORE = "Xem thêm"
RELATED = "Câu hỏi liên quan"
USEFUL = "Hữu ích"
NOT_USEFUL = "Chưa đúng ý tôi"
NONE_OF_THESE = "Không phải các câu trên"
NEXT_PAGE = "Xem tiếp"
TO_STAFF = "Gửi cán bộ trả lời"
ALL_MILESTONES = "Xem mọi mốc"
BY_PART = "Theo nội dung"
BY_AUDIENCE = "Theo người hỏi"
TOOLS = "Tính giúp, tra cứu"

ANSWER_NOTE = "Máy trả lời tự động. Đây là thông tin pháp luật chung."
FIRST_NOTE = (
    "Bạn đang trò chuyện với máy. Câu trả lời là thông tin pháp luật chung. "
    "Câu hỏi được lưu lại để sửa câu trả lời cho tốt hơn; "
    "xin đừng gửi số căn cước, số điện thoại. Gõ /start để đọc thêm."
)

WHICH = "Có phải bạn muốn hỏi một trong các câu này?"
MENU_TEXT = "Bạn muốn xem theo cách nào? Bạn cũng có thể gõ thẳng câu hỏi."
PART_TEXT = "Bạn muốn tìm hiểu nội dung nào?"
AUDIENCE_TEXT = "Bạn hỏi với tư cách nào?"
TOOLS_TEXT = "Bạn muốn tôi tính hay tra cứu giúp việc gì?"
FORM_UNREAD = "Tôi chưa đọc được những số cần để tính."
FORM_NOT_FOUND = "Tôi chưa thấy nơi này trong danh sách nơi bỏ phiếu."
FORM_LEAVE = "Không cần nữa thì bạn gõ «hủy», hoặc gõ câu hỏi khác."
RELATED_TEXT = "Các câu hỏi liên quan:"
LIST_TEXT = "Bạn chọn một câu hỏi:"
HELP = (
    "Bạn gõ câu hỏi về bầu cử bằng lời của mình, có dấu hay không dấu đều được.\n\n"
    "Gõ «danh mục» để xem các nhóm câu hỏi, «hủy» để bỏ việc đang làm, «/start» để bắt đầu lại."
    " Trên Zalo và Telegram, gõ «nhắc tôi ngày bầu cử» để được nhắc."
)

REFUSED = "Xin lỗi, tôi chưa có câu trả lời đã được duyệt cho câu hỏi này."
OUTSIDE = "Câu này có vẻ hỏi về {}. Xin lỗi, tôi chỉ trả lời về pháp luật bầu cử."
KEPT = "Câu hỏi của bạn đã được ghi lại để cán bộ bổ sung."
NEAREST = "Những nội dung gần với câu hỏi của bạn:"
NONE_CHOSEN = "Cảm ơn bạn đã cho biết. Tôi chưa có câu trả lời đúng ý bạn."
EMPTY = "Tôi chưa đọc được câu hỏi. Bạn hãy gõ bằng chữ, ví dụ: bao nhiêu tuổi được đi bầu?"
NOT_TEXT = "Tôi chỉ đọc được tin nhắn bằng chữ. Bạn hãy gõ câu hỏi giúp tôi."
UNSUPPORTED = (
    "Tôi không được phép đọc tin nhắn này. Bạn hãy gõ câu hỏi bằng chữ, hoặc hỏi trực tiếp:"
)
TOO_FAST = (
    "Bạn gửi nhanh quá nên tôi không đọc kịp, những tin sau tin này có thể bị bỏ qua. "
    "Xin bạn chờ một phút rồi gửi lại giúp tôi."
)
INFO_NOT_KEPT = (
    "Cảm ơn bạn. Hiện tôi không cần thông tin cá nhân nên không lưu lại. "
    "Bạn cứ gõ câu hỏi giúp tôi."
)
FAILED = "Máy chủ gặp lỗi nên tôi chưa trả lời được tin nhắn này. Bạn gửi lại giúp tôi."
OTHER_LANGUAGE = "Tôi chỉ hiểu tiếng Việt. Bạn hãy gõ câu hỏi bằng tiếng Việt giúp tôi."
TOO_LONG = (
    "Tin nhắn dài quá nên tôi không đọc hết được. "
    "Bạn hãy hỏi lại thật ngắn, mỗi lần một câu giúp tôi."
)
CANCELLED = "Đã hủy. Bạn cứ gõ câu hỏi mới."
NOTHING_TO_CANCEL = "Không có việc gì đang dở. Bạn cứ gõ câu hỏi."
SEALED = "Tin này có thông tin cá nhân đã niêm phong, nay không mở lại được."
GONE = "Nút này không còn dùng được. Bạn hãy gõ lại câu hỏi giúp tôi."
EXPIRED_CHOICE = (
    "Tôi chưa rõ bạn chọn mục nào: hiện không có lựa chọn nào đang chờ. "
    "Bạn hãy gõ câu hỏi giúp tôi."
)
NO_SUCH_CHOICE = "Không có mục này. Bạn hãy chọn một trong các mục sau, hoặc gõ lại câu hỏi."
SENT_TO_STAFF = (
    "Tôi đã chuyển câu hỏi này cho cán bộ. Khi có câu trả lời, bạn sẽ thấy ở ngay cuộc trò chuyện này. "
    "Việc gấp thì bạn nên hỏi trực tiếp:"
)
STAFF_ANSWERS = "Cán bộ trả lời câu hỏi của bạn"
STAFF_NOTE = (
    "Câu trả lời của cán bộ {organisation}, cho câu hỏi bạn đã gửi ngày {day}: «{question}»"
)
THANKS_USEFUL = "Cảm ơn bạn. Bạn còn muốn hỏi gì nữa không?"
THANKS_NOT_USEFUL = (
    "Cảm ơn bạn đã cho biết. Cán bộ sẽ xem lại câu trả lời này. "
    "Bạn thử hỏi lại bằng lời khác, hoặc hỏi trực tiếp:"
)
FEEDBACK_GONE = "Câu hỏi này không còn nhận đánh giá nữa."

NO_MORE_REMINDERS = "Thôi nhắc"
REMINDER_KEPT = "Tôi đã ghi lại: bạn muốn được nhắc lịch bầu cử."
REMINDER_LATER = "Khi có ngày bầu cử, tôi sẽ nhắc bạn các mốc dành cho cử tri."
REMINDER_TIMES = "Tôi sẽ nhắc bạn vào các lúc này, trong ngoặc là ngày của việc được nhắc:"
REMINDERS_OVER = "Các mốc của kỳ bầu cử này đã nhắc xong. Kỳ sau tôi sẽ nhắc bạn từ đầu."
REMINDER_WINDOW = (
    "Có kênh chỉ cho máy nhắn trong vài ngày sau tin cuối cùng của bạn. "
    "Khi đó tôi nhắc ngay lần tới bạn nhắn."
)
REMINDER_OFF = "Tôi sẽ không nhắc nữa. Khi cần, bạn gõ «nhắc tôi ngày bầu cử»."
REMINDER_NEVER_ON = "Bạn chưa nhờ tôi nhắc gì. Khi cần, bạn gõ «nhắc tôi ngày bầu cử»."
REMINDER_NOT_HERE = (
    "Trang này không tự nhắn cho bạn được. Bạn hãy nhắn cho tôi trên Zalo hoặc Telegram, "
    "rồi gõ «nhắc tôi ngày bầu cử»."
)
REMINDER_TITLE = "Nhắc lịch bầu cử"
REMINDER_WHY = "Bạn đã nhờ tôi nhắc. Không muốn nhận nữa, bạn gõ «thôi nhắc»."
