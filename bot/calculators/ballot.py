"""Is a ballot valid? From the numbers of candidates, of seats and of names crossed out or left.

A ballot is valid where at least one name and at most as many as there are seats are left. Without
the numbers the base's own entries answer better.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bot.calculators.computed import CIRCULAR, LAW, Computed, compose, correct
from bot.calculators.typed import SPOKEN, Typed, cut, has_number, is_made_of, vocabulary
from bot.knowledge.model import Base, Citation

_UNITS = {word: value for word, value in SPOKEN.items() if " " not in word}
_N = rf"(\d{{1,2}}|{'|'.join(_UNITS)})\b"
_NAMES = r"(?: (?:nguoi|dai|bieu|ung|cu|vien|ten|vi|cai|duoc)){0,4}"
_CHOOSE = r"(?:bau|chon|lay)"
_IN = r"(?:trong(?: tong)?(?: so| danh sach)?|tren|xuyet|tr)"
_SEATS_OF_NAMES = re.compile(rf"(?<!chi )\b{_CHOOSE} {_N}{_NAMES}(?: \|)? {_IN} {_N}")
_NAMES_FOR_SEATS = re.compile(
    rf"\b{_N}{_NAMES}(?: (?:ma|thi|phai|duoc|chi duoc)){{0,2}} {_CHOOSE} {_N}"
)
_SEATS = re.compile(rf"\b(?:duoc |don vi |phieu |ghi |cho )?{_CHOOSE} {_N}")
_ONLY_NAMES = re.compile(
    rf"\b(?:(?:phieu|danh sach)(?: (?:co|ghi|in)){{0,2}} {_N} (?:nguoi|ten|ung|ong|vi|cai)"
    rf"|co {_N} (?:ung vien|ung cu vien|nguoi ung cu|ten))\b"
)

_HOW = r"(?: (?:bo|ten|mat|di|xoa|ngang|nham|lo|tay|duoc|co|chi|moi|dung|cheo|luon)){0,3}"
_CROSSED = re.compile(rf"\bgach{_HOW}(?: het| ca)? {_N}")
_CROSSED_ALL = re.compile(rf"\bgach{_HOW} (?:het|sach|tat ca|toan bo|ca)\b(?! {_N})")
_CROSSED_NONE = re.compile(
    r"\b(?:(?:khong|ko|chua|quen)(?: co)? gach(?: (?:ten )?(?:ai|nguoi nao|gi|ten nao))?"
    r"|(?:de|bo)(?: phieu)? (?:trang|nguyen|trong)|phieu trang)\b"
)
_LEFT = re.compile(
    rf"\b(?:(?:de|chua|giu)(?: lai)?|con(?: lai)?|chi (?:co )?{_CHOOSE}|chi tin nhiem"
    rf"|(?:em|toi|minh|chau) (?:chi )?{_CHOOSE})(?: (?:duoc|co|dung)){{0,2}} {_N}"
)
_ADDED = re.compile(r"\b(?:viet|ghi|dien) them\b")
_MARKED = re.compile(rf"\b(?:khoanh(?: tron)?|danh dau|tich)(?: (?:vao|ten)){{0,2}}(?: {_N})?")
_ASKS_HOW_MANY = re.compile(
    r"\b(?:gach|de lai|chua lai)(?: (?:bo|di|ten|toi|da|nhat|thieu|it|nhieu|duoc)){0,4}"
    r" (?:may|bao nhieu)\b"
)
_OTHER = re.compile(r"\b(?:trung|dac cu|doi phieu|phan tram|may phieu|bau them|bau lai)\b")
_ABOUT_BALLOT = re.compile(r"\b(?:phieu|hop le|de lai|chua lai|gach)\b")
_PLAIN = vocabulary("em toi minh phieu nguoi duoc khong co hop le thi sao dai bieu ung cu vien")

_CITATIONS = (Citation(LAW, 74, 1), Citation(CIRCULAR))
_OTHERWISE = (
    "Phiếu còn phải do Tổ bầu cử phát, có dấu của Tổ bầu cử, không ghi thêm tên hay nội dung khác."
)
_CHANGE = "Chưa bỏ phiếu vào hòm thì được xin Tổ bầu cử đổi phiếu khác."
_TITLE = "Phiếu bầu này có hợp lệ không?"


@dataclass(frozen=True, slots=True)
class Ballot:
    """What is known of one ballot: candidates on it, seats, and names crossed out or left."""

    names: int | None = None
    seats: int | None = None
    crossed: int | None = None
    left: int | None = None
    is_marked: bool = False
    is_added_to: bool = False


def is_valid(names: int, seats: int, crossed: int) -> bool:
    """The rule: at least one name is left, and no more than there are seats."""
    return 1 <= names - crossed <= seats


def answer_ballot(typed: Typed, base: Base) -> Computed | None:
    """The answer about a ballot whose numbers the message tells; None where any is missing."""
    line = typed.line
    if _OTHER.search(line):
        return None
    ballot, rest = _read_numbers(Ballot(), line)
    ballot, rest, acts = _read_acts(ballot, rest)
    asks_how_many = _ASKS_HOW_MANY.search(rest) is not None
    if has_number(rest) or (ballot.names is None and ballot.seats is None):
        return None
    # Numbers of candidates and seats make it a ballot; one of them alone needs a word for it.
    is_ballot = bool(ballot.names and ballot.seats) or _ABOUT_BALLOT.search(line) is not None
    wrong = _contradiction(ballot)
    if wrong and (((acts or asks_how_many) and is_ballot) or is_made_of(rest, _PLAIN)):
        return correct(base, _TITLE, *wrong)
    if not is_ballot or (acts and "gach" in rest.split()):
        return None
    if asks_how_many and not acts and ballot.names and ballot.seats:
        return _range(ballot.names, ballot.seats, base)
    return _judge(_complete(ballot), base) if acts else None


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _UNITS[text]


def _read_numbers(ballot: Ballot, line: str) -> tuple[Ballot, str]:
    """The candidates and the seats."""
    found = _SEATS_OF_NAMES.search(line)
    if found is not None:
        return replace(ballot, seats=_number(found[1]), names=_number(found[2])), cut(line, found)
    found = _NAMES_FOR_SEATS.search(line)
    if found is not None:
        return replace(ballot, names=_number(found[1]), seats=_number(found[2])), cut(line, found)
    found = _ONLY_NAMES.search(line)
    if found is not None:
        ballot, line = replace(ballot, names=_number(found[1] or found[2])), cut(line, found)
    return ballot, line


def _read_acts(ballot: Ballot, line: str) -> tuple[Ballot, str, bool]:
    """What was done to the ballot, the rest of the line, and whether anything was."""
    before = ballot
    for pattern, act in (
        (_CROSSED_NONE, "none"),
        (_CROSSED_ALL, "all"),
        (_CROSSED, "crossed"),
        (_MARKED, "marked"),
        (_ADDED, "added"),
        (_LEFT, "left"),
    ):
        found = pattern.search(line)
        if found is not None:
            ballot, line = _apply(ballot, act, found), cut(line, found)
    found = _SEATS.search(line) if ballot.seats is None else None
    if found is not None:
        return replace(ballot, seats=_number(found[1])), cut(line, found), ballot != before
    return ballot, line, ballot != before


def _apply(ballot: Ballot, act: str, found: re.Match[str]) -> Ballot:
    if act == "none":
        return replace(ballot, crossed=0)
    if act == "all":
        return replace(ballot, left=0)
    if act == "crossed":
        return replace(ballot, crossed=_number(found[1]))
    if act == "left":
        return replace(ballot, left=_number(found[1]))
    return replace(ballot, **{"is_marked" if act == "marked" else "is_added_to": True})


def _contradiction(ballot: Ballot) -> tuple[str, ...]:
    """Why the numbers cannot be; empty where they can."""
    names, seats, crossed, left = ballot.names, ballot.seats, ballot.crossed, ballot.left
    again = "Bạn xem lại số người ứng cử và số đại biểu được bầu ghi trên phiếu, rồi nhắn lại."
    if names is not None and seats is not None and (seats > names or not seats):
        return (f"Không thể bầu {seats} đại biểu trong {names} người ứng cử.", again)
    if names is None:
        return ()
    if crossed is not None and crossed > names:
        return (f"Phiếu có {names} người thì không thể gạch {crossed} người.", again)
    if left is not None and left > names:
        return (f"Phiếu có {names} người thì không thể để lại {left} người.", again)
    if crossed is not None and left is not None and crossed + left != names:
        total = crossed + left
        return (f"Gạch {crossed}, để lại {left} là {total} người, nhưng phiếu có {names}.", again)
    return ()


def _complete(ballot: Ballot) -> Ballot:
    """The ballot with what follows from its numbers; a mark beside a name crosses nothing out."""
    crossed, left = ballot.crossed, ballot.left
    if crossed is None and left is None and ballot.is_marked:
        crossed = 0
    if ballot.names is not None and crossed is None and left is not None:
        crossed = ballot.names - left
    if ballot.names is not None and left is None and crossed is not None:
        left = ballot.names - crossed
    return replace(ballot, crossed=crossed, left=left)


def _judge(ballot: Ballot, base: Base) -> Computed | None:
    seats, left = ballot.seats, ballot.left
    if ballot.is_added_to:
        lines = ["Không hợp lệ: phiếu có ghi thêm tên hay nội dung khác.", _CHANGE]
        return _show(base, lines, "phieu-ghi-them", "phieu-khong-hop-le")
    if left is None or (seats is None and left > 0):
        return None
    if seats is None or left == 0:
        lines = [
            "Không hợp lệ: phiếu gạch hết tên thì không còn ai được bầu.",
            _need(ballot),
            _CHANGE,
        ]
        return _show(base, lines, "phieu-gach-het", "phieu-khong-hop-le")
    marked = (
        "Khoanh tròn, đánh dấu không phải là gạch tên. Phiếu bị đánh dấu phải đưa ra toàn Tổ "
        "bầu cử xem xét."
        if ballot.is_marked
        else ""
    )
    if left > seats:
        lines = [f"Không hợp lệ: {_sum(ballot)}, nhiều hơn số được bầu là {seats}.", marked]
        entry = "phieu-khong-gach-ai" if ballot.crossed == 0 else "phieu-khong-hop-le"
        return _show(base, [*lines, _need(ballot), _CHANGE], entry, "ghi-phieu-bau")
    if marked:
        # Whether a mark spoils the ballot is for the whole team to decide, so no verdict.
        return None
    lines = [f"Hợp lệ: {_sum(ballot)}, không nhiều hơn số được bầu là {seats}."]
    if left < seats:
        lines.append("Để lại ít hơn số được bầu vẫn hợp lệ, miễn còn ít nhất một người.")
    entry = "phieu-bau-it-nguoi-hon" if left < seats else "phieu-hop-le"
    return _show(base, [*lines, _OTHERWISE], entry, "phieu-hop-le", "ghi-phieu-bau")


def _sum(ballot: Ballot) -> str:
    if ballot.names is None:
        return f"phiếu để lại {ballot.left} người"
    if not ballot.crossed:
        return f"phiếu không gạch ai thì để lại cả {ballot.names} người"
    return f"phiếu có {ballot.names} người, gạch {ballot.crossed} thì để lại {ballot.left} người"


def _need(ballot: Ballot) -> str:
    if ballot.names is None or ballot.seats is None:
        return "Phải để lại ít nhất một người, nhiều nhất bằng số đại biểu được bầu."
    return _how_many(ballot.names, ballot.seats)


def _how_many(names: int, seats: int) -> str:
    least, most = names - seats, names - 1
    count = f"ít nhất {least}, nhiều nhất {most}" if least < most else f"đúng {least}"
    return f"Phiếu có {names} người, được bầu {seats}: phải gạch {count} người."


def _range(names: int, seats: int, base: Base) -> Computed | None:
    if seats == names:
        return None
    kept = f"để lại từ 1 đến {seats} người" if seats > 1 else "để lại đúng 1 người"
    lines = [_how_many(names, seats), f"Như vậy là {kept}, phiếu hợp lệ.", _OTHERWISE]
    return _show(base, lines, "ghi-phieu-bau", "phieu-hop-le", title="Phải gạch bao nhiêu người?")


def _show(base: Base, lines: list[str], *entries: str, title: str = _TITLE) -> Computed:
    return compose(base, title, lines, _CITATIONS, entries)
