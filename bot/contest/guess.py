"""The number that a person guesses, as people write numbers: 3200, 3.200, 3 200, 3,200."""

from __future__ import annotations

import re

from bot.contest.refusal import Refused
from bot.language.fold import tidy

_GROUPED = re.compile(r"\d{1,3}(?:[.,\s]\d{3})+|\d+", re.ASCII)
_LONGEST = 20


def read_guess(text: str) -> int:
    """The guess that was typed. Raises `Refused` (prediction_out_of_range) where it is no number."""
    written = tidy(text[: _LONGEST + 1])
    if len(written) > _LONGEST or not _GROUPED.fullmatch(written):
        raise Refused("prediction_out_of_range", "Bạn ghi một số, ví dụ 3200 hoặc 3.200.")
    return int(re.sub(r"\D", "", written))


def show_guess(guess: int) -> str:
    """A number as Vietnamese readers write it: 3.200."""
    return f"{guess:,}".replace(",", ".")
