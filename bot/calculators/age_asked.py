"""What a message about somebody's age wants to know: voting or standing, at which election.

The vocabulary is closed: a message with any word that could make it another question ("bầu hộ",
"bầu ở đâu") is left to the base.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from bot.calculators.milestones import election_at_hand
from bot.calculators.occasion import NEXT
from bot.calculators.typed import cut, has_number, is_made_of, vocabulary
from bot.clock import show_date
from bot.knowledge.model import Election, Elections

_DATE = re.compile(r"\bngay (\d{1,2}) thang (\d{1,2}) nam (\d{4})\b")
_YEAR = re.compile(r"\b(20\d\d)\b")
_OCCASION = re.compile(r"\b(?:ky|cuoc|dot|lan|ngay) bau cu\b")
_STAND = re.compile(r"\b(?:ung cu|ung vien|tranh cu|lam dai bieu)\b")
_VOTE = re.compile(r"\b(?:bau|bo phieu|cu tri|du tuoi)\b")
_ASKS = re.compile(r"\b(?:khong|chua|khi nao|bao gio|nam nao)\b")
# "không đi bầu có sao không", "chưa có thẻ cử tri", "tôi 80 tuổi còn được ứng cử không"
_OTHER = re.compile(
    r"\b(?:(?:khong|chua) (?:di|bau|bo|ung|tham|ra)|con (?:duoc|di|ung|bau|co)"
    r"|(?:bau|cu|phieu) roi|the cu|tinh tuoi)\b"
)
_SPEAKER = vocabulary("em chau minh toi tao to")
_PEOPLE = _SPEAKER | vocabulary(
    "con ban anh chi bac co chu ong ba bo me nguoi be dua trai gai nha vo chong cua ai no"
)
_STATED = _PEOPLE | vocabulary("nam nay roi la thi ngay vao da du tron moi vua duoc sinh de")
_ASKED = _STATED | vocabulary(
    "bau bo phieu ung cu vien tranh tu ra lam tham gia di dai bieu quoc hoi hoi dong nhan dan cap "
    "cac tinh xa phuong tri ky cuoc dot lan toi sau tiep theo sap qua co khong chua tuoi vay the "
    "khi nao bao gio hay hoac va ca neu quyen trong o cho den ma nhu muon xin hoi truoc "
    "tinh"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the message wants to know: voting, standing or both, at which elections."""

    votes: bool
    stands: bool
    elections: tuple[Election, ...]
    is_open: bool  # whether an election that is not called yet belongs to the question
    only_open: bool = False


def names_speaker(line: str) -> bool:
    """Whether an age is somebody's: "16 tuổi có được bầu không" asks for the rule."""
    words = line.split()
    return not _SPEAKER.isdisjoint(words) or words[0] == "con"


def is_question(line: str) -> bool:
    """Whether the words of a folded line ask something."""
    return _ASKS.search(line) is not None


def read_asked(rest: str, asks: bool, elections: Elections, today: date) -> Asked | None:
    """What is asked by the rest of a folded line that told a birth or an age; else None.

    `asks` tells whether it is a question at all; without one only a bare statement will do.
    """
    mentioned = _mentioned(rest, elections)
    if mentioned is None or _OTHER.search(rest):
        return None
    rest, election, is_next = mentioned
    if is_made_of(rest, _STATED):
        return asked_of(elections, election, True, False, today)
    subject = _OCCASION.sub("|", rest)
    stands = _STAND.search(subject) is not None
    votes = _VOTE.search(subject) is not None or not stands
    has_subject = stands or _VOTE.search(rest) is not None
    if not has_subject or not asks or not is_made_of(rest, _ASKED):
        return None
    if is_next:
        coming = election_at_hand(elections, today)
        return Asked(votes, stands, (coming,) if coming else (), coming is None, coming is None)
    return asked_of(elections, election, votes, stands, today)


def asked_of(
    elections: Elections, election: Election | None, votes: bool, stands: bool, today: date
) -> Asked:
    """What is asked of one election, or, where none is named, of those that answers speak of."""
    if election is not None:
        return Asked(votes, stands, (election,), is_open=False)
    known = [one for one in (elections.next, elections.reference) if one is not None]
    is_open = election_at_hand(elections, today) is None
    return Asked(votes, stands, tuple(dict.fromkeys(known)), is_open)


def _mentioned(rest: str, elections: Elections) -> tuple[str, Election | None, bool] | None:
    """The line without the election that it names, that election, and whether the next is meant.

    None where it names a day or a year of no known election, or holds any other number.
    """
    found = _DATE.search(rest)
    named: Election | None = None
    if found is not None:
        day = "/".join(str(int(group)) for group in found.groups())
        named = next((e for e in elections.all if show_date(e.day) == day), None)
        if named is None:
            return None
        rest = cut(rest, found)
    is_next = NEXT.search(rest) is not None
    year = _YEAR.search(rest)
    if year is not None:
        rest = cut(rest, year)
        of_year = next((e for e in elections.all if e.day.year == int(year[1])), None)
        last = elections.reference
        if of_year is None and last is not None and int(year[1]) > last.day.year:
            is_next = True
        elif of_year is None:
            return None
        named = named or of_year
    return None if has_number(rest) else (rest, named, is_next and named is None)
