"""Masks what could name a person in a typed text: phone, identity and card numbers, e-mail.

The text goes to a log or to the disk, so in doubt a number is masked. Years, dates, numbers of
laws, counts and amounts stay, as editors need them to understand a question.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

NUMBER = "[số đã che]"
EMAIL = "[thư điện tử đã che]"

_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]+@\w[\w-]*(?:\.[\w-]+)*")

# People cut a number into groups with blanks, dots or dashes. Neither slash nor comma joins
# groups: those belong to laws, dates, fractions and lists.
_GROUP = re.compile(r"\(\s?(\+?\d+)\s?\)|(\+?\d+)")
_JOINT = re.compile(r"[^\S\n\r]{0,2}[.·_‐-―-][^\S\n\r]{0,2}|[^\S\n\r]{0,3}")
_LONGEST_CHAIN = 20
"""Digits; no phone, identity or card number has more."""
_RUN = 9
"""Digits; nothing that an editor needs has so many in one piece."""

_COUNTRY = re.compile(r"(?:00)?840?(?=[235789]\d{8,9}$)")
_PHONES = (
    re.compile(r"02\d{9}"),  # fixed lines
    re.compile(r"0[35789]\d{8}"),  # mobiles, and fixed lines as written before 2017
    re.compile(r"0[1-9]\d{8,9}"),  # older ones of both kinds
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_DAY_MONTH_YEAR = re.compile(r"(?:0?[1-9]|[12]\d|3[01]) (?:0?[1-9]|1[0-2]) (?:19|20)\d\d")
_YEAR_MONTH_DAY = re.compile(r"(?:19|20)\d\d (?:0?[1-9]|1[0-2]) (?:0?[1-9]|[12]\d|3[01])")
_AMOUNT = re.compile(r"[1-9]\d{0,2}(?: \d{3})+")
_COUNTED = re.compile(
    r"\s*(?:đồng|dong|đ\b|vnđ|vnd|phiếu|phieu|cử tri|cu tri|người|nguoi|dân|dan\b|tỷ|tỉ|ty\b"
    r"|triệu|trieu|nghìn|nghin|%)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Chain:
    """Groups of digits that may belong together, the first ones of a text or of what is left."""

    groups: tuple[str, ...]
    joints: tuple[str, ...]  # between the groups, one fewer
    is_international: bool
    text: str
    ends: tuple[int, ...]  # of the groups in the text

    def size(self, count: int) -> int:
        """The digits of the first `count` groups."""
        return sum(map(len, self.groups[:count]))

    def counts(self) -> range:
        """Every number of first groups."""
        return range(1, len(self.groups) + 1)


@lru_cache(maxsize=64)
def mask_numbers(text: str) -> str:
    """The text with phone, identity and card numbers and e-mail addresses masked.

    Masking twice changes nothing more.
    """
    if "@" in text:
        text = _EMAIL.sub(EMAIL, text)
    groups = list(_GROUP.finditer(text))
    done: list[str] = []
    copied = first = 0
    while first < len(groups):
        chain = _chain(text, groups, first)
        kept = int(_is_after_slash(groups, first)) or _innocent(chain)
        masked = 0 if kept else _personal(chain)
        if masked:
            start, end = _span(groups[first : first + masked])
            done += text[copied:start], NUMBER
            copied = end
        first += kept or masked or 1
    return "".join(done) + text[copied:]


def _chain(text: str, groups: list[re.Match[str]], first: int) -> _Chain:
    taken = [groups[first]]
    joints: list[str] = []
    size = len(_digits(groups[first]))
    for group in groups[first + 1 : first + _LONGEST_CHAIN]:
        joint = text[taken[-1].end() : group.start()]
        size += len(_digits(group))
        if size > _LONGEST_CHAIN or not _JOINT.fullmatch(joint):
            break
        taken.append(group)
        joints.append(joint.strip() or joint[:1])
    return _Chain(
        groups=tuple(_digits(group) for group in taken),
        joints=tuple(joints),
        is_international="+" in taken[0].group(),
        text=text,
        ends=tuple(group.end() for group in taken),
    )


def _is_after_slash(groups: list[re.Match[str]], first: int) -> bool:
    """Whether the group ends a date, a fraction or the number of a law, and begins nothing."""
    if not first:
        return False
    before, group = groups[first - 1], groups[first]
    slash = group.string[before.end() : group.start()] == "/"
    own = _digits(group)
    return slash and len(_digits(before)) < 5 and len(own) < _RUN and not own.startswith("0")


def _digits(group: re.Match[str]) -> str:
    return (group[1] or group[2]).lstrip("+")


def _span(groups: list[re.Match[str]]) -> tuple[int, int]:
    # Brackets round a part of a number are masked with it, those round the whole stay.
    if len(groups) == 1:
        return groups[0].span(1 if groups[0][1] else 2)
    return groups[0].start(), groups[-1].end()


def _innocent(chain: _Chain) -> int:
    """How many first groups make a date or an amount, which stay."""
    joints = chain.joints
    if len(joints) >= 2 and joints[0] == joints[1]:
        three = " ".join(chain.groups[:3])
        ends = len(joints) == 2 or joints[2].isspace() or joints[2] != joints[0]
        if ends and (_DAY_MONTH_YEAR.fullmatch(three) or _YEAR_MONTH_DAY.fullmatch(three)):
            return 3
    for count in reversed(chain.counts()):
        if count > 1 and len(set(joints[: count - 1])) == 1 and _is_amount(chain, count):
            return count
    return 0


def _is_amount(chain: _Chain, count: int) -> bool:
    if not _AMOUNT.fullmatch(" ".join(chain.groups[:count])):
        return False
    # An identity number can be dotted like an amount; amounts are round or have a unit.
    is_round = chain.joints[0] == "." and chain.groups[count - 1] == "000"
    return is_round or _COUNTED.match(chain.text, chain.ends[count - 1]) is not None


def _personal(chain: _Chain) -> int:
    """How many first groups make a number that could name a person."""
    return (
        _phone(chain)
        or _identity(chain)
        or _card(chain)
        or _spelled(chain)
        or int(chain.size(1) >= _RUN)
    )


def _phone(chain: _Chain) -> int:
    for form in _PHONES if chain.groups[0][0] in "08" else ():
        for count in chain.counts():
            number = "".join(chain.groups[:count])
            if form.fullmatch(_COUNTRY.sub("0", number)):
                return count
    if chain.is_international:
        fitting = [count for count in chain.counts() if 8 <= chain.size(count) <= 15]
        return max(fitting, default=0)
    return 0


def _identity(chain: _Chain) -> int:
    """Identity numbers: 12 digits from 0 on, cut anyhow; 9 digits, older, from any digit on."""
    if chain.groups[0].startswith("0"):
        for size in (12, 9):
            for count in chain.counts():
                if chain.size(count) == size:
                    return count
    return 0


def _card(chain: _Chain) -> int:
    """Groups of three digits or more that together are long, unless they are years."""
    groups = chain.groups
    if _YEAR.fullmatch(groups[0]):
        return _card_like_a_year(chain)
    if _is_card(chain):
        return 4
    count = 0
    while count < len(groups) and (len(groups[count]) >= 3 or (count == 0 and len(groups[0]) == 2)):
        if _YEAR.fullmatch(groups[count]) and chain.size(count) >= _RUN:
            break
        count += 1
    if len(groups[0]) == 2:
        # "18 480 1000" is no card; nine digits exactly may be an older identity number.
        return next((n for n in range(2, count + 1) if chain.size(n) == _RUN), 0)
    return count if chain.size(count) >= _RUN else 0


def _card_like_a_year(chain: _Chain) -> int:
    """A year before a number is likelier than a card that begins like a year, and stays."""
    if not _is_card(chain) or all(_YEAR.fullmatch(group) for group in chain.groups[:4]):
        return 0
    rest = replace(
        chain,
        groups=chain.groups[1:],
        joints=chain.joints[1:],
        is_international=False,
        ends=chain.ends[1:],
    )
    if _phone(rest) or _identity(rest) or (_is_card(rest) and not _YEAR.fullmatch(rest.groups[0])):
        return 0
    return 4


def _is_card(chain: _Chain) -> bool:
    return [len(group) for group in chain.groups[:4]] == [4, 4, 4, 4]


def _spelled(chain: _Chain) -> int:
    """Digits one by one."""
    count = 0
    while count < len(chain.groups) and len(chain.groups[count]) == 1:
        count += 1
    return count if count >= _RUN else 0
