"""What a board signs: the certificates of those whose prize was verified, and the result notice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal, TypeAlias

from bot.contest.document import Published
from bot.errors import InputRefused
from bot.reports.certificate import Honoured, Occasion, make_certificates
from bot.reports.honours import Winner
from bot.reports.notice import as_docx, as_text, compose_notice
from bot.store.contest_results import Result

NoticeForm: TypeAlias = Literal["docx", "txt"]


def honoured(winners: Sequence[Winner], public_url: str) -> list[Honoured]:
    """Everybody who gets a certificate: those whose prize has a code and who have a name.

    The QR of each leads to the page under `public_url` that confirms the code.
    """
    root = public_url.rstrip("/")
    return [
        Honoured(
            name=one.name,
            unit=one.unit,
            award=one.award.name,
            round=one.round,
            result=one.achieved,
            code=one.award.code,
            address=f"{root}/chung-nhan/{one.award.code}",
        )
        for one in winners
        if one.award.code and one.name
    ]


def certificates_pdf(
    published: Published, result: Result, people: Sequence[Honoured], place: str, day: date
) -> bytes:
    """The certificates as one PDF, a page each, to be signed at a place on a day.

    Raises `InputRefused` where nobody's prize was verified yet.
    """
    if not people:
        raise InputRefused(
            "Chưa có giải nào được xác minh nên chưa có mã chứng nhận. Hãy xác minh từng người "
            "đạt giải trước (lệnh «contest verify-award» hoặc trang kết quả)."
        )
    contest = published.contest
    organizers = ", ".join(contest.organizers)
    occasion = Occasion(contest.title, organizers, place, day, result.decision_number or "")
    return make_certificates(occasion, people)


def notice_file(
    published: Published,
    round_id: str | None,
    result: Result,
    winners: Sequence[Winner],
    form: NoticeForm,
) -> bytes:
    """The result notice as a file. Raises `InputRefused` where the decision is still missing."""
    told = compose_notice(published, round_id, result, winners)
    if form == "docx":
        return as_docx(told, ", ".join(published.contest.organizers))
    return as_text(told).encode()
