"""A sheet that came back -> what would change in the base, told before anything changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from bot.errors import Fault
from bot.knowledge.booklet.draft import slug
from bot.knowledge.lint import check_base
from bot.knowledge.model import Base, Entry, Place, Review, Status
from bot.knowledge.roundtrip import APPROVED_FIELDS
from bot.knowledge.spreadsheet.columns import LABELS, CellWrong, read, show
from bot.knowledge.spreadsheet.rows import Row, read_sheet

_SHOWN = 120
_SPOKEN = (Status.STARTER, Status.APPROVED)


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one entry that the sheet has otherwise; both texts as cells show them."""

    entry: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What importing a sheet would do.

    `new` are the rows without an entry, as drafts; `missing` the entries without a row, which
    stay as they are; with `faults` nothing can be imported. `to_approve` are the entries whose new
    words would be said, for which somebody must stand. `version` is that of the base.
    """

    changes: tuple[Change, ...] = ()
    new: tuple[Entry, ...] = ()
    missing: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    version: str = ""
    files: dict[str, str] = field(default_factory=dict)
    to_approve: frozenset[str] = frozenset()


def plan_import(path: Path, base: Base, today: date) -> Plan:
    """Compare a sheet with the base; changes nothing.

    Raises `InputRefused` where the file is no sheet of ours.
    """
    sheet = read_sheet(path)
    planner = _Planner(path.name, base, today, sheet.originals)
    for row in sheet.rows:
        planner.take(row)
    return planner.plan()


class _Planner:
    """Gathers what the rows say, then checks the base that they would make."""

    def __init__(
        self, name: str, base: Base, today: date, originals: Mapping[str, Mapping[str, str]]
    ) -> None:
        self._name = name
        self._originals = originals
        self._base = base
        self._today = today
        self._to_approve: set[str] = set()
        self._changes: list[Change] = []
        self._faults: list[Fault] = []
        self._rows: dict[str, int] = {}
        self._entries = dict(base.entries)
        self._new: dict[str, Entry] = {}

    def take(self, row: Row) -> None:
        for sentence in row.wrong:
            self._fault(row, "", sentence)
        values = self._values(row)
        if values is None:
            return
        entry_id = values.get("id", "")
        if entry_id in self._rows:
            self._fault(row, entry_id, f"Mã này đã có ở dòng {self._rows[entry_id]}.")
        elif entry_id in self._base.entries:
            self._rows[entry_id] = row.number
            self._compare(row, self._base.entries[entry_id], values)
        else:
            self._add(row, values)

    def _fault(self, row: Row, entry: str, sentence: str) -> None:
        self._faults.append(Fault(self._name, row.number, entry, sentence))

    def _values(self, row: Row) -> dict[str, Any] | None:
        values = {}
        wrong = False
        for name, text in row.cells.items():
            try:
                values[name] = read(name, text)
            except CellWrong as error:
                self._fault(row, row.cells.get("id", "").strip(), str(error))
                wrong = True
        return None if wrong else values

    def _compare(self, row: Row, entry: Entry, values: dict[str, Any]) -> None:
        if values.get("part", entry.part) != entry.part:
            self._fault(row, entry.id, "Không chuyển mục sang phần khác bằng bảng tính được.")
            return
        values = {k: v for k, v in values.items() if self._is_edited(row, entry, k, v)}
        changed = replace(entry, place=Place(self._name, row.number), **values)
        if changed.status is not entry.status and changed.status is Status.STARTER:
            sentence = "Bản khởi tạo chỉ có sẵn trong kho. Muốn cho dùng mục này, hãy ghi approved."
            self._fault(row, entry.id, sentence)
        for name in ("question", "answer"):
            if not getattr(changed, name):
                self._fault(row, entry.id, f"Ô {LABELS[name]} đang bỏ trống.")
        shown = {name: (show(entry, name), show(changed, name)) for name in values}
        fields = {name for name, (before, after) in shown.items() if before != after}
        self._changes += [Change(entry.id, name, *shown[name]) for name in values if name in fields]
        if changed.status in _SPOKEN and not fields.isdisjoint(APPROVED_FIELDS):
            self._to_approve.add(entry.id)
            changed = replace(changed, status=Status.APPROVED, reviewed=Review("", self._today))
        if fields:
            self._entries[entry.id] = changed

    def _is_edited(self, row: Row, entry: Entry, name: str, value: Any) -> bool:
        """Whether the editor changed a cell; the base may have changed since the sheet went out."""
        original = self._originals.get(entry.id, {}).get(name)
        after = show(replace(entry, **{name: value}), name)
        if original is None or after == original:
            return original is None
        before = show(entry, name)
        if before not in (original, after):
            sentence = (
                f"Ô {LABELS[name]}: trong kho đã có người sửa sau khi xuất bảng, thành "
                f"«{_short(before)}». Hãy xuất lại bảng rồi sửa."
            )
            self._fault(row, entry.id, sentence)
        return True

    def _add(self, row: Row, values: dict[str, Any]) -> None:
        taken = {*self._base.entries, *self._rows}
        entry_id = values.pop("id", "") or _free(slug(values.get("question", "")), taken)
        self._rows[entry_id] = row.number
        for name in ("part", "question", "answer"):
            if not values.get(name):
                self._fault(row, entry_id, f"Mục mới còn thiếu ô {LABELS[name]}.")
                return
        blank = Entry(
            id=entry_id, part="", question="", phrasings=(), answer="", citations=(),
            status=Status.DRAFT, reviewed=None, place=Place(self._name, row.number),
            family=entry_id,
        )  # fmt: skip
        # Whatever the sheet says: a row that nobody has reviewed is a draft.
        entry = replace(blank, **{**values, "status": Status.DRAFT})
        self._new[entry_id] = self._entries[entry_id] = entry

    def plan(self) -> Plan:
        base = replace(self._base, entries=self._entries)
        known = {
            (f.entry, f.sentence)
            for f in check_base(self._base, list(self._base.entries.values()), self._today)
        }
        made = [
            fault
            for fault in check_base(base, list(self._entries.values()), self._today)
            if fault.blocking and (fault.entry, fault.sentence) not in known
        ]
        touched = {change.entry for change in self._changes}
        return Plan(
            changes=tuple(self._changes),
            new=tuple(self._new.values()),
            missing=tuple(e for e in self._base.entries if e not in self._rows),
            faults=tuple(sorted({*self._faults, *made, *self._periods()})),
            version=self._base.version,
            files={e: self._base.entries[e].place.file for e in sorted(touched)},
            to_approve=frozenset(self._to_approve),
        )

    def _periods(self) -> Iterator[Fault]:
        for entry in self._entries.values():
            if entry.valid_from and entry.valid_to and entry.valid_to < entry.valid_from:
                sentence = "Ngày hết hiệu lực đứng trước ngày bắt đầu."
                yield Fault(entry.place.file, entry.place.line, entry.id, sentence)


def _free(stem: str, taken: set[str]) -> str:
    chosen, count = stem or "muc-moi", 1
    while chosen in taken:
        count += 1
        chosen = f"{stem or 'muc-moi'}-{count}"
    return chosen


def describe(plan: Plan) -> str:
    """The report of a plan for the editor, to be read before anything changes."""
    lines = [
        f"{len(plan.changes)} chỗ sửa ở {len(plan.files)} mục, {len(plan.new)} mục mới, "
        f"{len(plan.missing)} mục không có trong bảng, {len(plan.faults)} lỗi."
    ]
    for change in plan.changes:
        lines.append(f"- {change.entry}, {LABELS[change.field]}:")
        lines.append(f"    trước: {_short(change.before)}")
        lines.append(f"    sau:   {_short(change.after)}")
    lines += [f"- Mục mới (bản nháp): {entry.id}: {entry.question}" for entry in plan.new]
    if plan.to_approve:
        lines.append(
            "Chữ mới của các mục sau sẽ dùng ngay để trả lời, nên phải có tên người duyệt (--by): "
            + ", ".join(sorted(plan.to_approve)) + "."
        )  # fmt: skip
    if plan.missing:
        shown = ", ".join(plan.missing[:10]) + (", …" if len(plan.missing) > 10 else "")
        lines.append(f"Không có trong bảng, kho giữ nguyên: {shown}.")
    if plan.faults:
        lines.append("Phải sửa các lỗi sau thì mới nhập được:")
        lines += [f"- {fault}" for fault in plan.faults]
    return "\n".join(lines)


def _short(text: str) -> str:
    line = text.replace("\n", " / ") or "(trống)"
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"
