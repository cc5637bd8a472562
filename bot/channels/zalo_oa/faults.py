"""What each error code of the Official Account's API calls for; the codes come in a 200."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.clock import VIETNAM
from bot.errors import (
    ChannelStopped,
    NotDelivered,
    OutsideWindow,
    PersonGone,
    RetryLater,
    Unsendable,
)

TOKEN_DEAD = frozenset({-216, -220})
TOO_FAST = -32
TYPE_REFUSED = -233
PASSING = -200
AT_NIGHT = -234

_GONE = {
    -213: "người này không còn quan tâm Official Account",
    -217: "người này đã chặn Official Account",
    -227: "tài khoản Zalo này đã bị khóa hoặc lâu không hoạt động",
    -244: "người này đã hạn chế nhận tin",
    -248: "Zalo không cho gửi tin tới người này vì vi phạm tiêu chuẩn",
}
_OUTSIDE = {
    -230: "người này chưa nhắn lại trong thời hạn được gửi tin",
    -232: "người này chưa có lần nào nhắn cho Official Account trong thời hạn",
}
_UNSENDABLE = {
    -100: "tệp đính kèm đã hết hạn",
    -201: "tham số không hợp lệ",
    -210: "tin quá dài",
    -211: "Official Account đã hết hạn mức gửi tin",
    -218: "người này đã nhận đủ số tin cho phép",
    TYPE_REFUSED: "Zalo không nhận loại tin này",
}
_STOPPED = {
    -209: "ứng dụng chưa được kích hoạt; hãy bật ứng dụng ở developers.zalo.me",
    -212: "ứng dụng chưa đăng ký sản phẩm Official Account API",
    -219: "ứng dụng đã bị gỡ hoặc bị tắt",
    -221: "Official Account chưa được xác thực",
    -223: "Official Account chưa cấp quyền cho ứng dụng; hãy liên kết lại bằng «zalo link»",
    -224: "gói dịch vụ của Official Account không có quyền này; cần gói cho phép dùng API",
    -235: "API này không dùng được với gói hoặc loại Official Account hiện nay",
    -240: "Zalo đã ngừng loại tin này; cần cập nhật chương trình",
    -320: "ứng dụng chưa liên kết với tài khoản Zalo Cloud",
    -321: "tài khoản Zalo Cloud đã hết tiền",
}


def fault_of(code: int, now: datetime) -> NotDelivered:
    """The error to raise for a code of the API."""
    if code in _GONE:
        return PersonGone(_tell(code, _GONE[code]))
    if code in _OUTSIDE:
        return OutsideWindow(_tell(code, _OUTSIDE[code]))
    if code in _STOPPED:
        return ChannelStopped(_tell(code, _STOPPED[code]))
    if code == AT_NIGHT:
        seconds = seconds_to_morning(now)
        return RetryLater(_tell(code, "loại tin này không được gửi ban đêm"), seconds)
    if code in TOKEN_DEAD:
        # Refreshed already, and refused again: another program may be at it, or the app is not ours.
        return RetryLater(_tell(code, "Zalo không nhận mã truy cập vừa cấp"), 60, everyone=True)
    return Unsendable(_tell(code, _UNSENDABLE.get(code, "Zalo không nhận tin này")))


def seconds_to_morning(now: datetime) -> float:
    """Seconds until the night's ban ends, at six o'clock in Việt Nam."""
    local = now.astimezone(VIETNAM)
    morning = local.replace(hour=6, minute=0, second=0, microsecond=0)
    if morning <= local:
        morning += timedelta(days=1)
    return (morning - local).total_seconds()


def _tell(code: int, what: str) -> str:
    return f"Zalo OA báo lỗi {code}: {what}."
