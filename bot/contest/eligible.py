"""Who may play: age, place, group, lists; each refusal says why in one sentence."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from bot.clock import show_date, vietnam_date
from bot.contest.document import Published
from bot.contest.refusal import Refused
from bot.contest.rules import Contest, Round
from bot.language.fold import fold, tidy
from bot.store import contest_results
from bot.store.contest_entrants import Entrant
from bot.store.database import Tx

ROSTER = "roster"
"""The list of those who alone may play where a roster is required."""
BANDS = (
    (0, "dưới 16"),
    (16, "16–17"),
    (18, "18–30"),
    (31, "31–45"),
    (46, "46–60"),
    (61, "trên 60"),
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is known of a person who wants to register; None where it was not asked."""

    born: date | None = None
    commune: str | None = None
    province: str | None = None
    group: str | None = None
    nationality: str | None = None
    lists: Collection[str] = ()


def age_on(born: date, day: date) -> int:
    """Full years on a day; who was born on 29 February comes of age on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def band_of(age: int) -> str:
    """The age band that statistics count a person in."""
    return next(name for start, name in reversed(BANDS) if age >= start)


def standing_of(contest: Contest, person: Candidate, at: datetime) -> str:
    """`active`, or `no_prize` for who may play but win nothing.

    Raises `Refused` (not_eligible) with the reason in Vietnamese.
    """
    who = contest.eligibility
    check_age(contest, person.born, at)
    if who.residence.scope == "province" and person.province not in who.residence.units:
        raise _no("chỉ dành cho người ở địa bàn ghi trong thể lệ")
    if who.residence.scope == "commune" and person.commune not in who.residence.units:
        raise _no("chỉ dành cho người ở các xã, phường ghi trong thể lệ")
    _check_nationality(contest, person)
    if who.groups_allowed and person.group not in who.groups_allowed:
        raise _no(f"chỉ dành cho: {', '.join(who.groups_allowed)}")
    if who.roster_required and ROSTER not in person.lists:
        raise _no("chỉ dành cho người có tên trong danh sách của ban tổ chức")
    effects = {e.effect for e in who.exclusions if e.role in person.lists}
    if "barred" in effects:
        raise _no("không dành cho người tham gia tổ chức theo thể lệ")
    return "no_prize" if effects else "active"


async def check_may_play(
    tx: Tx, published: Published, entrant: Entrant, one: Round, at: datetime
) -> None:
    """Whether the entrant may start in the round. Raises `Refused`: disqualified, not_eligible."""
    if entrant.standing == "disqualified":
        raise Refused("disqualified", "Ban tổ chức đã loại bạn khỏi cuộc thi này.")
    if entrant.eligible_until is not None and vietnam_date(at) > entrant.eligible_until:
        raise _no(f"dành cho người không quá {published.contest.eligibility.max_age} tuổi")
    for feeder in published.contest.rounds:
        if feeder.feeds is not None and feeder.feeds.round == one.id:
            number = published.rounds[feeder.id]
            rank = await contest_results.decided_rank(tx, published.id, number, entrant.id)
            if rank is None or rank > feeder.feeds.take:
                said = f"chỉ dành cho {feeder.feeds.take} người đứng đầu {feeder.label}"
                raise _no(said)


def last_day_of_age(contest: Contest, born: date | None) -> date | None:
    """The last day on which the person is not too old, where the age counts when playing."""
    oldest = contest.eligibility.max_age
    if oldest is None or born is None or contest.eligibility.age_on != "attempt_start":
        return None
    turns = date(born.year + oldest + 1, born.month, min(born.day, 28))
    day = turns.toordinal()
    while age_on(born, date.fromordinal(day)) > oldest:
        day -= 1
    while age_on(born, date.fromordinal(day + 1)) <= oldest:
        day += 1
    return date.fromordinal(day)


def _check_nationality(contest: Contest, person: Candidate) -> None:
    """Whoever was asked for it and named another one; who was not asked is taken at his word."""
    allowed = contest.eligibility.nationality
    if allowed == "any" or person.nationality is None:
        return
    names = ("Việt Nam",) if allowed == "vn" else allowed
    if fold(tidy(person.nationality)) not in {fold(tidy(name)) for name in names}:
        raise _no(f"dành cho người có quốc tịch: {', '.join(names)}")


def check_age(contest: Contest, born: date | None, at: datetime) -> None:
    """Whether somebody born on that day may play. Raises `Refused`: not_eligible."""
    who = contest.eligibility
    if who.min_age is None and who.max_age is None:
        return
    day = _age_day(contest, at)
    if born is None:
        raise _no("cần biết ngày sinh của bạn")
    age = age_on(born, day)
    counted = f"tính đến {show_date(day)}"
    if who.min_age is not None and age < who.min_age:
        raise _no(f"dành cho người từ đủ {who.min_age} tuổi, {counted} bạn {age} tuổi")
    if who.max_age is not None and age > who.max_age:
        raise _no(f"dành cho người không quá {who.max_age} tuổi, {counted} bạn {age} tuổi")


def _age_day(contest: Contest, at: datetime) -> date:
    on = contest.eligibility.age_on
    if isinstance(on, date):
        return on
    if on == "contest_open":
        return vietnam_date(min(r.opens_at for r in contest.rounds))
    return vietnam_date(at)


def _no(why: str) -> Refused:
    return Refused("not_eligible", f"Bạn chưa đủ điều kiện: cuộc thi này {why}.")
