"""No text that a stranger may send or put in a file takes more than its share of the processor.

Growth is compared, not seconds: four times the text takes about four times as long where every letter
is looked at once, sixteen times where each is held against each. The latter is allowed only to what is
cut to a few thousand letters before.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.dialogue.contest.typed import answer_in, is_yes, question_in
from bot.errors import InputRefused
from bot.knowledge.booklet import import_booklet
from bot.knowledge.model import Base
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


UNITS = (
    *(
        ".",
        ". ",
        " ",
        "1",
        "1 ",
        ";",
        ",",
        "?",
        "? ",
        "-",
        "- ",
        "(",
        "“",
        "…",
        "⁰",
        "\u00ad",
        "a",
        "A ",
    ),
    *(
        "Câu 1. ",
        "Câu ",
        "điều 1 ",
        "điều 1, ",
        "khoản 1 điều 1 ",
        "điểm a, ",
        "Luật ",
        "đến 1 ",
        "và ",
    ),
    *(
        "Phần I. ",
        "Trả lời: ",
        "trang 1 ",
        "Hỏi: ",
        "1. A",
        "a) ",
        "{",
        "}",
        "{}",
        "\ufffd",
        "*_",
        "x-",
    ),
    *("1/2015/", "ngh a ", "II. ", "PHỤ LỤC ", "năm 2015 ", "ii "),
)


@pytest.mark.parametrize("unit", UNITS)
def test_no_line_of_a_booklet_keeps_the_import_busy(unit: str, base: Base, tmp_path: Path) -> None:
    # What the base already asks is folded for each import, which is no growth.
    path, empty = tmp_path / "sach.txt", replace(base, entries={})

    def take(size: int) -> None:
        hostile = unit * (size // len(unit)) + "!\n"
        asked = "Câu {}. Ai được bầu cử?\nTrả lời: Công dân đủ mười tám tuổi.\n"
        text = "".join(asked.format(n) + hostile for n in range(1, 5))
        path.write_text(text + f"Câu 5. {hostile}\n", encoding="utf-8")
        with contextlib.suppress(InputRefused):
            import_booklet(path, empty, lambda _question: None)

    assert growth(take, 3_000, 4) < LINEAR
