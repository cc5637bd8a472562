"""Certificates of winners as PDF, made by typst from a template in this package.

What a person typed reaches the page as data, so that no name can be markup. Each page carries its code
and a QR that leads to the page which confirms it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from bot.reports.press import print_pdf, qr_svg


@dataclass(frozen=True, slots=True)
class Honoured:
    """One certificate: whose, for which prize of which round, by what result, under which code.

    `address` is the page that confirms the code.
    """

    name: str
    unit: str
    award: str
    round: str
    result: str
    code: str
    address: str


@dataclass(frozen=True, slots=True)
class Occasion:
    """The contest that the certificates are of; `decision` is the number of the board's decision."""

    title: str
    organizers: str
    place: str
    signed_on: date
    decision: str = ""


def make_certificates(occasion: Occasion, people: Sequence[Honoured]) -> bytes:
    """One PDF with a page for each person. Raises ValueError where there is nobody."""
    if not people:
        raise ValueError("a certificate needs somebody")
    day = occasion.signed_on
    data = {
        "title": occasion.title,
        "organizers": occasion.organizers,
        "decision": occasion.decision,
        "signed_on": f"{occasion.place}, ngày {day:%d} tháng {day:%m} năm {day:%Y}",
        "people": [{**asdict(one), "qr": qr_svg(one.address)} for one in people],
    }
    return print_pdf("giay-chung-nhan.typ", data)
