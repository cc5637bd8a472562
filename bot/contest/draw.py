"""The draw of a paper: which questions, in which order, with which order of options.

The same seeds, pool and rules always give the same paper, so a draw can be repeated for a
complaint: everything is sorted by SHA-256 of seed and name, which no release of Python changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import TypeVar

from bot.contest.bank import Question
from bot.contest.refusal import Refused
from bot.contest.rules import Paper, Share
from bot.knowledge.model import Status

T = TypeVar("T")
_TOO_FEW = "Ngân hàng không đủ câu hỏi để ra đề. Hãy báo ban tổ chức."
_ALLOWED = {
    "approved": (Status.APPROVED,),
    "starter": (Status.APPROVED, Status.STARTER),
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """One place of a paper: the question, and its options in the order shown."""

    question: Question
    options: tuple[str, ...]


def usable(paper: Paper, questions: Iterable[Question], day: date | None) -> list[Question]:
    """The questions that the paper may use on a day (None: on any), in the order of the bank."""
    statuses = _ALLOWED[paper.question_pool.status]
    return [q for q in questions if q.status in statuses and (day is None or q.is_in_force(day))]


def draw(
    paper: Paper,
    pool: Sequence[Question],
    seed: str,
    round_seed: str,
    seen: Collection[str] = (),
) -> tuple[Drawn, ...]:
    """The paper that `seed` gives one person out of the usable questions.

    Everybody's questions in a fixed paper come from `round_seed`; only their order is the person's
    own. Questions `seen` before come again only where no others are left.
    Raises `Refused` where the pool is too small.
    """
    if paper.questions:
        by_id = {q.id: q for q in pool}
        chosen = [by_id[name] for name in paper.questions if name in by_id]
    elif paper.mode == "fixed":
        chosen = _choose(paper, pool, round_seed, ())
    else:
        chosen = _choose(paper, pool, seed, seen if paper.avoid_repeat_for_person else ())
    if len(chosen) < paper.question_count:
        raise Refused("too_few_questions", _TOO_FEW)
    if paper.shuffle_questions:
        chosen = _shuffled(chosen, f"{seed}/order", lambda q: q.id)
    return tuple(Drawn(q, _options(paper, q, seed)) for q in chosen)


def by_specificity(blueprint: Iterable[Share]) -> list[Share]:
    """The lines of a blueprint, those that ask most exactly first, so that they find their own."""
    return sorted(blueprint, key=lambda s: (s.topic is None) + (s.level is None))


def is_in_share(question: Question, share: Share) -> bool:
    """Whether the question may fill this line of a blueprint."""
    return share.topic in (None, question.topic) and share.level in (None, question.level)


def _choose(
    paper: Paper, pool: Sequence[Question], seed: str, avoided: Collection[str]
) -> list[Question]:
    mixed = _shuffled(pool, f"{seed}/draw", lambda q: q.id)
    # A stable sort: unseen ones first, each group in its drawn order.
    left = sorted(mixed, key=lambda q: q.id in avoided) if avoided else mixed
    chosen: list[Question] = []
    for share in by_specificity(paper.blueprint) or [Share(paper.question_count)]:
        fitting = list(islice((q for q in left if is_in_share(q, share)), share.count))
        if len(fitting) < share.count:
            return []
        chosen += fitting
        taken = {q.id for q in fitting}
        left = [q for q in left if q.id not in taken]
    return chosen


def _options(paper: Paper, question: Question, seed: str) -> tuple[str, ...]:
    ids = [str(option.id) for option in question.options]
    if not paper.shuffle_options or question.keep_order:
        return tuple(ids)
    return tuple(_shuffled(ids, f"{seed}/{question.id}", str))


def _shuffled(items: Iterable[T], seed: str, name: Callable[[T], str]) -> list[T]:
    """The items in an order that only the seed and their names decide."""
    start, sha256 = f"{seed}\n".encode(), hashlib.sha256
    return sorted(items, key=lambda item: sha256(start + name(item).encode()).digest())
