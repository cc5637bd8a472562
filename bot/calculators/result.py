"""Is somebody elected, is an election recognised? From votes or from shares in the message."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from bot.calculators.computed import LAW, Computed, compose, correct, show_count
from bot.calculators.typed import Typed, cut, has_number, is_made_of, vocabulary
from bot.knowledge.model import Base, Citation

_HALF = Fraction(1, 2)
_LEAST_VOTES = 100
"""A smaller total need not be one of votes."""
_OF = r"(?:tren|xuyet|trong)(?: tong)?(?: so)?"
_UNIT = r"(?:(?: (?:la )?phieu)?(?: bau| thuan)?(?: hop le)?| (?:cu tri|nguoi))"
_FRACTION = re.compile(rf"\b(\d{{1,9}}){_UNIT} (?P<of>{_OF}) (\d{{1,9}})\b")
_PERCENT = re.compile(r"\b(\d{1,4})(?: phay (\d{1,4}))? phan tram\b")

_BALLOTS = re.compile(r"\bphieu\b")
_ELECTED = re.compile(r"\b(?:trung|dau|dac cu|qua nua|qua ban|rot|truot|du phieu)\b")
_VOTERS = re.compile(r"\b(?:cu tri|nguoi dan|dan)\b")
_WENT = re.compile(r"\b(?:di bau|tham gia|bo phieu|di bo)\b")
_OF_PEOPLE = re.compile(r"\b(?:nguoi|dai bieu|ung cu vien|don vi|xa|tinh)\b")
_RERUN_FIRST = re.compile(r"\bbau (?:cu )?lai\b.*\|")

_COMMON = vocabulary(
    "em toi minh chau anh chi bac chu co ong ba ban con vo chong bo me nguoi ung cu vien dai bieu "
    "quoc hoi dong nhan dan xa tinh phuong cap don vi nay do thi sao khong chua duoc la vay the "
    "nhu phai da lam ay a b c"
)
_VOTES_WORDS = _COMMON | vocabulary(
    "phieu bau hop le so tong ty ti chi moi dat trung dau dac rot truot qua nua ban du tinh"
)
_TURNOUT_WORDS = _COMMON | vocabulary(
    "cu tri di bau bo phieu tham gia chi moi dat ty ti le so tong lai cong nhan ket qua hop "
    "cuoc danh sach trong nua bi huy o neu"
)


def is_over_half(share: Fraction) -> bool:
    """More than half; exactly half is not enough."""
    return share > _HALF


def answer_result(typed: Typed, base: Base) -> Computed | None:
    """The answer about votes or a turnout that the message counts; None for any other question."""
    counted = _FRACTION.search(typed.line)
    found = counted or _PERCENT.search(typed.line)
    if found is None:
        return None
    rest = cut(typed.line, found)
    if has_number(rest):
        return None
    is_turnout = _is_turnout(rest, found)
    if is_turnout is None:
        return None
    if counted is not None:
        share = _share(int(counted[1]), int(counted[3]))
        shown = f"{show_count(int(counted[1]))} trên {show_count(int(counted[3]))}"
    else:
        share = Fraction(f"{found[1]}.{found[2] or 0}") / 100
        shown = ""
    if share is None or share > 1:
        sentence = "Phần không thể lớn hơn tổng số, và tổng số phải lớn hơn 0."
        return correct(base, "Số phiếu", sentence, "Bạn xem lại các con số, rồi nhắn lại.")
    if is_turnout:
        return _turnout(share, shown, base)
    return _votes(share, shown, int(counted[3]) if counted is not None else None, base)


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def _is_turnout(rest: str, found: re.Match[str]) -> bool | None:
    """Whether voters who came are counted (else ballots for a person); None for anything else."""
    rest = rest.replace("the nao", "")
    # A share of those who went is one of the voters, also where nobody says so.
    voters = _VOTERS.search(f"{found[0]} {rest}") or found.re is _PERCENT
    if voters and _WENT.search(rest) and not _ELECTED.search(rest):
        # "bầu lại mà chỉ 45% đi bầu" is another rule, which the base tells.
        is_plain = is_made_of(rest, _TURNOUT_WORDS) and not _RERUN_FIRST.search(rest)
        return True if is_plain and not _BALLOTS.search(found[0]) else None
    if not is_made_of(rest, _VOTES_WORDS) or _VOTERS.search(rest):
        return None
    if _BALLOTS.search(f"{found[0]} {rest}"):
        return False
    # Without the word a share could be of anything: "35% là ...", "trúng 2/3", "85/2015".
    if found.re is _PERCENT:
        return False if _ELECTED.search(rest) and not _OF_PEOPLE.search(rest) else None
    if int(found[3]) < _LEAST_VOTES or "dai bieu" in rest:
        return None
    return False if _ELECTED.search(rest) or not found["of"].startswith("xuyet") else None


def show_share(share: Fraction) -> str:
    """A share as a percentage with two decimals, rounded as the forms of the election are.

    One that only rounding would make a half is told apart from it.
    """
    exact = Decimal(share.numerator * 100) / Decimal(share.denominator)
    rounded = exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
    text = f"{rounded.normalize():f}".replace(".", ",") + "%"
    if rounded == 50 and share != _HALF:
        return f"hơn {text}" if share > _HALF else f"gần {text}"
    return text


def _votes(share: Fraction, shown: str, total: int | None, base: Base) -> Computed:
    percent = show_share(share)
    said = f"{shown} phiếu hợp lệ là {percent}" if shown else f"{percent} số phiếu hợp lệ"
    if is_over_half(share):
        lines = [
            f"Đủ số phiếu để có thể trúng cử: {said}, đã quá nửa.",
            "Nếu nhiều người quá nửa hơn số được bầu thì lấy từ người nhiều phiếu xuống cho đủ số. "
            "Bằng phiếu nhau ở cuối danh sách thì người nhiều tuổi hơn trúng cử.",
        ]
    else:
        exactly = "đúng một nửa, chưa phải quá nửa" if share == _HALF else "chưa quá nửa"
        lines = [f"Không trúng cử: {said}, {exactly}."]
        if total is not None:
            need = show_count(total // 2 + 1)
            lines.append(f"Có {show_count(total)} phiếu hợp lệ thì phải được ít nhất {need} phiếu.")
    lines.append("Tỷ lệ tính trên số phiếu hợp lệ, không tính phiếu không hợp lệ.")
    citations = [Citation(LAW, 78, clause) for clause in (2, 3, 4)]
    entries = ("xac-dinh-nguoi-trung-cu", "qua-nua-la-gi", "bau-cu-them")
    return compose(base, "Được bấy nhiêu phiếu có trúng cử không?", lines, citations, entries)


def _turnout(share: Fraction, shown: str, base: Base) -> Computed:
    percent = show_share(share)
    said = f"{shown} cử tri là {percent}" if shown else f"{percent} cử tri đi bầu"
    if is_over_half(share):
        lines = [
            f"Đủ điều kiện công nhận về số người đi bầu: {said}, đã quá nửa.",
            "Đơn vị bầu cử không phải bầu lại vì lý do này.",
        ]
    else:
        exactly = "đúng một nửa, chưa phải quá nửa" if share == _HALF else "chưa quá nửa"
        lines = [
            f"Phải bầu lại: {said}, {exactly}, nên kết quả không được công nhận.",
            "Bầu lại chậm nhất 7 ngày sau ngày bầu cử đầu tiên.",
            "Riêng lần bầu lại, dù vẫn chưa quá nửa cử tri đi bầu, kết quả được công nhận và không "
            "bầu lại lần hai.",
        ]
    lines.append("Tỷ lệ tính trên số cử tri trong danh sách của cả đơn vị bầu cử.")
    citations = (Citation(LAW, 78, 1), Citation(LAW, 80))
    entries = ("du-nua-cu-tri-di-bau", "bau-cu-lai")
    return compose(base, "Bấy nhiêu cử tri đi bầu thì sao?", lines, citations, entries)
