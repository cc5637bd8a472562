"""The base -> one .xlsx file that an editor can work on in any spreadsheet program."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter

from bot.errors import InputRefused
from bot.knowledge.model import Base, Entry
from bot.knowledge.spreadsheet.columns import COLUMNS, ORIGINAL, SHEET, show
from bot.knowledge.writing import replacing

_LONGEST_CELL = 32_767
_HELP = (
    "Mỗi dòng là một mục hỏi đáp. Sửa ngay trong ô, lưu lại, rồi nhập tệp này vào kho.",
    "Không sửa cột Mã của mục đã có. Muốn thêm mục mới: thêm một dòng, để trống cột Mã.",
    "Mục mới luôn là bản nháp. Xóa một dòng không xóa mục trong kho.",
    "Cách hỏi khác: mỗi cách một dòng trong ô (Alt + Enter để xuống dòng).",
    "Căn cứ: mỗi căn cứ một dòng, viết là văn-bản:điều:khoản:điểm, ví dụ luat-bau-cu:29:1:a.",
    "Liên quan, Người đọc: các mã cách nhau bằng dấu phẩy.",
    "Trạng thái: draft là bản nháp, starter là bản khởi tạo, approved là đã duyệt, retired là ngừng dùng.",
    "Sửa chữ của câu đang dùng, hoặc đổi trạng thái thành approved, là duyệt: khi nhập phải ghi tên người duyệt.",
    "Ngày: viết như 2026-03-15 hoặc 15/3/2026.",
)


def export_xlsx(base: Base, path: Path) -> None:
    """Write every entry of the base as a row; all cells are texts, none a formula.

    Raises `InputRefused` where the file cannot be written.
    """
    try:
        with replacing(path) as temporary:
            _write(base, str(temporary))
    except xlsxwriter.exceptions.XlsxWriterException as error:
        raise InputRefused(f"Không ghi được tệp {path}: {error}.") from error


def _write(base: Base, path: str) -> None:
    with xlsxwriter.Workbook(
        path, {"strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        heading = book.add_format({"bold": True, "bg_color": "#DDE8F5", "valign": "top"})
        cell = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        for name in (SHEET, ORIGINAL):
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 1)
            sheet.autofilter(0, 0, max(1, len(base.entries)), len(COLUMNS) - 1)
            for place, column in enumerate(COLUMNS):
                sheet.set_column(place, place, column.width, cell)
                sheet.write_string(0, place, column.label, heading)
            for row, entry in enumerate(base.entries.values(), 1):
                for place, column in enumerate(COLUMNS):
                    sheet.write_string(row, place, _shown(entry, column.field), cell)
        sheet.hide()
        help_ = book.add_worksheet("Hướng dẫn")
        help_.set_column(0, 0, 110, cell)
        for row, line in enumerate(_HELP):
            help_.write_string(row, 0, line, cell)


def _shown(entry: Entry, field: str) -> str:
    text = show(entry, field)
    if len(text) > _LONGEST_CELL:
        raise InputRefused(f"Mục «{entry.id}» quá dài cho một ô bảng tính.")
    return text
