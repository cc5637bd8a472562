"""What the lines of a booklet look like that carry its structure: questions, answers, parts."""

from __future__ import annotations

import re

from bot.language.fold import fold

# A font may have lost the "â" of "Câu".
_HEAD = re.compile(
    r"[\W_]*C\s?[âa\ufffd]?\s?u(?:\s+hỏi)?(?:\s+số)?\s*(?P<number>\d{1,4})(?P<stop>\s*[.:)/\-–—]+|)"
    r"(?P<rest>(?:\s|(?<=[.:)/\-–—])).*|)",
    re.IGNORECASE | re.DOTALL,
)
# A bad font turns "Trả lời" into "Tr l i" and the like; then only the colon makes it sure.
_DAMAGED = r"Tr[ả\ufffd]?\s?l[ờ\ufffd]?\s?i\s*:"
_ANSWER = re.compile(
    rf"[\W_]*(?:(?:gợi ý\s+)?(?:câu\s+)?(?:trả\s?lời|giải đáp|đáp án|đáp)(?:\s*[:.\-–—]\s*|\s*$)"
    rf"|{_DAMAGED}\s*)",
    re.IGNORECASE,
)
ANSWER_INSIDE = re.compile(
    r"(?<=[?.!…])\s*[*_]*(?:(?:Trả\s?lời|TRẢ\s?LỜI|Giải đáp|Đáp án|Đáp|ĐÁP)[*_]*\s*[:.\-–—]"
    rf"|{_DAMAGED})\s*"
)
_PART = re.compile(
    r"(?:PHẦN|Phần|PH\ufffd?\s?N|CHƯƠNG|Chương|CHUYÊN ĐỀ|Chuyên đề)\s+"
    r"(?P<ordinal>(?:[Tt]hứ|THỨ|TH\ufffd?)\s+)?"
    r"(?P<number>(?:[^\W_]|\ufffd)+)(?P<stop>\s*[.:\-–—)]+|)\s*(?P<title>.*)",
)
_END = re.compile(
    r"(?:PHỤ\s+LỤC|MỤC\s+LỤC|TÀI\s+LIỆU\s+THAM\s+KHẢO|CHỊU\s+TRÁCH\s+NHIỆM|LỜI\s+(?:NÓI\s+ĐẦU|"
    r"GIỚI\s+THIỆU|NHÀ\s+XUẤT\s+BẢN))\b"
)
_WORDS = ("nhat mot", "hai", "ba", "tu bon", "nam", "sau", "bay", "tam", "chin", "muoi")
_ORDINALS = {word: place for place, group in enumerate(_WORDS, 1) for word in group.split()}
_ROMAN = {"i": 1, "v": 5, "x": 10}
_FOOT = 300
"""Letters at the end of a line that may hold dots and the number of a page."""
_LEADER = re.compile(r"(?:(?:[.…·_]\s?){3,}|\s)\s*(\d{1,4}|[ivxl]{1,6})\s*$")
_DOTS = re.compile(r"(?:[.…·_]\s?){4,}\s*(?:\d{1,4}|[ivxl]{1,6})?\s*$")


def leader_at(text: str) -> int | None:
    """Where the number of a page begins at the end of a line, with the dots before it; None without."""
    found = _LEADER.search(text, max(0, len(text) - _FOOT))
    return found.start() if found else None


def has_dots(text: str) -> bool:
    """Whether a line ends in a row of dots, as in a table of contents."""
    return _DOTS.search(text, max(0, len(text) - _FOOT)) is not None


def is_dots(text: str) -> bool:
    """Whether a line is nothing but such a row."""
    return _DOTS.match(text) is not None


def question_head(text: str) -> tuple[int, str, str] | None:
    """The number of a line like "Câu 12. Ai …", the sign after it, and what follows."""
    found = _HEAD.fullmatch(text)
    if not found:
        return None
    stop, rest = found["stop"].strip(), found["rest"].strip()
    # "Câu 12 của tài liệu này" speaks of a question and is none.
    if not stop and rest and not rest[0].isupper() and rest[0] not in '«“"(':
        return None
    return int(found["number"]), stop, rest


def answer_begins(text: str) -> str | None:
    """What follows "Trả lời:" at the begin of a line; None where it does not stand there."""
    found = _ANSWER.match(text)
    return text[found.end() :] if found else None


def part_head(text: str) -> tuple[int, str] | None:
    """The number and the title of a line like "PHẦN THỨ BA. CỬ TRI"."""
    found = _PART.fullmatch(text)
    if not found:
        return None
    number, title = _number(found["number"]), found["title"].strip()
    certain = found["stop"].strip() or not title or title[0].isupper() or title[0] in '«“"('
    return (number, title) if number and certain else None


def back_matter(text: str) -> bool:
    """Whether a line opens an appendix, a table of contents or the like."""
    return bool(_END.match(text)) and text == text.upper()


def _number(written: str) -> int:
    folded = fold(written)
    if written.isdigit():
        return int(written) if len(written) <= 2 else 0
    if folded in _ORDINALS:
        return _ORDINALS[folded]
    return _roman(folded)


def _roman(written: str) -> int:
    if not written or set(written) - set(_ROMAN):
        return 0
    values = [_ROMAN[letter] for letter in written]
    following = [*values[1:], 0]
    return sum(-v if v < after else v for v, after in zip(values, following, strict=True))
