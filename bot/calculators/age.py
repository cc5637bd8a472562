"""Is somebody old enough to vote or to stand? From a birth or an age that the message tells."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from bot.calculators.age_asked import Asked, asked_of, is_question, names_speaker, read_asked
from bot.calculators.births import (
    OLDEST,
    Birth,
    Mistyped,
    day_of_turning,
    find_birth,
    find_leading_date,
    is_of_age,
    is_young,
    latest_birthday,
    read_bare_date,
)
from bot.calculators.computed import LAW, Computed, compose, correct
from bot.calculators.typed import COUNT, Typed, cut, value_of, vocabulary
from bot.clock import show_date
from bot.knowledge.model import Base, Citation, Election
from bot.knowledge.variables import NOT_CALLED

VOTING_AGE = 18
STANDING_AGE = 21
_CITATIONS = (Citation(LAW, 2), Citation("hien-phap", 27))

_AGE = re.compile(rf"(?<!\d )(?:(?P<before>\w+) )?(?:(?:du|tron|duoc) )*\b(?P<age>{COUNT}) tuoi\b")
_NO_AGE_AFTER = vocabulary("chua khong qua tu den hon duoi tren gan sap thieu")
_ASK_BIRTHDAY = "Nhắn đủ ngày sinh để được tính chính xác, ví dụ: sinh 16/3/2008 được bầu chưa."


def answer_age(typed: Typed, base: Base, today: date) -> Computed | None:
    """The answer about a birth or an age that the message tells; None where it asks otherwise."""
    bare = read_bare_date(typed.line, today)
    if bare is not None:
        return _answer_bare(bare, base, today)
    found = find_birth(typed.line, today) or find_leading_date(typed.line, today)
    birth, rest = found if found else (None, typed.line)
    aged = _AGE.search(rest)
    if aged is not None and aged["before"] in _NO_AGE_AFTER:
        return None
    if birth is None and (aged is None or not names_speaker(rest)):
        return None
    if aged is not None:
        rest = f"{aged['before'] or ''} {cut(rest, aged)}"
    asks = typed.asks or is_question(rest)
    if birth is not None and aged is not None and asks:
        # "sinh 2005 đã đủ 21 tuổi chưa" asks for what begins at that age.
        rest += " | ung cu" if value_of(aged["age"]) == STANDING_AGE else " | du tuoi"
    asked = read_asked(rest, asks, base.elections, today)
    if asked is None:
        return None
    if isinstance(birth, Birth):
        return _answer_birth(birth, asked, base)
    if isinstance(birth, Mistyped):
        return correct(base, "Ngày sinh", birth.sentence, _ASK_BIRTHDAY)
    return _answer_age(value_of(aged["age"]), asked, base) if aged is not None else None


def _answer_bare(birth: Birth | Mistyped, base: Base, today: date) -> Computed | None:
    """A date alone answers our own asking for it; an old one is rather a day of history."""
    if isinstance(birth, Mistyped) or not is_young(birth.first.year, today):
        return None
    return _answer_birth(birth, asked_of(base.elections, None, True, False, today), base)


def _answer_birth(birth: Birth, asked: Asked, base: Base) -> Computed:
    lines: list[str] = []
    if asked.only_open or not asked.elections:
        lines += [NOT_CALLED, f"Người sinh {birth.said} {_turning(birth)}"]
    else:
        lines += _verdicts(birth, asked)
        lines.append(f"Người này {_turning(birth)}")
        if asked.is_open:
            lines.append(NOT_CALLED)
    lines.append(_rule_of_unknown(birth, asked) or _conditions(asked))
    entries = ["tuoi-ung-cu" if asked.stands and not asked.votes else "tuoi-bau-cu"]
    if asked.votes and any(
        e.day.year - VOTING_AGE in (birth.first.year, birth.last.year) for e in asked.elections
    ):
        entries.append("sinh-nhat-gan-ngay-bau-cu")
    entries.append("cach-tinh-tuoi" if birth.is_exact else "khong-ro-ngay-sinh")
    title = f"Tuổi bầu cử, ứng cử của người sinh {birth.said}"
    return compose(base, title, lines, _CITATIONS, entries)


def _verdicts(birth: Birth, asked: Asked) -> Iterable[str]:
    first, *others = asked.elections
    subject = f"Người sinh {birth.said}"
    if asked.votes:
        yield _verdict(birth, first, VOTING_AGE, "bầu cử", subject)
    if asked.stands:
        yield _verdict(birth, first, STANDING_AGE, "ứng cử", subject)
    for other in others:
        age, what = (VOTING_AGE, "bầu cử") if asked.votes else (STANDING_AGE, "ứng cử")
        yield _verdict(birth, other, age, what, "Người này")


def _verdict(birth: Birth, election: Election, age: int, what: str, subject: str) -> str:
    day = show_date(election.day)
    reached = is_of_age(birth, age, election.day)
    if reached is None:
        latest = show_date(latest_birthday(election.day, age))
        return (
            f"{subject} thì còn tùy ngày sinh: sinh từ ngày {latest} trở về trước là đủ tuổi "
            f"{what} ở kỳ bầu cử {day}, sinh sau ngày đó là chưa đủ."
        )
    if reached:
        return f"{subject} đủ tuổi {what} ở kỳ bầu cử {day}."
    return f"{subject} chưa đủ tuổi {what} ở kỳ bầu cử {day} (phải đủ {age} tuổi)."


def _turning(birth: Birth) -> str:
    when = []
    for age in (VOTING_AGE, STANDING_AGE):
        first, last = day_of_turning(birth.first, age), day_of_turning(birth.last, age)
        if birth.is_exact:
            when.append(f"từ ngày {show_date(first)}")
        elif birth.first.month != birth.last.month:
            when.append(f"trong năm {first.year}")
        else:
            when.append(f"trong khoảng {show_date(first)} - {show_date(last)}")
    moved = birth.is_exact and any(
        day_of_turning(birth.first, age).day != birth.first.day
        for age in (VOTING_AGE, STANDING_AGE)
    )
    return f"đủ 18 tuổi (tuổi bầu cử) {when[0]}; đủ 21 tuổi (tuổi ứng cử) {when[1]}." + (
        " Năm không có ngày 29/2 thì tính tròn tuổi từ ngày 1/3." if moved else ""
    )


def _rule_of_unknown(birth: Birth, asked: Asked) -> str:
    """What holds for a birth without its day or month; empty where it changes nothing."""
    age = VOTING_AGE if asked.votes else STANDING_AGE
    judged = [] if asked.only_open else [is_of_age(birth, age, e.day) for e in asked.elections]
    if birth.is_exact or (judged and None not in judged):
        return ""
    known = birth.first.month == birth.last.month
    what = "không rõ ngày sinh" if known else "không rõ cả ngày lẫn tháng sinh"
    # The first day of the span counts then: in time for every election that splits the span.
    so = ", tức là đủ tuổi ở kỳ đó" if judged[:1] == [None] else ""
    return f"Nếu {what} thì tính là sinh ngày {show_date(birth.first)}{so}. {_ASK_BIRTHDAY}"


def _conditions(asked: Asked) -> str:
    if asked.stands:
        return (
            "Ngoài tuổi, người ứng cử còn phải đủ tiêu chuẩn của đại biểu và không thuộc trường "
            "hợp không được ứng cử."
        )
    return (
        "Ngoài tuổi, còn phải là công dân Việt Nam và không thuộc nhóm bị loại khỏi danh sách "
        "cử tri."
    )


def _answer_age(age: int, asked: Asked, base: Base) -> Computed:
    if not 1 <= age <= OLDEST:
        return correct(base, "Số tuổi", f"Số tuổi {age} có lẽ gõ nhầm.", _ASK_BIRTHDAY)
    stands_first = asked.stands and not asked.votes
    lines = []
    if asked.only_open:
        lines += [
            NOT_CALLED,
            f"Đến ngày đó, từ đủ {VOTING_AGE} tuổi là đủ tuổi bầu cử, "
            f"từ đủ {STANDING_AGE} tuổi là đủ tuổi ứng cử.",
        ]
    else:
        lines += _by_rules(age, asked)
    lines.append(
        "Tuổi tính tròn theo dương lịch, từ ngày sinh trong Giấy khai sinh đến ngày bầu cử; "
        "không tính tuổi mụ."
    )
    lines.append(_ASK_BIRTHDAY)
    entries = ["tuoi-ung-cu" if stands_first else "tuoi-bau-cu", "cach-tinh-tuoi"]
    return compose(base, f"{age} tuổi và việc bầu cử, ứng cử", lines, _CITATIONS, entries)


def _by_rules(age: int, asked: Asked) -> Iterable[str]:
    if asked.votes:
        yield _by_rule(age, VOTING_AGE, "bầu cử")
    if asked.stands:
        yield _by_rule(age, STANDING_AGE, "ứng cử")
    elif age < STANDING_AGE:
        yield f"Tuổi ứng cử là từ đủ {STANDING_AGE} tuổi."


def _by_rule(age: int, needed: int, what: str) -> str:
    if age >= needed:
        return f"Đủ {age} tuổi tính đến ngày bầu cử thì đã đủ tuổi {what} (từ đủ {needed} tuổi)."
    return f"Đến ngày bầu cử mới {age} tuổi thì chưa đủ tuổi {what}: phải đủ {needed} tuổi."
