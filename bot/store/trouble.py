"""What to tell the operator when the database does not work: where, why, and what to do."""

from __future__ import annotations

import sqlite3

from sqlalchemy import URL
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
    TimeoutError,
)

from bot.errors import DatabaseUnavailable

_BACKUP = "hãy khôi phục tệp từ bản sao lưu"
_RIGHTS = "hãy cấp quyền đọc và ghi thư mục cùng tệp đó cho người dùng chạy chương trình"
_SPACE = "hãy giải phóng dung lượng rồi chạy lại"
_MIGRATE = "hãy chạy lệnh «python -m bot migrate»"
_START = "hãy kiểm tra địa chỉ trong BOT_DATABASE_URL và xem PostgreSQL đã chạy chưa"

# The names of sqlite3.Error.sqlite_errorname, by their beginning: extended codes are longer.
_SQLITE = {
    "SQLITE_CANTOPEN": ("không mở được tệp (đường dẫn sai, là thư mục hoặc thiếu quyền)", _RIGHTS),
    "SQLITE_NOTADB": ("tệp này không phải là cơ sở dữ liệu SQLite hoặc đã hỏng", _BACKUP),
    "SQLITE_CORRUPT": ("tệp đã hỏng", _BACKUP),
    "SQLITE_READONLY": ("tệp hoặc thư mục chứa nó chỉ cho đọc", _RIGHTS),
    "SQLITE_PERM": ("thiếu quyền đọc hoặc ghi", _RIGHTS),
    "SQLITE_BUSY": (
        "một chương trình khác đang giữ khóa ghi quá lâu",
        "hãy tắt chương trình đó rồi thử lại",
    ),
    "SQLITE_FULL": ("ổ đĩa đã đầy", _SPACE),
    "SQLITE_IOERR": ("ổ đĩa báo lỗi khi đọc hoặc ghi", "hãy kiểm tra ổ đĩa"),
    "SQLITE_ERROR": ("câu lệnh không chạy được, có thể vì thiếu bảng", _MIGRATE),
}

_READ_ONLY = "25006"
# SQLSTATE, or the class that is its first two characters.
_POSTGRESQL = {
    "28": ("tên đăng nhập hoặc mật khẩu bị từ chối", "hãy kiểm tra BOT_DATABASE_URL"),
    "3D000": ("máy chủ không có cơ sở dữ liệu này", "hãy tạo nó (createdb) hoặc sửa tên"),
    "42501": ("người dùng không đủ quyền", "hãy cấp quyền trên cơ sở dữ liệu cho người dùng đó"),
    "42P01": ("thiếu bảng", _MIGRATE),
    _READ_ONLY: ("máy chủ chỉ cho đọc", "hãy nối tới máy chủ chính"),
    "53300": ("máy chủ đã hết kết nối", "hãy tăng max_connections hoặc bớt chương trình đang nối"),
    "53100": ("ổ đĩa của máy chủ đã đầy", _SPACE),
    "57": ("máy chủ đang khởi động hoặc đang dừng", "hãy đợi rồi thử lại"),
    "08": ("mất kết nối tới máy chủ", _START),
    "40": ("hai giao dịch vướng nhau", "hãy thử lại"),
}
_OUR_FAULTS = (
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.ProgrammingError,
    sqlite3.NotSupportedError,
    sqlite3.InterfaceError,
)
_UNKNOWN = ("cơ sở dữ liệu báo lỗi", "hãy xem nguyên nhân trong nhật ký rồi thử lại")


def name_place(url: URL) -> str:
    """Which database this is, in Vietnamese and without user or password."""
    if url.get_backend_name() == "sqlite":
        return f"tại {url.database}" if is_file(url) else "trong bộ nhớ"
    host = url.host or url.query.get("host") or "localhost"
    host = host if isinstance(host, str) else ", ".join(host)
    port = f":{url.port}" if url.port else ""
    return f"«{url.database or ''}» trên máy chủ {host}{port}"


def is_file(url: URL) -> bool:
    """Whether a SQLite address names a file, not memory."""
    return url.database not in (None, "", ":memory:")


def is_trouble(error: Exception) -> bool:
    """Whether an error says that the database does not work; the others are faults of our code."""
    if isinstance(error, TimeoutError):
        return True
    if isinstance(error, sqlite3.Error):
        return not isinstance(error, _OUR_FAULTS)
    if not isinstance(error, DBAPIError):
        return False
    state = _sqlstate(error.orig)
    if isinstance(error, ProgrammingError):
        return state in _POSTGRESQL
    if isinstance(error, IntegrityError | DataError | NotSupportedError):
        return False
    return not state.startswith(("22", "23"))


def is_refused_writing(error: BaseException) -> bool:
    """Whether a PostgreSQL server says that it only lets read, as a standby does."""
    return isinstance(error, DBAPIError) and _sqlstate(error.orig) == _READ_ONLY


def tell(place: str, error: Exception) -> DatabaseUnavailable:
    """The error that the operator reads; raise it from its cause."""
    reason, remedy = _explain(error)
    return DatabaseUnavailable(f"Không dùng được cơ sở dữ liệu {place}: {reason}; {remedy}.")


def tell_newer(place: str, stored: str, known: str) -> DatabaseUnavailable:
    """The database was brought on by a newer program, which this one does not understand."""
    return DatabaseUnavailable(
        f"Không dùng được cơ sở dữ liệu {place}: nó đã được một phiên bản mới hơn của chương trình "
        f"nâng cấp (bản {stored}, chương trình này chỉ biết đến bản {known}); hãy chạy phiên bản "
        "mới của chương trình hoặc khôi phục bản sao lưu trước khi nâng cấp."
    )


def _explain(error: Exception) -> tuple[str, str]:
    cause = error.orig if isinstance(error, DBAPIError) else error
    name = getattr(cause, "sqlite_errorname", None) or ""
    for beginning, told in _SQLITE.items():
        if name.startswith(beginning):
            return told
    state = _sqlstate(cause)
    if state:
        return _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2]) or _UNKNOWN
    if isinstance(error, TimeoutError):
        return "mọi kết nối đều đang bận", "hãy thử lại sau ít phút"
    if isinstance(cause, FileExistsError | NotADirectoryError | PermissionError):
        return "không tạo được thư mục chứa tệp", _RIGHTS
    if isinstance(cause, OSError):
        return "không nối được tới máy chủ", _START
    return _UNKNOWN


def _sqlstate(cause: BaseException | None) -> str:
    return getattr(cause, "sqlstate", None) or ""
