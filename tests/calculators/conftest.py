from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.calculators.calculate import Computed, calculate
from bot.knowledge.model import Base, Election

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
TODAY = date(2026, 11, 23)
"""After the election of 15/3/2026; the next one is not called."""
NEXT_DAY = date(2031, 3, 16)

Ask = Callable[..., Computed | None]


@pytest.fixture(scope="session")
def called(base: Base) -> Base:
    """The same base once the next election has its day."""
    coming = Election("bau-cu-2031", "Bầu cử khóa XVII", NEXT_DAY, "XVII", "2031-2036")
    known = (*base.elections.all, coming)
    return replace(base, elections=replace(base.elections, next=coming, all=known))


@pytest.fixture(scope="session")
def ask(base: Base) -> Ask:
    def answer(text: str, of: Base = base, today: date = TODAY) -> Computed | None:
        return calculate(text, of, today)

    return answer
