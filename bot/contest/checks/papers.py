"""Whether the papers can be drawn: enough questions, of the right kind, in force when played."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from bot.clock import vietnam_date
from bot.contest.bank import Question
from bot.contest.checks.bank import LEVELS
from bot.contest.checks.subject import Subject
from bot.contest.draw import by_specificity, is_in_share, usable
from bot.contest.rules import Paper, Round, Share
from bot.errors import Fault

_MOST_QUESTIONS = 100


def check_papers(on: Subject) -> Iterator[Fault]:
    """Every fault of the papers."""
    if not on.contest.papers:
        yield on.fault("Cuộc thi chưa có đề nào (papers).", "papers")
    for name, paper in on.contest.papers.items():
        rounds = [r for r in on.contest.rounds if r.paper == name]
        if not rounds:
            yield on.fault("Không có vòng nào dùng đề này.", "papers", name)
        for sentence, key in (*_numbers(paper), *_shape(paper), *_shown(paper, rounds)):
            yield on.fault(sentence, "papers", name, key)
        for sentence, key in dict.fromkeys(_questions(on, paper, rounds)):
            yield on.fault(sentence, "papers", name, key)


def _numbers(paper: Paper) -> Iterator[tuple[str, str]]:
    if not 1 <= paper.question_count <= _MOST_QUESTIONS:
        yield f"Số câu phải từ 1 đến {_MOST_QUESTIONS}.", "question_count"
    if paper.time_limit_s < 1:
        yield "Thời gian làm bài (giây) phải từ 1 trở lên.", "time_limit_s"
    if paper.grace_ms < 0:
        yield "Thời gian chờ thêm (grace_ms) không được âm.", "grace_ms"
    if paper.points.per_correct < 0 or paper.points.wrong > 0:
        yield "Câu đúng không được trừ điểm, câu sai không được cộng điểm.", "points"
    levels = paper.points.by_level
    if levels is not None and set(levels) != {str(level) for level in LEVELS}:
        yield "by_level phải ghi đủ điểm của mức 1, 2 và 3.", "points"
    if paper.pass_mark is not None and not 0 <= paper.pass_mark <= _most_points(paper):
        yield f"Điểm đạt phải từ 0 đến {_most_points(paper)}.", "pass_mark"


def _shape(paper: Paper) -> Iterator[tuple[str, str]]:
    if paper.mode == "random_blueprint" and not paper.blueprint:
        yield "Đề theo ma trận (random_blueprint) phải có blueprint.", "blueprint"
    total = sum(share.count for share in paper.blueprint)
    if paper.blueprint and total != paper.question_count:
        yield f"Ma trận có {total} câu, question_count ghi {paper.question_count}.", "blueprint"
    if any(share.count < 1 for share in paper.blueprint):
        yield "Mỗi dòng của ma trận phải lấy ít nhất 1 câu.", "blueprint"
    if paper.questions and paper.mode != "fixed":
        yield "Chỉ đề cố định (mode: fixed) mới liệt kê câu hỏi.", "questions"
    if paper.questions and len(paper.questions) != paper.question_count:
        said = f"Liệt kê {len(paper.questions)} câu, question_count ghi {paper.question_count}."
        yield said, "questions"
    if len(set(paper.questions)) < len(paper.questions):
        yield "Có câu liệt kê hai lần.", "questions"


def _shown(paper: Paper, rounds: Sequence[Round]) -> Iterator[tuple[str, str]]:
    early = paper.show_result.when == "on_submit" and paper.show_result.what in (
        "key",
        "right_wrong",
    )
    if early and any(r.kind != "practice" for r in rounds):
        yield "Đáp án chỉ được cho xem sau khi vòng thi đóng (when: after_round).", "show_result"


def _questions(on: Subject, paper: Paper, rounds: Sequence[Round]) -> Iterator[tuple[str, str]]:
    bank = on.banks.get(paper.question_pool.bank)
    if bank is None:
        yield f"Không có ngân hàng câu hỏi nào tên «{paper.question_pool.bank}».", "question_pool"
        return
    for missing in (q for q in paper.questions if q not in bank.by_id):
        yield f"Không có câu nào mang mã «{missing}» trong ngân hàng.", "questions"
    for day in {_valid_on(on, paper, one) for one in rounds}:
        pool = usable(paper, bank.questions, day)
        yield from _enough(on, paper, pool, len(rounds))
    if paper.answer_kind == "single":
        several = [q.id for q in usable(paper, bank.questions, None) if len(q.key) > 1]
        if several:
            said = f"Đề chọn một đáp án, nhưng câu «{several[0]}» có nhiều đáp án."
            yield said, "answer_kind"


def _valid_on(on: Subject, paper: Paper, one: Round) -> date:
    if paper.question_pool.valid_on == "round_open":
        return vietnam_date(one.opens_at)
    # A running round must hold today; one to come on its first day.
    return max(vietnam_date(one.opens_at), on.today if one.closes_at is None else date.min)


def _enough(
    on: Subject, paper: Paper, pool: Sequence[Question], rounds: int
) -> Iterator[tuple[str, str]]:
    if paper.questions:
        ids = {q.id for q in pool}
        for name in paper.questions:
            if name not in ids:
                yield f"Câu «{name}» chưa được duyệt hoặc không có hiệu lực lúc thi.", "questions"
        return
    times = _draws(on, paper, rounds)
    if times is None:
        said = "Tránh lặp câu (avoid_repeat_for_person) cần giới hạn số lượt thi."
        yield said, "avoid_repeat_for_person"
        times = 1
    if not paper.blueprint:
        yield from _short("ngân hàng", len(pool), paper.question_count * times, "question_pool")
        return
    taken: list[Share] = []
    for share in by_specificity(paper.blueprint):
        fitting = [q for q in pool if is_in_share(q, share)]
        # What more exact lines may take away before this one is drawn; where nothing may come
        # again, also what wider lines took for the papers before.
        others = [s for s in paper.blueprint if s is not share] if times > 1 else taken
        rivals = [s for s in others if any(is_in_share(q, s) for q in fitting)]
        needed = (share.count + sum(s.count for s in rivals)) * times
        yield from _short(_named(share), len(fitting), needed, "blueprint")
        taken.append(share)


def _short(what: str, there: int, needed: int, key: str) -> Iterator[tuple[str, str]]:
    if there < needed:
        yield (
            f"Không đủ câu hỏi dùng được cho {what}: có {there}, cần {needed}. "
            "Câu dùng được là câu đã duyệt và có hiệu lực khi vòng thi mở.",
            key,
        )


def _named(share: Share) -> str:
    topic = f"chủ đề «{share.topic}»" if share.topic else ""
    level = f"mức {share.level}" if share.level is not None else ""
    return " ".join(filter(None, (topic, level))) or "phần còn lại"


def _draws(on: Subject, paper: Paper, rounds: int) -> int | None:
    """How many papers one person may draw without a repeat; None where there is no end."""
    if not paper.avoid_repeat_for_person:
        return 1
    limits = on.contest.attempts
    per_round = limits.max_per_round * rounds if limits.max_per_round else None
    known = [n for n in (limits.max_total, per_round) if n]
    return min(known) if known else None


def _most_points(paper: Paper) -> int:
    each = max(paper.points.by_level.values(), default=0) if paper.points.by_level else None
    return paper.question_count * (paper.points.per_correct if each is None else each)
