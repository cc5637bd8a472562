"""The result notice of a round, ready to be published: only what the rules allow."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from bot.contest.bank import Question
from bot.contest.document import Published
from bot.contest.marking import Marking
from bot.contest.results import ranked_rounds
from bot.errors import InputRefused
from bot.reports.honours import Winner
from bot.reports.printable import printable
from bot.store.contest_results import Result


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as paragraphs and one table; both forms are made of it."""

    title: str
    paragraphs: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    answer_key: tuple[str, ...] = ()


def compose_notice(
    published: Published, round_id: str | None, result: Result, winners: Sequence[Winner]
) -> Notice:
    """The notice of a round's result. Raises `InputRefused` where the decision is still missing."""
    contest = published.contest
    if contest.results.decision_number == "required" and not result.is_decided:
        raise InputRefused(
            "Chưa có quyết định công nhận kết quả. Hãy ghi số quyết định bằng «contest decide» rồi "
            "lập thông báo."
        )
    one = contest.round(round_id) if round_id else None
    where = f" {one.label}" if one else ""
    decided = f" theo Quyết định số {result.decision_number}" if result.decision_number else ""
    shown: set[str] = set(contest.results.statistics)
    paragraphs = [
        f"Ban tổ chức thông báo kết quả{where} cuộc thi «{contest.title}»{decided}.",
        *_figures(result, shown),
    ]
    if result.actual is not None:
        paragraphs.append(f"Đáp án câu dự đoán: {_number(result.actual)}.")
    fields = contest.results.public_fields
    columns = [("Giải", _award), ("Họ và tên", _name), ("Đơn vị", _unit)]
    wanted = [
        c for c, key in zip(columns, ("giai", "ho_ten", "don_vi"), strict=True) if key in fields
    ]
    paragraphs.append(
        f"Khiếu nại về kết quả gửi ban tổ chức; ban tổ chức trả lời trong "
        f"{contest.complaints.answer_within_days} ngày."
    )
    return Notice(
        title=f"THÔNG BÁO KẾT QUẢ{where.upper()}",
        paragraphs=tuple(paragraphs),
        headings=tuple(name for name, _ in wanted),
        rows=tuple(tuple(show(winner) for _, show in wanted) for winner in winners),
        answer_key=_answer_key(published, round_id),
    )


def as_text(notice: Notice) -> str:
    """The notice as plain text."""
    lines = [notice.title, "", *notice.paragraphs, ""]
    lines += [" | ".join(notice.headings), *(" | ".join(row) for row in notice.rows)]
    if notice.answer_key:
        lines += ["", "ĐÁP ÁN", *notice.answer_key]
    return "\n".join(lines) + "\n"


def as_docx(notice: Notice, organizers: str) -> bytes:
    """The notice as a Word document that the board can sign."""
    import docx  # slow to import, and no start needs it
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    notice = _printable(notice)
    document = docx.Document()
    document.styles["Normal"].font.name = "Times New Roman"
    document.styles["Normal"].font.size = Pt(13)
    document.add_paragraph(printable(organizers).upper()).alignment = WD_ALIGN_PARAGRAPH.CENTER
    heading = document.add_paragraph()
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    heading.add_run(notice.title).bold = True
    for paragraph in notice.paragraphs:
        document.add_paragraph(paragraph)
    table = document.add_table(rows=1, cols=len(notice.headings), style="Table Grid")
    for cell, text in zip(table.rows[0].cells, notice.headings, strict=True):
        cell.paragraphs[0].add_run(text).bold = True
    for row in notice.rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    if notice.answer_key:
        document.add_paragraph()
        document.add_paragraph().add_run("Đáp án").bold = True
        for line in notice.answer_key:
            document.add_paragraph(line)
    document.add_paragraph()
    signed = document.add_paragraph("TM. BAN TỔ CHỨC")
    signed.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _printable(notice: Notice) -> Notice:
    return Notice(
        printable(notice.title),
        tuple(map(printable, notice.paragraphs)),
        tuple(map(printable, notice.headings)),
        tuple(tuple(map(printable, row)) for row in notice.rows),
        tuple(map(printable, notice.answer_key)),
    )


def _figures(result: Result, shown: set[str]) -> list[str]:
    told = [
        (f"{_number(result.persons)} người dự thi", "persons"),
        (f"{_number(result.attempts)} lượt thi", "attempts"),
        (f"{_number(result.all_correct)} người trả lời đúng tất cả các câu", "all_correct"),
    ]
    parts = [text for text, key in told if key in shown]
    return [f"Có {', '.join(parts)}."] if parts else []


def _award(winner: Winner) -> str:
    return f"{winner.award.name}"


def _name(winner: Winner) -> str:
    return winner.public_name


def _unit(winner: Winner) -> str:
    return winner.unit


def _number(value: int) -> str:
    return f"{value:,}".replace(",", ".")


def _answer_key(published: Published, round_id: str | None) -> tuple[str, ...]:
    """The right answers, where the rules publish them now."""
    when = published.contest.results.answer_key
    is_last = round_id is None or round_id == ranked_rounds(published)[-1].id
    if when == "never" or (when == "after_contest" and not is_last):
        return ()
    one = published.contest.round(round_id) if round_id else None
    if one is not None and published.paper(one).mode != "fixed" and not is_last:
        # Drawn papers share one bank with the rounds to come: its key stays closed until the end.
        return ()
    lines = []
    for question in published.current:
        marking = published.markings[published.numbers[question.name]]
        lines.append(f"{question.text} {_right(question, marking)}")
    return tuple(lines)


def _right(question: Question, marking: Marking) -> str:
    if marking.treatment == "dropped":
        return "(câu này không tính)"
    texts = {str(option.id): option.text for option in question.options}
    ways = ["; ".join(texts[i] for i in answer.split(",")) for answer in sorted(marking.accepted)]
    return f"→ {' hoặc '.join(ways)}"
