"""The eleven tables that organizers take away from a contest, with Vietnamese headings.

The masked variant is for working with; the full one names people and is for the board alone. Both
hold every ranking key in a column of its own.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from bot.clock import VIETNAM
from bot.contest.document import from_ms
from bot.contest.fields import label_of
from bot.contest.registration import sealed_values
from bot.contest.rules import Field
from bot.contest.typed import Trees
from bot.reports.contest_jsonl import Source
from bot.reports.labels import GROUPINGS, INSTANTS, RANK_HEADINGS, STANDING, STATE, STATUS
from bot.reports.masking import mask_field
from bot.reports.sheet_rows import Cell
from bot.reports.sheets import Table
from bot.sealing import Sealer
from bot.store import (
    contest_audit,
    contest_awards,
    contest_discipline,
    contest_export,
    contest_measures,
    contest_results,
    contest_statistics,
)
from bot.store.contest_results import WHOLE, Result
from bot.store.contest_statistics import Count

Rows = AsyncIterator[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Desk:
    """What the tables are made of; with `full` people are named, otherwise masked."""

    source: Source
    sealer: Sealer
    trees: Trees
    full: bool = False

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields that the contest's registration asks."""
        return self.source.published.contest.registration.fields

    @property
    def rounds(self) -> list[int]:
        """The numbers of the contest's rounds."""
        return list(self.source.published.round_ids)


def all_tables(desk: Desk) -> list[Table]:
    """The tables in the order of the organizers' forms; each may be read once."""
    results = desk.source.results
    return [
        _people(desk),
        _attempts(desk),
        _papers(desk),
        *(_ranking(desk, result) for result in results),
        _table(
            "giai_ca_nhan",
            "Vòng|Giải|Thứ tự|Bảng|Thí sinh|Hạng|Giá trị (đồng)|Tình trạng|Ghi chú|Mã chứng nhận",
            _personal_awards(desk),
        ),
        _table(
            "giai_tap_the",
            "Vòng|Giải|Thứ tự|Đơn vị|Hạng|Giá trị (đồng)|Tình trạng|Cách tính",
            _unit_awards(desk),
        ),
        _table(
            "thong_ke", "Theo|Giá trị|Số người|Số lượt thi|Số lượt đúng tất cả", _statistics(desk)
        ),
        _table(
            "phan_bo_diem", "Số câu đúng|Số người|Số lượt thi|Tỷ lệ lượt (%)", _distribution(desk)
        ),
        _table(
            "phan_tich_cau_hoi",
            "Câu hỏi|Phiên bản|Mức|Số lần hỏi|Số lần đúng|Tỷ lệ đúng (%)|Độ phân biệt|Đáp án|"
            "Số lần chọn từng phương án|Nội dung",
            _questions(desk),
        ),
        _table(
            "vi_pham_khieu_nai",
            "Loại|Số|Thí sinh|Lúc|Ai lập|Lý do|Nội dung|Tình trạng|Ai giải quyết|Giải quyết lúc|"
            "Hạn trả lời",
            _trouble(desk),
        ),
        _table("nhat_ky", "Số|Lúc|Ai|Việc|Nội dung|Mã nối", _trail(desk)),
    ]


def show_instant(ms: int | None) -> str:
    """An instant as organizers read it, in Vietnamese time, to the millisecond."""
    if ms is None:
        return ""
    minute, rest = divmod(ms, 60_000)
    return f"{_minute(minute)}:{rest // 1_000:02}.{rest % 1_000:03}"


@lru_cache(maxsize=65_536)
def _minute(number: int) -> str:
    """A minute since 1970 as organizers read it; many instants of a contest lie in the same one."""
    return from_ms(number * 60_000).astimezone(VIETNAM).isoformat(" ", "minutes")[:16]


def _table(name: str, headings: str, rows: Rows) -> Table:
    return Table(name, tuple(headings.split("|")), rows)


def _people(desk: Desk) -> Table:
    fixed = "Thí sinh|Đăng ký lúc|Kênh|Tình trạng|Bảng|Trẻ em|Nhóm tuổi|Người giới thiệu"
    headings = "|".join([fixed, *(label_of(one) for one in desk.fields)])
    return _table("thi_sinh", headings, _people_rows(desk))


async def _people_rows(desk: Desk) -> Rows:
    async for row in contest_export.entrant_rows(desk.source.tx, desk.source.published.id):
        values = sealed_values(desk.sealer, row["sealed"])
        yield [
            str(row["id"]),
            show_instant(row["registered_ms"]),
            row["channel"],
            STANDING[row["standing"]],
            row["segment"],
            "có" if row["is_child"] else "",
            row["age_band"],
            None if row["referred_by"] is None else str(row["referred_by"]),
            *(_shown(desk, one, values.get(str(one.key), "")) for one in desk.fields),
        ]


def _shown(desk: Desk, one: Field, value: str) -> str:
    if one.type == "unit" and one.tree:
        return desk.trees.title(one.tree, value) if value else ""
    return value if desk.full else mask_field(one.type, value)


def _attempts(desk: Desk) -> Table:
    headings = (
        "Lượt thi|Thí sinh|Vòng|Bản thể lệ|Bắt đầu lúc|Hạn nộp|Nộp lúc|Thời gian làm (ms)|"
        "Tình trạng|Số câu|Số câu đúng|Điểm|Số dự đoán|Lượt được tính|Dấu thiết bị"
    )
    return _table("luot_thi", headings, _attempt_rows(desk))


async def _attempt_rows(desk: Desk) -> Rows:
    source = desk.source
    results = [result.id for result in source.results if result.round != WHOLE]
    async for row in contest_export.attempt_rows(source.tx, desk.rounds, results):
        yield [
            str(row["id"]),
            str(row["entrant_id"]),
            source.round_names[row["round"]],
            row["version"],
            show_instant(row["started_ms"]),
            show_instant(row["deadline_ms"]),
            show_instant(row["submitted_ms"]),
            row["duration_ms"],
            STATUS[row["status"]],
            row["total"],
            row["correct"],
            row["score"],
            row["prediction"],
            "có" if row["counting"] else "",
            row["device"] if desk.full else None,
        ]


def _papers(desk: Desk) -> Table:
    headings = (
        "Lượt thi|Câu thứ|Câu hỏi|Phiên bản|Phương án theo thứ tự hiện|Đã chọn|Đúng|Trả lời lúc|"
        "Số lần đổi"
    )
    return _table("bai_lam", headings, _answer_rows(desk))


async def _answer_rows(desk: Desk) -> Rows:
    markings = desk.source.published.markings
    async for row in contest_export.answer_rows(desk.source.tx, desk.rounds):
        marking = markings[row["question"]]
        right = "đúng" if marking.is_right(row["chosen"]) else "sai"
        yield [
            str(row["attempt_id"]),
            row["position"],
            row["question_id"],
            row["version"],
            row["shown"],
            row["chosen"],
            "bỏ câu" if marking.treatment == "dropped" else right,
            show_instant(row["at_ms"]),
            row["changes"],
        ]


def _ranking(desk: Desk, result: Result) -> Table:
    name = f"xep_hang_{desk.source.round_names[result.round]}"[:28]
    headings = "|".join(
        ["Hạng", "Bảng", "Thí sinh", "Lượt thi", *RANK_HEADINGS.values(), "Bốc thăm", "Số thực tế"]
    )
    return _table(name, headings, _ranking_rows(desk, result))


async def _ranking_rows(desk: Desk, result: Result) -> Rows:
    async for row in contest_results.stream(desk.source.tx, result.id):
        keys = [show_instant(row[key]) if key in INSTANTS else row[key] for key in RANK_HEADINGS]
        person, attempt = str(row["entrant_id"]), str(row["attempt_id"])
        yield [row["rank"], row["segment"], person, attempt, *keys, row["lot"], result.actual]


async def _personal_awards(desk: Desk) -> Rows:
    for result in desk.source.results:
        for one in await contest_awards.of_result(desk.source.tx, result.id):
            if one.kind == "collective":
                continue
            yield [
                desk.source.round_names[result.round],
                one.name,
                one.place,
                one.segment,
                str(one.entrant_id),
                one.rank,
                one.value,
                STATE[one.state],
                one.note,
                one.code,
            ]


async def _unit_awards(desk: Desk) -> Rows:
    for result in desk.source.results:
        for one in await contest_awards.of_result(desk.source.tx, result.id):
            if one.kind == "collective":
                yield [
                    desk.source.round_names[result.round],
                    one.name,
                    one.place,
                    desk.trees.unit_title(one.unit),
                    one.rank,
                    one.value,
                    STATE[one.state],
                    json.dumps(one.terms, ensure_ascii=False),
                ]


async def _statistics(desk: Desk) -> Rows:
    tx, rounds = desk.source.tx, desk.rounds
    for grouping, told in GROUPINGS.items():
        for count in await contest_statistics.count_by(tx, rounds, grouping):
            places = grouping in ("commune", "unit", "province")
            shown = desk.trees.unit_title(count.value) if places else count.value
            yield [told, shown or "(không ghi)", *_cells(desk, count)]
    epoch = datetime(1970, 1, 1, tzinfo=VIETNAM)
    for count in await contest_statistics.count_by_day(tx, rounds):
        day = epoch + timedelta(days=int(count.value or 0))
        yield ["Ngày", f"{day:%d/%m/%Y}", *_cells(desk, count)]
    for count in await contest_statistics.count_by_hour(tx, rounds):
        yield ["Giờ", f"{int(count.value or 0):02}:00", *_cells(desk, count)]


def _cells(desk: Desk, count: Count) -> list[Cell]:
    least = desk.source.published.contest.results.small_cell_min
    if not desk.full and count.persons < least:
        # A handful of people in a cell could be recognised.
        return [f"dưới {least}", "", ""]
    return [count.persons, count.attempts, count.all_correct]


async def _distribution(desk: Desk) -> Rows:
    counts = await contest_statistics.count_by_correct(desk.source.tx, desk.rounds)
    total = sum(count.attempts for count in counts)
    for count in counts:
        share = round(100 * count.attempts / total, 2)
        yield [int(count.value or 0), count.persons, count.attempts, share]


async def _questions(desk: Desk) -> Rows:
    published = desk.source.published
    counts = await contest_statistics.count_questions(desk.source.tx, desk.rounds)
    options = await contest_statistics.count_options(desk.source.tx, desk.rounds)
    for one in counts:
        number = published.numbers[one.question_id, one.version]
        question, marking = published.by_number[number], published.markings[number]
        chosen = options[one.question_id, one.version]
        told = sorted(chosen.items(), key=lambda item: (item[0] is None, item[0]))
        yield [
            one.question_id,
            one.version,
            question.level,
            one.asked,
            one.right,
            round(100 * one.right / one.asked, 1),
            None if one.spread is None else round(one.spread, 3),
            " hoặc ".join(sorted(marking.accepted)),
            "; ".join(f"{answer or 'bỏ trống'}: {n}" for answer, n in told),
            question.text,
        ]


async def _trouble(desk: Desk) -> Rows:
    tx, contest_id = desk.source.tx, desk.source.published.id
    for out in await contest_discipline.list_all(tx, contest_id):
        state = "đã gỡ" if out.lifted_at else "đang bị loại"
        yield [
            "Loại khỏi cuộc thi", out.id, str(out.entrant_id), _show(out.at), out.by, out.reason,
            _private(desk, out.appeal), state, out.lifted_by, _show(out.lifted_at), None,
        ]  # fmt: skip
    for measure in await contest_measures.list_measures(tx, contest_id):
        yield [
            "Sự cố, sửa đáp án", measure.id, None, _show(measure.proposed_at), measure.proposed_by,
            measure.reason, json.dumps(measure.data, ensure_ascii=False), STATE[measure.state],
            measure.decided_by, _show(measure.decided_at), None,
        ]  # fmt: skip
    for complaint in await contest_discipline.list_complaints(tx, contest_id):
        person = None if complaint.entrant_id is None else str(complaint.entrant_id)
        yield [
            "Khiếu nại", complaint.id, person, _show(complaint.at), None, None,
            _private(desk, complaint.sealed), "đã trả lời" if complaint.answered_at else "đang chờ",
            complaint.answered_by, _show(complaint.answered_at), _show(complaint.due_at),
        ]  # fmt: skip


def _private(desk: Desk, sealed: str | None) -> str:
    if not sealed:
        return ""
    return desk.sealer.open(sealed) if desk.full else "(chỉ có trong bản đầy đủ)"


async def _trail(desk: Desk) -> Rows:
    for noted in await contest_audit.trail(desk.source.tx, desk.source.published.id):
        data: Any = json.dumps(noted.data, ensure_ascii=False)
        yield [noted.id, _show(noted.at), noted.by, noted.action, data, noted.chain]


def _show(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(VIETNAM).isoformat(" ", "seconds")[:19]
