"""When something is due at an election that the message names: "hạn nộp hồ sơ ứng cử kỳ tới".

Without a named election the base's own entries answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from bot.calculators.computed import Computed, compose
from bot.calculators.milestones import DAY_LAW, NEXT_ENTRY, PAST, Dated, cited, dated_milestones
from bot.calculators.occasion import NEXT, YEAR, meant_election
from bot.calculators.typed import cut, has_number, is_made_of, vocabulary
from bot.clock import show_date
from bot.knowledge.model import Base, Election
from bot.knowledge.variables import NOT_CALLED

# What people call it, the entry that explains it, the milestones of elections.yaml.
_SUBJECTS = (
    (r"niem yet danh sach cu tri", "niem-yet-danh-sach-cu-tri", ["niem-yet-cu-tri"]),
    (
        r"niem yet danh sach (?:nguoi )?ung cu(?: vien)?",
        "niem-yet-danh-sach-ung-cu",
        ["to-niem-yet"],
    ),
    (r"(?:nop|nhan) ho so(?: ung cu)?", "han-nop-ho-so-ung-cu", ["nop-ho-so"]),
    (r"hiep thuong lan (?:thu )?(?:nhat|mot|1)", "hiep-thuong-lan-1", ["hiep-thuong-1"]),
    (r"hiep thuong lan (?:thu )?(?:hai|2)", "hiep-thuong-lan-2", ["hiep-thuong-2"]),
    (r"hiep thuong lan (?:thu )?(?:ba|3)", "hiep-thuong-lan-3", ["hiep-thuong-3"]),
    (
        r"cong bo danh sach (?:chinh thuc )?(?:nguoi )?ung cu(?: vien)?(?: chinh thuc)?",
        "danh-sach-chinh-thuc-ung-cu",
        ["danh-sach-chinh-thuc"],
    ),
    (r"phat the cu tri", "cap-phat-the-cu-tri", ["bat-dau-phat-the", "phat-xong-the"]),
    (r"(?:dung|ngung|ket thuc) van dong(?: bau cu)?", "van-dong-thoi-gian", ["dung-van-dong"]),
    (r"cong bo ngay bau cu", "ngay-bau-cu-ai-quyet-dinh", ["ngay-bau-cu"]),
    (r"cong bo ket qua(?: bau cu)?", "cong-bo-ket-qua", ["cong-bo-qh", "cong-bo-hdnd"]),
)
_WHEN = re.compile(r"\b(?:khi nao|bao gio|luc nao|ngay (?:nao|may|bao nhieu)|han|chung nao)\b")
_WHEN_WORDS = vocabulary(
    "han chot cuoi cung khi nao bao gio luc chung la ngay may nhieu thi bat dau den het cham nhat "
    "vao cua trong o cho bau cu duoc phai thoi gian moc ky lan dot"
)


def answer_due(line: str, base: Base, today: date) -> Computed | None:
    """The day of a milestone at the election that a folded line names; None without one."""
    if not (NEXT.search(line) or YEAR.search(line)) or not _WHEN.search(line):
        return None
    for pattern, entry, ids in _SUBJECTS:
        found = re.search(rf"\b{pattern}\b", line)
        if found is None:
            continue
        rest = cut(line, found)
        meant = meant_election(rest, base.elections, today)
        rest = YEAR.sub("|", NEXT.sub("|", rest))
        if meant is None or has_number(rest) or not is_made_of(rest, _WHEN_WORDS):
            return None
        return _due(ids, entry, meant.election, base, today)
    return None


def _due(
    ids: Sequence[str], entry: str, election: Election | None, base: Base, today: date
) -> Computed | None:
    chosen = election or base.elections.reference
    if chosen is None:
        return None
    dated = [d for d in dated_milestones(base.elections, chosen) if d.milestone.id in ids]
    if not dated:
        return None
    title = dated[0].milestone.what
    lines = [_due_line(one, chosen, today) for one in dated]
    if election is not None:
        return compose(base, title, lines, cited(dated), [entry, "cac-moc-truoc-bau-cu"])
    head = f"{NOT_CALLED} Vì vậy chưa có ngày này."
    last = "Ở kỳ bầu cử gần nhất:"
    entries = [NEXT_ENTRY, entry]
    return compose(base, title, [head, last, *lines], [DAY_LAW, *cited(dated)], entries)


def _due_line(one: Dated, election: Election, today: date) -> str:
    done = one.milestone.actual.get(election.id)
    really = f" Thực tế đã làm ngày {show_date(done)}." if done else ""
    mark = f" ({PAST})" if one.day < today else ""
    what = f"{one.milestone.what}: {show_date(one.day)}{mark}"
    return f"{what}, {_counted(one)} {show_date(election.day)}.{really}"


def _counted(one: Dated) -> str:
    days = one.milestone.days_before
    if not days:
        return "đúng ngày bầu cử"
    return f"{abs(days)} ngày {'trước' if days > 0 else 'sau'} ngày bầu cử"
