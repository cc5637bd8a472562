"""No text that a stranger may send or put in a file takes more than its share of the processor.

Growth is compared, not seconds: four times the text takes about four times as long where every letter
is looked at once, sixteen times where each is held against each. The latter is allowed only to what is
cut to a few thousand letters before.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.dialogue.contest.typed import answer_in, is_yes, question_in
from bot.language.mask import mask_numbers
from tests.growth import growth

LINEAR, SQUARE = 8.0, 24.0

HOSTILE: dict[str, Callable[[int], str]] = {
    "letters and a stranger": lambda n: "a " * n + "z",
    "letters": lambda n: "a" * n,
    "commas": lambda n: "a," * n + "!",
    "tails": lambda n: "b" + " a" * n + " z",
    "digits": lambda n: "1" * n + "x",
    "digits apart": lambda n: "1 " * n + "x",
    "dots": lambda n: "." * n + "@",
    "a post box without an end": lambda n: "a." * n + "@" + "b-" * n,
    "thousands": lambda n: "1" + ".000" * n + "x",
    "and": lambda n: "a va " * n + "z",
    "blanks": lambda n: "1" + " " * n + "x",
    "brackets": lambda n: "(+1" * n,
    "asked again": lambda n: "xem lam sua " * n + "cau",
}
READERS: dict[str, Callable[[str], object]] = {
    "answer": answer_in,
    "yes": is_yes,
    "question": question_in,
    "mask": mask_numbers.__wrapped__,
}


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("reader", READERS)
def test_no_short_message_keeps_the_program_from_others(reader: str, hostile: str) -> None:
    read, make = READERS[reader], HOSTILE[hostile]
    # Few letters first: what doubles with each of them would never come back from many.
    assert growth(lambda n: read(make(n)), 6, 4) < LINEAR
    assert growth(lambda n: read(make(n)), 400, 4) < SQUARE
