"""Names of people inside a question, hidden before anybody of the office reads it.

Only what is surely a name is hidden: a common family name with at least two more words in capitals.
A name typed in small letters cannot be told from other words.
"""

from __future__ import annotations

import re

NAME = "[tên riêng]"
"""What stands in the place of a name."""

_FAMILIES = (
    "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Trịnh Đoàn Mai Lâm "
    "Cao Tô Tạ Chu Vi Nông Hà Lương Đào Trương Phùng Quách Lục Triệu Hứa La Tăng Thái Châu Bế Chíu "
    "Phún Dường Tằng Voòng Lò Giàng Vàng Sùng"
).split()
_WORD = r"[A-ZÀ-ỸĐ][a-zà-ỹđ]+"
_FULL = re.compile(rf"\b(?:{'|'.join(_FAMILIES)})(?: {_WORD}){{2,3}}\b")
_KEPT = ("Hồ Chí Minh",)


def mask_names(text: str) -> str:
    """The text with a mark in the place of every name of a person."""
    return _FULL.sub(lambda found: found[0] if found[0].startswith(_KEPT) else NAME, text)
