"""What each calculator asks a person who came by the menu, and how his short answer is read.

Who was asked for his birthday says "16/3/2008" or "17", not a whole question. So the answer is put
into the question that it is short for, and that one is answered like any other.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.calculators.births import OLDEST
from bot.language.fold import tidy

_NUMBER = re.compile(r"\d+")
_DATE = re.compile(r"(?:(?:tháng|thang|năm|nam) )?\d.*\d", re.IGNORECASE)
_BETWEEN = re.compile(r"(?<=\d)[\s,;.]+(?=\d)")
_SHARE = re.compile(r"(\d{1,3}(?:[.,]\d{1,4})?) ?(?:%|phần trăm|phan tram)")
_COUNT = re.compile(r"\d{1,3}(?:[.,]\d{3})+|\d+")


@dataclass(frozen=True, slots=True)
class Form:
    """One calculator in the menu: its title there, what it asks for, the question made of it.

    `question` gives nothing where the answer does not hold what was asked for.
    """

    id: str
    title: str
    prompt: str
    question: Callable[[str], str | None]


def _age(text: str) -> str | None:
    numbers = _NUMBER.findall(text)
    if not numbers:
        return None
    if len(numbers) == 1 and len(numbers[0]) <= 3 and "năm" not in text and "nam" not in text:
        return f"em {numbers[0]} tuổi được bầu chưa" if int(numbers[0]) <= OLDEST else None
    date = _DATE.search(text)
    return f"sinh {_BETWEEN.sub('/', date[0])} được bầu chưa" if date else None


def _ballot(text: str) -> str | None:
    numbers = _NUMBER.findall(text)
    if len(numbers) == 2:
        return f"phiếu có {numbers[0]} người bầu {numbers[1]} người thì gạch mấy người"
    if len(numbers) != 3:
        return None
    return "phiếu có {} người, bầu {}, gạch {}, phiếu có hợp lệ không".format(*numbers)


def _result(text: str) -> str | None:
    share = _SHARE.fullmatch(text)
    if share:
        return f"{share[1]}% số phiếu hợp lệ có trúng cử không"
    counts = [re.sub("[.,]", "", count) for count in _COUNT.findall(text)]
    if len(counts) != 2:
        return None
    return "{} phiếu trên {} phiếu hợp lệ có trúng cử không".format(*counts)


def _where(text: str) -> str | None:
    return f"{text} bỏ phiếu ở đâu" if any(map(str.isalpha, text)) else None


_FORMS = (
    Form(
        "tuoi",
        "Tôi đủ tuổi bầu cử, ứng cử chưa?",
        "Bạn nhắn ngày sinh để tôi tính. Ví dụ: 16/3/2008. "
        "Không nhớ ngày thì nhắn tháng và năm, hoặc chỉ nhắn năm sinh.",
        _age,
    ),
    Form(
        "phieu",
        "Phiếu bầu của tôi có hợp lệ không?",
        "Bạn nhắn ba số: số người có tên trên phiếu, số người được bầu, số người bạn gạch. "
        "Ví dụ: 5 3 2. Chưa gạch ai thì nhắn hai số đầu, tôi tính giúp phải gạch mấy người.",
        _ballot,
    ),
    Form(
        "ket-qua",
        "Bao nhiêu phiếu thì trúng cử?",
        "Bạn nhắn số phiếu được bầu và tổng số phiếu hợp lệ. Ví dụ: 480/1000. "
        "Chỉ biết tỷ lệ thì nhắn tỷ lệ, ví dụ: 48%.",
        _result,
    ),
    Form(
        "noi-bau",
        "Tôi bỏ phiếu ở đâu?",
        "Bạn nhắn tên thôn, khu phố và xã, phường. Ví dụ: thôn Khe Giấy, xã Lương Minh.",
        _where,
    ),
)
FORMS = {form.id: form for form in _FORMS}

READY = (
    ("con-may-ngay", "Còn bao nhiêu ngày nữa bầu cử?"),
    ("lich", "Lịch bầu cử"),
)
"""Calculators that need nothing from the person: their ids and the questions they answer."""


def question_of(form: Form, answer: str) -> str | None:
    """The whole question that a short answer stands for; None where it is no answer to the form."""
    return form.question(tidy(answer).strip(" .?!"))
