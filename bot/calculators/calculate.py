"""The one entrance to the calculators: answers made of approved sentences and arithmetic.

Each takes only a message that holds all it needs; everything else is the matcher's.
"""

from __future__ import annotations

from datetime import date

from bot.calculators.age import answer_age
from bot.calculators.ballot import answer_ballot
from bot.calculators.calendar import answer_calendar
from bot.calculators.computed import Computed
from bot.calculators.result import answer_result
from bot.calculators.typed import Typed, read_typed, tells_number
from bot.knowledge.model import Base

__all__ = ["Computed", "calculate", "judge_case"]


def judge_case(text: str, base: Base, today: date) -> Computed | None:
    """The computed answer to a message that tells the numbers of a case: a birth, a ballot, votes.

    The rest is as for `calculate`.
    """
    return _judge(read_typed(text, base.words.lists), base, today)


def calculate(text: str, base: Base, today: date) -> Computed | None:
    """The computed answer to a raw message, or None where no calculator is meant.

    `today` is the day in Việt Nam. Never raises, whatever was typed.
    """
    typed = read_typed(text, base.words.lists)
    return _judge(typed, base, today) or answer_calendar(typed, base, today)


def _judge(typed: Typed, base: Base, today: date) -> Computed | None:
    # A birth, an age, a ballot and a result are all told by a number; half of all questions hold none.
    if not tells_number(typed.line):
        return None
    return (
        answer_age(typed, base, today) or answer_ballot(typed, base) or answer_result(typed, base)
    )
