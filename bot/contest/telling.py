"""A contest's rules in short plain sentences, for whoever wants to take part.

The signed rules are the rules_text; these sentences are made of the same keys that the program
plays by, so what a person reads here is what will happen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeAlias

from bot.clock import show_date, show_time
from bot.contest.document import Published
from bot.contest.rules import Contest, Paper, Round

State: TypeAlias = Literal["open", "resting", "coming", "over"]

_DAYS = ("", "thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_SHOWN = {
    "on_submit": "ngay khi nộp bài",
    "after_round": "sau khi vòng thi kết thúc",
    "after_contest": "sau khi cuộc thi kết thúc",
}


@dataclass(frozen=True, slots=True)
class RoundTold:
    """One round at an instant: how it stands, and when it opens and closes, in words."""

    round: Round
    state: State
    words: str


@dataclass(frozen=True, slots=True)
class PrizesTold:
    """The prizes of one set: what they are for, and a line for each."""

    title: str
    lines: tuple[str, ...]


def tell_rounds(published: Published, at: datetime) -> list[RoundTold]:
    """Every round with how it stands at an instant."""
    return [tell_round(published, one, at) for one in published.contest.rounds]


def tell_round(published: Published, one: Round, at: datetime) -> RoundTold:
    """How one round stands at an instant."""
    one = published.in_force(one)
    if published.is_open(one, at):
        until = published.open_until(one, at)
        words = "Luôn mở." if until is None else f"Đang mở, đến {_closing(one, until)}."
        return RoundTold(one, "open", words)
    opening = published.next_opening(one, at)
    if opening is None:
        words = _closing(one, one.closes_at) if one.closes_at else ""
        return RoundTold(one, "over", f"Đã đóng ({words})." if words else "Đã đóng.")
    if at < one.opens_at:
        ends = f", đóng {_closing(one, one.closes_at)}" if one.closes_at else ""
        return RoundTold(one, "coming", f"Mở lúc {show_time(opening)}{ends}.")
    return RoundTold(one, "resting", f"Đang nghỉ, mở lại lúc {show_time(opening)}.")


def state_of(published: Published, at: datetime) -> State:
    """How the contest as a whole stands: its best round decides."""
    states = [told.state for told in tell_rounds(published, at)]
    order: tuple[State, ...] = ("open", "resting", "coming", "over")
    return next(state for state in order if state in states)


def tell_who(contest: Contest) -> list[str]:
    """Who may take part."""
    who = contest.eligibility
    found = [_ages(contest)]
    if who.residence.scope != "any":
        found.append("Chỉ dành cho người ở địa bàn ghi trong thể lệ.")
    if who.groups_allowed:
        found.append(f"Chỉ dành cho: {', '.join(who.groups_allowed)}.")
    if who.roster_required:
        found.append("Chỉ dành cho người có tên trong danh sách của ban tổ chức.")
    if any(e.effect == "barred" for e in who.exclusions):
        found.append("Người tham gia tổ chức cuộc thi theo thể lệ không được dự thi.")
    below = contest.registration.consent.guardian_under_age
    if contest.registration.fields and below is not None and (who.min_age or 0) < below:
        found.append(f"Bạn dưới {below} tuổi cần cha, mẹ hoặc người giám hộ đồng ý.")
    return found


def tell_play(contest: Contest) -> list[str]:
    """How one plays: the paper, the time, the attempts, when the result is shown."""
    papers = {one.paper: contest.papers[one.paper] for one in contest.rounds}
    found = [line for paper in papers.values() for line in _paper_lines(contest, paper)]
    return [*dict.fromkeys(found), *_attempt_lines(contest)]


def tell_prizes(contest: Contest) -> list[PrizesTold]:
    """The prizes for people and for units; empty where there are none."""
    found = []
    for name, prizes in contest.prizes.sets.items():
        rounds = [one.label for one in contest.rounds if one.prizes == name]
        lines = tuple(_prize(t.count, t.name, t.value) for t in prizes.individual)
        found.append(PrizesTold(f"Giải cá nhân: {', '.join(rounds) or 'cả cuộc thi'}", lines))
    group = [
        _prize(count, name, one.values[n] if n < len(one.values) else 0)
        for one in contest.prizes.collective
        for n, count in enumerate(one.tiers)
        for name in [one.names[n] if n < len(one.names) else "giải tập thể"]
    ]
    if group:
        found.append(PrizesTold("Giải tập thể", tuple(group)))
    spread = contest.prizes.spread
    if spread is not None:
        line = _prize(spread.count, "giải lan tỏa", spread.value)
        found.append(PrizesTold("Cho người giới thiệu nhiều người dự thi", (line,)))
    return found


def tell_data(contest: Contest) -> list[str]:
    """How personal data are used and for how long; empty where nothing is asked."""
    if not contest.registration.fields:
        return ["Bạn không phải khai gì. Máy chỉ giữ bài làm để bạn xem lại được."]
    data = contest.data
    who = data.controller or ", ".join(contest.organizers) or "Ban tổ chức"
    return [
        f"{who} chịu trách nhiệm về thông tin bạn khai và chỉ dùng cho cuộc thi này.",
        "Thông tin được mã hóa khi lưu. Ban tổ chức không hỏi ảnh giấy tờ của bạn.",
        "Máy giữ một dấu mã hóa của thiết bị để ban tổ chức xem lại khi nghi có gian lận.",
        f"Số điện thoại, số giấy tờ được xóa sau khi trao giải "
        f"{data.contact_retention_days_after_award} ngày; bài làm được tách khỏi tên bạn sau "
        f"{data.answers_pseudonymise_after_days} ngày.",
        "Lúc nào bạn cũng có thể xem, sửa, rút lại sự đồng ý hoặc yêu cầu xóa thông tin của mình.",
    ]


def show_span(seconds: int) -> str:
    """A length of time in words: "10 phút", "7 phút 12 giây"."""
    minutes, rest = divmod(seconds, 60)
    parts = [f"{minutes} phút"] if minutes else []
    return " ".join([*parts, f"{rest} giây"] if rest or not parts else parts)


def _ages(contest: Contest) -> str:
    who = contest.eligibility
    on = f", tính đến {show_date(who.age_on)}" if isinstance(who.age_on, date) else ""
    if who.min_age is None and who.max_age is None:
        return "Mọi người đều tham gia được."
    if who.max_age is None:
        return f"Người từ đủ {who.min_age} tuổi trở lên{on}."
    if who.min_age is None:
        return f"Người không quá {who.max_age} tuổi{on}."
    return f"Người từ đủ {who.min_age} đến {who.max_age} tuổi{on}."


def _paper_lines(contest: Contest, paper: Paper) -> Iterator[str]:
    guess = " và 1 câu dự đoán" if contest.prediction.enabled else ""
    yield f"Mỗi lượt có {paper.question_count} câu hỏi{guess}, làm trong {show_span(paper.time_limit_s)}."
    if paper.answer_kind == "multiple":
        yield "Một câu có thể có nhiều phương án đúng; phải chọn đủ mới được điểm."
    if paper.navigation == "sequential":
        yield "Đề làm lần lượt từng câu, không quay lại câu trước."
    if paper.must_answer_all:
        yield "Phải trả lời hết các câu mới nộp được bài."
    if paper.on_timeout == "submit_answered":
        yield "Đồng hồ không dừng khi bạn rời đi. Hết giờ, máy tự nộp những câu đã trả lời."
    else:
        yield "Đồng hồ không dừng khi bạn rời đi. Hết giờ mà chưa nộp thì lượt thi không được tính."
    shown = _SHOWN.get(paper.show_result.when)
    if shown and paper.show_result.what != "nothing":
        yield f"Bạn xem được kết quả của mình {shown}."


def _attempt_lines(contest: Contest) -> Iterator[str]:
    limits = contest.attempts
    bounds = [
        f"{limit} lượt {what}"
        for limit, what in (
            (limits.max_per_round, "mỗi vòng"),
            (limits.max_per_day, "mỗi ngày"),
            (limits.max_total, "cả cuộc thi"),
        )
        if limit is not None
    ]
    if not bounds:
        yield "Bạn làm bao nhiêu lượt cũng được."
        return
    counted = {"first": "lượt đầu", "last": "lượt cuối", "best": "lượt tốt nhất"}
    yield f"Bạn được thi tối đa {', '.join(bounds)}."
    if not contest.is_practice and limits.counting in counted and limits.max_per_round != 1:
        yield f"Kết quả tính theo {counted[limits.counting]}."


def _closing(one: Round, end: datetime) -> str:
    return one.closing_words if one.closing_words and end == one.closes_at else show_time(end)


def _prize(count: int, name: str, value: int) -> str:
    what = f"{count} {name[0].lower()}{name[1:]}" if name.startswith("Giải") else f"{count} {name}"
    if not value:
        return what
    money = f"{value:,} đồng".replace(",", ".")
    return f"{what}: {money}{' mỗi giải' if count > 1 else ''}"
