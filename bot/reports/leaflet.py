"""Leaflets: A4 across, folded in three, with chosen answers, their legal basis and the unit's QR.

Made of approved words only: question, answer and citations as the bot says them. The letters are
as large as the text allows, never smaller than can be read in a village hall.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pypdfium2 as pdfium

from bot.clock import show_date
from bot.errors import InputRefused
from bot.knowledge.citations import gather_citations
from bot.knowledge.model import Base, Service, Status
from bot.knowledge.variables import fill, variables_of
from bot.reports.campaign import NO_DOORS, Doors, Link, links_of, units_on
from bot.reports.press import print_pdf, qr_svg

_SIZES = (11.5, 11, 10.5, 10, 9.5, 9)
"""Sizes of the letters inside, in points, the best first."""
_PAGES = 2


@dataclass(frozen=True, slots=True)
class Printed:
    """One question with its answer and its legal basis, as they are printed."""

    question: str
    answer: str
    basis: str


@dataclass(frozen=True, slots=True)
class Copy:
    """The leaflet of one unit: for whom, and the links that its QR codes lead to."""

    unit: str
    links: tuple[Link, ...]

    @property
    def cover(self) -> Link:
        """The link of the large QR: one that tells whom it brought, the page that needs no app first."""
        return max(self.links, key=lambda link: (link.channel == "web", not link.word))


def choose_answers(
    base: Base, wanted: Sequence[str] = (), *, say_starters: bool = True
) -> tuple[Printed, ...]:
    """The answers of those entries as they are printed; with none named, those of base.yaml.

    Raises `InputRefused` where one does not exist or may not be said.
    """
    variables = variables_of(base.elections)
    found = []
    for entry_id in wanted or base.service.leaflet:
        entry = base.entries.get(entry_id)
        if entry is None:
            raise InputRefused(f"Không có mục hỏi đáp nào mang mã «{entry_id}».")
        starter = entry.status is Status.STARTER and not say_starters
        if entry not in base.spoken or starter:
            raise InputRefused(f"Mục «{entry_id}» chưa được duyệt nên không in lên tờ rơi được.")
        basis = gather_citations(entry.citations, base.laws)
        found.append(Printed(entry.question, fill(entry.answer, variables), basis))
    return tuple(found)


def choose_copies(
    base: Base, doors: Doors, codes: Sequence[str], campaign: str, today: date
) -> tuple[Copy, ...]:
    """A leaflet for each of the units, for all that exist today where none is named.

    Raises `InputRefused` for a unit that is not in the lists.
    """
    unknown = [code for code in codes if code not in base.places.by_code]
    if unknown:
        raise InputRefused(f"Không có xã, phường, đặc khu nào mang mã «{unknown[0]}».")
    units = [base.places.by_code[code] for code in codes] or units_on(base, today)
    return tuple(Copy(unit.title, links_of(doors, unit.code, campaign)) for unit in units)


def make_leaflets(
    service: Service, answers: Sequence[Printed], copies: Sequence[Copy], today: date
) -> bytes:
    """One PDF, two pages a unit: outside (cover at the right) and inside.

    Raises `InputRefused` where the answers do not fit, or a copy has no link.
    """
    if not answers or not copies:
        raise InputRefused("Chưa chọn câu hỏi hoặc đơn vị nào để in tờ rơi.")
    if not all(copy.links for copy in copies):
        raise InputRefused(NO_DOORS)
    fitted = _fit(service, answers, copies[0], today)
    return print_pdf("to-roi.typ", _data(service, answers, copies, today, fitted))


def _fit(service: Service, answers: Sequence[Printed], copy: Copy, today: date) -> float:
    """The largest letters with which the answers stay on their page."""
    for size in _SIZES:
        pdf = print_pdf("to-roi.typ", _data(service, answers, [copy], today, size))
        if _count_pages(pdf) <= _PAGES:
            return size
    raise InputRefused(
        f"Tờ rơi không đủ chỗ cho {len(answers)} câu. Hãy bớt câu, hoặc chọn câu có trả lời ngắn hơn."
    )


def _count_pages(pdf: bytes) -> int:
    document = pdfium.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()


def _data(
    service: Service,
    answers: Sequence[Printed],
    copies: Sequence[Copy],
    today: date,
    size: float,
) -> dict[str, object]:
    return {
        "name": service.name,
        "organisation": service.organisation,
        "contact": service.contact.strip(),
        "printed": show_date(today),
        "size": size,
        "answers": [
            {"question": a.question, "blocks": _blocks(a.answer), "basis": a.basis} for a in answers
        ],
        "copies": [
            {
                "unit": copy.unit,
                "cover": _coded(copy.cover),
                "links": [_coded(link) for link in copy.links],
            }
            for copy in copies
        ],
    }


def _coded(link: Link) -> dict[str, str]:
    shown = link.address.removeprefix("https://").removeprefix("http://")
    told = {"title": link.title, "address": shown, "qr": qr_svg(link.address)}
    return {**told, "word": link.word}


def _blocks(text: str) -> list[dict[str, object]]:
    """Paragraphs and lists; a line that begins with a hyphen is an item of a list."""
    blocks: list[dict[str, object]] = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        if not line.startswith("- "):
            blocks.append({"text": line})
        elif blocks and "items" in blocks[-1]:
            items = blocks[-1]["items"]
            assert isinstance(items, list)  # noqa: S101 made two lines below
            items.append(line[2:])
        else:
            blocks.append({"items": [line[2:]]})
    return blocks
